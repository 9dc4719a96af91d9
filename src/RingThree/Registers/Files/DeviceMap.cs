using System.Globalization;
using System.Xml.Linq;
using RingThree.Diagnostics;
using RingThree.Transfers;

namespace RingThree.Registers.Files;

/// <summary>
/// A card's registers by name, from a file: what tools read and write by. The file is a CMSIS-SVD description, an IP-XACT
/// component or LiteX's csr.csv or csr.json, which many chip and FPGA tools make, or RingThree's own JSON (docs/registermaps.md). A driver names its registers in C# instead
/// (<see cref="RegisterMapAttribute"/>), where the compiler checks them.
/// </summary>
/// <param name="Name">The device's name.</param>
/// <param name="Registers">The registers, in the file's order.</param>
public sealed record DeviceMap(string Name, IReadOnlyList<NamedRegister> Registers)
{
    /// <summary>The most bytes of a file.</summary>
    public const long LargestFile = 64L << 20;

    /// <summary>The most registers of a file, each of a row counted that the file does not keep as a row.</summary>
    public const int MostRegisters = 1 << 18;

    /// <summary>What the device is.</summary>
    public string? Description { get; init; }

    /// <summary>What of the file is left out, and why, one entry for each kind of problem. The rest stands.</summary>
    public IReadOnlyList<DeviceMapProblem> Problems { get; init; } = [];

    /// <summary>Memories beside the registers, where the file names some.</summary>
    public IReadOnlyList<MapMemory> Memories { get; init; } = [];

    /// <summary>Constants of the design, where the file has some (LiteX): the name and what it is, null for one that is only there.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Constants { get; init; } = [];

    /// <summary>Where the file is read otherwise than it says, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Why each register that is left out is.</summary>
    internal IReadOnlyDictionary<string, DeviceMapProblem> LeftOut { get; init; } = new Dictionary<string, DeviceMapProblem>();

    /// <summary>Reads a file. What it is its content says, not its name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="placing">Where the addresses of a tool's file lie in the card; BAR 0 from 0 on unless given. RingThree's own JSON has places.</param>
    /// <exception cref="FormatException">The file is neither, or wrong; the message says where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DeviceMap Load(string path, SvdPlacing? placing = null)
    {
        if (string.IsNullOrEmpty(path) || path.Contains('\0', StringComparison.Ordinal)) throw new FormatException("a register map's file needs a name.");
        if (Directory.Exists(path)) throw new FormatException($"{ForeignText.Shown(path)}: it is a folder, not a register map.");
        if (!File.Exists(path)) throw new FileNotFoundException($"{ForeignText.Shown(path)}: there is no such file.", path);
        try
        {
            return Parse(Read(path), placing);
        }
        catch (FormatException error)
        {
            throw new FormatException(ForeignText.Shown($"{path}: {error.Message}"), error);
        }
    }

    /// <summary>The text, as far as a map may go: some files never end.</summary>
    private static string Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        using var bytes = new MemoryStream();
        byte[] part = new byte[65536];
        for (int count = file.Read(part); count > 0; count = file.Read(part))
        {
            bytes.Write(part, 0, count);
            if (bytes.Length > LargestFile) throw new FormatException($"it has more than {LargestFile} bytes, the most of a register map.");
        }

        return MapText.Decode(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <summary>Reads a file's text, as <see cref="Load"/> does.</summary>
    /// <inheritdoc cref="Load"/>
    public static DeviceMap Parse(string text, SvdPlacing? placing = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.TrimStart('\uFEFF');
        if (text.TrimStart() is ['<', ..])
        {
            XElement root = MapXml.Load(text);
            return root.Name.LocalName switch
            {
                "device" => SvdReader.Read(root, placing ?? new SvdPlacing()),
                "component" => IpXactReader.Read(root, placing ?? new SvdPlacing()),
                _ => throw new FormatException($"line {SvdNode.LineOf(root)}: this XML is neither CMSIS-SVD (<device>) nor an IP-XACT component (<component>): it starts with <{MapNames.Plain(root.Name.LocalName)}>."),
            };
        }

        if (LiteXReader.IsCsv(text)) return LiteXReader.ReadCsv(text, placing ?? new SvdPlacing());
        return DeviceMapJson.Read(text, placing);
    }

    /// <summary>The file as JSON that <see cref="Parse"/> reads; <see cref="Problems"/> are not in it.</summary>
    public string ToJson() => DeviceMapJson.Write(this);

    /// <summary>
    /// The map as C# for RingThree's source generator: a struct marked <see cref="RegisterMapAttribute"/> for each block, whose
    /// <c>Base</c> says where in its region it starts; fields as enums.
    /// </summary>
    /// <param name="space">The namespace; the device's name unless given.</param>
    /// <exception cref="FormatException">The namespace is not one.</exception>
    public string ToCSharp(string? space = null) => CSharpWriter.Write(this, space);

    /// <summary>
    /// A register by its name: the whole one (<c>UART.STATUS</c>), or its end where only one register ends so
    /// (<c>STATUS</c>); one of a row as <c>CHANNEL[3]</c>. Case counts only where two names differ by it alone.
    /// </summary>
    /// <returns>The register, or <see langword="null"/> when none has that name, or several end so.</returns>
    public NamedRegister? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (FindWhole(name) is { } whole) return whole;
        if (!name.EndsWith(']')) return null;
        int bracket = name.LastIndexOf('[');
        if (bracket < 0 || !int.TryParse(name.AsSpan(bracket + 1, name.Length - bracket - 2), NumberStyles.None, CultureInfo.InvariantCulture, out int index)) return null;
        return FindWhole(name[..bracket]) is { } row && row.Count > 1 && index < row.Count ? row.At(index) : null;
    }

    /// <summary>Why <see cref="Find"/> has nothing for a name: a sentence with what is there instead.</summary>
    public string Explain(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] ends = [.. Registers.Where(r => Ends(r.Name, name, StringComparison.OrdinalIgnoreCase)).Select(r => r.Name)];
        if (ends.Length > 1) return $"{ForeignText.Quoted(name)} is the end of {ends.Length} names: {Some(ends)}. Give more of it.";
        int bracket = name.LastIndexOf('[');
        if (bracket > 0 && FindWhole(name[..bracket]) is { } row)
            return row.Count > 1 ? $"{row.Name} is a row of {row.Count}: {row.Name}[0] to {row.Name}[{row.Count - 1}]." : $"{row.Name} is a single register, not a row.";
        if (LeftOut.FirstOrDefault(p => p.Key.Equals(name, StringComparison.OrdinalIgnoreCase) || Ends(p.Key, name, StringComparison.OrdinalIgnoreCase)).Value is { } problem)
            return $"{ForeignText.Quoted(name)} was left out of the map: {problem}.";
        string[] near = [.. Registers.Where(r => r.Name.Contains(name, StringComparison.OrdinalIgnoreCase)).Select(r => r.Name)];
        return $"no register is called {ForeignText.Quoted(name)} in the map of {Name}; it has {Some(near.Length > 0 ? near : [.. Registers.Select(r => r.Name)])}.";
    }

    private static string Some(string[] names) => names.Length switch
    {
        0 => "none at all",
        <= 8 => string.Join(", ", names),
        _ => string.Join(", ", names.Take(8)) + $" and {names.Length - 8} more",
    };

    private static bool Ends(string whole, string end, StringComparison comparison) =>
        end.Length > 0 && whole.Length > end.Length && whole[^(end.Length + 1)] == '.' && whole.EndsWith(end, comparison);

    private NamedRegister? FindWhole(string name)
    {
        foreach (StringComparison comparison in (ReadOnlySpan<StringComparison>)[StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase])
        {
            if (Registers.FirstOrDefault(r => r.Name.Equals(name, comparison)) is { } exact) return exact;
            NamedRegister[] ends = [.. Registers.Where(r => Ends(r.Name, name, comparison)).Take(2)];
            if (ends.Length > 0) return ends.Length == 1 ? ends[0] : null;
        }

        return null;
    }
}

/// <summary>Something of a register map's file that was left out.</summary>
/// <param name="Line">Where it stands, from 1; 0 where nobody knows.</param>
/// <param name="Register">The register's name, where it has one.</param>
/// <param name="Reason">Why, as half a sentence.</param>
public sealed record DeviceMapProblem(int Line, string? Register, string Reason)
{
    /// <summary>How many places of the file have this kind of problem; this one is the first of them.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The form <c>line 7: UART.DATA: the reason (and 12 more of this kind)</c>.</summary>
    public override string ToString() =>
        ForeignText.Shown((Line > 0 ? $"line {Line}: " : "") + (Register is null ? "" : Register + ": ") + Reason + (Count == 1 ? "" : $" (and {Count - 1} more of this kind)"));
}

/// <summary>Where the addresses of a file (SVD, IP-XACT, LiteX) lie in a card: the file speaks of an address space, a card has BARs.</summary>
/// <param name="At">The place of the address <paramref name="Base"/>.</param>
/// <param name="Base">An address in the file, such as the 0xf0000000 at which an SoC tool sees what the card shows in its BAR.</param>
public sealed record SvdPlacing(RegionPlace At = default, ulong Base = 0);
