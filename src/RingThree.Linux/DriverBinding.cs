using System.Text;
using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Pci;

namespace RingThree.Linux;

/// <summary>Which kernel driver owns a function: seen and changed through sysfs.</summary>
/// <param name="root">The folder of the PCI bus; tests have their own.</param>
/// <param name="write">Writes a text to one of its files; tests answer as the kernel would.</param>
/// <param name="system">The rest of the machine, for who may do what; tests have their own.</param>
internal sealed class DriverBinding(string root = SysfsPci.Root, Action<string, string>? write = null, LinuxSystem? system = null) : IDriverBinding
{
    /// <summary>What taking a function from its driver is called in messages.</summary>
    internal const string Taking = "taking it from its driver";

    // The kernel takes a line of its own as "no override".
    private const string NoOverride = "\n";
    private const string KernelAdvice = "See the kernel's log: dmesg | tail";

    private readonly Action<string, string> _write = write ?? WriteFile;
    private readonly LinuxSystem _system = system ?? new LinuxSystem();

    public string RequiredDriver => "vfio-pci";

    public string? GetDriver(string address) => SysfsPci.DriverOf(Normalize(address, "asking for its driver"), root);

    public void SetDriver(string address, string? driver) => Change(address, driver, CommandFor(address, driver), keepsMark: false);

    /// <summary>Hands a function to a driver, or takes it from its own (<see langword="null"/>).</summary>
    /// <param name="address">The function's.</param>
    /// <param name="driver">Which is to have it.</param>
    /// <param name="command">What does this as root.</param>
    /// <param name="keepsMark">Whether the driver_override stays when this fails and the function cannot be handed back either: then it is half way, as a killed program leaves it.</param>
    /// <param name="lastOverride">The driver_override that one without a driver is left with.</param>
    internal void Change(string address, string? driver, string command, bool keepsMark, string? lastOverride = null)
    {
        string operation = Handing(driver);
        string place = Check(address, driver);
        string device = SysfsPci.PathOf(place, root);
        string? former = SysfsPci.DriverOf(place, root);
        string? formerOverride = OverrideOf(place);
        bool changed = false;
        if (former == driver)
        {
            // A program that was killed while it handed it elsewhere has left the other's name.
            if (driver is not null && formerOverride is not null && formerOverride != driver) Write($"{device}/driver_override", driver);
            return;
        }

        try
        {
            // driver_override makes this one driver match, and no other, whatever their id tables say. It is there before the
            // first change and until after the last, so that it marks what a killed program has left half way.
            if (driver is not null) Write($"{device}/driver_override", driver);
            if (former is not null) Write($"{device}/driver/unbind", place);
            if (driver is not null) Write($"{root}/drivers_probe", place);
            else Write($"{device}/driver_override", lastOverride ?? NoOverride);
            string? now = SysfsPci.DriverOf(place, root);
            if (now == driver) return;
            throw new DeviceException(driver is null ? DeviceStatus.IoError : DeviceStatus.WrongDriver, place, operation,
                now is null ? "the driver did not take it" : driver is null ? $"it is still bound to '{now}'" : $"'{now}' has it", KernelAdvice);
        }
        catch (DeviceException error) when (changed)
        {
            string restored = Restore(place, former, formerOverride, keepsMark);
            string advice = keepsMark && SysfsPci.DriverOf(place, root) != former ? $"{error.Advice}; to hand it back later: {CommandFor(place, null)}" : error.Advice;
            throw new DeviceException(error.Status, place, operation, $"{error.Answer}; {restored}", advice, error);
        }

        void Write(string path, string value)
        {
            WriteOrTell(path, value, place, operation, command);
            changed = true;
        }
    }

    /// <summary>Fails as <see cref="SetDriver"/> would before it changes anything: a driver that never takes a function is no reason for its owner to lose it.</summary>
    /// <returns>The address as sysfs spells it.</returns>
    internal string Check(string address, string? driver)
    {
        string operation = Handing(driver);
        string place = Normalize(address, operation);
        if (driver is not null && !IsDriverName(driver))
        {
            throw new DeviceException(DeviceStatus.InvalidArgument, place, operation, "that is no driver's name",
                "A name is made of letters, digits, '_' and '-', such as vfio-pci.");
        }

        if (!IsThere(place)) throw NotThere(place, operation);
        if (driver is null || SysfsPci.DriverOf(place, root) == driver) return place;
        if (driver.Contains("vfio", StringComparison.Ordinal))
        {
            if (SysfsPci.IsBridge(place, root))
                throw new DeviceException(DeviceStatus.NotSupported, place, operation, "it is a bridge, and a VFIO driver takes none", "Bind the functions behind it; 'ring3 list' shows them.");
            if (IommuChecks.OfFunction(_system, SysfsPci.GroupOf(place, root)) is { State: CheckState.Failed } none) throw none.ToException(place, operation);
            if (SysfsPci.VirtualFunctions(place, root) is > 0 and int count)
            {
                throw new DeviceException(DeviceStatus.Busy, place, operation, $"{count} virtual functions of it are enabled, and a VFIO driver takes it only without them",
                    $"End them first: echo 0 > /sys/bus/pci/devices/{place}/sriov_numvfs");
            }
        }

        if (!Directory.Exists($"{root}/drivers/{driver}"))
            throw new DeviceException(DeviceStatus.NotFound, place, operation, $"no driver '{driver}' is loaded",
                driver == RequiredDriver && ModuleChecks.VfioPci(_system) is { State: CheckState.Failed, Found: not ModuleChecks.NotLoaded } module ? $"It cannot be: {module.Found}. {module.Remedy}" : $"Load it first: modprobe {driver}");
        return place;
    }

    internal static DeviceException NotThere(string place, string operation) =>
        new(DeviceStatus.NotFound, place, operation, "there is no such function", "Run 'ring3 list' to see what is there.");

    internal bool IsThere(string place) => Directory.Exists(SysfsPci.PathOf(place, root));

    /// <summary>The driver that alone may have the function, by name; <see langword="null"/> for none.</summary>
    internal string? OverrideOf(string place) => SysfsPci.ReadText($"{SysfsPci.PathOf(place, root)}/driver_override") is { Length: > 0 } text and not "(null)" ? text : null;

    /// <summary>Hands the function back to the driver it had (<see langword="null"/>: to none), by name, and leaves the driver_override it had.</summary>
    internal void Return(string place, string? driver, string? driverOverride)
    {
        string command = CommandFor(place, null);
        Change(place, driver, command, keepsMark: false, driverOverride);
        if (OverrideOf(place) != driverOverride) WriteOrTell($"{SysfsPci.PathOf(place, root)}/driver_override", driverOverride ?? NoOverride, place, Handing(driver), command);
    }

    /// <summary>Takes a function from its driver and lets the kernel choose one, as it does for a card that comes.</summary>
    internal void LetKernelChoose(string place)
    {
        string command = CommandFor(place, null);
        Change(place, null, command, keepsMark: false);
        WriteOrTell($"{root}/drivers_probe", place, place, Taking, command);
    }

    private static string Handing(string? driver) => driver is null ? Taking : $"handing it to '{driver}'";

    /// <summary>Letters, digits, '_' and '-': a name that stays inside the folder of drivers.</summary>
    private static bool IsDriverName(string driver) => driver.Length > 0 && driver.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    /// <summary>The address as sysfs spells it. Anything else would be a path to somewhere else.</summary>
    private static string Normalize(string address, string operation) => PciAddress.TryParse(address, null, out PciAddress place)
        ? place.ToString()
        : throw new DeviceException(DeviceStatus.InvalidArgument, $"'{address}'", operation, "that is not a PCI address", "The form is 0000:00:04.0.");

    private void WriteOrTell(string path, string value, string place, string operation, string command)
    {
        try
        {
            _write(path, value);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new DeviceException(DeviceStatus.AccessDenied, place, operation, $"{path}: {error.Message}", Permission(command), error);
        }
        catch (IOException error) when (error.HResult == Errno.EROFS)
        {
            throw new DeviceException(DeviceStatus.AccessDenied, place, operation, $"{path}: {Errno.Describe(Errno.EROFS)}: /sys can only be read in {_system.Rights.Place}", Permission(command), error);
        }
        catch (IOException error)
        {
            throw new DeviceException(DeviceStatus.IoError, place, operation, $"{path}: {error.Message}", KernelAdvice, error);
        }
    }

    private string Permission(string command) => _system.Rights is { User: not 0, IsConfined: false } ? "Run it as root: sudo " + command : _system.Rights.Run(command);

    private static void WriteFile(string path, string value)
    {
        // No FileMode that creates: a file that the kernel does not have is to be named as missing, not as forbidden.
        using var file = new FileStream(path, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(Encoding.ASCII.GetBytes(value));
    }

    /// <summary>The command that hands the function to a driver, or back (<see langword="null"/>).</summary>
    internal string CommandFor(string address, string? driver) =>
        driver is null ? $"ring3 unbind {address}" : driver == RequiredDriver ? $"ring3 bind {address}" : $"ring3 bind {address} --driver {driver}";

    /// <summary>Puts the function back as it was, as far as that can be done, and says how far that was.</summary>
    private string Restore(string address, string? former, string? formerOverride, bool keepsMark)
    {
        string device = SysfsPci.PathOf(address, root);
        string? refusal = null;
        if (former is not null && SysfsPci.DriverOf(address, root) != former)
        {
            // The former driver may have had it by name alone (vfio-pci has no ids), so it is named once more.
            Try($"{device}/driver_override", former);
            if (SysfsPci.DriverOf(address, root) is not null) Try($"{device}/driver/unbind", address);
            Try($"{root}/drivers_probe", address);
        }

        if (!keepsMark || SysfsPci.DriverOf(address, root) == former) Try($"{device}/driver_override", formerOverride ?? NoOverride);
        string? now = SysfsPci.DriverOf(address, root);
        string owner = now is null ? "it has no driver" : $"'{now}' has it";
        if (now != former) return $"it could not be handed back to {(former is null ? "no driver" : $"'{former}'")}, and now {owner}{Because()}";
        return refusal is null ? $"{owner}, as before" : $"{owner}, as before, but its driver_override is not what it was{Because()}";

        string Because() => refusal is null ? "" : $" ({refusal})";

        void Try(string path, string value)
        {
            try
            {
                _write(path, value);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                refusal ??= $"{path}: {error.Message}";
            }
        }
    }
}
