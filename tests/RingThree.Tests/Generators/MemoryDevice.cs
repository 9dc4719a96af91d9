using RingThree.Hosting;

namespace RingThree.Tests.Generators;

/// <summary>A host of one function, whose BAR 0 is plain memory that is not mapped and remembers how it was accessed.</summary>
public sealed class MemoryDevice(int size) : IHost, IHostedDevice
{
    private readonly byte[] _configuration = new byte[256];

    /// <summary>The function's address.</summary>
    public const string Address = "0000:00:01.0";

    /// <summary>BAR 0's bytes.</summary>
    public byte[] Memory { get; } = new byte[size];

    /// <summary>Every access to BAR 0 so far, such as <c>read 4 at 0x10</c>.</summary>
    public List<string> Accesses { get; } = [];

    public string Name => "memory";

    public DeviceDescription Description { get; } = new(Address, 0xffff, 0xffff);

    public IReadOnlyList<RegionDescription> Regions { get; } =
    [
        new(RegionKind.Memory, (ulong)size, RegionAbilities.Read | RegionAbilities.Write, "BAR 0"),
        .. Enumerable.Repeat(RegionDescription.Absent, PciNumbering.Configuration - 1),
        new(RegionKind.Configuration, 256, RegionAbilities.Read | RegionAbilities.Write, "configuration space"),
    ];

    public IReadOnlyList<InterruptGroupDescription> InterruptGroups { get; } =
        [.. Enumerable.Repeat(InterruptGroupDescription.Absent, PciNumbering.RemovalRequest + 1)];

    public IAddressSpace? AddressSpace => null;

    public bool CanReset => false;

    public IReadOnlyList<DeviceDescription> Scan() => [Description];

    public IHostedDevice OpenDevice(string address, OpenOptions options) => this;

    public void Read(int region, ulong offset, Span<byte> data)
    {
        if (region == PciNumbering.FirstBar) Accesses.Add($"read {data.Length} at 0x{offset:x}");
        GetBytes(region).AsSpan((int)offset, data.Length).CopyTo(data);
    }

    public void Write(int region, ulong offset, ReadOnlySpan<byte> data)
    {
        if (region == PciNumbering.FirstBar) Accesses.Add($"write {data.Length} at 0x{offset:x}");
        data.CopyTo(GetBytes(region).AsSpan((int)offset));
    }

    public IReadOnlyList<IRegionMapping> Map(int region) => [];

    public IInterruptWaiter CreateWaiter() => throw new NotSupportedException();

    public int Bind(int group, ReadOnlySpan<VectorRoute> routes) => throw new NotSupportedException();

    public void Unbind(int group)
    {
    }

    public void Mask(int group, int vector) => throw new NotSupportedException();

    public void Unmask(int group, int vector) => throw new NotSupportedException();

    public void Trigger(int group, int first, int count) => throw new NotSupportedException();

    public void Reset() => throw new NotSupportedException();

    public bool IsPresent() => true;

    public void Dispose()
    {
    }

    private byte[] GetBytes(int region) => region == PciNumbering.FirstBar ? Memory : _configuration;
}
