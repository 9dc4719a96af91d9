using System.Globalization;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Linux;

/// <summary>Everything that must hold for a driver in user mode, looked up and not tried: checking opens no device and changes nothing.</summary>
public sealed class SystemChecks
{
    private const long EnoughMemory = 64L << 20;
    private readonly string _root;

    /// <summary>Checks of this machine.</summary>
    public SystemChecks()
        : this("")
    {
    }

    /// <param name="root">A folder that stands for the root of the file system; tests have their own.</param>
    internal SystemChecks(string root) => _root = root;

    private string Bus => _root + SysfsPci.Root;

    /// <summary>What concerns every device.</summary>
    public IReadOnlyList<CheckResult> OfMachine() => [Iommu(), Remapping(), Driver(), Container(), Lockdown(), Memory()];

    /// <summary>What concerns one function.</summary>
    /// <exception cref="DeviceException">There is no such function.</exception>
    public IReadOnlyList<CheckResult> OfFunction(PciAddress address)
    {
        string place = address.ToString();
        if (!Directory.Exists(SysfsPci.PathOf(place, Bus)))
            throw new DeviceException(DeviceStatus.NotFound, place, "checking it", "there is no such function", "See which there are: ring3 list");
        int? group = SysfsPci.GroupOf(place, Bus);
        return group is { } number ? [Binding(place), Group(place, number), Permission(number)] : [Binding(place), NoGroup()];
    }

    private static CheckResult Ok(string name, string found) => new(name, CheckState.Ok, found, "");

    private static CheckResult NoGroup() => new("isolation group", CheckState.Failed, "in none", VfioErrors.NoIommuAdvice);

    private CheckResult Iommu()
    {
        string groups = $"{_root}/sys/kernel/iommu_groups";
        int count = Directory.Exists(groups) ? Directory.EnumerateFileSystemEntries(groups).Count() : 0;
        return count > 0
            ? Ok("IOMMU", string.Create(CultureInfo.InvariantCulture, $"{count} isolation groups"))
            : new CheckResult("IOMMU", CheckState.Failed, "no isolation groups", VfioErrors.NoIommuAdvice);
    }

    /// <summary>The kernel names interrupt chips that stand behind remapping IR-something (arch/x86/kernel/apic).</summary>
    private CheckResult Remapping()
    {
        const string name = "interrupt remapping";
        if (Read("/proc/interrupts") is { } interrupts && interrupts.Contains(" IR-", StringComparison.Ordinal)) return Ok(name, "in use");
        if (Read("/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts") == "Y") return Ok(name, "not seen, and done without (allow_unsafe_interrupts)");
        return new CheckResult(name, CheckState.Unknown, "not seen in /proc/interrupts",
            "If opening says that it is missing: switch it on in the firmware, boot without intremap=off, or, where you trust the devices: modprobe vfio_iommu_type1 allow_unsafe_interrupts=1");
    }

    private CheckResult Driver() => Directory.Exists($"{Bus}/drivers/vfio-pci")
        ? Ok("driver vfio-pci", "loaded")
        : new CheckResult("driver vfio-pci", CheckState.Failed, "not loaded", "modprobe vfio-pci");

    private CheckResult Container() => Access("VFIO container", "/dev/vfio/vfio", "modprobe vfio; then, without root: chmod 0666 /dev/vfio/vfio (it gives no device away)");

    private CheckResult Lockdown() => Read("/sys/kernel/security/lockdown") switch
    {
        null => Ok("kernel lockdown", "not in this kernel"),
        string text when text.Contains("[none]", StringComparison.Ordinal) => Ok("kernel lockdown", "off"),
        var text => Ok("kernel lockdown", $"{text}: VFIO works; /dev/mem, ports and MSR do not"),
    };

    private CheckResult Memory()
    {
        const string name = "locked memory";
        string? line = Read("/proc/self/limits")?.Split('\n').FirstOrDefault(l => l.StartsWith("Max locked memory", StringComparison.Ordinal));
        string? limit = line?["Max locked memory".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        if (limit is null) return new CheckResult(name, CheckState.Unknown, "the limit cannot be read", "");
        if (limit == "unlimited" || (long.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) && bytes >= EnoughMemory)) return Ok(name, limit);
        if (Environment.IsPrivilegedProcess) return Ok(name, $"{limit} bytes, which do not bind root");
        return new CheckResult(name, CheckState.Failed, $"{limit} bytes may be mapped for DMA", "ulimit -l unlimited, or for good: ring3 doctor --rules $USER");
    }

    private CheckResult Binding(string place)
    {
        string? driver = SysfsPci.DriverOf(place, Bus);
        return driver is not null && driver.Contains("vfio", StringComparison.Ordinal)
            ? Ok("binding", driver)
            : new CheckResult("binding", CheckState.Failed, driver is null ? "no driver" : $"'{driver}' has it", $"ring3 bind {place}");
    }

    private CheckResult Group(string place, int number)
    {
        string[] others = [.. SysfsPci.Members(number, _root).Where(m => m != place)];
        string[] foreign = [.. others.Where(m => !VfioErrors.GivesWay(SysfsPci.DriverOf(m, Bus)))];
        string name = string.Create(CultureInfo.InvariantCulture, $"isolation group {number}");
        if (foreign.Length == 0) return Ok(name, others.Length == 0 ? "it is alone" : $"with {string.Join(", ", others)}, which give way");
        return new CheckResult(name, CheckState.Failed, $"shared with {string.Join(", ", foreign.Select(m => $"{m} ('{SysfsPci.DriverOf(m, Bus)}')"))}",
            string.Join("; ", foreign.Select(m => $"ring3 bind {m}")) + ". Or put the card into another slot.");
    }

    private CheckResult Permission(int number) => Access("permission", string.Create(CultureInfo.InvariantCulture, $"/dev/vfio/{number}"),
        string.Create(CultureInfo.InvariantCulture, $"chown $USER /dev/vfio/{number}, or for good: ring3 doctor --rules $USER"));

    private CheckResult Access(string name, string path, string remedy)
    {
        if (!File.Exists(_root + path)) return new CheckResult(name, CheckState.Failed, $"{path} does not exist", name == "permission" ? "It comes with the binding." : "modprobe vfio-pci");
        // Asked, not tried: a group can be opened once.
        return Interop.Libc.Access(_root + path, Interop.Libc.AccessReadWrite) == 0
            ? Ok(name, $"{path} may be opened")
            : new CheckResult(name, CheckState.Failed, $"{path} is not yours", remedy);
    }

    private string? Read(string path) => SysfsPci.ReadText(_root + path);
}
