using System.Globalization;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>
/// The logical interrupts of a simulated platform, as Windows CE has them: statically <see cref="Firmware"/> + line, but for
/// the lines that are reserved; and, for functions that are registered with the bus driver, what that assigns.
/// </summary>
/// <remarks>Source: WinDriver manual 9.2.4. Every method may be called from any thread.</remarks>
public sealed class LogicalInterruptMap : ILogicalInterrupts
{
    /// <summary>SYSINTR_FIRMWARE: the logical interrupt of line 0.</summary>
    public const int Firmware = 16;

    /// <summary>How many lines the platform has: two controllers of eight.</summary>
    public const int Lines = 16;

    private const int Largest = 64; // SYSINTR_MAXIMUM
    private readonly Lock _gate = new();
    private readonly Dictionary<int, int> _lines = []; // physical by logical
    private readonly Dictionary<PciAddress, int> _registered = []; // what the bus driver has assigned

    /// <summary>A static table with every line but the reserved ones.</summary>
    /// <param name="reserved">The platform's own lines, each 0 to 15.</param>
    public LogicalInterruptMap(params int[] reserved)
    {
        ArgumentNullException.ThrowIfNull(reserved);
        foreach (int line in reserved) CheckLine(line, nameof(reserved));
        foreach (int line in Enumerable.Range(0, Lines).Except(reserved)) _lines[Firmware + line] = line;
    }

    /// <summary>The table of the manual's example: timer (0), cascade (2), floppy (6), printer (7), 9 and the numeric coprocessor (13) are reserved.</summary>
    public static LogicalInterruptMap Pc() => new(0, 2, 6, 7, 9, 13);

    /// <inheritdoc/>
    public int? LineOf(int logical)
    {
        lock (_gate) return _lines.TryGetValue(logical, out int line) ? line : null;
    }

    /// <inheritdoc/>
    public int? LogicalOf(int line)
    {
        lock (_gate)
        {
            foreach ((int logical, int its) in _lines)
            {
                if (its == line && !_registered.ContainsValue(logical)) return logical;
            }

            return null;
        }
    }

    /// <inheritdoc/>
    public void Map(int logical, int line)
    {
        CheckLine(line, nameof(line));
        if (logical < Firmware || logical >= Largest)
            throw new ArgumentOutOfRangeException(nameof(logical), $"Logical interrupt {logical} was asked for; it can be {Firmware} to {Largest - 1}.");
        lock (_gate) _lines[logical] = line;
    }

    /// <summary>Registers a PCI function with the bus driver, which maps its line whether that is reserved or not.</summary>
    /// <param name="address">The function.</param>
    /// <param name="line">Its line, as its configuration space tells it.</param>
    /// <returns>The logical interrupt that it was given.</returns>
    /// <exception cref="InvalidOperationException">All logical interrupts are taken.</exception>
    public int Register(string address, int line)
    {
        PciAddress function = PciAddress.Parse(address);
        CheckLine(line, nameof(line));
        lock (_gate)
        {
            if (_registered.TryGetValue(function, out int known)) return known;
            int logical = Enumerable.Range(Firmware + Lines, Largest - Firmware - Lines).Append(-1).First(l => l < 0 || !_lines.ContainsKey(l));
            if (logical < 0) throw new InvalidOperationException($"All logical interrupts below {Largest} are taken.");
            _lines[logical] = line;
            return _registered[function] = logical;
        }
    }

    /// <summary>What a driver's physical line is here.</summary>
    /// <exception cref="DeviceException">It is reserved.</exception>
    internal void Check(string device, int line)
    {
        if (LogicalOf(line) is not null) return;
        string remedy = string.Create(CultureInfo.InvariantCulture, $"Give it an entry, Map({Firmware + line}, {line}), or set the card to another line.");
        throw new DeviceException(DeviceStatus.NotSupported, device, $"enabling IRQ {line}", $"line {line} is reserved: the platform's table has no logical interrupt for it", remedy);
    }

    /// <inheritdoc cref="Check(string, int)"/>
    internal void Check(PciAddress function, int line)
    {
        lock (_gate)
        {
            if (_registered.ContainsKey(function)) return;
        }

        Check(function.ToString(), line);
    }

    private static void CheckLine(int line, string parameter)
    {
        if (line is < 0 or >= Lines) throw new ArgumentOutOfRangeException(parameter, $"Interrupt line {line} was asked for; it can be 0 to {Lines - 1}.");
    }
}
