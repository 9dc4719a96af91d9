using System.Globalization;
using RingThree.Devices;
using RingThree.Linux;
using RingThree.Pci;

namespace RingThree.Conformance;

/// <summary>A function as the kernel shows it in its files. Nothing here asks the library, which is what is tested by it.</summary>
internal sealed class GuestFunction(string address)
{
    private const string Devices = "/sys/bus/pci/devices";
    private const string Bindings = "/run/ringthree/bindings";
    private static readonly string[] Classes = ["block", "net", "nvme", "scsi_host", "sound"];

    internal string Address => address;

    internal string Folder => $"{Devices}/{address}";

    internal bool IsThere => Directory.Exists(Folder);

    internal string? Driver => Link("driver");

    internal int Group => int.Parse(Link("iommu_group")!, CultureInfo.InvariantCulture);

    internal string Override => Text("driver_override");

    internal byte[] Configuration => File.ReadAllBytes($"{Folder}/config");

    /// <summary>Driver and override together: what a refusal must leave.</summary>
    internal string State => $"{Driver ?? "-"} by {Override}";

    internal static IEnumerable<GuestFunction> All =>
        Directory.EnumerateFileSystemEntries(Devices).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal).Select(a => new GuestFunction(a));

    /// <summary>What of the machine hangs on the function: how many members some classes of devices have there, and buses. Names may change, kinds do not.</summary>
    internal string Works() => string.Join(' ', [.. Classes.Select(c => $"{c}:{Members(c).Length}"), $"usb:{Buses("usb*")}", $"i2c:{Buses("i2c-*")}"]);

    /// <summary>Whether it is no bridge between buses, and not the host's.</summary>
    internal static bool IsCard(GuestFunction function) => function.Configuration[0x0E] % 0x80 == 0 && function.Hex("class") != 0x060000;

    /// <summary>The first card of a driver.</summary>
    internal static GuestFunction Of(string driver) => All.First(f => f.Driver == driver && IsCard(f));

    internal static GuestFunction At(string address) => new(address);

    internal string Text(string file) => File.ReadAllText($"{Folder}/{file}").Trim();

    internal uint Hex(string file) => uint.Parse(Text(file).AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    internal void Write(string file, string text) => File.WriteAllText($"{Folder}/{file}", text);

    internal void WriteConfiguration(int offset, ReadOnlySpan<byte> bytes)
    {
        using FileStream config = File.Open($"{Folder}/config", FileMode.Open, FileAccess.ReadWrite);
        config.Position = offset;
        config.Write(bytes);
    }

    /// <summary>The names of a class's devices on this function; none where this kernel has no such class.</summary>
    internal string[] Members(string deviceClass) => new DirectoryInfo($"/sys/class/{deviceClass}") is { Exists: true } folder
        ? [.. folder.EnumerateFileSystemInfos().Where(f => IsBelow(f.FullName)).Select(f => f.Name)]
        : [];

    /// <summary>It is with vfio-pci, and the library opens it and sees it.</summary>
    internal void AssertBound()
    {
        Assert.Equal("vfio-pci by vfio-pci", State);
        using var host = new VfioHost();
        using PciDevice device = host.Open(address);
        Assert.Equal(Hex("vendor") | (Hex("device") << 16), device.Config.Read32(0));
    }

    /// <summary>It is as it was before anything was bound.</summary>
    internal void AssertGivenBack(string? driver, string works)
    {
        Assert.Equal($"{driver ?? "-"} by (null)", State);
        Machine.Until(() => Works() == works, $"{address} works again: {works}, now {Works()}");
        AssertNothingKept();
    }

    /// <summary>Whether it is kept which driver it had.</summary>
    internal bool IsKept => File.Exists($"{Bindings}/{address}");

    /// <summary>Of nothing is kept which driver it had.</summary>
    internal static void AssertNothingKept() => Assert.Empty(Directory.Exists(Bindings) ? Directory.EnumerateFiles(Bindings) : []);

    /// <summary>Gives back what a test that failed has left, so that it is no other test's failure.</summary>
    internal static void GiveAllBack()
    {
        if (!Directory.Exists(Bindings)) return;
        foreach (string file in Directory.EnumerateFiles(Bindings)) new BindingHistory().GiveBack(PciAddress.Parse(Path.GetFileName(file)));
    }

    private int Buses(string pattern) => IsThere ? Directory.EnumerateDirectories(Folder, pattern).Count() : 0;

    private string? Link(string name) => new FileInfo($"{Folder}/{name}").LinkTarget is { } target ? Path.GetFileName(target) : null;

    private bool IsBelow(string member) => new FileInfo(member).LinkTarget?.Contains($"/{address}/", StringComparison.Ordinal) == true;
}
