using RingThree.Pci;
using RingThree.Pci.Decoding;

namespace RingThree.Cli;

/// <summary>Reads a dump from a file or from standard input, and no more than a dump can be.</summary>
internal static class DumpFile
{
    /// <summary>Some 4,000 functions with all their bytes; what is larger is no dump, and may have no end.</summary>
    private const int Largest = 64 << 20;

    internal static PciDump Read(string option, string file)
    {
        using Stream source = TextFile.Open(option, file);
        byte[] bytes = new byte[1 << 16];
        int length = 0;
        for (int read; (read = source.Read(bytes, length, bytes.Length - length)) > 0;)
        {
            length += read;
            if (length > Largest) throw new IOException($"{file} is larger than {Largest >> 20} MiB: it is no dump of lspci.");
            if (length == bytes.Length) Array.Resize(ref bytes, bytes.Length * 2);
        }

        return PciDump.Parse(bytes.AsSpan(0, length));
    }

    /// <summary>What a function is called whose dump does not say: by the address in the file's path, as of <c>.../0000:00:04.0/config</c>, or by the file's name.</summary>
    internal static string NameOf(PciDumpFunction function, string file)
    {
        if (function.HasAddress) return function.Address.ToString();
        foreach (string part in file.Split('/', '\\').Reverse())
        {
            foreach (string word in (string[])[part, Path.GetFileNameWithoutExtension(part)])
            {
                if (PciAddress.TryParse(word, null, out PciAddress address)) return address.ToString();
            }
        }

        return file == "-" ? "standard input" : Path.GetFileName(file);
    }

    /// <summary>Tells what did not fit, in one line.</summary>
    /// <returns>The exit status: a warning is no failure.</returns>
    internal static int Tell(PciDump dump, string file)
    {
        if (dump.Problems.Count == 0) return ExitStatus.Success;
        string more = dump.Problems.Count > 1 ? $" ({dump.Problems.Count - 1} more lines do not fit either.)" : "";
        Console.Error.WriteLine($"ring3: {RingThree.Diagnostics.ForeignText.Shown(file)}: {dump.Problems[0]}{more}");
        return dump.Problems.All(p => p.IsWarning) ? ExitStatus.Success : ExitStatus.Failure;
    }
}
