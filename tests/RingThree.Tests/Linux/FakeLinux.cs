using System.Globalization;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;

namespace RingThree.Tests;

/// <summary>
/// A machine in a folder: /sys, /proc and /dev as they look where one card is bound to vfio-pci and root, with all
/// capabilities, drives it. A test changes what its situation changes.
/// </summary>
internal sealed class FakeLinux : IDisposable
{
    internal const string Card = "0000:03:00.0";
    internal const string Port = "0000:00:1c.0";
    internal const string AllCapabilities = "000001ffffffffff";
    private readonly Dictionary<string, int> _refused = [];

    internal FakeLinux()
    {
        System = new LinuxSystem(Root, path => _refused.GetValueOrDefault(path, File.Exists(Root + path) ? 0 : Interop.Errno.ENOENT));
        Write("/proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda1 intel_iommu=on quiet");
        Write("/proc/interrupts", "  1:  9  IR-IO-APIC    1-edge      i8042\n 24:  0  IR-PCI-MSI 0-edge  eth0");
        Write("/proc/sys/kernel/osrelease", "6.1.0-56-amd64");
        Write("/proc/self/uid_map", "         0          0 4294967295");
        Limit("unlimited");
        User(0, AllCapabilities);
        Write("/sys/kernel/security/lockdown", "[none] integrity confidentiality");
        Write("/sys/class/misc/vfio/dev", "10:196");
        Write("/dev/vfio/vfio", "");
        Directory.CreateDirectory($"{Root}/sys/module/vfio");
        Function(Card, "vfio-pci", 7);
        Group(7);
    }

    internal string Root { get; } = Directory.CreateTempSubdirectory("ringthree-machine-").FullName;

    internal LinuxSystem System { get; }

    internal FunctionDiagnosis Diagnosis => new(System, Card);

    /// <summary>The card's configuration space, as the kernel shows it to everybody.</summary>
    internal byte[] Header { get; } = [0x34, 0x12, 0xE8, 0x11, 0x03, 0x01, 0x10, 0x00, 0x10, 0x00, 0xFF, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x04, 0x00, 0xBD, 0xFE, 0x00, 0x00, 0x00, 0x00, 0x01, 0xC0, 0x00, 0x00, .. new byte[36]];

    public void Dispose() => Directory.Delete(Root, recursive: true);

    internal void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Root + path)!);
        File.WriteAllText(Root + path, text + "\n");
    }

    internal void Delete(string path)
    {
        if (Directory.Exists(Root + path)) Directory.Delete(Root + path, recursive: true);
        else File.Delete(Root + path);
    }

    internal void Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Root + path)!);
        File.Delete(Root + path);
        File.CreateSymbolicLink(Root + path, target);
    }

    /// <summary>Whom this process runs as.</summary>
    internal void User(int id, string capabilities, int seccomp = 0) =>
        Write("/proc/self/status", string.Create(CultureInfo.InvariantCulture, $"Name:\tdotnet\nUid:\t{id}\t{id}\t{id}\t{id}\nVmLck:\t    4096 kB\nCapEff:\t{capabilities}\nSeccomp:\t{seccomp}"));

    /// <summary>How much memory may be locked.</summary>
    internal void Limit(string bytes) => Write("/proc/self/limits",
        $"Limit                     Soft Limit           Hard Limit           Units\nMax locked memory         {bytes}              {bytes}              bytes\nMax open files            1024                 524288               files");

    internal void InContainer() => Write("/run/.containerenv", "engine=\"podman-4.3.1\"");

    /// <summary>Opening this node is refused.</summary>
    internal void Refuse(string node, int error) => _refused[node] = error;

    /// <summary>A group's place among the groups, and its node.</summary>
    internal void Group(int group)
    {
        Write($"/dev/vfio/{group}", "");
        Write($"/sys/class/vfio/{group}/dev", "511:0");
        Write($"/sys/kernel/iommu_groups/{group}/type", "DMA");
        Write($"/sys/kernel/iommu_groups/{group}/reserved_regions", "0x00000000fee00000 0x00000000feefffff msi");
    }

    /// <summary>A function below the root port, bound and in a group; the resources are the card's header's.</summary>
    internal void Function(string address, string? driver, int? group)
    {
        string device = $"/sys/devices/pci0000:00/{Port}/{address}";
        Write($"{device}/vendor", "0x1234");
        Write($"{device}/device", "0x11e8");
        Write($"{device}/power_state", "D0");
        Link($"{SysfsPci.Root}/devices/{address}", Root + device);
        Directory.CreateDirectory($"{Root}{SysfsPci.Root}/drivers/vfio-pci");
        Bind(address, driver);
        if (group is { } number)
        {
            Link($"{device}/iommu_group", $"{Root}/sys/kernel/iommu_groups/{number}");
            Directory.CreateDirectory($"{Root}/sys/kernel/iommu_groups/{number}/devices/{address}");
        }

        Configure(address);
        Resources("0x00000000febd0000 0x00000000febd3fff 0x0000000000140204", "", "0x000000000000c000 0x000000000000c01f 0x0000000000040101");
    }

    internal void Bind(string address, string? driver)
    {
        string link = $"/sys/devices/pci0000:00/{Port}/{address}/driver";
        File.Delete(Root + link);
        if (driver is null) return;
        Directory.CreateDirectory($"{Root}{SysfsPci.Root}/drivers/{driver}");
        Link(link, $"{Root}{SysfsPci.Root}/drivers/{driver}");
    }

    /// <summary>Writes the header to the file that the kernel shows.</summary>
    internal void Configure(string address = Card) => File.WriteAllBytes($"{Root}/sys/devices/pci0000:00/{Port}/{address}/config", Header);

    /// <summary>Where the kernel has the card's BARs, from BAR 0 on; empty for none.</summary>
    internal void Resources(params string[] lines) => Write($"/sys/devices/pci0000:00/{Port}/{Card}/resource",
        string.Join('\n', Enumerable.Range(0, 13).Select(i => i < lines.Length && lines[i].Length > 0 ? lines[i] : "0x0000000000000000 0x0000000000000000 0x0000000000000000")));

    /// <summary>What opening the card on this machine throws.</summary>
    internal DeviceException Open() => Xunit.Assert.Throws<DeviceException>(() =>
    {
        using var host = new VfioHost(System);
        host.OpenDevice(Card, OpenOptions.Default).Dispose();
    });
}
