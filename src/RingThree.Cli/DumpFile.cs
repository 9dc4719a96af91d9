using System.Text;
using RingThree.Pci.Decoding;

namespace RingThree.Cli;

/// <summary>Reads a dump from a file or from standard input, and no more than a dump can be.</summary>
internal static class DumpFile
{
    /// <summary>Some 4,000 functions with all their bytes; what is larger is no dump, and may have no end.</summary>
    private const int Largest = 64 << 20;

    internal static PciDump Read(string file)
    {
        if (file.Length == 0) throw new FormatException("--dump needs a file's name, or - for standard input.");
        using Stream source = file == "-" ? Console.OpenStandardInput() : Open(file);
        byte[] bytes = new byte[1 << 16];
        int length = 0;
        for (int read; (read = source.Read(bytes, length, bytes.Length - length)) > 0;)
        {
            length += read;
            if (length > Largest) throw new IOException($"{file} is larger than {Largest >> 20} MiB: it is no dump of lspci.");
            if (length == bytes.Length) Array.Resize(ref bytes, bytes.Length * 2);
        }

        return PciDump.Parse(Encoding.Latin1.GetString(bytes, 0, length)); // names beside the bytes may be in any encoding
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
