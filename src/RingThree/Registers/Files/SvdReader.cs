using System.Xml;
using System.Xml.Linq;
using RingThree.Transfers;

namespace RingThree.Registers.Files;

/// <summary>
/// Reads CMSIS-SVD. Source: CMSIS-SVD description format 1.3. What concerns a processor alone (its core, interrupts,
/// protection) is passed over.
/// </summary>
internal sealed class SvdReader
{
    private const int DeepestCluster = 16;
    private const int DeepestElement = 64; // a field's values in nested clusters, and then some
    private readonly SvdPlacing _placing;
    private readonly SvdNames _names;
    private readonly SvdFields _fields;
    private readonly SvdProblems _problems = new();
    private readonly List<NamedRegister> _registers = [];
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    private SvdReader(XElement device, SvdPlacing placing)
    {
        _placing = placing;
        _names = new SvdNames(device);
        _fields = new SvdFields(_names, _problems);
    }

    internal static DeviceMap Read(string text, SvdPlacing placing)
    {
        XElement device = Load(text);
        return new SvdReader(device, placing).Read(device);
    }

    private static XElement Load(string text)
    {
        // No document type: entities that grow without bounds, and files that a map has no business with.
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true };
        try
        {
            using (var depth = XmlReader.Create(new StringReader(text), settings))
            {
                // Before anything is built of it: a file that is nothing but depth costs the square of it otherwise.
                while (depth.Read())
                {
                    if (depth.Depth > DeepestElement) throw new FormatException($"line {((IXmlLineInfo)depth).LineNumber}: elements lie in one another more than {DeepestElement} deep, as in no SVD file.");
                }
            }

            using var reader = XmlReader.Create(new StringReader(text), settings);
            XElement device = XDocument.Load(reader, LoadOptions.SetLineInfo).Root!;
            if (device.Name.LocalName != "device") throw new FormatException($"line {SvdNode.LineOf(device)}: this is XML, but no CMSIS-SVD: it starts with <{device.Name.LocalName}> instead of <device>.");
            return device;
        }
        catch (XmlException error) when (error.Message.Contains("DTD", StringComparison.Ordinal))
        {
            throw new FormatException("it has a document type (<!DOCTYPE>), which CMSIS-SVD does not know and this does not read.", error);
        }
        catch (XmlException error)
        {
            throw new FormatException($"line {error.LineNumber}: this is no CMSIS-SVD: {error.Message}", error);
        }
    }

    private DeviceMap Read(XElement device)
    {
        var node = new SvdNode([device]);
        if (node.Text("addressUnitBits") is { } unit && (!MapNumbers.TryRead(unit, out ulong bits) || bits != 8))
            throw new FormatException($"line {SvdNode.LineOf(device)}: its addressUnitBits is '{unit}'; addresses are read in bytes, 8.");
        SvdDefaults defaults = SvdDefaults.Of(node, new SvdDefaults(4, default, null), Problem);
        foreach (XElement peripheral in node.Elements("peripherals").SelectMany(p => p.Elements()).Where(e => e.Name.LocalName == "peripheral"))
        {
            if (_names.Resolve(peripheral, Problem) is not { } known) continue;
            if (!known.TryNumber("baseAddress", 0, Problem, out ulong address)) continue;
            IReadOnlyList<XElement> inside = known.Group("registers");
            SvdDefaults own = SvdDefaults.Of(known, defaults, Problem);
            foreach ((string suffix, ulong offset, bool _) in Expand(known))
                Walk(inside, SvdDimension.Name(known.Text("name") ?? "", suffix) + ".", (UInt128)address + offset, own, 0);
        }

        return new DeviceMap(node.Text("name") ?? "device", _registers) { Description = node.Text("description"), Problems = _problems.All };
    }

    private void Walk(IReadOnlyList<XElement> elements, string prefix, UInt128 address, SvdDefaults defaults, int depth)
    {
        foreach (XElement element in elements)
        {
            _problems.Spend(element, 1);
            bool cluster = element.Name.LocalName == "cluster";
            if (!cluster && element.Name.LocalName != "register") continue;
            if (_names.Resolve(element, Problem) is not { } node || !node.TryNumber("addressOffset", 0, Problem, out ulong offset)) continue;
            if (cluster) Cluster(node, prefix, address + offset, SvdDefaults.Of(node, defaults, Problem), depth + 1);
            else Register(node, prefix, address + offset, SvdDefaults.Of(node, defaults, Problem));
        }
    }

    private void Cluster(SvdNode node, string prefix, UInt128 address, SvdDefaults defaults, int depth)
    {
        if (depth > DeepestCluster)
        {
            Problem(node.Own, $"clusters lie in one another more than {DeepestCluster} deep");
            return;
        }

        IReadOnlyList<XElement> inside = node.Group(null);
        foreach ((string suffix, ulong offset, bool _) in Expand(node))
            Walk(inside, prefix + SvdDimension.Name(node.Text("name") ?? "", suffix) + ".", address + offset, defaults, depth);
    }

    private void Register(SvdNode node, string prefix, UInt128 address, SvdDefaults defaults)
    {
        string bare = node.Text("name") ?? "";
        IReadOnlyList<SvdDimension.Part> parts = Expand(node);
        if (parts.Count == 0) return;
        bool row = parts[0].IsArray && parts.Count > 1;
        var stride = row ? parts[1].Offset - parts[0].Offset : (ulong)defaults.Width;
        IReadOnlyList<RegisterField> fields = _fields.Of(node, defaults);
        NamedRegister? first = null; // what all of a list have in common is read once
        foreach ((string suffix, ulong offset, bool _) in row ? [parts[0]] : parts)
        {
            string name = prefix + SvdDimension.Name(bare, row ? null : suffix);
            if (Place(node, name, address + offset, defaults.Width, stride, row ? parts.Count : 1) is not { } place) continue;
            if (_registers.Count >= DeviceMap.MostRegisters) throw SvdProblems.TooMany(node.Own);
            first ??= new NamedRegister(name, place, defaults.Width)
            {
                Description = node.Text("description"),
                Ability = defaults.Ability,
                OnWrite = SvdWords.WriteEffect(node, WriteEffect.Stores, Problem),
                OnRead = SvdWords.ReadEffect(node, ReadEffect.None, Problem),
                Reset = defaults.Reset is { } reset ? reset & (ulong.MaxValue >> (64 - (8 * defaults.Width))) : null,
                Count = row ? parts.Count : 1,
                Stride = stride,
                Fields = fields,
            };
            _registers.Add(first with { Name = name, Place = place });
        }
    }

    /// <summary>Where an address of the file lies in the card; null with a problem noted where it cannot be.</summary>
    private RegionPlace? Place(SvdNode node, string name, UInt128 address, int width, ulong stride, int count)
    {
        UInt128 offset = _placing.At.Offset + address - _placing.Base;
        string? why = name.EndsWith('.') ? "it has no name"
            : !MapNames.Allows(name) ? MapNames.Rule
            : width == 0 ? "its size is not 8, 16, 32 or 64 bits, so that no bus access fits"
            : address < _placing.Base ? $"it lies at 0x{address:x}, below the map's base 0x{_placing.Base:x}"
            : stride > uint.MaxValue ? $"its dimIncrement is 0x{stride:x}, more than any card has"
            : offset + ((UInt128)stride * (UInt128)(count - 1)) + (UInt128)width - 1 > ulong.MaxValue ? "it ends beyond any address"
            : offset % (UInt128)width != 0 || stride % (ulong)width != 0 ? $"it lies at 0x{address:x}, no multiple of its {width} bytes"
            : _taken.Add(name) ? null : "there is another of that name";
        if (why is null) return _placing.At with { Offset = (ulong)offset };
        _problems.Add(node.Own, name, why);
        return null;
    }

    private void Problem(XElement element, string reason) => _problems.Add(element, reason);

    /// <summary>The parts of an element with a dimension, paid for.</summary>
    private IReadOnlyList<SvdDimension.Part> Expand(SvdNode node)
    {
        IReadOnlyList<SvdDimension.Part> parts = SvdDimension.Expand(node, Problem);
        _problems.Spend(node.Own, parts.Count);
        return parts;
    }
}

/// <summary>What registers inherit from what they lie in.</summary>
/// <param name="Width">Bytes; 0 where it is no width that a bus access has.</param>
/// <param name="Ability">Read, written or both.</param>
/// <param name="Reset">The value after a reset.</param>
internal sealed record SvdDefaults(int Width, RegisterAbility Ability, ulong? Reset)
{
    internal static SvdDefaults Of(SvdNode node, SvdDefaults outer, Action<XElement, string> problem)
    {
        int width = outer.Width;
        if (node.Text("size") is not null) width = node.TryNumber("size", 0, problem, out ulong bits) && bits is 8 or 16 or 32 or 64 ? (int)bits / 8 : 0;
        ulong? reset = outer.Reset;
        if (node.Text("resetValue") is not null) reset = node.TryNumber("resetValue", 0, problem, out ulong value) ? value : null;
        return new SvdDefaults(width, SvdWords.Ability(node, outer.Ability, problem), reset);
    }
}
