using System.Globalization;
using System.Text.Json;
using RingThree.Transfers;

namespace RingThree.Registers.Files;

/// <summary>
/// Reads LiteX's <c>csr.csv</c> and <c>csr.json</c>, which say the same. Source: LiteX, soc/integration/export.py (what is
/// written) and soc/interconnect/csr.py (how a register wider than the CSR bus is laid out). A register has so many words of
/// the bus's width (config_csr_data_width), one each config_csr_alignment bits; the first holds the highest bits unless
/// the design says config_csr_ordering_little. Words are read and written by accesses of the alignment, as LiteX's own
/// software does, 32 bits at most.
/// </summary>
internal sealed class LiteXReader
{
    private const int MostWords = 4096;
    private static readonly string[] Kinds = ["csr_base", "csr_register", "constant", "memory_region"];
    private readonly MapBuilder _builder;
    private readonly Dictionary<string, string?> _constants = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<KeyValuePair<string, string?>> _listed = [];
    private readonly List<MapMemory> _memories = [];
    private readonly List<(int Line, string Name, ulong Address, ulong Words, string Type)> _found = [];
    private readonly HashSet<string> _bases = new(StringComparer.Ordinal);

    private LiteXReader(SvdPlacing placing) => _builder = new MapBuilder(placing);

    internal static bool IsCsv(string text)
    {
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (line.Trim() is not [] and not ['#', ..]) return Kinds.Contains(line[..Math.Max(0, line.IndexOf(','))].Trim().ToString());
        }

        return false;
    }

    internal static bool IsJson(JsonPart map) => map.Element.ValueKind == JsonValueKind.Object && !map.Has("registers") && (map.Has("csr_registers") || map.Has("csr_bases"));

    internal static DeviceMap ReadCsv(string text, SvdPlacing placing)
    {
        var reader = new LiteXReader(placing);
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.Trim() is [] or ['#', ..]) continue;
            reader.Line(number, Cells(line.ToString()));
        }

        return reader.Finish();
    }

    internal static DeviceMap ReadJson(JsonPart map, SvdPlacing placing)
    {
        var reader = new LiteXReader(placing);
        foreach ((string name, _) in map.Members("csr_bases")) reader._bases.Add(name);
        foreach ((string name, JsonPart part) in map.Members("csr_registers"))
            reader._found.Add((0, name, part.Number("addr", null), part.Number("size", 1), part.Text("type") ?? "rw"));
        foreach ((string name, JsonPart part) in map.Members("constants")) reader.Constant(name, part.Own());
        foreach ((string name, JsonPart part) in map.Members("memories")) reader.Memory(0, name, part.Number("base", null), part.Number("size", null));
        return reader.Finish();
    }

    private void Line(int line, string[] cells)
    {
        string name = cells.Length > 1 ? MapNames.Plain(cells[1])! : "";
        string Cell(int i) => i < cells.Length ? cells[i] : "";
        switch (cells[0])
        {
            case "csr_base":
                _bases.Add(name);
                break;
            case "csr_register":
                _found.Add((line, name, Number(line, name, "address", Cell(2)), Number(line, name, "size", Cell(3)), Cell(4)));
                break;
            case "constant":
                Constant(name, Cell(2) is "" or "None" ? null : MapNames.Plain(Cell(2)));
                break;
            case "memory_region":
                Memory(line, name, Number(line, name, "base", Cell(2)), Number(line, name, "size", Cell(3)));
                break;
            default:
                _builder.Problems.Add(line, null, $"'{MapNames.Plain(cells[0])}' is not known here; there are {string.Join(", ", Kinds)}");
                break;
        }
    }

    private static ulong Number(int line, string name, string what, string text) =>
        MapNumbers.TryRead(text, out ulong value) ? value : throw new FormatException($"line {line}: {name}: its {what} is '{MapNames.Plain(text)}', which is not a number.");

    private void Constant(string name, string? value)
    {
        if (_constants.TryAdd(name, value)) _listed.Add(new(name, value));
    }

    private void Memory(int line, string name, ulong start, ulong size)
    {
        if (!MapNames.Allows(name)) _builder.Problems.Add(line, name, MapNames.Rule);
        else if (_builder.PlaceOf(start, size) is { } place) _memories.Add(new MapMemory(name, place, size));
        else _builder.Problems.Add(line, name, $"it lies at 0x{start:x}, outside of what the card shows");
    }

    private DeviceMap Finish()
    {
        int bits = Setting("csr_data_width", 8, 16, 32, 64);
        int alignment = Math.Max(bits, Setting("csr_alignment", 8, 16, 32, 64));
        bool little = _constants.ContainsKey("config_csr_ordering_little");
        if (little && _constants.ContainsKey("config_csr_ordering_big")) throw new FormatException("the file says both config_csr_ordering_little and config_csr_ordering_big.");
        foreach ((int line, string name, ulong address, ulong words, string type) in _found) Register(line, name, address, words, type, bits, alignment / 8, little);
        return new DeviceMap(_constants.GetValueOrDefault("config_platform_name") is { Length: > 0 } platform ? platform : "litex", _builder.Registers)
        {
            Description = _constants.GetValueOrDefault("config_identifier"),
            Problems = _builder.Problems.All,
            LeftOut = _builder.Problems.ByName,
            Memories = _memories,
            Constants = _listed,
            Notes = _found.Exists(r => r.Words > 1) && Constant("csr_data_width") is null ? ["the file does not say how wide the CSR bus is (config_csr_data_width): 32 bits are taken for it."] : [],
        };
    }

    /// <summary>A constant that the layout hangs on, as LiteX calls it now or did before 2020.</summary>
    private string? Constant(string name) => _constants.GetValueOrDefault("config_" + name) ?? _constants.GetValueOrDefault(name);

    private int Setting(string name, params ReadOnlySpan<int> known)
    {
        string text = Constant(name) ?? "32";
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || !known.Contains(value))
            throw new FormatException($"the constant config_{name} is '{text}'; {string.Join(", ", known.ToArray())} are read.");
        return value;
    }

    private void Register(int line, string name, ulong address, ulong words, string type, int bits, int stride, bool little)
    {
        _builder.Problems.Spend(line, (int)Math.Clamp(words, 1, MostWords));
        int width = bits == 64 ? 8 : Math.Min(stride, 4);
        bool isWhole = words is > 0 and <= MostWords && (int)words * bits <= 64;
        int row = isWhole || words is 0 or > MostWords ? 1 : (int)words;
        string? why = words is 0 or > MostWords ? $"its size is {words} words; 1 to {MostWords} are read"
            : type is not ("rw" or "ro" or "wo") ? $"its type is '{MapNames.Plain(type)}'; it can be rw, ro or wo"
            : _builder.Place(name, address, width, (UInt128)stride, (int)words, out _);
        if (why is not null)
        {
            _builder.Problems.Add(line, name, why);
            return;
        }

        _builder.Add(new NamedRegister(name, (RegionPlace)_builder.PlaceOf(address, 0)!, width)
        {
            Description = isWhole ? null : string.Create(CultureInfo.InvariantCulture, $"{(int)words * bits} bits, the {(little ? "lowest" : "highest")} ones in [0]"),
            Ability = type switch { "ro" => RegisterAbility.ReadOnly, "wo" => RegisterAbility.WriteOnly, _ => RegisterAbility.ReadWrite },
            Count = row,
            Stride = row > 1 || words > 1 ? (ulong)stride : (ulong)width,
            Words = isWhole ? (int)words : 1,
            WordBits = bits,
            HighestFirst = isWhole && words > 1 && !little,
            Block = BlockOf(name),
        }, line);
    }

    /// <summary>The module it is in: the longest base that its name starts with.</summary>
    private string? BlockOf(string name)
    {
        for (int i = name.LastIndexOf('_'); i > 0; i = name.LastIndexOf('_', i - 1))
        {
            if (_bases.Contains(name[..i])) return name[..i];
        }

        return null;
    }

    /// <summary>A line's cells; one in quotes may have commas in it.</summary>
    private static string[] Cells(string line)
    {
        var cells = new List<string>();
        for (int at = 0; at <= line.Length; at++)
        {
            int end = at < line.Length && line[at] == '"' ? line.IndexOf('"', at + 1) : -1;
            while (end > 0 && end + 1 < line.Length && line[end + 1] == '"' && line.IndexOf('"', end + 2) is > 0 and var next) end = next; // "" is a quote
            int comma = line.IndexOf(',', end < 0 ? at : end);
            if (comma < 0) comma = line.Length;
            string cell = line[at..comma].Trim();
            cells.Add(cell is ['"', .. var inner, '"'] ? inner.Replace("\"\"", "\"", StringComparison.Ordinal) : cell);
            at = comma;
        }

        return [.. cells];
    }
}
