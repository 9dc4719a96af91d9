using System.Globalization;
using System.Numerics;
using RingThree.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>Reads a <see cref="GenericCard"/>'s text.</summary>
internal sealed class GenericCardText(string text)
{
    private const int LongestQuote = 40;
    private const ulong LargestBar = 1UL << 40;
    private readonly SortedDictionary<int, CardBar> _bars = [];
    private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);
    private (ushort Vendor, ushort Device)? _id;
    private (ushort Vendor, ushort Device) _subsystem;
    private uint _class = 0xFF0000;
    private byte _revision;
    private int _msi;
    private int _msix;
    private int _pin;

    internal CardDefinition Read()
    {
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            int at = part.IndexOf('=', StringComparison.Ordinal);
            string key = at < 0 ? part : part[..at];
            if (key.Length == 0) throw Wrong("A part is empty");
            if (!_seen.Add(key)) throw Wrong($"{Quote(key)} is given twice");
            Part(part, key.ToUpperInvariant(), at < 0 ? null : part[(at + 1)..]);
        }

        if (_id is not { } id) throw Wrong("The id is missing");
        int table = 0;
        if (_msix > 0)
        {
            table = Enumerable.Range(0, PciNumbering.BarCount).FirstOrDefault(b => !IsTaken(b), -1);
            if (table < 0) throw Wrong("No BAR is free for the MSI-X table");
        }

        var card = new CardDefinition(id.Vendor, id.Device, "generic")
        {
            ClassCode = _class,
            Revision = _revision,
            SubsystemVendorId = _subsystem.Vendor,
            SubsystemId = _subsystem.Device,
            MsiVectors = _msi,
            MsixVectors = _msix,
            MsixBar = table,
            Pin = _pin,
        };
        if (_msix > 0) _bars[table] = new CardBar(BitOperations.RoundUpToPowerOf2(card.PendingOffset + card.PendingLength)); // the pending bits come last
        return card with { Bars = _bars };
    }

    private void Part(string part, string key, string? value)
    {
        switch (key)
        {
            case "ID": _id = Ids(part, value); break;
            case "SUBSYSTEM": _subsystem = Ids(part, value); break;
            case "CLASS": _class = Hexadecimal(part, value, 6); break;
            case "REVISION": _revision = (byte)Hexadecimal(part, value, 2); break;
            case "MSI": _msi = Count(part, value, 32); break;
            case "MSIX": _msix = Count(part, value, 2048); break;
            case "PIN": _pin = Pin(part, value); break;
            case ['B', 'A', 'R', >= '0' and <= '5' and char number]: _bars[number - '0'] = Bar(part, value); break;
            default: throw Wrong($"{Quote(part)} is no part of a card");
        }
    }

    private CardBar Bar(string part, string? value)
    {
        string[] pieces = (value ?? "").Split(':');
        var bar = new CardBar(Size(part, pieces[0]));
        foreach (string piece in pieces.AsSpan(1))
        {
            bar = piece.ToUpperInvariant() switch
            {
                "64" => bar with { Is64Bit = true },
                "IO" => bar with { Kind = RegionKind.Port },
                "PREFETCH" => bar with { IsPrefetchable = true },
                _ => throw Wrong($"{Quote(part)}: a BAR is :64, :prefetch or :io, not {Quote(piece)}"),
            };
        }

        return bar is { Kind: RegionKind.Port, IsPrefetchable: true } ? throw Wrong($"{Quote(part)}: ports are not prefetchable") : bar;
    }

    private ulong Size(string part, string value)
    {
        int shift = value.Length == 0 ? 0 : char.ToUpperInvariant(value[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        if (!ulong.TryParse(shift == 0 ? value : value[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong size) || size == 0 || size > LargestBar >> shift || !ulong.IsPow2(size))
            throw Wrong($"{Quote(part)}: a BAR's size is a power of two, up to 1024G, such as 4096 or 64K");
        return size << shift;
    }

    private int Count(string part, string? value, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= 1 && count <= most
            ? count
            : throw Wrong($"{Quote(part)}: a count from 1 to {most} is wanted");

    private int Pin(string part, string? value) => value?.ToUpperInvariant() switch
    {
        null or "A" => 1,
        "B" => 2,
        "C" => 3,
        "D" => 4,
        _ => throw Wrong($"{Quote(part)}: a pin is A, B, C or D"),
    };

    private (ushort Vendor, ushort Device) Ids(string part, string? value)
    {
        string[] halves = (value ?? "").Split(':');
        if (halves.Length != 2) throw Wrong($"{Quote(part)}: an id is vendor:device, each of four hexadecimal digits");
        return ((ushort)Hexadecimal(part, halves[0], 4), (ushort)Hexadecimal(part, halves[1], 4));
    }

    private uint Hexadecimal(string part, string? value, int digits) =>
        value?.Length == digits && uint.TryParse(value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint number)
            ? number
            : throw Wrong($"{Quote(part)}: {digits} hexadecimal digits are wanted");

    private bool IsTaken(int bar) => _bars.ContainsKey(bar) || (_bars.TryGetValue(bar - 1, out CardBar? below) && below.Is64Bit);

    private static string Quote(string part) => ForeignText.Quoted(part, LongestQuote);

    private static FormatException Wrong(string what) => new($"{what}. A card is given as {GenericCard.Form}.");
}
