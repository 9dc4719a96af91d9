using RingThree.Transfers;

namespace RingThree.Registers.Files;

/// <summary>Gathers a file's registers, each checked once for whether a card can have it where the file says.</summary>
internal sealed class MapBuilder(SvdPlacing placing)
{
    private readonly List<NamedRegister> _registers = [];
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    internal MapProblems Problems { get; } = new();

    internal IReadOnlyList<NamedRegister> Registers => _registers;

    /// <summary>How many registers do not lie on a multiple of their width by the file's own addresses.</summary>
    internal int Misplaced { get; private set; }

    /// <summary>Where an address of the file lies in the card.</summary>
    /// <param name="name">The register's name; an ending dot is one without a name.</param>
    /// <param name="address">By the file, in bytes.</param>
    /// <param name="width">Bytes of one access, 0 where none fits.</param>
    /// <param name="stride">Bytes from one of a row to the next.</param>
    /// <param name="count">How many there are in the row.</param>
    /// <param name="place">The place.</param>
    /// <returns>Why it can be nowhere; null where it can.</returns>
    internal string? Place(string name, UInt128 address, int width, UInt128 stride, int count, out RegionPlace place)
    {
        UInt128 offset = placing.At.Offset + address - placing.Base;
        if (width > 0 && (address % (UInt128)width != 0 || stride % (UInt128)width != 0)) Misplaced++;
        place = placing.At with { Offset = (ulong)(offset & ulong.MaxValue) };
        return name.EndsWith('.') ? "it has no name"
            : !MapNames.Allows(name) ? MapNames.Rule
            : width == 0 ? "its size is not 8, 16, 32 or 64 bits, so that no bus access fits"
            : address < placing.Base ? $"it lies at 0x{address:x}, below the map's base 0x{placing.Base:x}"
            : stride > uint.MaxValue ? $"from one of its row to the next are 0x{stride:x} bytes, more than any card has"
            : offset + (stride * (UInt128)(count - 1)) + (UInt128)width - 1 > ulong.MaxValue ? "it ends beyond any address"
            : offset % (UInt128)width != 0 && address % (UInt128)width == 0 ? $"it would lie at {place}, and {width} bytes need a multiple of {width}: where the map begins is none"
            : offset % (UInt128)width != 0 || stride % (UInt128)width != 0 ? $"it lies at 0x{address:x}, no multiple of its {width} bytes"
            : _taken.Add(name) ? null : "there is another of that name";
    }

    /// <summary>Adds a register that has its place.</summary>
    /// <exception cref="FormatException">There are too many.</exception>
    internal void Add(NamedRegister register, int line)
    {
        if (_registers.Count >= DeviceMap.MostRegisters) throw MapProblems.TooMany(line);
        _registers.Add(register);
    }

    /// <summary>Where a memory of the file lies in the card; null where that is outside of what the card shows.</summary>
    internal RegionPlace? PlaceOf(UInt128 address, UInt128 size)
    {
        UInt128 offset = placing.At.Offset + address - placing.Base;
        return address < placing.Base || offset + size > ulong.MaxValue ? null : placing.At with { Offset = (ulong)offset };
    }
}
