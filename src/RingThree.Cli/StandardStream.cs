using System.Text;

namespace RingThree.Cli;

/// <summary>
/// Standard output or error that may be closed, or a full disk: what cannot be written is told to one place, so that
/// it is not taken for a defect of whatever was being printed. A reader that has left (head) is no failure: the
/// runtime itself drops what it no longer reads.
/// </summary>
/// <remarks>
/// In UTF-8, whatever the locale, like the names that come from pci.ids. Nothing is held back.
/// </remarks>
internal sealed class StandardStream : TextWriter
{
    private readonly Stream _stream;
    private readonly Action<Exception> _failed;
    private readonly Encoder _encoder = Encoding.UTF8.GetEncoder();

    private StandardStream(Stream stream, Action<Exception> failed)
    {
        _stream = stream;
        _failed = failed;
    }

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Standard output; what cannot be written there is an <see cref="IOException"/>.</summary>
    internal static StandardStream Output() =>
        new(Console.OpenStandardOutput(), e => throw new IOException($"standard output cannot be written: {e.Message}", e));

    /// <summary>Standard error; what cannot be written there is dropped, as there is nowhere left to complain.</summary>
    internal static StandardStream Error() => new(Console.OpenStandardError(), _ => { });

    public override void Write(char value) => Write(new ReadOnlySpan<char>(in value));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void WriteLine(string? value) => Write(value + CoreNewLine[0]); // one line in one piece

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(buffer.Length)];
        int count = _encoder.GetBytes(buffer, bytes, flush: false); // half a surrogate pair waits for the other
        try
        {
            _stream.Write(bytes, 0, count);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _failed(error.InnerException ?? error); // a closed descriptor is the inner one of "access denied"
        }
    }
}
