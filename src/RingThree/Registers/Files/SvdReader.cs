using System.Xml.Linq;
using RingThree.Diagnostics;
using RingThree.Transfers;

namespace RingThree.Registers.Files;

/// <summary>
/// Reads CMSIS-SVD. Source: CMSIS-SVD description format 1.3. What concerns a processor alone (its core, interrupts,
/// protection) is passed over.
/// </summary>
internal sealed class SvdReader
{
    private const int DeepestCluster = 16;
    private const int FewMisplaced = 8; // one in so many
    private readonly MapBuilder _builder;
    private readonly uint _unit;
    private readonly SvdNames _names;
    private readonly HashSet<XElement> _open = []; // the clusters around the element that is being read, with what they are derived from
    private readonly SvdFields _fields;
    private readonly MapProblems _problems;

    private SvdReader(XElement device, SvdPlacing placing, uint unit)
    {
        _builder = new MapBuilder(placing);
        _problems = _builder.Problems;
        _unit = unit;
        _names = new SvdNames(device);
        _fields = new SvdFields(_names, _problems);
    }

    /// <summary>
    /// Reads a device. Where addressUnitBits is more than 8, the addresses say whether they are meant so: many files state
    /// the bus's width there and byte addresses all the same, and as bytes their registers all lie on multiples of their width.
    /// </summary>
    internal static DeviceMap Read(XElement device, SvdPlacing placing)
    {
        string unit = new SvdNode([device]).Text("addressUnitBits") ?? "8";
        if (!MapNumbers.TryRead(unit, out ulong bits) || bits is not (8 or 16 or 32 or 64))
            throw new FormatException($"line {SvdNode.LineOf(device)}: its addressUnitBits is {ForeignText.Quoted(unit)}; 8, 16, 32 and 64 are read.");
        var bytes = new SvdReader(device, placing, 1);
        DeviceMap map = bytes.Read(device);
        if (bits == 8) return map;
        return bytes._builder.Misplaced * FewMisplaced <= map.Registers.Count
            ? map with { Notes = [$"addressUnitBits is {bits}, but the addresses count bytes: all registers lie on multiples of their width."] }
            : new SvdReader(device, placing, (uint)bits / 8).Read(device);
    }

    private DeviceMap Read(XElement device)
    {
        var node = new SvdNode([device]);
        SvdDefaults defaults = SvdDefaults.Of(node, new SvdDefaults(4, default, null), Problem);
        foreach (XElement peripheral in node.Elements("peripherals").SelectMany(p => p.Elements()).Where(e => e.Name.LocalName == "peripheral"))
        {
            if (_names.Resolve(peripheral, Problem) is not { } known) continue;
            if (!known.TryPlace("baseAddress", Problem, out UInt128 address)) continue;
            IReadOnlyList<XElement> inside = known.Group("registers");
            SvdDefaults own = SvdDefaults.Of(known, defaults, Problem);
            foreach ((string suffix, ulong offset, bool _) in Expand(known))
                Walk(inside, SvdDimension.Name(known.Text("name") ?? "", suffix) + ".", (address + offset) * _unit, own, 0);
        }

        return new DeviceMap(node.Text("name") ?? "device", _builder.Registers) { Description = node.Text("description"), Problems = _problems.All, LeftOut = _problems.ByName, Notes = _builder.Registers.Count + _problems.All.Count > 0 ? [] : ["the device has no registers."] };
    }

    private void Walk(IReadOnlyList<XElement> elements, string prefix, UInt128 address, SvdDefaults defaults, int depth)
    {
        var beside = new HashSet<string>(StringComparer.Ordinal);
        HashSet<string> alternates = Alternates(elements, beside);
        foreach (XElement element in elements)
        {
            _problems.Spend(element, 1);
            bool cluster = element.Name.LocalName == "cluster";
            if (!cluster && element.Name.LocalName != "register") continue;
            if (_names.Resolve(element, Problem) is not { } node || !node.TryPlace("addressOffset", Problem, out UInt128 offset)) continue;
            if (cluster)
            {
                Cluster(node, prefix, address + (offset * _unit), SvdDefaults.Of(node, defaults, Problem), beside, depth + 1);
                continue;
            }

            string name = node.Text("name") ?? "";
            if (alternates.Contains(name) && new SvdNode([element]).Text("alternateGroup") is { } group) name += "_" + group;
            Register(node, name, prefix, address + (offset * _unit), SvdDefaults.Of(node, defaults, Problem), beside);
        }
    }

    /// <summary>Names that several registers beside one another have: by alternateGroup they are views of one place, each with its group's name.</summary>
    private static HashSet<string> Alternates(IReadOnlyList<XElement> elements, HashSet<string> all) =>
        [.. elements.Where(e => e.Name.LocalName is "register" or "cluster").Select(e => new SvdNode([e]).Text("name")).OfType<string>().Where(name => !all.Add(name))];

    private void Cluster(SvdNode node, string prefix, UInt128 address, SvdDefaults defaults, HashSet<string> beside, int depth)
    {
        if (depth > DeepestCluster)
        {
            Problem(node.Own, $"clusters lie in one another more than {DeepestCluster} deep");
            return;
        }

        if (node.Layers.Any(_open.Contains))
        {
            Problem(node.Own, "what it is derived from contains it");
            return;
        }

        _open.UnionWith(node.Layers);
        IReadOnlyList<XElement> inside = node.Group(null);
        foreach ((string suffix, ulong offset, bool _) in Expand(node, beside))
            Walk(inside, prefix + SvdDimension.Name(node.Text("name") ?? "", suffix) + ".", address + ((UInt128)offset * _unit), defaults, depth);
        _open.ExceptWith(node.Layers);
    }

    private void Register(SvdNode node, string bare, string prefix, UInt128 address, SvdDefaults defaults, HashSet<string> beside)
    {
        IReadOnlyList<SvdDimension.Part> parts = Expand(node, beside);
        if (parts.Count == 0) return;
        bool row = parts[0].IsArray && parts.Count > 1;
        UInt128 stride = row ? (UInt128)(parts[1].Offset - parts[0].Offset) * _unit : (UInt128)defaults.Width;
        NamedRegister? first = null; // what all of a list have in common is read once
        foreach ((string suffix, ulong offset, bool _) in row ? [parts[0]] : parts)
        {
            string name = prefix + SvdDimension.Name(bare, row ? null : suffix);
            if (_builder.Place(name, address + ((UInt128)offset * _unit), defaults.Width, stride, row ? parts.Count : 1, out RegionPlace place) is { } why)
            {
                _problems.Add(node.Own, name, why);
                continue;
            }

            first ??= new NamedRegister(name, place, defaults.Width)
            {
                Description = node.Text("description"),
                Ability = defaults.Ability,
                OnWrite = SvdWords.WriteEffect(node, "modifiedWriteValues", WriteEffect.Stores, Problem),
                OnRead = SvdWords.ReadEffect(node, ReadEffect.None, Problem),
                Reset = defaults.Reset is { } reset ? reset & (ulong.MaxValue >> (64 - (8 * defaults.Width))) : null,
                Count = row ? parts.Count : 1,
                Stride = (ulong)stride,
                Fields = _fields.Of(node, defaults),
            };
            _builder.Add(first with { Name = name, Place = place }, SvdNode.LineOf(node.Own));
        }
    }

    private void Problem(XElement element, string reason) => _problems.Add(element, reason);

    /// <summary>The parts of an element with a dimension, paid for; of a list without the members that stand beside it by name, such as in a derived peripheral.</summary>
    private IReadOnlyList<SvdDimension.Part> Expand(SvdNode node, HashSet<string>? beside = null)
    {
        IReadOnlyList<SvdDimension.Part> parts = SvdDimension.Expand(node, Problem);
        _problems.Spend(node.Own, parts.Count);
        return beside is null ? parts : SvdDimension.Without(node, parts, beside);
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
