using RingThree.Devices;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Memory;
using RingThree.Pci;
using RingThree.Platform;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The simulated machine's memory, beyond what it has in common with a real one (conformance: ReservedMemoryTests).</summary>
public sealed class SimulatedMemoryTests : IDisposable
{
    private const ulong Base = 0x3000_0000;
    private readonly SimulatedHost _host = new SimulatedHost().ReserveMemory(Base, 0x10_0000);

    public void Dispose() => _host.Dispose();

    [Fact]
    public void What_was_reserved_can_be_planned_and_is_then_as_planned()
    {
        using var host = new SimulatedHost();
        MemoryReservation plan = MemoryReservation.Plan(host.ReadMemoryMap(), 150 << 20);
        host.ReserveMemory(plan.Base, plan.Size);

        Assert.Equal([(plan.Base, plan.Last)], host.ReadMemoryMap().Withheld.Select(r => (r.Start, r.Last)));
        using ReservedMemory memory = ReservedMemory.Open(host, plan.Base, plan.Size);
        Assert.True(memory.Span.IndexOfAnyExcept((byte)0) < 0);
        Assert.Equal($"mem=0x{plan.Base:x}+0x9600000/cached/exclusive", memory.ToString());
    }

    [Theory]
    [InlineData(0x3000_0000, 0x1000)] // reserved already
    [InlineData(0x300F_F000, 0x2000)]
    [InlineData(0x5000_0000, 0x1000)] // nothing there
    [InlineData(0x3FFD_0000, 0x10_0000)] // into the firmware's
    [InlineData(0x3100_0001, 0x1000)]
    [InlineData(0x3100_0000, 0)]
    [InlineData(0x3100_0000, 12)]
    [InlineData(0x3100_0000, -4096)]
    public void Only_memory_of_the_system_can_be_reserved(long address, long length) =>
        Assert.Throws<ArgumentException>(() => _host.ReserveMemory((ulong)address, (ulong)length));

    [Fact]
    public void The_processor_and_the_program_see_the_same_bytes()
    {
        using ReservedMemory memory = ReservedMemory.Open(_host, Base, 0x10_0000);
        _host.RootComplex.WriteMemory(Base + 0xF_FFF8, 8, 0x0102_0304_0506_0708);
        Assert.Equal(0x08, memory.Span[^8]);
        memory.Span[^1] = 0xEE;
        Assert.Equal(0xEE02_0304_0506_0708, _host.RootComplex.ReadMemory(Base + 0xF_FFF8, 8));
        Assert.Equal(ulong.MaxValue, _host.RootComplex.ReadMemory(Base + 0x10_0000, 8)); // the system's memory is in no place of the machine
    }

    [Fact]
    public void A_mapping_holds_the_memory_and_ends_with_it()
    {
        _host.Add(new EduCard());
        using PciDevice edu = _host.Open(new PciId(0x1234, 0x11E8));
        ReservedMemory memory = ReservedMemory.Open(_host, Base, 0x10_0000);
        DmaMapping whole = edu.Dma.Map(memory, 28);
        DmaMapping early = edu.Dma.Map(memory, 0x8000, 0x100, 28);
        early.Dispose();

        Assert.Equal(1, Mappings(edu));
        memory.Dispose();
        Assert.Equal(0, Mappings(edu));
        whole.Dispose();
        Assert.Throws<ObjectDisposedException>(() => edu.Dma.Map(memory));
    }

    [Fact]
    public void A_card_that_closes_first_leaves_the_memory_usable()
    {
        _host.Add(new EduCard());
        using ReservedMemory memory = ReservedMemory.Open(_host, Base, 0x10_0000);
        PciDevice edu = _host.Open(new PciId(0x1234, 0x11E8));
        edu.Dma.Map(memory, 28);
        edu.Dispose();
        memory.Span.Fill(1);
    }

    [Fact]
    public void Exclusive_ports_and_lines_of_cards_are_kept_likewise()
    {
        _host.Add(new IsaCard());
        using (PlatformDevice first = _host.Open(PlatformResources.Parse("first,mem=0xd0000+16K,io=0x300+16/exclusive")))
        {
            Assert.Equal(DeviceStatus.Busy, Assert.Throws<DeviceException>(() => _host.Open(PlatformResources.Parse("second,io=0x308+8"))).Status);
            using PlatformDevice memory = _host.Open(PlatformResources.Parse("third,mem=0xd0000+16K"));
        }

        using PlatformDevice after = _host.Open(PlatformResources.Parse("second,io=0x308+8"));
    }

    [Fact]
    public void Two_machines_have_nothing_in_common()
    {
        using SimulatedHost other = new SimulatedHost().ReserveMemory(Base, 0x10_0000);
        using ReservedMemory here = ReservedMemory.Open(_host, Base, 0x1000);
        using ReservedMemory there = ReservedMemory.Open(other, Base, 0x1000);
        here.Span[0] = 1;
        Assert.Equal(0, there.Span[0]);
    }

    [Fact]
    public void What_could_not_be_opened_is_free_afterwards()
    {
        var options = new DeviceOpenOptions { RemovalTime = TimeSpan.FromDays(-1) };
        Assert.Throws<ArgumentOutOfRangeException>(() => _host.Open(PlatformResources.Parse("m,mem=0x30000000+4K/exclusive"), options));
        Assert.Throws<DeviceException>(() => _host.Open(PlatformResources.Parse("m,mem=0x30000000+4K/exclusive,mem=0x10000000+4K")));
        using PlatformDevice card = _host.Open(PlatformResources.Parse("m,mem=0x30000000+4K/exclusive"));
    }

    [Fact]
    public void A_card_cannot_be_where_memory_is()
    {
        var error = Assert.Throws<InvalidOperationException>(() => _host.Add(new IsaCard(memory: 0x1000_0000)));
        Assert.Contains("the machine's memory is there", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_without_memory_are_no_reserved_memory()
    {
        DeviceException error = Assert.Throws<DeviceException>(() => ReservedMemory.Open(_host, 0x5000_0000, 0x1000));
        Assert.Equal(DeviceStatus.AccessDenied, error.Status);
        Assert.Contains("no memory that the firmware knows", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Through_a_recording_there_is_no_memory_to_see()
    {
        string file = Path.GetTempFileName();
        try
        {
            using var host = new RecordingHost(new SimulatedHost().ReserveMemory(Base, 0x1000), file);
            Assert.Single(host.ReadMemoryMap()!.Withheld);
            DeviceException error = Assert.Throws<DeviceException>(() => ReservedMemory.Open(host, Base, 0x1000));
            Assert.Equal(DeviceStatus.NotSupported, error.Status);
            using PlatformDevice card = host.Open(PlatformResources.Parse("m,mem=0x30000000+4K/exclusive")); // and nothing is held
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static int Mappings(PciDevice device) => ((SimulatedAddressSpace)device.Dma.AddressSpace).MappingCount;
}
