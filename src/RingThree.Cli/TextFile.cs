using System.Text;

namespace RingThree.Cli;

/// <summary>Files with text of another machine, or standard input; their mistakes are told by the option's name.</summary>
internal static class TextFile
{
    /// <summary>Reads one, in the encoding that its first bytes say, as PowerShell's do; without any the bytes beside the numbers do not matter.</summary>
    internal static T Read<T>(string option, string file, Func<TextReader, T> read)
    {
        using var text = new StreamReader(Open(option, file), Encoding.Latin1, detectEncodingFromByteOrderMarks: true);
        return read(text);
    }

    /// <summary>Opens one.</summary>
    internal static Stream Open(string option, string file)
    {
        if (file.Length == 0) throw new FormatException($"{option} needs a file's name, or - for standard input.");
        try
        {
            return file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"'{file}' cannot be a file's name: {error.Message}", error);
        }
    }
}
