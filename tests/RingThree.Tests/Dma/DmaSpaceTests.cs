using System.Runtime.CompilerServices;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Pci;
using Xunit;

namespace RingThree.Tests;

public sealed class DmaSpaceTests : IDisposable
{
    private readonly FakeAddressSpace _space = new((0, (1UL << 39) - 1)) { MaximumMappings = 600 };
    private readonly FakeDevice _fake;
    private readonly PciDevice _device;

    public DmaSpaceTests()
    {
        _fake = new FakeDevice { AddressSpace = _space };
        _device = _fake.Open();
    }

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Closing_the_device_lets_mapped_arrays_go()
    {
        WeakReference array = MapAndForget();
        _device.Dispose();

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.False(array.IsAlive);
    }

    [Fact]
    public void Memory_that_the_host_would_not_unmap_is_kept_however_often_it_is_disposed()
    {
        DmaBuffer buffer = _device.Dma.Allocate(16);
        var taken = _space.Mappings[buffer.Address.Value];
        _space.Mappings.Remove(buffer.Address.Value); // the host refuses from now on

        Assert.Throws<DeviceException>(buffer.Dispose);
        Assert.Throws<DeviceException>(buffer.Dispose);

        buffer.Span.Fill(1); // still there
        _space.Mappings.Add(buffer.Address.Value, taken);
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
    }

    [Theory]
    [InlineData(0, 4096)]
    [InlineData(-100, 4096)]
    [InlineData(-1, 2)]
    public void Memory_that_no_process_has_is_refused(long address, long length) =>
        Assert.Throws<ArgumentOutOfRangeException>(nameof(address), () => _device.Dma.Map(unchecked((nuint)address), length));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference MapAndForget()
    {
        byte[] array = new byte[100_000];
        _device.Dma.Map(array);
        return new WeakReference(array);
    }

    [Fact]
    public void A_buffer_is_zeroed_whole_pages_and_contiguous()
    {
        using DmaBuffer buffer = _device.Dma.Allocate(5000, access: DmaAccess.DeviceWrites);

        Assert.Equal(5000, buffer.Length);
        Assert.Equal(5000, buffer.Span.Length);
        Assert.False(buffer.Span.ContainsAnyExcept((byte)0));
        (nuint memory, ulong length, DmaAccess access) = _space.Mappings[buffer.Address.Value];
        Assert.Equal(8192u, length);
        Assert.Equal(0u, memory % 4096);
        Assert.Equal(DmaAccess.DeviceWrites, access);
    }

    [Fact]
    public void Memory_that_was_used_before_is_zeroed_again()
    {
        for (int round = 0; round < 200; round++)
        {
            using DmaBuffer buffer = _device.Dma.Allocate(4096);
            Assert.False(buffer.Span.ContainsAnyExcept((byte)0));
            buffer.Span.Fill(0xA5);
        }
    }

    [Fact]
    public void A_disposed_buffer_is_unmapped_and_refuses_its_span()
    {
        DmaBuffer buffer = _device.Dma.Allocate(16);

        buffer.Dispose();
        buffer.Dispose();

        Assert.Empty(_space.Mappings);
        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
    }

    [Fact]
    public void The_first_mapping_switches_mastering_on()
    {
        Assert.Equal(PciCommand.None, _device.Config.ReadCommand());

        using DmaBuffer first = _device.Dma.Allocate(1);
        using DmaBuffer second = _device.Dma.Allocate(1);

        Assert.Equal(PciCommand.BusMaster, _device.Config.ReadCommand());
        Assert.Single(_fake.Events);
    }

    [Fact]
    public void Memory_that_is_not_aligned_keeps_its_place_in_the_page()
    {
        byte[] memory = new byte[20_000];
        for (int start = 0; start < 64; start += 7)
        {
            using DmaMapping mapping = _device.Dma.Map(memory.AsMemory(start, 9000));

            (nuint mapped, ulong length, _) = Assert.Single(_space.Mappings).Value;
            ulong page = _space.Mappings.Keys.Single();
            nuint address = AddressOf(memory, start);
            Assert.Equal(9000, mapping.Length);
            Assert.Equal(address % 4096, (nuint)(mapping.Address.Value % 4096));
            Assert.Equal(page, mapping.Address.Value & ~4095UL);
            Assert.Equal(address & ~(nuint)4095, mapped);
            Assert.True(mapping.Address.Value + 9000 <= page + length);
            Assert.Equal(0u, length % 4096);
        }
    }

    [Fact]
    public void Memory_that_ends_with_its_page_takes_no_further_page()
    {
        using DmaMapping mapping = _device.Dma.Map((nuint)0x7000_0FF0, 0x10);

        Assert.Equal(4096u, Assert.Single(_space.Mappings).Value.Length);
        Assert.Equal(0xFF0u, mapping.Address.Value & 0xFFF);
    }

    [Fact]
    public void Hundreds_of_mappings_do_not_overlap_and_all_end()
    {
        var buffers = new List<DmaBuffer>();
        for (int i = 0; i < 500; i++) buffers.Add(_device.Dma.Allocate(1 + (i * 37 % 20_000)));

        (ulong First, ulong End)[] order = [.. _space.Mappings.Select(m => (m.Key, m.Key + m.Value.Length)).OrderBy(m => m.Key)];
        Assert.Equal(500, order.Length);
        for (int i = 1; i < order.Length; i++) Assert.True(order[i - 1].End <= order[i].First);
        foreach (DmaBuffer buffer in buffers) buffer.Dispose();
        Assert.Empty(_space.Mappings);
    }

    [Fact]
    public void The_cards_address_bits_are_kept_to()
    {
        var buffers = new List<DmaBuffer>();
        var error = Assert.Throws<DeviceException>(() =>
        {
            for (int i = 0; i < 100; i++) buffers.Add(_device.Dma.Allocate(8192, addressBits: 16));
        });

        Assert.Equal(DeviceStatus.NoResources, error.Status);
        Assert.Contains("2^16", error.Answer, StringComparison.Ordinal);
        Assert.Equal(7, buffers.Count); // 64 KiB less the page at zero, by two pages each
        Assert.All(buffers, b => Assert.True(b.Address.Value + 8192 <= 0x1_0000));
        foreach (DmaBuffer buffer in buffers) buffer.Dispose();
    }

    [Fact]
    public void Too_many_mappings_are_refused_until_one_ends()
    {
        DmaBuffer[] buffers = [.. Enumerable.Range(0, 600).Select(_ => _device.Dma.Allocate(1))];

        var error = Assert.Throws<DeviceException>(() => _device.Dma.Allocate(1));
        Assert.Equal(DeviceStatus.NoResources, error.Status);
        Assert.Contains("600", error.Answer, StringComparison.Ordinal);

        buffers[300].Dispose();
        _device.Dma.Allocate(1).Dispose();
        foreach (DmaBuffer buffer in buffers) buffer.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_length_below_one_is_refused(int length)
    {
        Assert.Throws<ArgumentOutOfRangeException>(nameof(length), () => _device.Dma.Allocate(length));
        Assert.Throws<ArgumentOutOfRangeException>(nameof(length), () => _device.Dma.Map((nuint)0x1000, length));
        Assert.Throws<ArgumentException>("memory", () => _device.Dma.Map(Memory<byte>.Empty));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(65)]
    [InlineData(-1)]
    public void Address_bits_that_no_card_has_are_refused(int bits)
    {
        Assert.Throws<ArgumentOutOfRangeException>("addressBits", () => _device.Dma.Allocate(1, bits));
        Assert.Throws<ArgumentOutOfRangeException>("addressBits", () => _device.Dma.Map(new byte[1], bits));
        Assert.Empty(_space.Mappings);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(7)]
    public void An_access_that_is_none_is_refused(int access) =>
        Assert.Throws<ArgumentOutOfRangeException>(nameof(access), () => _device.Dma.Allocate(1, access: (DmaAccess)access));

    [Theory]
    [InlineData(0, long.MaxValue)]
    [InlineData(0x1234, long.MaxValue - 0x1234)]
    public void A_length_beyond_every_range_is_refused_without_wrapping(int place, long length)
    {
        // The upper half of the addresses is the kernel's: no card's window that another test has mapped lies there.
        var error = Assert.Throws<DeviceException>(() => _device.Dma.Map(unchecked((nuint)(1UL << 63)) + (nuint)place, length));

        Assert.Equal(DeviceStatus.NoResources, error.Status);
        Assert.Empty(_space.Mappings);
    }

    [Fact]
    public void What_the_host_refuses_leaves_its_addresses_free()
    {
        _space.Refusal = new DeviceException(DeviceStatus.NoResources, FakeDevice.Place, "mapping", "locked memory ran out", "Raise the limit.");
        Assert.Throws<DeviceException>(() => _device.Dma.Allocate(4096));

        using DmaBuffer buffer = _device.Dma.Allocate(4096);

        Assert.Equal(new Iova(4096), buffer.Address);
    }

    [Fact]
    public void Closing_the_device_undoes_mappings_and_keeps_buffers_readable()
    {
        DmaBuffer buffer = _device.Dma.Allocate(16);
        buffer.Span[3] = 9;

        _device.Dispose();

        Assert.Empty(_space.Mappings);
        Assert.Equal(9, buffer.Span[3]);
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _device.Dma.Allocate(16));
    }

    [Fact]
    public void A_buffer_that_was_forgotten_is_kept_while_the_device_reaches_it()
    {
        nuint memory = Forget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        DmaBuffer[] others = [.. Enumerable.Range(0, 64).Select(_ => _device.Dma.Allocate(4096))];

        Assert.DoesNotContain(_space.Mappings, m => m.Key != 4096 && m.Value.Memory == memory);
        foreach (DmaBuffer other in others) other.Dispose();

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        nuint Forget() => _space.Mappings[_device.Dma.Allocate(4096).Address.Value].Memory;
    }

    private static unsafe nuint AddressOf(byte[] memory, int at)
    {
        // The mapping has it pinned.
        fixed (byte* pointer = &memory[at]) return (nuint)pointer;
    }
}
