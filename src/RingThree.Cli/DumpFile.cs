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
        using Stream source = TextFile.Open("--dump", file);
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
}
