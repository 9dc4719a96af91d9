using RingThree.Devices;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;

namespace RingThree.Conformance;

/// <summary>DMA through the IOMMU: what is mapped is reached, what is not faults.</summary>
public sealed class DmaTests : RoadTest
{
    [Theory]
    [InlineData(InterruptKinds.Level)]
    [InlineData(InterruptKinds.Msi)]
    public async Task A_round_trip_brings_the_same_bytes_back(InterruptKinds kind)
    {
        PciDevice device = Machine.Open(Machine.EduA);
        await using var edu = new EduDriver(device, kind);
        using DmaBuffer sent = edu.Allocate(EduDriver.LargestDma);
        using DmaBuffer received = edu.Allocate(EduDriver.LargestDma);
        new Random(3).NextBytes(sent.Span);
        Assert.True(received.Span.IndexOfAnyExcept((byte)0) < 0, "a fresh buffer is zero");
        await edu.ToCardAsync(sent, sent.Length);
        await edu.FromCardAsync(received, 1000);
        Assert.True(sent.Span[..1000].SequenceEqual(received.Span[..1000]));
        Assert.True(received.Span[1000..].IndexOfAnyExcept((byte)0) < 0, "no more than asked for arrives");
    }

    [Fact]
    public async Task A_buffer_of_huge_pages_carries_the_cards_dma_or_says_why_it_has_none()
    {
        const string pool = "/proc/sys/vm/nr_hugepages"; // the guest is ours
        string before = Machine.IsGuest ? await File.ReadAllTextAsync(pool, TestContext.Current.CancellationToken) : "";
        if (Machine.IsGuest) await File.WriteAllTextAsync(pool, "4", TestContext.Current.CancellationToken);
        try
        {
            PciDevice device = Machine.Open(Machine.EduA);
            await using var edu = new EduDriver(device);
            using DmaBuffer buffer = device.Dma.Allocate((2 << 20) + 4096, new DmaMemoryOptions { PageSize = DmaMemoryOptions.Page2M, Node = 0 }, EduDriver.AddressBits);
            new Random(3).NextBytes(buffer.Span[..1000]);
            await edu.ToCardAsync(buffer, 1000);
            byte[] sent = buffer.Span[..1000].ToArray();
            buffer.Span.Clear();
            await edu.FromCardAsync(buffer, 1000);

            Assert.Equal(sent, buffer.Span[..1000].ToArray());
            Assert.Equal(Machine.IsGuest ? 0 : 2, buffer.Memory.Refusals.Count);
            Assert.Equal(Machine.IsGuest ? DmaMemoryOptions.Page2M : Environment.SystemPageSize, buffer.Memory.PageSize);
            if (Machine.IsGuest) Assert.Equal(0UL, buffer.Address.Value % (ulong)DmaMemoryOptions.Page2M);
        }
        finally
        {
            if (Machine.IsGuest) await File.WriteAllTextAsync(pool, before, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Existing_memory_can_be_mapped_wherever_it_starts()
    {
        PciDevice device = Machine.Open(Machine.EduA);
        await using var edu = new EduDriver(device);
        byte[] array = new byte[10_000];
        new Random(4).NextBytes(array);
        byte[] before = [.. array];
        using DmaMapping from = device.Dma.Map(array.AsMemory(123, 2000), EduDriver.AddressBits);
        using DmaMapping to = device.Dma.Map(array.AsMemory(5001, 2000), EduDriver.AddressBits);
        Assert.Equal(2000, from.Length);
        await Move(edu, from.Address.Value, EduDriver.CardBuffer, 2000, EduDma.None);
        await Move(edu, EduDriver.CardBuffer, to.Address.Value, 2000, EduDma.FromCard);
        before.AsSpan(123, 2000).CopyTo(before.AsSpan(5001));
        Assert.Equal(before, array);
    }

    [Fact]
    public void The_cards_address_bits_are_respected()
    {
        PciDevice device = Machine.Open(Machine.EduA);
        using DmaBuffer low = device.Dma.Allocate(1 << 20, 28);
        Assert.True(low.Address.Value + (1 << 20) <= 1UL << 28);
        Assert.NotEqual(0ul, low.Address.Value);
        DeviceException error = Assert.Throws<DeviceException>(() => device.Dma.Allocate(64 << 10, 16)); // page 0 is never given out
        Assert.Equal(DeviceStatus.NoResources, error.Status);
        Assert.Contains("below 2^16", error.Message, StringComparison.Ordinal);
        using DmaBuffer small = device.Dma.Allocate(4096, 64);
    }

    [Fact]
    public async Task An_address_that_is_not_mapped_faults_and_is_reported()
    {
        PciDevice device = Machine.Open(Machine.EduA);
        await using var edu = new EduDriver(device);
        using DmaBuffer buffer = edu.Allocate(4096); // so that bus mastering is on
        DmaFault fault = await Machine.FaultOfAsync(device, () => Move(edu, EduDriver.CardBuffer, 0x300_0000, 64, EduDma.FromCard));
        Assert.Equal(device.Address, fault.Device);
        Assert.Equal(0x300_0000ul, fault.Address.Value & ~0xFFFul);
        Assert.True(fault.IsWrite);
    }

    [Fact]
    public async Task After_unmap_the_card_reaches_the_memory_no_more()
    {
        PciDevice device = Machine.Open(Machine.EduA);
        await using var edu = new EduDriver(device);
        using DmaBuffer source = edu.Allocate(64);
        source.Span.Fill(0x5A);
        await edu.ToCardAsync(source, 64);
        byte[] memory = GC.AllocateArray<byte>(8192, pinned: true);
        DmaMapping mapping = device.Dma.Map(memory, EduDriver.AddressBits);
        await Move(edu, EduDriver.CardBuffer, mapping.Address.Value, 64, EduDma.FromCard);
        Assert.Equal(0x5A, memory[63]);
        Iova address = mapping.Address;
        mapping.Dispose();
        mapping.Dispose();
        Array.Clear(memory);
        DmaFault fault = await Machine.FaultOfAsync(device, () => Move(edu, EduDriver.CardBuffer, address.Value, 64, EduDma.FromCard));
        Assert.Equal(address.Value & ~0xFFFul, fault.Address.Value & ~0xFFFul);
        Assert.Equal(0, memory[63]);
    }

    [Fact]
    public void Hundreds_of_maps_neither_overlap_nor_leak()
    {
        PciDevice device = Machine.Open(Machine.EduA);
        var random = new Random(5);
        var buffers = new List<DmaBuffer>();
        for (int round = 0; round < 600; round++)
        {
            if (buffers.Count > 0 && random.Next(3) == 0)
            {
                int at = random.Next(buffers.Count);
                buffers[at].Dispose();
                buffers.RemoveAt(at);
            }

            buffers.Add(device.Dma.Allocate(1 + random.Next(3 * 4096), 28));
        }

        var ranges = buffers.Select(b => (From: b.Address.Value, To: b.Address.Value + (ulong)b.Length)).Order().ToList();
        for (int i = 1; i < ranges.Count; i++) Assert.True(ranges[i - 1].To <= ranges[i].From);
        foreach (DmaBuffer buffer in buffers) buffer.Dispose();
        using DmaBuffer all = device.Dma.Allocate(100 << 20, 28); // everything was given back
        Assert.Throws<ObjectDisposedException>(() => buffers[0].Span.Length);
    }

    [Fact]
    public void The_first_mapping_switches_bus_mastering_on()
    {
        PciDevice device = Machine.Open(Machine.EduA);
        Assert.Equal(PciCommand.None, device.Config.ReadCommand() & PciCommand.BusMaster);
        using DmaBuffer buffer = device.Dma.Allocate(1);
        Assert.Equal(PciCommand.BusMaster, device.Config.ReadCommand() & PciCommand.BusMaster);
    }

    [Fact]
    public void A_buffer_outlives_its_device_and_a_closed_device_maps_nothing()
    {
        PciDevice device = Machine.Open(Machine.EduA);
        DmaBuffer buffer = device.Dma.Allocate(4096);
        device.Dispose();
        buffer.Span.Fill(1);
        Assert.Throws<ObjectDisposedException>(() => device.Dma.Allocate(4096));
        buffer.Dispose();
    }

    [Fact]
    public async Task Two_devices_can_share_one_address_space()
    {
        PciDevice a = Machine.Open(Machine.EduA);
        PciDevice b = Machine.Open(Machine.EduB, new DeviceOpenOptions { Host = new OpenOptions { ShareAddressSpace = a.Dma.AddressSpace } });
        await using var eduA = new EduDriver(a);
        await using var eduB = new EduDriver(b);
        using DmaBuffer shared = eduA.Allocate(256);
        using DmaBuffer other = eduB.Allocate(256);
        Assert.NotEqual(shared.Address, other.Address);
        new Random(6).NextBytes(shared.Span);
        await eduB.ToCardAsync(shared, 256); // B reaches what was mapped through A
        await eduB.FromCardAsync(other, 256);
        Assert.True(shared.Span.SequenceEqual(other.Span));
    }

    private static async Task Move(EduDriver edu, ulong from, ulong to, int count, EduDma direction)
    {
        edu.Registers.DmaSource.Write(from);
        edu.Registers.DmaDestination.Write(to);
        edu.Registers.DmaCount.Write((ulong)count);
        edu.Registers.DmaCommand.Write(EduDma.Start | EduDma.InterruptWhenDone | direction);
        Interrupt interrupt = await edu.Interrupts.NextAsync(Machine.Patience);
        Assert.Equal((ulong)EduInterrupts.Dma, interrupt.Values.Span[0]);
    }
}
