using System.Globalization;
using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Linux;
using RingThree.Pci;
using RingThree.Platform;
using RingThree.Registers;

namespace RingThree.Conformance;

/// <summary>Cards defined by hand on a real kernel: QEMU's pci-testdev, taken by its addresses as if nothing had found it.</summary>
[Trait("Host", "guest")]
public sealed class GuestPlatformTests : IDisposable
{
    private static readonly string Testdev = Machine.GuestAddresses()[Machine.Testdev];
    private readonly PlatformHost _host = new(); // closes its cards when it is disposed

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Memory_and_ports_take_each_access_once_with_its_width(int region)
    {
        using PlatformDevice card = Open();
        Assert.Equal(region == 1, card.Region(region).IsPort);
        GuestTests.AssertEachWriteArrivesOnce(card.Region(region));
    }

    [Fact]
    public void Registers_of_a_closed_card_read_all_ones_on_every_thread()
    {
        PlatformDevice card = Open();
        uint memory = card.Region(0).Read<uint>(4);
        using var reader = new Rule08OverlayTests.Reader(() => card.Region(0).Read<uint>(4), memory);
        uint ports = 0;
        var other = new Thread(() => ports = card.Region(1).Read<uint>(4));
        other.Start();
        other.Join();
        Assert.Equal(card.Region(1).Read<uint>(4), ports);
        card.Dispose();
        Assert.Equal(uint.MaxValue, card.Region(0).Read<uint>(4));
        Assert.Equal(uint.MaxValue, card.Region(1).Read<uint>(4));
        reader.AssertSawOnlyDeviceAndOnes();
    }

    [Fact]
    public void The_systems_own_memory_is_refused_with_the_reason()
    {
        using var host = new PlatformHost();
        DeviceException error = Assert.Throws<DeviceException>(() => host.Open(new PlatformResources("ram").Memory(0x100_0000, 0x1000)));
        Assert.Equal(DeviceStatus.AccessDenied, error.Status);
        Assert.Contains("System RAM", error.Message, StringComparison.Ordinal);
        Assert.Contains("/proc/iomem", error.Message, StringComparison.Ordinal);
        Assert.Contains("ring3 memory --reserve", error.Advice, StringComparison.Ordinal);
        DeviceException kernel = Assert.Throws<DeviceException>(() => host.OpenDevice("ram,mem=0x1000000+0x1000", OpenOptions.Default));
        Assert.Contains("EPERM", kernel.Message, StringComparison.Ordinal); // the kernel's own answer, where nobody asks the map
    }

    [Fact]
    public void Its_interrupt_line_is_seen_and_refused_with_the_reason()
    {
        using var host = new PlatformHost();
        using PlatformDevice card = host.Open(new PlatformResources("rtc").Ports(0x70, 2).Irq(8));
        Assert.Equal(InterruptKinds.Edge, card.Interrupts.Supported);
        DeviceException error = Assert.Throws<DeviceException>(() => card.Interrupts.Enable(new InterruptOptions()));
        Assert.Contains("kernel drivers alone", error.Message, StringComparison.Ordinal);
    }

    private PlatformDevice Open()
    {
        string folder = $"/sys/bus/pci/devices/{Testdev}";
        string[][] bars = [.. File.ReadLines($"{folder}/resource").Take(2).Select(l => l.Split(' '))];
        ulong Start(int bar) => ulong.Parse(bars[bar][0].AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        ulong Length(int bar) => ulong.Parse(bars[bar][1].AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) - Start(bar) + 1;
        // As firmware would have left it: a card defined by hand has nobody else to switch its decoding on.
        using (FileStream config = File.Open($"{folder}/config", FileMode.Open, FileAccess.ReadWrite))
        {
            config.Position = 4;
            int command = config.ReadByte();
            config.Position = 4;
            config.WriteByte((byte)(command | (int)(PciCommand.IoSpace | PciCommand.MemorySpace)));
        }

        return _host.Open(new PlatformResources("testdev").Memory(Start(0), Length(0)).Ports((int)Start(1), (int)Length(1)));
    }
}
