using System.Text;

namespace RingThree.Cli;

/// <summary>
/// Standard output or error that may be closed, or a full disk: what cannot be written is told to one place, so that
/// it is not taken for a defect of whatever was being printed. A reader that has left (head) is no failure: the
/// runtime itself drops what it no longer reads.
/// </summary>
/// <param name="inner">The stream.</param>
/// <param name="failed">Called with the cause.</param>
internal sealed class StandardStream(TextWriter inner, Action<Exception> failed) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Guard(() => inner.Write(value));

    public override void Write(string? value) => Guard(() => inner.Write(value));

    public override void WriteLine(string? value) => Guard(() => inner.WriteLine(value)); // one system call, not two

    public override void Write(char[] buffer, int index, int count) => Guard(() => inner.Write(buffer, index, count));

    public override void Flush() => Guard(inner.Flush);

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            failed(error.InnerException ?? error); // a closed descriptor is the inner one of "access denied"
        }
    }
}
