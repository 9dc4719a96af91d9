using System.Runtime.InteropServices;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Memory;
using RingThree.Pci;
using RingThree.Platform;
using RingThree.Samples.Edu;

namespace RingThree.Conformance;

/// <summary>Reserved physical memory: found in the machine's own map, opened, reached by a card both ways.</summary>
public sealed class ReservedMemoryTests : RoadTest
{
    private const ulong Base = Machine.ReservedBase;
    private const ulong Length = Machine.ReservedLength;

    [Fact]
    public void The_machines_map_shows_what_was_reserved()
    {
        PhysicalMemoryMap map = Machine.Host.ReadMemoryMap()!;
        Assert.Empty(map.Problems);
        PhysicalMemoryRange withheld = Assert.Single(map.Withheld, r => r.Start == Base);
        Assert.Equal((Length, PhysicalMemoryKind.Usable), (withheld.Length, withheld.Kind)); // RAM, says the firmware
        Assert.Contains(map.Ranges, r => r.Kind == PhysicalMemoryKind.Reserved && r.Start == Base && r.Length == Length);
        Assert.Null(map.FindUsable(Base, Length));
        Assert.NotNull(map.FindUsable(Base + Length, 1));
        Assert.Contains(map.BootSettings, s => s.StartsWith("memmap=", StringComparison.Ordinal) && s.EndsWith("$0x20000000", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_card_reads_and_writes_it(bool cached)
    {
        PciDevice device = Machine.Open(Machine.EduA);
        await using var edu = new EduDriver(device);
        using ReservedMemory memory = ReservedMemory.Open(Machine.Host, Base, Length, cached);
        using DmaMapping mapping = device.Dma.Map(memory, EduDriver.AddressBits);
        Assert.Equal((long)Length, mapping.Length);
        byte[] sent = new byte[4000];
        new Random(7).NextBytes(sent);
        const int back = 0xFF_E000;
        memory.Span.Slice(0x12_3000, 8192).Clear();
        memory.Span.Slice(back, 4096).Fill(0x77);
        sent.CopyTo(memory.Span[0x12_3008..]);
        await Move(edu, mapping.Address.Value + 0x12_3008, EduDriver.CardBuffer, sent.Length, EduDma.None);
        await Move(edu, EduDriver.CardBuffer, mapping.Address.Value + back, sent.Length, EduDma.FromCard);
        Assert.True(memory.Span.Slice(back, sent.Length).SequenceEqual(sent));
        Assert.True(memory.Span[(back + sent.Length)..(back + 4096)].IndexOfAnyExcept((byte)0x77) < 0, "no more than asked for arrives");
    }

    [Fact]
    public async Task A_part_can_be_mapped_for_the_device_to_read_alone()
    {
        PciDevice device = Machine.Open(Machine.EduA);
        await using var edu = new EduDriver(device);
        using ReservedMemory memory = ReservedMemory.Open(Machine.Host, Base, Length);
        using DmaMapping part = device.Dma.Map(memory, 0x10_0010, 64, EduDriver.AddressBits, DmaAccess.DeviceReads);
        memory.Slice(0x10_0010, 64).Fill(0x3C);
        // The write first: QEMU's IOMMU drops one to a page that it has translated for a read already, without a fault.
        DmaFault fault = await Machine.FaultOfAsync(device, () => Move(edu, EduDriver.CardBuffer, part.Address.Value, 64, EduDma.FromCard));
        Assert.True(fault.IsWrite);
        Assert.True(memory.Slice(0x10_0010, 64).IndexOfAnyExcept((byte)0x3C) < 0);
        await Move(edu, part.Address.Value, EduDriver.CardBuffer, 64, EduDma.None);
        using DmaBuffer seen = edu.Allocate(64);
        await edu.FromCardAsync(seen, 64);
        Assert.True(seen.Span[..64].IndexOfAnyExcept((byte)0x3C) < 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Dma.Map(memory, Length - 8, 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Dma.Map(memory, ulong.MaxValue, 1));
    }

    [Fact]
    public async Task Closing_it_takes_it_from_the_card_and_its_bytes_stay()
    {
        PciDevice device = Machine.Open(Machine.EduA);
        await using var edu = new EduDriver(device);
        using DmaBuffer source = edu.Allocate(64);
        source.Span.Fill(0x5A);
        await edu.ToCardAsync(source, 64);
        Iova address;
        using (ReservedMemory memory = ReservedMemory.Open(Machine.Host, Base, Length))
        {
            address = device.Dma.Map(memory, EduDriver.AddressBits).Address;
            memory.Span[..64].Fill(0x11);
        }

        DmaFault fault = await Machine.FaultOfAsync(device, () => Move(edu, EduDriver.CardBuffer, address.Value, 64, EduDma.FromCard));
        Assert.Equal(address.Value & ~0xFFFul, fault.Address.Value & ~0xFFFul);
        using ReservedMemory again = ReservedMemory.Open(Machine.Host, Base, Length);
        Assert.True(again.Span[..64].IndexOfAnyExcept((byte)0x11) < 0);
    }

    [Fact]
    public void It_is_a_card_defined_by_hand_whose_registers_are_its_bytes()
    {
        ReservedMemory memory = ReservedMemory.Open(Machine.Host, Base + 0x1000, 0x2000);
        MemoryMarshal.Write(memory.Slice(0x1FF8, 8), 0x0123_4567_89AB_CDEFul);
        Assert.Equal(0x0123_4567_89AB_CDEFul, memory.Region.Read<ulong>(0x1FF8));
        memory.Region.Write<ushort>(0x10, 0xBEEF);
        Assert.Equal(0xBEEF, MemoryMarshal.Read<ushort>(memory.Slice(0x10, 2)));
        memory.Dispose();
        memory.Dispose();
        Assert.Equal(ulong.MaxValue, memory.Region.Read<ulong>(0x1FF8));
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => Machine.Open(Machine.EduA).Dma.Map(memory));
    }

    [Fact]
    public void Exclusive_memory_has_one_user_until_it_is_closed()
    {
        using (ReservedMemory memory = ReservedMemory.Open(Machine.Host, Base, 0x2000))
        {
            DeviceException error = Assert.Throws<DeviceException>(() => ReservedMemory.Open(Machine.Host, Base + 0x1000, 0x2000, exclusive: false, name: "second"));
            Assert.Equal(DeviceStatus.Busy, error.Status);
            Assert.StartsWith("second,", error.Message, StringComparison.Ordinal);
            using ReservedMemory beside = ReservedMemory.Open(Machine.Host, Base + 0x2000, 0x1000);
        }

        using ReservedMemory one = ReservedMemory.Open(Machine.Host, Base, 0x2000, exclusive: false);
        using ReservedMemory two = ReservedMemory.Open(Machine.Host, Base + 0x1000, 0x2000, exclusive: false);
        one.Span[0x1000] = 0x42;
        Assert.Equal(0x42, two.Span[0]);
    }

    [Fact]
    public void What_the_system_or_the_firmware_has_is_refused_with_the_reason()
    {
        DeviceException used = Assert.Throws<DeviceException>(() => ReservedMemory.Open(Machine.Host, Base + Length - 0x1000, 0x2000));
        Assert.Equal(DeviceStatus.AccessDenied, used.Status);
        Assert.Contains("the system uses 0x21000000-", used.Message, StringComparison.Ordinal);
        Assert.Contains("ring3 memory --reserve", used.Advice, StringComparison.Ordinal);
        PhysicalMemoryRange firmware = Machine.Host.ReadMemoryMap()!.FirmwareRanges.First(r => r.Kind == PhysicalMemoryKind.Reserved && r.Start >= 0x10_0000);
        DeviceException kept = Assert.Throws<DeviceException>(() => ReservedMemory.Open(Machine.Host, firmware.Start, 0x1000));
        Assert.Equal(DeviceStatus.AccessDenied, kept.Status);
        Assert.Contains("the firmware's", kept.Message, StringComparison.Ordinal);
        Assert.Contains("0x20000000-0x20ffffff", kept.Advice, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ReservedMemory.Open(Machine.Host, Base + 1, 8));
        Assert.Throws<ArgumentException>(() => ReservedMemory.Open(Machine.Host, ulong.MaxValue - 7, 9));
    }

    [Fact]
    public void Another_program_can_name_it()
    {
        using PlatformDevice card = Machine.Host.Open(PlatformResources.Parse("frames,mem=0x20000000+16M/cached/exclusive"));
        card.Region(0).Write(0, 0x1234_5678u);
        Assert.Equal(0x1234_5678u, card.Region(0).Read<uint>(0));
        Assert.Throws<DeviceException>(() => Machine.Host.Open(PlatformResources.Parse("other,mem=0x20000000+8")));
    }

    private static async Task Move(EduDriver edu, ulong source, ulong destination, int count, EduDma direction)
    {
        edu.Registers.DmaSource.Write(source);
        edu.Registers.DmaDestination.Write(destination);
        edu.Registers.DmaCount.Write((ulong)count);
        edu.Registers.DmaCommand.Write(EduDma.Start | EduDma.InterruptWhenDone | direction);
        Interrupt interrupt = await edu.Interrupts.NextAsync(Machine.Patience);
        Assert.Equal((ulong)EduInterrupts.Dma, interrupt.Values.Span[0]);
    }
}
