using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Wishes for a buffer's memory: passed to the host, granted or not, and told.</summary>
public sealed class DmaMemoryTests
{
    private const long Page = DmaMemoryOptions.Page2M;

    [Fact]
    public void A_host_with_ordinary_memory_only_says_so_and_gives_that()
    {
        using var host = new SimulatedHost();
        host.Add(new EduCard());
        using PciDevice card = host.Open(new PciId(0x1234, 0x11E8));

        using DmaBuffer buffer = card.Dma.Allocate(5000, new DmaMemoryOptions { PageSize = Page, Node = 1 }, addressBits: 28);

        Assert.Equal(Environment.SystemPageSize, buffer.Memory.PageSize);
        Assert.Null(buffer.Memory.Node);
        Assert.Equal(["huge pages: this host has ordinary memory only", "node 1: this host has no nodes"], buffer.Memory.Refusals);
        Assert.Contains("not granted: huge pages: ", buffer.Memory.ToString(), StringComparison.Ordinal);
        buffer.Span.Fill(1);
        Assert.Empty(card.Dma.Allocate(16).Memory.Refusals);
        Assert.Empty(card.Dma.Allocate(16, new DmaMemoryOptions()).Memory.Refusals); // no wish
        DeviceException error = Assert.Throws<DeviceException>(() => card.Dma.Allocate(5000, new DmaMemoryOptions { PageSize = Page, Required = true }));
        Assert.Equal((DeviceStatus.NotSupported, "huge pages: this host has ordinary memory only"), (error.Status, error.Answer));
    }

    [Fact]
    public void Memory_of_huge_pages_is_mapped_whole_and_where_they_can_be_translated_whole()
    {
        var given = new GivenMemory(2 * Page, Page, node: 1);
        var space = new FakeAddressSpace((0, (1UL << 39) - 1)) { Memory = (length, wishes) => length == 3 << 20 && wishes is { PageSize: Page, Node: 1, NearDevice: false } ? given : null };
        using PciDevice device = new FakeDevice { AddressSpace = space }.Open();
        using DmaBuffer small = device.Dma.Allocate(16);

        DmaBuffer buffer = device.Dma.Allocate(3 << 20, new DmaMemoryOptions { PageSize = Page, Node = 1 });

        Assert.Equal((0UL, 3 << 20, 3 << 20), (buffer.Address.Value % (ulong)Page, buffer.Length, buffer.Span.Length));
        Assert.Equal((given.Address, 2UL * (ulong)Page, DmaAccess.Both), space.Mappings[buffer.Address.Value]);
        Assert.Equal("pages of 2 MiB at node 1", buffer.Memory.ToString());
        buffer.Dispose();
        Assert.True(given.IsClosed);
        Assert.Single(space.Mappings);
        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
    }

    /// <summary>A card with few address bits may have no aligned place; it is no reason to give it none.</summary>
    [Fact]
    public void Where_no_aligned_address_is_free_any_is_taken()
    {
        var space = new FakeAddressSpace((0, 0x2F_FFFF)) { Memory = (_, _) => new GivenMemory(Page, Page, null) };
        using PciDevice device = new FakeDevice { AddressSpace = space }.Open();

        using DmaBuffer buffer = device.Dma.Allocate(100, new DmaMemoryOptions { PageSize = Page });

        Assert.Equal(0x1000UL, buffer.Address.Value);
    }

    [Fact]
    public void What_is_required_and_refused_is_an_error_and_gives_the_memory_back()
    {
        var given = new GivenMemory(4096, 4096, null, "pages of 2 MiB: 1 are needed, and of the 0 that the system keeps 0 are free");
        using PciDevice device = new FakeDevice { AddressSpace = new FakeAddressSpace((0, uint.MaxValue)) { Memory = (_, _) => given } }.Open();

        DeviceException error = Assert.Throws<DeviceException>(() => device.Dma.Allocate(100, new DmaMemoryOptions { PageSize = Page, Required = true }));

        Assert.Equal(DeviceStatus.NoResources, error.Status);
        Assert.Contains("of the 0 that the system keeps", error.Answer, StringComparison.Ordinal);
        Assert.True(given.IsClosed);
    }

    [Fact]
    public void A_device_whose_node_is_unknown_gets_any_and_is_told()
    {
        using PciDevice device = new FakeDevice { AddressSpace = new FakeAddressSpace((0, uint.MaxValue)) }.Open();

        Assert.Contains("the system does not say which it is", Assert.Single(device.Dma.Allocate(100, new DmaMemoryOptions { NearDevice = true }).Memory.Refusals), StringComparison.Ordinal);
    }

    [Fact]
    public void Wishes_that_mean_nothing_are_refused()
    {
        using PciDevice device = new FakeDevice { AddressSpace = new FakeAddressSpace((0, uint.MaxValue)) }.Open();
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Dma.Allocate(100, new DmaMemoryOptions { PageSize = 3 << 20 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Dma.Allocate(100, new DmaMemoryOptions { PageSize = -4096 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Dma.Allocate(100, new DmaMemoryOptions { Node = 1024 }));
        Assert.Throws<ArgumentException>(() => device.Dma.Allocate(100, new DmaMemoryOptions { Node = 0, NearDevice = true }));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Dma.Allocate(0, new DmaMemoryOptions()));
        Assert.Throws<ArgumentNullException>(() => device.Dma.Allocate(100, null!));
    }

    private sealed class GivenMemory(long length, long page, int? node, params string[] refusals) : IHostMemory
    {
        private readonly byte[] _bytes = GC.AllocateArray<byte>((int)length, pinned: true);

        public nuint Address => (nuint)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0) & ~(nuint)0xFFF; // mapped by nobody

        public ulong Length => (ulong)length;

        public DmaMemoryGrant Grant { get; } = new(page, node, refusals);

        public bool IsClosed { get; private set; }

        public Span<byte> Span(int count)
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return _bytes.AsSpan(0, count);
        }

        public void Dispose() => IsClosed = true;
    }
}
