using System.Xml.Linq;
using RingThree.Transfers;

namespace RingThree.Registers.Files;

/// <summary>
/// Reads the memory maps of an IP-XACT component. Source: IEEE 1685-2009, 1685-2014 and 1685-2022, clause 6.9 and after
/// (memory maps), and what SPIRIT 1.4 and 1.5 have in common with them. Names alone count, not their namespace: the
/// editions differ by what they have, not by what it means. Vendor extensions, other states (memoryRemap) and what an
/// address space looks like from a master are passed over.
/// </summary>
internal sealed class IpXactReader
{
    private const int DeepestFile = 16;
    private const ulong MostBits = 1 << 20; // of an address unit or a register; what is more is a mistake
    private readonly MapBuilder _builder;
    private readonly IpXactValues _values;
    private readonly IpXactFields _fields;
    private readonly List<MapMemory> _memories = [];

    private IpXactReader(XElement component, SvdPlacing placing)
    {
        _builder = new MapBuilder(placing);
        _values = new IpXactValues(component, _builder.Problems);
        _fields = new IpXactFields(_values, _builder.Problems);
    }

    internal static DeviceMap Read(XElement component, SvdPlacing placing) => new IpXactReader(component, placing).Read(component);

    private DeviceMap Read(XElement component)
    {
        var node = new SvdNode([component]);
        var maps = new List<SvdNode>();
        foreach (XElement map in node.Elements("memoryMaps").SelectMany(m => m.Elements()).Where(e => e.Name.LocalName == "memoryMap"))
        {
            if (_values.Resolve(map) is { } known) maps.Add(known);
        }

        // One map's blocks are known by their names; those of several only as long as no two are called alike.
        var names = new HashSet<string>(StringComparer.Ordinal);
        bool isPlain = maps.SelectMany(m => Inside(m, "addressBlock", "bank")).All(b => names.Add(b.Text("name") ?? ""));
        foreach (SvdNode map in maps) Map(map, isPlain ? "" : map.Text("name") + ".");
        return new DeviceMap(node.Text("name") ?? "component", _builder.Registers)
        {
            Description = node.Text("description"),
            Problems = _builder.Problems.All,
            LeftOut = _builder.Problems.ByName,
            Memories = _memories,
            Notes = _builder.Registers.Count + _memories.Count > 0 ? [] : ["the component has no memory map with registers."],
        };
    }

    private void Map(SvdNode map, string prefix)
    {
        if (!_values.TryNumber(map, "addressUnitBits", 8, out ulong unit)) return;
        if (unit is 0 or > MostBits || unit % 8 != 0)
        {
            _builder.Problems.Add(map.Own, $"its addressUnitBits is {unit}; multiples of 8 are read");
            return;
        }

        var scope = new IpXactScope(prefix, 0, unit / 8, null);
        foreach (SvdNode block in Inside(map, "addressBlock", "bank", "memoryRemap")) BlockOrBank(block, scope, banked: null);
    }

    /// <returns>How many address units it takes.</returns>
    private UInt128 BlockOrBank(SvdNode node, IpXactScope scope, UInt128? banked)
    {
        switch (node.Own.Name.LocalName)
        {
            case "memoryRemap":
                _builder.Problems.Add(node.Own, "it is what the map looks like in another state, which is not read");
                return 0;
            case "bank":
                return Bank(node, scope, banked);
        }

        if (!_values.IsPresent(node) || !_values.TryNumber(node, "baseAddress", 0, out ulong start) || !_values.TryNumber(node, "range", 0, out ulong range)) return 0;
        UInt128 place = scope.Address + ((banked ?? start) * (UInt128)scope.Unit);
        foreach ((string name, UInt128 offset) in Expand(node, range))
        {
            if (node.Text("usage") == "memory") Memory(node, scope.Prefix + name, place + (offset * scope.Unit), (UInt128)range * scope.Unit);
            Walk(node, scope.Inside(name, place + (offset * scope.Unit), _values.Ability(node)), 0);
        }

        return range;
    }

    /// <summary>Blocks one behind another, whose places follow from their ranges.</summary>
    private UInt128 Bank(SvdNode bank, IpXactScope scope, UInt128? banked)
    {
        if (bank.Own.Attributes().FirstOrDefault(a => a.Name.LocalName == "bankAlignment")?.Value != "serial")
        {
            _builder.Problems.Add(bank.Own, "its blocks lie beside one another in the bus's width (a parallel bank), which is not read");
            return 0;
        }

        if (!_values.IsPresent(bank) || !_values.TryNumber(bank, "baseAddress", 0, out ulong start)) return 0;
        UInt128 place = banked ?? start;
        UInt128 length = 0;
        IpXactScope inside = scope.Inside(bank.Text("name") ?? "", scope.Address, _values.Ability(bank));
        foreach (SvdNode block in Inside(bank, "addressBlock", "bank")) length += BlockOrBank(block, inside, place + length);
        return length;
    }

    private void Memory(SvdNode node, string name, UInt128 address, UInt128 size)
    {
        if (_builder.PlaceOf(address, size) is { } place) _memories.Add(new MapMemory(name, place, (ulong)size));
        else _builder.Problems.Add(node.Own, $"it lies at 0x{address:x}, outside of what the card shows");
    }

    private void Walk(SvdNode outer, IpXactScope scope, int depth)
    {
        foreach (SvdNode node in Inside(outer, "register", "registerFile"))
        {
            _builder.Problems.Spend(node.Own, 1);
            if (!_values.IsPresent(node) || !_values.TryNumber(node, "addressOffset", 0, out ulong offset)) continue;
            UInt128 address = scope.Address + ((UInt128)offset * scope.Unit);
            if (node.Own.Name.LocalName == "register")
            {
                Register(node, node, scope, address);
                foreach (SvdNode alternate in Inside(node, "alternateRegisters").SelectMany(a => Inside(a, "alternateRegister"))) Register(alternate, node, scope, address);
            }
            else if (depth >= DeepestFile) _builder.Problems.Add(node.Own, $"register files are nested more than {DeepestFile} deep");
            else if (_values.TryNumber(node, "range", 0, out ulong range))
            {
                foreach ((string name, UInt128 place) in Expand(node, range)) Walk(node, scope.Inside(name, address + (place * scope.Unit), _values.Ability(node)), depth + 1);
            }
        }
    }

    /// <param name="node">A register, or another view of one.</param>
    /// <param name="shape">What says its size and how many there are.</param>
    /// <param name="scope">Where it is.</param>
    /// <param name="address">Of the first one, in bytes.</param>
    private void Register(SvdNode node, SvdNode shape, IpXactScope scope, UInt128 address)
    {
        if (!_values.IsPresent(node) || !_values.TryNumber(shape, "size", 32, out ulong bits)) return;
        // A register need not fill its place: 12 bits are read by an access of 16.
        int width = bits is 0 or > 64 ? 0 : (int)System.Numerics.BitOperations.RoundUpToPowerOf2(Math.Max(8, (uint)bits)) / 8;
        ulong units = ((bits + 7) / 8 + scope.Unit - 1) / scope.Unit;
        if (_values.Dimensions(shape, Math.Max(1, units)) is not { } dimensions) return;
        string bare = scope.Prefix + node.Text("name");
        int count = dimensions.Counts is [.., var last] ? last : 1;
        UInt128 stride = (UInt128)dimensions.Stride * scope.Unit;
        RegisterAbility? stated = _values.Ability(node) ?? scope.Ability;
        NamedRegister? first = null; // what all of a row have in common is read once
        foreach ((string suffix, UInt128 index) in dimensions.Outer())
        {
            _builder.Problems.Spend(node.Own, count);
            if (_builder.Place(bare + suffix, address + (index * (UInt128)count * stride), width, count == 1 ? (UInt128)width : stride, count, out RegionPlace place) is { } why)
            {
                _builder.Problems.Add(node.Own, bare + suffix, width == 0 ? $"its size is {bits} bits, so that no bus access fits" : why);
                continue;
            }

            if (first is null)
            {
                (IReadOnlyList<RegisterField> fields, ulong? reset) = _fields.Of(node, bits, stated ?? RegisterAbility.ReadWrite);
                first = new NamedRegister(bare, place, width)
                {
                    Description = node.Text("description"),
                    Ability = stated ?? IpXactFields.Common(fields),
                    Reset = _values.Reset(node) is { } own ? own & (ulong.MaxValue >> (64 - (8 * width))) : reset,
                    Count = count,
                    Stride = count == 1 ? (ulong)width : (ulong)stride,
                    Fields = fields,
                };
            }

            _builder.Add(first with { Name = bare + suffix, Place = place }, SvdNode.LineOf(node.Own));
        }
    }

    /// <summary>A block or a register file, as often as it is there, each with its name and its offset in address units.</summary>
    private IEnumerable<(string Name, UInt128 Offset)> Expand(SvdNode node, ulong range)
    {
        if (_values.Dimensions(node, range) is not { } dimensions) yield break;
        foreach ((string suffix, UInt128 index) in dimensions.All())
        {
            _builder.Problems.Spend(node.Own, 1);
            yield return (node.Text("name") + suffix, index * dimensions.Stride);
        }
    }

    private IEnumerable<SvdNode> Inside(SvdNode node, params string[] names) => node.Layers.SelectMany(l => l.Elements())
        .Where(e => Array.IndexOf(names, e.Name.LocalName) >= 0).Select(_values.Resolve).OfType<SvdNode>();
}

/// <summary>Where the reader is in a component.</summary>
/// <param name="Prefix">What stands before the names in it.</param>
/// <param name="Address">Its start, in bytes.</param>
/// <param name="Unit">Bytes of one address unit.</param>
/// <param name="Ability">What registers in it can do, where that is said.</param>
internal sealed record IpXactScope(string Prefix, UInt128 Address, ulong Unit, RegisterAbility? Ability)
{
    internal IpXactScope Inside(string name, UInt128 address, RegisterAbility? ability) => new($"{Prefix}{name}.", address, Unit, ability ?? Ability);
}
