using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;

namespace RingThree.Conformance;

/// <summary>Cards in a state in which opening them would look well and is not: the exception says so, and doctor says the same.</summary>
[Trait("Host", "guest")]
public sealed class GuestDiagnosisTests : RoadTest
{
    private const int FirstBar = 0x10;
    private const int SecondaryBus = 0x19;

    private string Card => Machine.AddressOf(Machine.E1000e);

    [Fact]
    public void A_card_that_does_not_respond()
    {
        string path = new DirectoryInfo($"/sys/bus/pci/devices/{Card}").ResolveLinkTarget(true)!.FullName;
        string port = Path.Combine(Path.GetDirectoryName(path)!, "config");
        byte[] bus = Exchange(port, SecondaryBus, [0x77, 0x77]);
        try
        {
            DeviceException error = Refused();
            Assert.Contains("does not respond", error.Answer, StringComparison.Ordinal);
            Assert.Equal(error.Answer, Doctor()[0].Found);
        }
        finally
        {
            Exchange(port, SecondaryBus, bus);
        }

        using PciDevice device = Machine.Host.Open(Card);
        Assert.True(device.IsPresent());
    }

    [Fact]
    public void A_card_that_has_lost_its_configuration()
    {
        string config = $"/sys/bus/pci/devices/{Card}/config";
        byte[] bars = Exchange(config, FirstBar, new byte[16]);
        try
        {
            DeviceException error = Refused();
            Assert.Contains("lost its configuration", error.Answer, StringComparison.Ordinal);
            Assert.Contains("rescan", error.Advice, StringComparison.Ordinal);
            Assert.Contains(Doctor(), c => c.State == CheckState.Failed && c.Found == error.Answer && c.Remedy == error.Advice);
        }
        finally
        {
            Exchange(config, FirstBar, bars);
        }

        using PciDevice device = Machine.Host.Open(Card);
        Assert.NotEqual(uint.MaxValue, device.Bar(0).Read<uint>(8));
    }

    [Fact]
    public void A_window_mapped_for_another_card_ends_when_its_own_card_closes()
    {
        PciDevice edu = Machine.Host.Open(Machine.AddressOf(Machine.EduA));
        PciDevice nvme = Machine.Open(Machine.Nvme);
        using DmaMapping peer = nvme.Dma.Map(edu.Bar(0).MappedAddress, 4096);
        Iova address = peer.Address;

        edu.Dispose();

        using DmaBuffer next = nvme.Dma.Allocate(4096);
        Assert.Equal(address, next.Address); // the kernel takes it again, so nothing is mapped there
        using PciDevice again = Machine.Host.Open(Machine.AddressOf(Machine.EduA));
        Assert.Equal(0x0100_00EDu, again.Bar(0).Read<uint>(0));
    }

    private DeviceException Refused()
    {
        DeviceException error = Assert.Throws<DeviceException>(() => Machine.Host.Open(Card));
        Assert.Equal(DeviceStatus.DeviceGone, error.Status);
        return error;
    }

    private IReadOnlyList<CheckResult> Doctor() => new SystemChecks().OfFunction(PciAddress.Parse(Card));

    /// <summary>Writes to a configuration space, and gives back what was there.</summary>
    private static byte[] Exchange(string path, int offset, byte[] value)
    {
        using FileStream config = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        byte[] before = new byte[value.Length];
        config.Position = offset;
        config.ReadExactly(before);
        config.Position = offset;
        config.Write(value);
        return before;
    }
}
