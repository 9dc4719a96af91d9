using System.Globalization;
using System.Text;

namespace RingThree.Pci.Decoding;

/// <summary>From a field's name in JSON to the words a person reads: <c>maxPayloadBytes</c>, 128 to "max payload 128 bytes".</summary>
internal static class FieldNames
{
    private static readonly HashSet<string> Abbreviations = new(StringComparer.OrdinalIgnoreCase)
    {
        "aer", "ari", "ars", "aspm", "ats", "bar", "crs", "dll", "dma", "dpc", "ecrc", "flr", "id", "ido", "io", "l0s", "l1", "ltr", "mrl", "msi", "obff", "pasid", "pba", "pci", "pio",
        "pme", "rom", "serr", "skp", "uio", "tc", "tlp", "vc", "vf", "vga", "dsi", "crc", "dllp", "vpd", "frs", "tph", "mps", "pm", "drs", "ro", "isa", "ptm", "agp", "ecc", "peg", "dmi",
    };

    /// <summary>What there are several of, so that a number behind it is a word of its own.</summary>
    private static readonly HashSet<string> Numbered = new(StringComparer.OrdinalIgnoreCase)
    {
        "capabilities", "capability", "channel", "configuration", "control", "data", "frequencies", "latency", "link", "log", "phase", "sets", "status", "set", "window",
    };

    private static readonly (string Suffix, string Unit)[] Units =
    [
        ("Bytes", "bytes"), ("Watts", "W"), ("Milliamperes", "mA"), ("Milliwatts", "mW"), ("Nanoseconds", "ns"), ("Microseconds", "us"), ("GigatransfersPerSecond", "GT/s"), ("Megabytes", "MiB"),
    ];

    /// <summary>The words of a name.</summary>
    internal static string Label(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (int start = 0; start < name.Length;)
        {
            int end = start + 1;
            while (end < name.Length && !char.IsAsciiLetterUpper(name[end])) end++;
            string word = name[start..end];
            string bare = word.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
            if (text.Length > 0) text.Append(' ');
            if (Abbreviations.Contains(word)) text.Append(word is "l0s" or "L0s" ? "L0s" : word.ToUpperInvariant());
            else if (word.Length > bare.Length && Numbered.Contains(bare))
                text.Append(bare.ToLowerInvariant()).Append(' ').Append(word[bare.Length..]);
            else if (Abbreviations.Contains(bare)) text.Append(bare.ToUpperInvariant()).Append(' ').Append(word[bare.Length..]);
            else text.Append(word.ToLowerInvariant());
            start = end;
        }

        return text.ToString();
    }

    /// <summary>A word as a person writes it: a name in camelCase as its words, and what has other characters as it is.</summary>
    internal static string Word(string word) =>
        char.IsAsciiLetterLower(word[0]) && word.AsSpan().IndexOfAnyExceptInRange('A', 'z') < 0 ? Label(word) : word;

    /// <summary>A name without its unit, and the value with it.</summary>
    internal static (string Label, string Value) WithUnit(string name, decimal value)
    {
        string number = value.ToString(CultureInfo.InvariantCulture);
        foreach ((string suffix, string unit) in Units)
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal)) return (Label(name[..^suffix.Length]), $"{number} {unit}");
        }

        return (Label(name), number);
    }
}
