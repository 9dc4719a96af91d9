using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using Xunit;

namespace RingThree.Tests;

/// <summary>What must hold for a driver in user mode, looked up in folders made for the purpose.</summary>
public sealed class SystemChecksTests : IDisposable
{
    private static readonly PciAddress Card = new(0, 3, 0, 0);
    private readonly string _root = Directory.CreateTempSubdirectory("ringthree-doctor-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_machine_that_has_everything_is_ok()
    {
        Healthy();

        Assert.All(new SystemChecks(_root).OfMachine(), c => Assert.True(c.State == CheckState.Ok && c.Remedy.Length == 0, c.ToString()));
        Assert.All(new SystemChecks(_root).OfFunction(Card), c => Assert.True(c.State == CheckState.Ok, c.ToString()));
    }

    [Fact]
    public void A_machine_that_has_nothing_says_what_mends_it()
    {
        Directory.CreateDirectory($"{_root}/sys/bus/pci/devices/{Card}");

        Dictionary<string, CheckResult> machine = new SystemChecks(_root).OfMachine().ToDictionary(c => c.Name);
        Assert.Equal(CheckState.Failed, machine["IOMMU"].State);
        Assert.Contains("intel_iommu=on", machine["IOMMU"].Remedy, StringComparison.Ordinal);
        Assert.Equal((CheckState.Failed, "modprobe vfio-pci"), (machine["driver vfio-pci"].State, machine["driver vfio-pci"].Remedy));
        Assert.Equal(CheckState.Unknown, machine["interrupt remapping"].State);
        Assert.Equal(CheckState.Failed, machine["VFIO container"].State);
        Dictionary<string, CheckResult> card = new SystemChecks(_root).OfFunction(Card).ToDictionary(c => c.Name);
        Assert.Equal("ring3 bind 0000:03:00.0", card["binding"].Remedy);
        Assert.Equal(CheckState.Failed, card["isolation group"].State);
    }

    [Fact]
    public void A_neighbour_that_does_not_give_way_is_named_with_its_driver()
    {
        Healthy();
        Function("0000:03:00.1", "snd_hda_intel");
        Function("0000:03:00.2", "pcieport");

        CheckResult group = new SystemChecks(_root).OfFunction(Card).Single(c => c.Name == "isolation group 7");

        Assert.Equal(CheckState.Failed, group.State);
        Assert.Equal("shared with 0000:03:00.1 ('snd_hda_intel')", group.Found);
        Assert.StartsWith("ring3 bind 0000:03:00.1", group.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8388608", false)]
    [InlineData("67108864", true)]
    [InlineData("unlimited", true)]
    public void The_memory_that_may_be_locked_is_enough_or_not(string limit, bool isEnough)
    {
        Healthy();
        Write("/proc/self/limits", $"Limit                     Soft Limit           Hard Limit           Units\nMax locked memory         {limit}              {limit}              bytes\n");

        CheckResult memory = new SystemChecks(_root).OfMachine().Single(c => c.Name == "locked memory");

        Assert.Equal(isEnough || Environment.IsPrivilegedProcess ? CheckState.Ok : CheckState.Failed, memory.State);
        Assert.Contains(limit, memory.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_that_is_not_there_is_an_error() =>
        Assert.Equal(DeviceStatus.NotFound, Assert.Throws<DeviceException>(() => new SystemChecks(_root).OfFunction(Card)).Status);

    private void Healthy()
    {
        Function(Card.ToString(), "vfio-pci");
        Write("/proc/interrupts", "  24:  0  IR-PCI-MSI 0-edge  eth0\n");
        Write("/proc/self/limits", "Max locked memory         unlimited            unlimited            bytes\n");
        Write("/sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
        Write("/dev/vfio/vfio", "");
        Write("/dev/vfio/7", "");
    }

    /// <summary>A function in isolation group 7.</summary>
    private void Function(string address, string driver)
    {
        string device = $"{_root}/sys/bus/pci/devices/{address}";
        string group = $"{_root}/sys/kernel/iommu_groups/7";
        Directory.CreateDirectory(device);
        Directory.CreateDirectory($"{_root}/sys/bus/pci/drivers/{driver}");
        Directory.CreateDirectory($"{group}/devices/{address}");
        Directory.CreateSymbolicLink(device + "/driver", $"{_root}/sys/bus/pci/drivers/{driver}");
        Directory.CreateSymbolicLink(device + "/iommu_group", group);
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root + path)!);
        File.WriteAllText(_root + path, text);
    }
}
