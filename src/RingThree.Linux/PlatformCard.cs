using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Platform;

namespace RingThree.Linux;

/// <summary>A card defined by hand: its memory through /dev/mem, its ports by the processor's own instructions.</summary>
internal sealed class PlatformCard : IHostedDevice
{
    private const string MemoryFile = "/dev/mem";
    private readonly PlatformResources _resources;
    private readonly FileDescriptor? _uncached;
    private readonly FileDescriptor? _cached;
    private readonly IoPorts?[] _ports;
    private readonly MemoryView?[] _views;

    internal PlatformCard(PlatformResources resources)
    {
        _resources = resources;
        Description = new DeviceDescription(resources.ToString(), 0xFFFF, 0xFFFF) { Name = resources.Name };
        Regions = PlatformNumbering.Regions(resources, RegionAbilities.Map);
        InterruptGroups = PlatformNumbering.Groups(resources);
        _ports = new IoPorts?[resources.Ranges.Count];
        _views = new MemoryView?[resources.Ranges.Count];
        try
        {
            for (int i = 0; i < resources.Ranges.Count; i++)
            {
                PlatformRange range = resources.Ranges[i];
                if (range.Kind == RegionKind.Port)
                {
                    _ports[i] = new IoPorts(resources.Name, range);
                    continue;
                }

                FileDescriptor memory = range.IsCached ? _cached ??= OpenMemory(0) : _uncached ??= OpenMemory(Libc.Synchronous);
                _views[i] = new MemoryView(Map(memory, range));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public DeviceDescription Description { get; }

    public IReadOnlyList<RegionDescription> Regions { get; }

    public IReadOnlyList<InterruptGroupDescription> InterruptGroups { get; }

    public IAddressSpace? AddressSpace => null;

    public bool CanReset => false;

    public void Read(int region, ulong offset, Span<byte> data)
    {
        if (_views[region] is { } view) view.Read(offset, data);
        else _ports[region]!.Read(offset, data);
    }

    public void Write(int region, ulong offset, ReadOnlySpan<byte> data)
    {
        if (_views[region] is { } view) view.Write(offset, data);
        else _ports[region]!.Write(offset, data);
    }

    public IRegionAccess? GetAccess(int region) => _ports[region];

    public IReadOnlyList<IRegionMapping> Map(int region) =>
        _views[region] is null ? [] : [Map((_resources.Ranges[region].IsCached ? _cached : _uncached)!, _resources.Ranges[region])];

    public IInterruptWaiter CreateWaiter() => new EventWaiter(_resources.Name);

    public int Bind(int group, ReadOnlySpan<VectorRoute> routes) => throw new DeviceException(DeviceStatus.NotSupported, _resources.Name,
        $"enabling {InterruptGroups[group].Name}", "Linux gives such a line to kernel drivers alone", "Poll the card, or put a UIO driver before it.");

    public void Unbind(int group)
    {
    }

    public void Mask(int group, int vector)
    {
    }

    public void Unmask(int group, int vector)
    {
    }

    public void Trigger(int group, int first, int count)
    {
    }

    public void Reset() => throw new DeviceException(DeviceStatus.NotSupported, _resources.Name, "resetting it", "nothing here can", "Use the card's own registers.");

    /// <remarks>Nothing tells.</remarks>
    public bool IsPresent() => true;

    public void Dispose()
    {
        foreach (IoPorts? ports in _ports) ports?.Close();
        foreach (MemoryView? view in _views) view?.Dispose();
        _uncached?.Dispose();
        _cached?.Dispose();
    }

    /// <summary>The file of memory could not be opened; its errno is this thread's last.</summary>
    internal static DeviceException NoMemoryFile(string card, LinuxSystem system)
    {
        int error = Errno.Last;
        if (error == Errno.EPERM && ProcessChecks.NoRawAccess(system) is { } cause) return cause.ToException(card, $"opening {MemoryFile}", VfioErrors.Answer("open", error));
        return VfioErrors.Failed(error, card, $"opening {MemoryFile}", "open", error == Errno.ENOENT
            ? "A container needs the file handed in (--device /dev/mem); a kernel without CONFIG_DEVMEM has none: boot one that has."
            : system.Rights.IsConfined ? "Hand the file in when the container is started: --device /dev/mem --cap-add SYS_RAWIO." : "Run as root.");
    }

    /// <param name="caching"><see cref="Libc.Synchronous"/> for memory that the kernel is to map uncached, as registers must be; 0 for RAM (drivers/char/mem.c).</param>
    private FileDescriptor OpenMemory(int caching)
    {
        FileDescriptor memory = Libc.Open(MemoryFile, Libc.ReadWrite | Libc.CloseOnExec | caching);
        if (!memory.IsInvalid) return memory;
        DeviceException error = NoMemoryFile(_resources.Name, new LinuxSystem());
        memory.Dispose();
        throw error;
    }

    private FileMapping Map(FileDescriptor memory, PlatformRange range)
    {
        try
        {
            return new FileMapping(memory, _resources.Name, checked((long)range.Start), 0, range.Length, range.ToString(), range.IsCached ? RegionCaching.Cached : RegionCaching.Uncached);
        }
        catch (DeviceException error) when (error.Status == DeviceStatus.AccessDenied)
        {
            throw new DeviceException(error.Status, _resources.Name, $"mapping {range} of {MemoryFile}", error.Answer,
                "The kernel keeps RAM and what its drivers hold to itself. See /proc/iomem who has it and unbind that driver, or boot with iomem=relaxed.", error);
        }
        catch (DeviceException error) when (error.Answer.Contains("EAGAIN", StringComparison.Ordinal))
        {
            throw new DeviceException(DeviceStatus.Busy, _resources.Name, $"mapping {range} of {MemoryFile}", error.Answer,
                $"Somebody has it mapped {(range.IsCached ? "uncached" : "cached")}, and memory cannot be both: close it there, or open it likewise.", error);
        }
        catch (DeviceException error) when (error.Status == DeviceStatus.IoError)
        {
            throw new DeviceException(error.Status, _resources.Name, $"mapping {range} of {MemoryFile}", error.Answer,
                "Not all of that is an address of this machine. After the + stands the length, not the last address.", error);
        }
        catch (OverflowException error)
        {
            throw new DeviceException(DeviceStatus.InvalidArgument, _resources.Name, $"mapping {range} of {MemoryFile}", "no machine has such an address", "Correct it.", error);
        }
    }
}
