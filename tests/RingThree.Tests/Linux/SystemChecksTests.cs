using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using Xunit;

namespace RingThree.Tests;

/// <summary>What must hold for a driver in user mode, looked up in folders made for the purpose.</summary>
public sealed class SystemChecksTests : IDisposable
{
    private static readonly PciAddress Card = PciAddress.Parse(FakeLinux.Card);
    private readonly FakeLinux _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void A_machine_that_has_nothing_says_what_mends_it()
    {
        string root = Directory.CreateTempSubdirectory("ringthree-doctor-").FullName;
        try
        {
            Directory.CreateDirectory($"{root}/sys/bus/pci/devices/{Card}");
            var checks = new SystemChecks(new LinuxSystem(root));

            Dictionary<string, CheckResult> machine = checks.OfMachine().ToDictionary(c => c.Name);
            Assert.Equal(CheckState.Failed, machine["IOMMU"].State);
            Assert.Contains("intel_iommu=on", machine["IOMMU"].Remedy, StringComparison.Ordinal);
            Assert.Equal((CheckState.Failed, "Run as root: modprobe vfio-pci"), (machine["driver vfio-pci"].State, machine["driver vfio-pci"].Remedy));
            Assert.Equal(CheckState.Unknown, machine["interrupt remapping"].State);
            Assert.Equal(CheckState.Failed, machine["VFIO container"].State);
            Dictionary<string, CheckResult> card = checks.OfFunction(Card).ToDictionary(c => c.Name);
            Assert.Contains("ring3 bind 0000:03:00.0", card["binding"].Remedy, StringComparison.Ordinal);
            Assert.Equal(CheckState.Failed, card["isolation group"].State);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void A_neighbour_that_does_not_give_way_is_named_with_its_driver()
    {
        _machine.Function("0000:03:00.1", "snd_hda_intel", 7);
        _machine.Function("0000:03:00.2", "pcieport", 7);

        CheckResult group = new SystemChecks(_machine.System).OfFunction(Card).Single(c => c.Name == "isolation group 7");

        Assert.Equal((CheckState.Failed, DeviceStatus.GroupNotViable), (group.State, group.Status));
        Assert.Contains("0000:03:00.0 (vfio-pci), 0000:03:00.1 (snd_hda_intel), 0000:03:00.2 (pcieport)", group.Found, StringComparison.Ordinal);
        Assert.EndsWith("Run: ring3 bind 0000:03:00.1", group.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, "8388608", false)]
    [InlineData(0, "8388608", false)] // the capability counts, not the user
    [InlineData(1000, "67108864", true)]
    [InlineData(1000, "unlimited", true)]
    public void The_memory_that_may_be_locked_is_enough_or_not(int user, string limit, bool isEnough)
    {
        _machine.User(user, "0");
        _machine.Limit(limit);

        CheckResult memory = new SystemChecks(_machine.System).OfMachine().Single(c => c.Name == "locked memory");

        Assert.Equal(isEnough ? CheckState.Ok : CheckState.Failed, memory.State);
        Assert.Contains(limit, memory.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_that_is_not_there_is_an_error()
    {
        var error = Assert.Throws<DeviceException>(() => new SystemChecks(_machine.System).OfFunction(new PciAddress(0, 9, 0, 0)));
        Assert.Equal((DeviceStatus.NotFound, "there is no such function"), (error.Status, error.Answer));

        _machine.Delete("/sys/bus/pci");
        error = Assert.Throws<DeviceException>(() => new SystemChecks(_machine.System).OfFunction(Card));
        Assert.Contains("no PCI bus", error.Answer, StringComparison.Ordinal);
    }
}
