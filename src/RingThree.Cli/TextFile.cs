using System.Text;

namespace RingThree.Cli;

/// <summary>Opens a file with text of another machine, or standard input, and tells its mistakes by the option's name.</summary>
internal static class TextFile
{
    internal static T Read<T>(string option, string file, Func<TextReader, T> read)
    {
        if (file.Length == 0) throw new FormatException($"{option} needs a file's name, or - for standard input.");
        // PowerShell writes UTF-16 with a mark; without one any bytes beside the numbers will do.
        using var text = new StreamReader(file == "-" ? Console.OpenStandardInput() : Open(file), Encoding.Latin1, detectEncodingFromByteOrderMarks: true);
        return read(text);
    }

    private static FileStream Open(string file)
    {
        try
        {
            return File.OpenRead(file);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"'{file}' cannot be a file's name: {error.Message}", error);
        }
    }
}
