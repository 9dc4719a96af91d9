using System.Globalization;

namespace RingThree.Pci.Decoding;

/// <summary>What differs between two states of a function.</summary>
/// <param name="Name">What it is, by the names that JSON has: <c>command.busMaster</c>, <c>bar0.address</c>, <c>MSI.enabled</c>; an offset where nothing is known of the register.</param>
/// <param name="Before">What it was, or <see langword="null"/> where it was not there.</param>
/// <param name="After">What it is, or <see langword="null"/> where it is no longer there.</param>
public sealed record PciDifference(string Name, PciField? Before, PciField? After)
{
    private const int InterruptPin = 0x3D;

    /// <summary>The form <c>MSI.enabled: no -> yes</c>.</summary>
    public override string ToString() => $"{Name}: {Before?.Value ?? "absent"} -> {After?.Value ?? "absent"}";

    /// <summary>Compares two states, as far as both were read, in the order that they are shown.</summary>
    /// <param name="before">The bytes from offset 0 on.</param>
    /// <param name="after">Those of the other state.</param>
    /// <returns>What differs, down to bits and registers that have no name.</returns>
    public static IReadOnlyList<PciDifference> Between(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        int length = Math.Min(before.Length, after.Length);
        if (before[..length].SequenceEqual(after[..length])) return [];
        return Between(PciDecoder.Decode(before[..length]), PciDecoder.Decode(after[..length]));
    }

    /// <summary>Compares two states of which as many bytes were read, and which differ.</summary>
    internal static IReadOnlyList<PciDifference> Between(PciFunctionDescription one, PciFunctionDescription other)
    {
        List<KeyValuePair<string, PciField>> first = [.. Fields(one)];
        List<KeyValuePair<string, PciField>> second = [.. Fields(other)];
        var differences = new List<PciDifference>();
        var firsts = first.ToDictionary();
        var seconds = second.ToDictionary();
        foreach ((string name, PciField field) in first)
        {
            PciField? now = seconds.GetValueOrDefault(name);
            if (now is null ? !IsPartOfAbsent(name, of: firsts, seconds) : now.Value != field.Value) differences.Add(new PciDifference(name, field, now));
        }

        differences.AddRange(second.Where(f => !firsts.ContainsKey(f.Key) && !IsPartOfAbsent(f.Key, of: seconds, firsts)).Select(f => new PciDifference(f.Key, null, f.Value)));
        differences.AddRange(UnexplainedBytes.Between(one, other, isAnyNamed: differences.Count > 0));
        return differences;
    }

    /// <summary>Of a capability that is not there its own line says so, and no field need.</summary>
    private static bool IsPartOfAbsent(string name, Dictionary<string, PciField> of, Dictionary<string, PciField> others)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && of.ContainsKey(name[..dot]) && !others.ContainsKey(name[..dot]);
    }

    private static IEnumerable<KeyValuePair<string, PciField>> Fields(PciFunctionDescription function)
    {
        if (!function.IsDecoded) return [Field("answers", PciField.OfFlag("answers", false))];
        return
        [
            Field("answers", PciField.OfFlag("answers", true)),
            Hex("vendorId", function.Id.Vendor, 4), Hex("deviceId", function.Id.Device, 4), Hex("subsystemVendorId", function.Subsystem?.Vendor ?? 0, 4), Hex("subsystemId", function.Subsystem?.Device ?? 0, 4),
            Hex("revision", function.Revision, 2), Hex("classCode", function.ClassCode, 6), Number("headerType", function.HeaderType), Field("multiFunction", PciField.OfFlag("multiFunction", function.IsMultiFunction)),
            .. Flat("command.", function.Command), .. Flat("status.", function.Status), Number("cacheLineBytes", function.CacheLineBytes), Number("latencyTimer", function.LatencyTimer),
            .. Flat("selfTest.", function.SelfTest), .. function.Bars.SelectMany(Bar), .. Rom(function),
            Number("interruptPin", function.Image.Span[InterruptPin]), Number("interruptLine", function.InterruptLine), .. Flat("bridge.", function.Bridge),
            Hex("cardBusPointer", function.CardBusPointer ?? 0, 1), Number("minimumGrant", function.MinimumGrant ?? 0), Number("maximumLatency", function.MaximumLatency ?? 0),
            Field("unnamedBits", PciField.OfWords("unnamedBits", function.UnnamedBits)),
            .. function.Capabilities.SelectMany(c => Capability(c, function.Capabilities.Count(other => other.Name == c.Name) > 1)),
        ];
    }

    private static IEnumerable<KeyValuePair<string, PciField>> Bar(PciBarDescription bar) =>
    [
        Field($"bar{bar.Index}.kind", PciField.OfText("kind", bar.Kind == Hosting.RegionKind.Port ? "I/O ports" : "memory")), Hex($"bar{bar.Index}.address", bar.Address, 1),
        Field($"bar{bar.Index}.is64Bit", PciField.OfFlag("is64Bit", bar.Is64Bit)), Field($"bar{bar.Index}.below1Megabyte", PciField.OfFlag("below1Megabyte", bar.IsBelow1Megabyte)),
        Field($"bar{bar.Index}.prefetchable", PciField.OfFlag("prefetchable", bar.IsPrefetchable)),
    ];

    private static IEnumerable<KeyValuePair<string, PciField>> Rom(PciFunctionDescription function) =>
        function.Rom is not { } rom ? [] : [Hex("rom.address", rom.Address, 1), Field("rom.switchedOn", PciField.OfFlag("switchedOn", function.IsRomSwitchedOn))];

    private static IEnumerable<KeyValuePair<string, PciField>> Capability(PciCapabilityDescription capability, bool isOneOfSeveral)
    {
        string place = $"{capability.Capability.Offset.ToString("x2", CultureInfo.InvariantCulture)}h";
        string name = isOneOfSeveral ? $"{capability.Name} at {place}" : capability.Name;
        return
        [
            Field(name, PciField.OfText("offset", "at " + place)),
            .. capability.Capability.IsExtended ? [Number(name + ".version", capability.Capability.Version)] : (KeyValuePair<string, PciField>[])[],
            .. Flat(name + ".", [.. capability.Fields.Where(f => f is not { Name: RestRow.Name, Kind: PciFieldKind.Group })]), // those are there by their offset
        ];
    }

    private static IEnumerable<KeyValuePair<string, PciField>> Flat(string prefix, IReadOnlyList<PciField> fields) =>
        fields.SelectMany(f => f.Kind is PciFieldKind.Group or PciFieldKind.List ? Flat($"{prefix}{f.Name}.", f.Fields) : [Field(prefix + f.Name, f)]);

    private static KeyValuePair<string, PciField> Field(string name, PciField field) => new(name, field);

    private static KeyValuePair<string, PciField> Hex(string name, ulong value, int digits) => new(name, PciField.OfHex(name, value, digits));

    private static KeyValuePair<string, PciField> Number(string name, int value) => new(name, PciField.OfNumber(name, value));
}
