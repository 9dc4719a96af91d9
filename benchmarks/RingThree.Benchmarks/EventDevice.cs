using System.Buffers.Binary;
using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Linux;
using RingThree.Pci;

namespace RingThree.Benchmarks;

/// <summary>The card of <see cref="EventHost"/>. Waits and maps with the VFIO host's own classes.</summary>
internal sealed class EventDevice : IHostedDevice
{
    /// <summary>The same page once more, as memory that is cached.</summary>
    internal const int CachedBar = 2;

    private const int PageSize = 4096;
    private readonly FileDescriptor _page;
    private readonly byte[] _configuration = new byte[256];

    public EventDevice()
    {
        _page = Libc.MemoryFile("page", Libc.MemoryFileCloseOnExec);
        if (_page.IsInvalid || Libc.Truncate(_page, PageSize) != 0) throw new InvalidOperationException($"memfd_create: {Errno.Describe(Errno.Last)}");
        BinaryPrimitives.WriteUInt16LittleEndian(_configuration, Description.VendorId);
        BinaryPrimitives.WriteUInt16LittleEndian(_configuration.AsSpan(2), Description.DeviceId);
        RegionDescription[] regions = new RegionDescription[PciNumbering.Configuration + 1];
        Array.Fill(regions, RegionDescription.Absent);
        regions[0] = new RegionDescription(RegionKind.Memory, PageSize, RegionAbilities.Read | RegionAbilities.Write | RegionAbilities.Map, "BAR 0");
        regions[CachedBar] = regions[0] with { Name = "BAR 2" };
        regions[PciNumbering.Configuration] = new RegionDescription(
            RegionKind.Configuration, (ulong)_configuration.Length, RegionAbilities.Read | RegionAbilities.Write, "configuration space");
        Regions = regions;
        InterruptGroupDescription[] groups = new InterruptGroupDescription[PciNumbering.RemovalRequest + 1];
        Array.Fill(groups, InterruptGroupDescription.Absent);
        groups[PciNumbering.Msi] = new InterruptGroupDescription(InterruptGroupKind.Msi, 1, InterruptGroupAbilities.FixedOnceBound, "MSI");
        InterruptGroups = groups;
    }

    public DeviceDescription Description => EventHost.Card;

    public IReadOnlyList<RegionDescription> Regions { get; }

    public IReadOnlyList<InterruptGroupDescription> InterruptGroups { get; }

    public IAddressSpace? AddressSpace => null;

    public bool CanReset => false;

    /// <summary>Writing it is the card's message. Valid while the group is bound.</summary>
    public FileDescriptor? Message { get; private set; }

    public void Read(int region, ulong offset, Span<byte> data) => _configuration.AsSpan((int)offset, data.Length).CopyTo(data);

    public void Write(int region, ulong offset, ReadOnlySpan<byte> data) => data.CopyTo(_configuration.AsSpan((int)offset));

    public IReadOnlyList<IRegionMapping> Map(int region) => [new FileMapping(_page, Description.Address, 0, 0, PageSize, caching: region == CachedBar ? RegionCaching.Cached : RegionCaching.Uncached)];

    public IInterruptWaiter CreateWaiter() => new EventWaiter(Description.Address);

    public int Bind(int group, ReadOnlySpan<VectorRoute> routes)
    {
        Message = ((EventWaiter)routes[0].Waiter!).EventOf(routes[0].Tag);
        return routes.Length;
    }

    public void Unbind(int group) => Message = null;

    public void Mask(int group, int vector) => throw new NotSupportedException();

    public void Unmask(int group, int vector) => throw new NotSupportedException();

    public void Trigger(int group, int first, int count) => throw new NotSupportedException();

    public void Reset() => throw new NotSupportedException();

    public bool IsPresent() => true;

    public void Dispose() => _page.Dispose();
}
