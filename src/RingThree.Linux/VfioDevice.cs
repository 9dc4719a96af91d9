using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>An open function behind the kernel's vfio-pci driver.</summary>
internal sealed unsafe class VfioDevice : IHostedDevice
{
    private readonly VfioGroup _group;
    private readonly FileDescriptor _device;
    private readonly VfioRegions.Place[] _places;
    private readonly VfioInterrupts _interrupts;
    private readonly CombiningFiles _combining;
    private int _closed;

    /// <param name="description">What the scan said.</param>
    /// <param name="group">Its open group.</param>
    /// <param name="device">Its descriptor; closed with this.</param>
    /// <param name="shown">What the kernel shows of its BARs to everybody: VFIO does not tell one that is not there from one without addresses.</param>
    internal VfioDevice(DeviceDescription description, VfioGroup group, FileDescriptor device, IReadOnlyList<RegionDescription> shown)
    {
        Description = description;
        _group = group;
        _device = device;
        var info = new VfioApi.DeviceInfo { Size = (uint)sizeof(VfioApi.DeviceInfo) };
        // Sound: the request fills a vfio_device_info, whose size the structure carries.
        if (Libc.Ioctl(device, VfioApi.DeviceGetInfo, &info) < 0)
            throw VfioErrors.Failed(description.Address, "asking for its regions", "VFIO_DEVICE_GET_INFO", "See the kernel's log: dmesg | tail");
        CanReset = (info.Flags & VfioApi.DeviceCanReset) != 0;
        _places = VfioRegions.Read(device, description.Address, info.Regions);
        Regions = [.. _places.Select((p, i) => p.Description.Size == 0 && i < shown.Count && shown[i].Obstacle is not null ? shown[i] with { Size = 0 } : p.Description)];
        _combining = new CombiningFiles(description.Address);
        _interrupts = new VfioInterrupts(device, description.Address, info.Irqs);
    }

    public DeviceDescription Description { get; }

    public IReadOnlyList<RegionDescription> Regions { get; }

    public IReadOnlyList<InterruptGroupDescription> InterruptGroups => _interrupts.Groups;

    public IAddressSpace AddressSpace => _group.Container.Space;

    public bool CanReset { get; }

    public void Read(int region, ulong offset, Span<byte> data)
    {
        VfioRegions.Place place = _places[region];
        nint got = -1;
        if (!IsTable(place, offset, data.Length))
        {
            try
            {
                // Sound: the pinned span is as long as the call is told.
                fixed (byte* pointer = data)
                {
                    got = Libc.ReadAt(_device, pointer, (nuint)data.Length, place.Position + (long)offset);
                }
            }
            catch (ObjectDisposedException)
            {
                // Closed meanwhile: a read of nothing.
            }
        }

        // Decoding off is EIO here and all ones on the bus.
        if (got != data.Length) data.Fill(0xFF);
    }

    public void Write(int region, ulong offset, ReadOnlySpan<byte> data)
    {
        VfioRegions.Place place = _places[region];
        if (IsTable(place, offset, data.Length)) return;
        try
        {
            // Sound: the pinned span is as long as the call is told. What the device does not take is dropped, as on the bus.
            fixed (byte* pointer = data)
            {
                _ = Libc.WriteAt(_device, pointer, (nuint)data.Length, place.Position + (long)offset);
            }
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile: a write to nothing.
        }
    }

    public IReadOnlyList<IRegionMapping> Map(int region)
    {
        VfioRegions.Place place = _places[region];
        return [.. place.Mappable.Select(m => new FileMapping(_device, Description.Address, place.Position + (long)m.Offset, m.Offset, m.Length, place.Description.Name))];
    }

    /// <remarks>VFIO maps uncached alone; sysfs has a file for the other way.</remarks>
    public IReadOnlyList<IRegionMapping> Map(int region, RegionCaching caching) => caching switch
    {
        RegionCaching.Uncached => Map(region),
        RegionCaching.WriteCombining => _combining.Map(region, _places[region]),
        _ => throw new DeviceException(DeviceStatus.NotSupported, Description.Address, $"mapping {Regions[region].Name} as {caching}",
            "Linux maps no card's memory cached", $"Ask for {RegionCaching.WriteCombining}, which serves memory that is written in long runs."),
    };

    public IInterruptWaiter CreateWaiter() => new EventWaiter(Description.Address);

    public int Bind(int group, ReadOnlySpan<VectorRoute> routes) => _interrupts.Bind(group, routes);

    public void Unbind(int group) => _interrupts.Unbind(group);

    public void Mask(int group, int vector) => _interrupts.Mask(group, vector);

    public void Unmask(int group, int vector) => _interrupts.Unmask(group, vector);

    public void Trigger(int group, int first, int count) => _interrupts.Trigger(group, first, count);

    public bool TrySetAffinity(int group, int vector, ReadOnlySpan<int> processors, out string answer) =>
        IrqAffinity.TrySet(Description.Address, InterruptGroups[group].Name, vector, processors, out answer);

    public bool TryPrioritize(int realTimePriority, ReadOnlySpan<int> processors, out string answer) =>
        ThreadScheduling.TrySet(realTimePriority, processors, out answer);

    public void Reset()
    {
        if (Libc.Ioctl(_device, VfioApi.DeviceReset, 0) == 0) return;
        int error = Errno.Last;
        const string operation = "resetting the function";
        if (!IsPresent() && FunctionChecks.Presence(new LinuxSystem(), Description.Address) is { State: CheckState.Failed } silent)
            throw silent.ToException(Description.Address, operation, VfioErrors.Answer("VFIO_DEVICE_RESET", error));
        throw VfioErrors.Failed(error, Description.Address, operation, "VFIO_DEVICE_RESET",
            error == Errno.EAGAIN ? "The device is being removed: close it." : "See the kernel's log: dmesg | tail");
    }

    public IReadOnlyList<string>? GetBusResetReach() => VfioBusReset.Reach(_device, Description.Address)?.Select(p => p.Address).ToArray();

    public void ResetBus() => VfioBusReset.Reset(_device, Description.Address);

    /// <remarks>VFIO answers the ids from a copy; class and revision are the device's.</remarks>
    public bool IsPresent()
    {
        Span<byte> classAndRevision = stackalloc byte[4];
        Read(PciNumbering.Configuration, 0x08, classAndRevision);
        return classAndRevision.ContainsAnyExcept((byte)0xFF);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        _combining.Dispose();
        _group.Close(Description.Address, _device);
    }

    private static bool IsTable(VfioRegions.Place place, ulong offset, int length) =>
        place.Table is { } table && offset < table.Offset + table.Length && table.Offset < offset + (ulong)length;
}
