using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Registers;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>A region as memory: how it is mapped, and the copies.</summary>
public sealed class DeviceMemoryTests
{
    private const RegionAbilities Frame = RegionAbilities.Read | RegionAbilities.Write | RegionAbilities.Prefetchable;
    private const int Size = 0x4000;

    [Fact]
    public void A_prefetchable_region_is_mapped_as_its_driver_asks()
    {
        using PciDevice device = Card(combines: true).Open();
        DeviceMemory memory = device.Bar(2).Map(RegionCaching.WriteCombining);
        Assert.Equal((RegionCaching.WriteCombining, null), (memory.Caching, memory.Answer));
        Assert.NotEqual(0u, (uint)device.Bar(2).MappedAddress);
        Assert.Equal(RegionCaching.WriteCombining, device.Bar(2).Map(RegionCaching.WriteCombining).Caching);
    }

    [Fact]
    public void What_the_host_cannot_do_is_said_and_the_memory_is_there()
    {
        using PciDevice device = Card(combines: false).Open();
        DeviceMemory memory = device.Bar(2).Map(RegionCaching.WriteCombining);
        Assert.Equal(RegionCaching.Uncached, memory.Caching);
        Assert.Equal("the fake refuses. Take it as it is.", memory.Answer);
        memory.Write(1, [1, 2, 3]);
        Assert.Equal(0x0302_0100u, device.Bar(2).Read<uint>(0));
    }

    [Fact]
    public void A_region_in_use_stays_as_it_is_mapped_and_the_answer_says_what_to_do()
    {
        using PciDevice device = Card(combines: true).Open();
        device.Bar(2).Read<uint>(0);
        DeviceMemory memory = device.Bar(2).Map(RegionCaching.WriteCombining);
        Assert.Equal(RegionCaching.Uncached, memory.Caching);
        Assert.Contains("Call Map before", memory.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Registers_are_mapped_when_the_device_is_opened_and_not_for_combining()
    {
        FakeDevice card = Card(combines: true);
        using PciDevice device = card.Open();
        Assert.Equal([0], card.Mapped);
        Assert.Equal(RegionCaching.Uncached, device.Bar(0).Map(RegionCaching.WriteCombining).Caching);
    }

    [Fact]
    public void A_region_that_is_first_used_while_decoding_is_off_is_covered()
    {
        FakeDevice card = Card(combines: true);
        using PciDevice device = card.Open();
        card[2].Bytes.Fill(0x11);
        device.Config.ModifyCommand(PciCommand.MemorySpace, PciCommand.None);
        DeviceMemory memory = device.Bar(2).Map();
        var data = new byte[3];
        memory.Read(5, data);
        Assert.Equal([0xFF, 0xFF, 0xFF], data);
        device.Config.ModifyCommand(PciCommand.None, PciCommand.MemorySpace);
        memory.Read(5, data);
        Assert.Equal([0x11, 0x11, 0x11], data);
    }

    [Fact]
    public void A_region_that_is_first_used_after_the_end_is_not_mapped()
    {
        FakeDevice card = Card(combines: true);
        PciDevice device = card.Open();
        DeviceRegion bar = device.Bar(2);
        device.Dispose();
        Assert.Equal(0u, (uint)bar.MappedAddress);
        Assert.Equal([0], card.Mapped);
    }

    /// <summary>Any place, any length, mapped, unmapped and across both: the bytes, and none beside them.</summary>
    [Theory]
    [InlineData(true, RegionCaching.Uncached)]
    [InlineData(true, RegionCaching.Cached)]
    [InlineData(false, RegionCaching.Uncached)]
    public void Copies_move_the_bytes_asked_for_and_no_others(bool isMapped, RegionCaching caching)
    {
        FakeDevice card = new FakeDevice { Combines = true }.Add(2, Size, abilities: Frame, mapped: isMapped ? [(0, 0x1000), (0x2000, 0x2000)] : null);
        card[2].IsLogging = false;
        using PciDevice device = card.Open();
        DeviceMemory memory = device.Bar(2).Map(caching);
        var model = new byte[Size];
        Random random = new(7);
        for (int round = 0; round < 3000; round++)
        {
            int length = random.Next(4) == 0 ? random.Next(Size) : random.Next(40);
            int offset = random.Next(Size - length + 1);
            var data = new byte[length + 16];
            random.NextBytes(data);
            if (random.Next(2) == 0)
            {
                memory.Write((ulong)offset, data.AsSpan(3, length));
                data.AsSpan(3, length).CopyTo(model.AsSpan(offset));
                Assert.True(card[2].Bytes.SequenceEqual(model), $"write of {length} bytes at 0x{offset:x}");
            }
            else
            {
                byte[] before = [.. data];
                memory.Read((ulong)offset, data.AsSpan(3, length));
                Assert.True(data.AsSpan(3, length).SequenceEqual(model.AsSpan(offset, length)), $"read of {length} bytes at 0x{offset:x}");
                Assert.True(data.AsSpan(0, 3).SequenceEqual(before.AsSpan(0, 3)) && data.AsSpan(3 + length).SequenceEqual(before.AsSpan(3 + length)), "bytes beside");
            }
        }
    }

    [Theory]
    [InlineData(RegionCaching.Cached, 2)]
    [InlineData(RegionCaching.WriteCombining, 0)] // whose accesses have a width
    [InlineData(RegionCaching.Uncached, 0)]
    public void A_host_that_copies_cached_memory_itself_is_asked_to(RegionCaching caching, int copies)
    {
        FakeDevice card = Card(combines: true);
        using PciDevice device = card.Open();
        DeviceMemory memory = device.Bar(2).Map(caching);
        memory.Write(1, [1, 2, 3]);
        var data = new byte[3];
        memory.Read(1, data);

        Assert.Equal([1, 2, 3], data);
        Assert.Equal(copies, card.Mappings(2).Sum(m => m.Copies));
    }

    [Fact]
    public void The_msix_table_is_not_written_and_nothing_before_it()
    {
        FakeDevice card = new FakeDevice().Add(2, Size, abilities: Frame, mapped: [(0, 0x1000), (0x2000, 0x2000)], parts: [new RegionPart(RegionPartKind.MsixTable, 0x1000, 0x100)]);
        using PciDevice device = card.Open();
        DeviceMemory memory = device.Bar(2).Map();
        var error = Assert.Throws<DeviceException>(() => memory.Write(0xF00, new byte[0x200]));
        Assert.Equal(DeviceStatus.ProtectedRange, error.Status);
        Assert.Equal(-1, card[2].Bytes.IndexOfAnyExcept((byte)0));
        memory.Write(0xF00, new byte[0x100]);
    }

    [Fact]
    public void A_range_beyond_the_region_is_refused_by_its_name()
    {
        using PciDevice device = Card(combines: true).Open();
        DeviceMemory memory = device.Bar(2).Map();
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => memory.Read(Size - 4, new byte[5]));
        Assert.Contains("BAR 2", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Write(ulong.MaxValue, new byte[1]));
        memory.Read(Size, []);
    }

    [Fact]
    public void Ports_are_not_memory()
    {
        using PciDevice device = new FakeDevice().Add(1, 0x100, RegionKind.Port).Open();
        var error = Assert.Throws<DeviceException>(() => device.Bar(1).Map());
        Assert.Equal(DeviceStatus.InvalidArgument, error.Status);
    }

    [Fact]
    public void A_simulated_cards_memory_is_copied_access_by_access()
    {
        using var host = new SimulatedHost().Add(GenericCard.Parse("id=10ee:7024,bar2=64K"));
        using PciDevice device = host.Open(new PciId(0x10EE, 0x7024));
        DeviceMemory memory = device.Bar(2).Map(RegionCaching.WriteCombining);
        Assert.NotNull(memory.Answer);
        byte[] sent = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 7))];
        memory.Write(0x123, sent);
        memory.FlushWrites();
        var got = new byte[sent.Length];
        memory.Read(0x123, got);
        Assert.Equal(sent, got);
    }

    [Fact]
    public void Copies_and_blocks_of_mapped_memory_allocate_nothing()
    {
        using PciDevice device = Card(combines: true).Open();
        DeviceMemory memory = device.Bar(2).Map(RegionCaching.WriteCombining);
        var data = new byte[4096];
        var words = new uint[64];
        void Round()
        {
            memory.Write(3, data);
            memory.Read(3, data);
            memory.FlushWrites();
            device.Bar(2).WriteBlock<uint>(0, words);
            device.Bar(2).ReadBlock<uint>(0, words);
        }

        Assert.Equal(0, Allocations.OfSteady(Round));
    }

    private static FakeDevice Card(bool combines) => new FakeDevice { Combines = combines }
        .Add(0, 0x1000, mapped: [(0, 0x1000)])
        .Add(2, Size, abilities: Frame, mapped: [(0, Size)]);
}
