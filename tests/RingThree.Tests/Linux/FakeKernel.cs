using RingThree.Linux;

namespace RingThree.Tests;

/// <summary>A tree like /sys/bus/pci with one function, and a kernel behind it that answers what is written there.</summary>
internal sealed class FakeKernel : IDisposable
{
    internal const string Place = "0000:03:00.0";

    private readonly string _device;

    internal FakeKernel(string? driver = "e1000e", bool group = true)
    {
        _device = Path.Combine(Root, "devices", Place);
        foreach (string name in (string[])["e1000e", "vfio-pci", "uio_pci_generic"]) Directory.CreateDirectory(Path.Combine(Root, "drivers", name));
        Create(driver, group);
    }

    internal string Root { get; } = Directory.CreateTempSubdirectory("ringthree-sysfs-").FullName;

    /// <summary>A machine that tells nothing else.</summary>
    internal LinuxSystem System => new(Root);

    /// <summary>What was written, as "file=text".</summary>
    internal List<string> Writes { get; } = [];

    /// <summary>Drivers whose probe fails.</summary>
    internal HashSet<string> Refusing { get; } = [];

    /// <summary>Writes that the kernel refuses, by "file" or "file=text".</summary>
    internal Dictionary<string, Exception> Refused { get; } = [];

    /// <summary>Called with the number of each write, from 1: before the kernel acts on it, and after.</summary>
    internal Action<int, bool>? OnWrite { get; set; }

    /// <summary>Whether an unbind is taken and nothing happens.</summary>
    internal bool KeepsDriver { get; set; }

    internal string Override => File.ReadAllText(Path.Combine(_device, "driver_override")).Trim();

    internal void Write(string path, string text)
    {
        string name = Path.GetFileName(path);
        int number = Writes.Count + 1;
        OnWrite?.Invoke(number, false);
        Writes.Add($"{name}={text.Trim()}");
        if (Refused.TryGetValue(name, out Exception? refusal) || Refused.TryGetValue($"{name}={text.Trim()}", out refusal)) throw refusal;
        if (name == "driver_override") File.WriteAllText(path, text == "\n" ? "(null)\n" : text + "\n");
        else if (name == "unbind" && !KeepsDriver) File.Delete(Path.Combine(_device, "driver"));
        else if (name == "drivers_probe" && !Refusing.Contains(Matching)) Bind(Matching);
        OnWrite?.Invoke(number, true);
    }

    /// <summary>Puts a file beside the function's others.</summary>
    internal void Put(string file, byte[] content) => File.WriteAllBytes(Path.Combine(_device, file), content);

    /// <summary>The function goes, and comes back new, with the driver that the kernel gives it.</summary>
    internal void Replug(string? driver)
    {
        Unplug();
        Create(driver);
    }

    /// <summary>The function goes.</summary>
    internal void Unplug() => Directory.Delete(_device, recursive: true);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private void Create(string? driver, bool group = true)
    {
        Directory.CreateDirectory(_device);
        File.WriteAllText(Path.Combine(_device, "driver_override"), "(null)\n");
        if (group) File.CreateSymbolicLink(Path.Combine(_device, "iommu_group"), "../../../../kernel/iommu_groups/7");
        if (driver is not null) Bind(driver);
    }

    /// <summary>Which driver matches: the one that is named, or else the one whose table has the id.</summary>
    private string Matching => Override == "(null)" ? "e1000e" : Override;

    private void Bind(string driver) => File.CreateSymbolicLink(Path.Combine(_device, "driver"), $"../../drivers/{driver}");
}
