using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using RingThree.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Platform;

/// <summary>
/// Where a card is that nothing enumerates: an ISA card set by jumpers, registers that a board's manual places, a button at
/// an input. Its manual knows, no scan does.
/// </summary>
/// <remarks>
/// Written out and read back as <c>adc,mem=0xd0000+0x4000,io=0x300+0x10,irq=5</c>; RAM that was reserved for it as
/// <c>frames,mem=0x74600000+150M/cached/exclusive</c>. Regions have the order in which they
/// are added. Lines that signal by edges are one interrupt group, its vectors in the order of the lines; a level line is
/// another. An object does not change: each addition gives a new one.
/// </remarks>
public sealed class PlatformResources : IParsable<PlatformResources>
{
    private const ulong PortSpace = 0x1_0000;
    private const int MaximumLine = 1023;
    private static readonly SearchValues<char> NameEnds = SearchValues.Create(",=+/:");
    private readonly PlatformRange[] _ranges;
    private readonly PlatformLine[] _lines;

    /// <summary>A card without anything.</summary>
    /// <param name="name">What to call it in messages: no white space, no control characters, and none of <c>,=+/:</c>.</param>
    /// <exception cref="ArgumentException">It is empty, or has one of those in it.</exception>
    public PlatformResources(string name)
        : this(name, [], [])
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0) throw new ArgumentException("It has no name.");
        // What ends a name in the text, and what reading it back trims or a terminal acts on.
        if (name.AsSpan().ContainsAny(NameEnds) || name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            throw new ArgumentException($"{ForeignText.Quoted(name)} has white space, a control character or one of ,=+/: in it, which a name of a card has not.");
    }

    private PlatformResources(string name, PlatformRange[] ranges, PlatformLine[] lines)
    {
        Name = name;
        _ranges = ranges;
        _lines = lines;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The ranges; the index is the region's number.</summary>
    public IReadOnlyList<PlatformRange> Ranges => _ranges;

    /// <summary>The interrupt lines.</summary>
    public IReadOnlyList<PlatformLine> Lines => _lines;

    /// <summary>Whether there is nothing in it yet.</summary>
    public bool IsEmpty => _ranges.Length == 0 && _lines.Length == 0;

    /// <summary>Adds memory.</summary>
    /// <param name="address">Its physical address, a multiple of 8, so that an aligned offset is an aligned access.</param>
    /// <param name="length">Bytes, at least 1.</param>
    /// <param name="cached">Whether it is RAM that the processor may keep in its cache; registers must not be.</param>
    /// <param name="exclusive">Whether nobody else in this process may open it meanwhile.</param>
    /// <exception cref="ArgumentException">It is empty, not aligned, wraps around, or lies in another of this card's ranges.</exception>
    public PlatformResources Memory(ulong address, ulong length, bool cached = false, bool exclusive = false)
    {
        // Without a parameter's name, here and below: these are also said of a text, where there is none.
        if (length == 0) throw new ArgumentException($"Memory has at least 1 byte; that at 0x{address:x} would have none.");
        if (length - 1 > ulong.MaxValue - address) throw new ArgumentException($"0x{length:x} bytes from 0x{address:x} on are more than there are addresses.");
        if (address % 8 != 0) throw new ArgumentException($"0x{address:x} is no multiple of 8: begin at the one below, and count offsets from there.");
        return With(new PlatformRange(RegionKind.Memory, address, length) { IsCached = cached, IsExclusive = exclusive });
    }

    /// <summary>Adds I/O ports.</summary>
    /// <param name="port">The first, 0 to FFFFh.</param>
    /// <param name="length">How many, at least 1.</param>
    /// <param name="exclusive">Whether nobody else in this process may open them meanwhile.</param>
    /// <exception cref="ArgumentException">There are none, they go beyond FFFFh, or some are in another of this card's ranges.</exception>
    public PlatformResources Ports(int port, int length, bool exclusive = false)
    {
        if (length < 1) throw new ArgumentException($"There is at least 1 port; at 0x{port:x} there would be {length}.");
        if (port < 0 || (ulong)port + (ulong)length > PortSpace) throw new ArgumentException($"Ports are 0 to FFFFh; 0x{length:x} from 0x{port:x} on are not.");
        return With(new PlatformRange(RegionKind.Port, (ulong)port, (ulong)length) { IsExclusive = exclusive });
    }

    /// <summary>Adds a line to the machine's interrupt controller.</summary>
    /// <param name="number">The IRQ number, 0 to 1023.</param>
    /// <param name="trigger">What signals; ISA cards use edges.</param>
    /// <exception cref="ArgumentException">The card has that line already.</exception>
    public PlatformResources Irq(int number, LineTrigger trigger = LineTrigger.Edge) => With(new PlatformLine(PlatformLineKind.Irq, number, trigger));

    /// <summary>Adds a general-purpose input.</summary>
    /// <param name="number">Its number, 0 to 1023.</param>
    /// <param name="trigger">What signals.</param>
    /// <exception cref="ArgumentException">The card has that line already.</exception>
    public PlatformResources Gpio(int number, LineTrigger trigger = LineTrigger.Edge) => With(new PlatformLine(PlatformLineKind.Gpio, number, trigger));

    /// <summary>Adds a logical interrupt, on a platform that has a table of them.</summary>
    /// <param name="id">Its id there, 0 to 1023.</param>
    /// <param name="trigger">What signals.</param>
    /// <exception cref="ArgumentException">The card has that interrupt already.</exception>
    public PlatformResources Logical(int id, LineTrigger trigger = LineTrigger.Edge) => With(new PlatformLine(PlatformLineKind.Logical, id, trigger));

    /// <summary>Reads what <see cref="ToString"/> writes; numbers may be decimal or, with 0x, hexadecimal, lengths also 16K or 1M.</summary>
    /// <exception cref="FormatException">It is something else; the message says what, and shows the form.</exception>
    public static PlatformResources Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        try
        {
            string[] parts = s.Split(',');
            return parts.Skip(1).Aggregate(new PlatformResources(parts[0].Trim()), (all, part) => all.Add(part.Trim()));
        }
        catch (ArgumentException error)
        {
            throw new FormatException($"'{ForeignText.Shown(s)}' does not say where a card is: {error.Message} It goes like: adc,mem=0xd0000+16K,io=0x300+0x10,irq=5", error);
        }
    }

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out PlatformResources result)
    {
        result = null;
        if (s is null) return false;
        try
        {
            result = Parse(s, provider);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(',', [Name, .. _ranges.Select(r => r.ToString()), .. _lines.Select(l => l.ToString())]);

    private PlatformResources Add(string part)
    {
        string[] pair = part.Split('=');
        if (pair.Length != 2) throw new ArgumentException($"{ForeignText.Quoted(part)} is not KIND=WHERE.");
        return pair[0].ToUpperInvariant() switch
        {
            "MEM" => Range(pair[1], "cached", "exclusive") is var (start, length, words) ? Memory(start, length, words.Contains("cached"), words.Contains("exclusive")) : this,
            "IO" => Range(pair[1], "exclusive") is var (start, length, words) ? Ports((int)Math.Min(start, int.MaxValue), (int)Math.Min(length, int.MaxValue), words.Count > 0) : this,
            "IRQ" => Line(pair[1]) is var (number, trigger) ? Irq(number, trigger) : this,
            "GPIO" => Line(pair[1]) is var (number, trigger) ? Gpio(number, trigger) : this,
            "LOGICAL" => Line(pair[1]) is var (number, trigger) ? Logical(number, trigger) : this,
            _ => throw new ArgumentException($"{ForeignText.Quoted(pair[0])} is none of mem, io, irq, gpio, logical."),
        };
    }

    private static (ulong Start, ulong Length, HashSet<string> Words) Range(string text, params string[] known)
    {
        string[] parts = text.Split('/');
        string[] pair = parts[0].Split('+');
        if (pair.Length != 2) throw new ArgumentException($"{ForeignText.Quoted(parts[0])} is not START+LENGTH.");
        var words = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string word in parts.Skip(1).Select(w => w.Trim()))
        {
            if (!known.Contains(word, StringComparer.OrdinalIgnoreCase)) throw new ArgumentException($"{ForeignText.Quoted(word)} is none of {string.Join(", ", known)}.");
            if (!words.Add(word)) throw new ArgumentException($"{ForeignText.Quoted(word)} is there twice.");
        }

        return (Number(pair[0]), Number(pair[1]), words);
    }

    private static (int Number, LineTrigger Trigger) Line(string text)
    {
        string[] pair = text.Split('/');
        LineTrigger trigger = pair.Length == 1 ? LineTrigger.Edge : pair[1].ToUpperInvariant() switch
        {
            "EDGE" => LineTrigger.Edge,
            "LEVEL" => LineTrigger.Level,
            "BOTH" => LineTrigger.BothEdges,
            _ => throw new ArgumentException($"{ForeignText.Quoted(pair[1])} is none of edge, level, both."),
        };
        if (pair.Length > 2) throw new ArgumentException($"{ForeignText.Quoted(text)} is not NUMBER/TRIGGER.");
        return ((int)Math.Min(Number(pair[0]), int.MaxValue), trigger);
    }

    private static ulong Number(string text)
    {
        string digits = text.Trim();
        ulong unit = digits.Length == 0 ? 1 : char.ToUpperInvariant(digits[^1]) switch { 'K' => 1UL << 10, 'M' => 1UL << 20, 'G' => 1UL << 30, _ => 1 };
        if (unit > 1) digits = digits[..^1];
        bool known = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)
            : ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        return known && value <= ulong.MaxValue / unit ? value * unit : throw new ArgumentException($"{ForeignText.Quoted(text)} is no number.");
    }

    private PlatformResources With(PlatformRange range)
    {
        foreach (PlatformRange other in _ranges)
        {
            if (range.Overlaps(other))
                throw new ArgumentException($"{range} lies in {other}.");
        }

        return new PlatformResources(Name, [.. _ranges, range], _lines);
    }

    private PlatformResources With(PlatformLine line)
    {
        if (line.Number is < 0 or > MaximumLine) throw new ArgumentException($"A line is 0 to {MaximumLine}, not {line.Number}.");
        if (!Enum.IsDefined(line.Trigger)) throw new ArgumentException($"There is no trigger {line.Trigger}.");
        if (Array.Exists(_lines, l => l.Kind == line.Kind && l.Number == line.Number)) throw new ArgumentException($"{line.Name} is there twice.");
        if (line.Trigger == LineTrigger.Level && Array.Exists(_lines, l => l.Trigger == LineTrigger.Level))
            throw new ArgumentException($"{line.Name} would be the second level line; a card has one.");
        return new PlatformResources(Name, _ranges, [.. _lines, line]);
    }
}
