using System.Text;

namespace RingThree.Cli;

/// <summary>
/// Standard output or error that may be closed, or a full disk: what cannot be written is told to one place, so that
/// it is not taken for a defect of whatever was being printed. A reader that has left (head) is no failure: the
/// runtime itself drops what it no longer reads.
/// </summary>
/// <remarks>
/// In UTF-8, whatever the locale, like the names that come from pci.ids. The console's own writers would prepare a terminal
/// first, which takes a fifth of the time that <c>ring3 list</c> has.
/// </remarks>
internal sealed class StandardStream : TextWriter
{
    private readonly StreamWriter _inner;
    private readonly Action<Exception> _failed;

    private StandardStream(Stream stream, Action<Exception> failed)
    {
        _inner = new StreamWriter(stream, bufferSize: 256, leaveOpen: true) { AutoFlush = true };
        _failed = failed;
    }

    public override Encoding Encoding => _inner.Encoding;

    /// <summary>Standard output; what cannot be written there is an <see cref="IOException"/>.</summary>
    internal static StandardStream Output() =>
        new(Console.OpenStandardOutput(), e => throw new IOException($"standard output cannot be written: {e.Message}", e));

    /// <summary>Standard error; what cannot be written there is dropped, as there is nowhere left to complain.</summary>
    internal static StandardStream Error() => new(Console.OpenStandardError(), _ => { });

    public override void Write(char value) => Guard(() => _inner.Write(value));

    public override void Write(string? value) => Guard(() => _inner.Write(value));

    public override void WriteLine(string? value) => Guard(() => _inner.WriteLine(value)); // one system call, not two

    public override void Write(char[] buffer, int index, int count) => Guard(() => _inner.Write(buffer, index, count));

    public override void Flush() => Guard(_inner.Flush);

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _failed(error.InnerException ?? error); // a closed descriptor is the inner one of "access denied"
        }
    }
}
