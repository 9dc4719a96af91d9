using RingThree.Hosting;

namespace RingThree.Registers;

/// <summary>
/// The parts of a region that are mapped into this process. A region whose caching can be chosen is mapped when it is first
/// used, so that its driver can choose; every other one when the device is opened.
/// </summary>
internal sealed class MappedParts
{
    private readonly IHostedDevice _host;
    private readonly int _number;
    private readonly bool _isMappable;
    private readonly Lock _gate = new();
    private IRegionMapping[] _mappings = [];
    private (ulong Offset, ulong End, nuint Address)[]? _places; // the mappings once more: an access makes no interface call
    private bool _covered;
    private bool _ended;

    /// <param name="host">The device.</param>
    /// <param name="number">The region.</param>
    /// <param name="isMappable">Whether the region is to be mapped at all.</param>
    internal MappedParts(IHostedDevice host, int number, bool isMappable)
    {
        _host = host;
        _number = number;
        _isMappable = isMappable;
        // Reads of a prefetchable range have no side effects and writes to it may be merged (PCI Local Bus 3.0, 6.2.5.1):
        // only there is another caching than the device's default possible.
        if (!isMappable || (host.Regions[number].Abilities & RegionAbilities.Prefetchable) == 0) MapNow(RegionCaching.Uncached);
    }

    /// <summary>How the region is mapped; <see langword="null"/> where it is not, or not yet.</summary>
    internal RegionCaching? Caching
    {
        get
        {
            lock (_gate) return _mappings.Length == 0 ? null : _mappings[0].Caching;
        }
    }

    /// <summary>What copies cached memory, where the host does that itself and one mapping is all there is: it copies what lies in it, and nothing else.</summary>
    internal ICopiedMapping? Copied
    {
        get
        {
            lock (_gate) return _mappings is [ICopiedMapping { Caching: RegionCaching.Cached } only] ? only : null;
        }
    }

    /// <summary>Whether what is mapped shows the overlay.</summary>
    internal bool IsCovered
    {
        get
        {
            lock (_gate) return _covered;
        }
    }

    /// <summary>Whether a stretch of this process' memory touches a mapping.</summary>
    internal bool Overlaps(nuint address, ulong length) => Array.Exists(_mappings, m => address < m.Address + m.Length && m.Address < address + length);

    /// <summary>Whether a stretch of this process' memory lies in one mapping.</summary>
    internal bool Contains(nuint address, ulong length) => Array.Exists(_mappings, m => address >= m.Address && address + length <= m.Address + m.Length);

    /// <summary>Where a range is mapped; 0 when it is not, as a whole, in one part.</summary>
    internal nuint Find(ulong offset, ulong length)
    {
        foreach ((ulong start, ulong end, nuint address) in Volatile.Read(ref _places) ?? MapNow(RegionCaching.Uncached))
        {
            if (offset >= start && offset + length <= end) return address + (nuint)(offset - start);
        }

        return 0;
    }

    /// <summary>How many bytes from an offset on are mapped in one piece, up to a length; or how many are not.</summary>
    internal ulong Run(ulong offset, ulong length, out nuint address)
    {
        address = 0;
        ulong run = length;
        foreach ((ulong start, ulong end, nuint at) in Volatile.Read(ref _places) ?? MapNow(RegionCaching.Uncached))
        {
            if (offset >= start && offset < end)
            {
                address = at + (nuint)(offset - start);
                return Math.Min(length, end - offset);
            }

            if (start > offset) run = Math.Min(run, start - offset);
        }

        return run;
    }

    /// <summary>Maps the region with a caching, unless it is mapped already.</summary>
    /// <exception cref="DeviceException">The host cannot map it so; it is still unmapped.</exception>
    internal void Map(RegionCaching caching) => MapNow(caching);

    internal void Overlay()
    {
        lock (_gate)
        {
            _covered = true;
            foreach (IRegionMapping mapping in _mappings) mapping.Overlay();
        }
    }

    /// <summary>Covers what is mapped for good, and maps nothing any more: the host's device is about to close.</summary>
    internal void End()
    {
        lock (_gate)
        {
            _ended = true;
            Overlay();
        }
    }

    internal void Restore()
    {
        lock (_gate)
        {
            _covered = false;
            foreach (IRegionMapping mapping in _mappings) mapping.Restore();
        }
    }

    /// <summary>Gives the mappings back; only where no pointer into them can be.</summary>
    internal void Unmap()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (IRegionMapping mapping in _mappings) mapping.Dispose();
        }
    }

    private (ulong Offset, ulong End, nuint Address)[] MapNow(RegionCaching caching)
    {
        lock (_gate)
        {
            if (_places is { } mapped) return mapped;
            if (_isMappable && !_ended)
            {
                IRegionMapping[] mappings = [.. caching == RegionCaching.Uncached ? _host.Map(_number) : _host.Map(_number, caching)];
                if (_covered)
                {
                    foreach (IRegionMapping mapping in mappings) mapping.Overlay();
                }

                _mappings = mappings;
            }

            (ulong Offset, ulong End, nuint Address)[] places = [.. _mappings.Select(m => (m.Offset, m.Offset + m.Length, m.Address))];
            Volatile.Write(ref _places, places);
            return places;
        }
    }
}
