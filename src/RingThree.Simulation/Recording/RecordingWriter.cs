namespace RingThree.Simulation;

/// <summary>
/// A recording's file, written behind: a record is in order as soon as it is appended, and on its way to the file within a
/// tenth of a second. Only whole records are written, so what a crash leaves can be read.
/// </summary>
internal sealed class RecordingWriter : IDisposable
{
    private const int WriteAt = 64 << 10;
    private const int MostPending = 64 << 20; // beyond it who records waits for the disk
    private const int LongestRepeated = 64;
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);
    private readonly object _gate = new();
    private readonly FileStream _file;
    private readonly Thread _thread;
    private readonly byte[] _last = new byte[LongestRepeated];
    private byte[] _pending = new byte[2 * WriteAt];
    private byte[] _spare = new byte[2 * WriteAt];
    private int _pendingLength;
    private int _lastLength;
    private ulong _repeats;
    private bool _ended;
    private Exception? _failure;

    internal RecordingWriter(string path)
    {
        // Readable while it grows; nothing is buffered twice.
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _file.Write([.. RecordingFormat.Magic, RecordingFormat.Version]); // a recording from the first moment on
        _thread = new Thread(WriteBehind) { IsBackground = true, Name = "RingThree recording" };
        _thread.Start();
    }

    /// <summary>Why the file could not be written; then nothing more is recorded, and the driver goes on undisturbed.</summary>
    internal Exception? Failure => Volatile.Read(ref _failure);

    public void Dispose()
    {
        lock (_gate)
        {
            if (_ended) return;
            PutRepeats();
            Put([(byte)RecordKind.End, 0, 0]);
            _ended = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
    }

    /// <summary>Appends a record; the order of calls is the file's.</summary>
    internal void Append(in RecordBuilder record)
    {
        ReadOnlySpan<byte> bytes = record.Written;
        lock (_gate)
        {
            if (_ended || _failure is not null) return;
            if (_lastLength > 0 && bytes.SequenceEqual(_last.AsSpan(0, _lastLength)))
            {
                _repeats++;
                return;
            }

            PutRepeats();
            Put(bytes);
            _lastLength = bytes.Length <= LongestRepeated ? bytes.Length : 0;
            bytes[.._lastLength].CopyTo(_last);
            if (_pendingLength >= WriteAt) Monitor.PulseAll(_gate);
            while (_pendingLength > MostPending && _failure is null) Monitor.Wait(_gate);
        }
    }

    private void PutRepeats()
    {
        if (_repeats == 0) return;
        var record = new RecordBuilder(stackalloc byte[32], RecordKind.Repeat, 0);
        record.Number(_repeats);
        Put(record.Written);
        _repeats = 0;
        _lastLength = 0;
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        int needed = _pendingLength + 10 + bytes.Length;
        if (needed > _pending.Length) Array.Resize(ref _pending, Math.Max(needed, 2 * _pending.Length));
        _pendingLength += RecordBuilder.Encode((ulong)bytes.Length, _pending.AsSpan(_pendingLength));
        bytes.CopyTo(_pending.AsSpan(_pendingLength));
        _pendingLength += bytes.Length;
    }

    private void WriteBehind()
    {
        while (true)
        {
            int length;
            bool ended;
            lock (_gate)
            {
                if (_pendingLength < WriteAt && !_ended) Monitor.Wait(_gate, Delay);
                PutRepeats();
                ended = _ended;
                length = _pendingLength;
                (_pending, _spare) = (_spare, _pending);
                _pendingLength = 0;
                Monitor.PulseAll(_gate);
            }

            try
            {
                if (length > 0) _file.Write(_spare, 0, length);
                if (!ended) continue;
                _file.Dispose();
                return;
            }
            catch (Exception error)
            {
                lock (_gate)
                {
                    _failure = error;
                    Monitor.PulseAll(_gate);
                }

                CloseQuietly();
                return;
            }
        }
    }

    private void CloseQuietly()
    {
        try
        {
            _file.Dispose();
        }
        catch (IOException)
        {
            // The first failure is the one to tell.
        }
    }
}
