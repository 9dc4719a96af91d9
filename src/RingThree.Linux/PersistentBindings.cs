using System.Globalization;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Linux;

/// <summary>
/// Which functions belong to which driver from every boot on: a udev rule each. A rule holds for one place and one kind of card,
/// so that another card in the same slot keeps the driver that the kernel gives it.
/// </summary>
public sealed class PersistentBindings
{
    internal const string Folder = "/etc/udev/rules.d";
    private const string Prefix = "60-ringthree-"; // before 80-drivers.rules, which loads the card's own driver
    private const string Suffix = ".rules";
    private const string DriverKey = "ATTR{driver_override}=\"";
    private readonly string _folder;

    /// <summary>This machine's, in /etc/udev/rules.d.</summary>
    public PersistentBindings()
        : this(Folder)
    {
    }

    /// <param name="folder">Where the rules are; tests have their own.</param>
    internal PersistentBindings(string folder) => _folder = folder;

    /// <summary>Every binding that is kept: the function and its driver.</summary>
    /// <returns>Empty where there is none, or where this system has no udev.</returns>
    public IReadOnlyDictionary<PciAddress, string> Read()
    {
        var all = new Dictionary<PciAddress, string>();
        if (!Directory.Exists(_folder)) return all;
        foreach (string path in Directory.EnumerateFiles(_folder, Prefix + "*" + Suffix))
        {
            string name = Path.GetFileName(path)[Prefix.Length..^Suffix.Length];
            if (PciAddress.TryParse(name, null, out PciAddress address) && DriverIn(SysfsPci.ReadText(path)) is { } driver) all[address] = driver;
        }

        return all;
    }

    /// <summary>The file that keeps a function's binding.</summary>
    public string PathOf(PciAddress address) => Path.Combine(_folder, Prefix + address + Suffix);

    /// <summary>Keeps a function's binding: whenever the kernel finds this card in this place, the driver gets it.</summary>
    /// <param name="device">The function, with the ids that the rule is to hold for.</param>
    /// <param name="driver">The driver's name, which is also its module's.</param>
    /// <exception cref="DeviceException">The rule cannot be written, or this system has no udev.</exception>
    public void Keep(DeviceDescription device, string driver)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(driver);
        var address = PciAddress.Parse(device.Address);
        string path = PathOf(address);
        if (!Directory.Exists(_folder))
        {
            throw new DeviceException(DeviceStatus.NotSupported, device.Address, "keeping its binding", $"{_folder} does not exist: this system has no udev",
                $"Bind at each boot: ring3 bind {address}. On NixOS and other systems that generate /etc, add the rule to the system's configuration.");
        }

        string temporary = path + ".new"; // udev reads what ends in .rules
        try
        {
            File.WriteAllText(temporary, RuleFor(device, address, driver));
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failed(address, "keeping its binding", path, error, $"ring3 bind {address} --persist");
        }
    }

    /// <summary>Ends the keeping. The function has the driver it has until the next boot.</summary>
    /// <returns>Whether its binding was kept.</returns>
    /// <exception cref="DeviceException">The rule cannot be removed.</exception>
    public bool Forget(PciAddress address)
    {
        string path = PathOf(address);
        if (!File.Exists(path)) return false;
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failed(address, "ending the keeping of its binding", path, error, $"ring3 unbind {address} --persist");
        }
    }

    /// <remarks>
    /// The override is set before 80-drivers.rules loads the card's own module. A driver that was quicker (built into the kernel, or
    /// loaded from the initramfs) is unbound; vfio-pci itself is left alone, since udev may be told to look again at any time.
    /// </remarks>
    private static string RuleFor(DeviceDescription device, PciAddress address, string driver) => string.Create(CultureInfo.InvariantCulture, $$"""
        # {{address}} ({{device.VendorId:x4}}:{{device.DeviceId:x4}}) belongs to {{driver}} from every boot on. To undo this: ring3 unbind {{address}} --persist
        ACTION=="add", SUBSYSTEM=="pci", KERNEL=="{{address}}", ATTR{vendor}=="0x{{device.VendorId:x4}}", ATTR{device}=="0x{{device.DeviceId:x4}}", {{DriverKey}}{{driver}}", RUN{builtin}+="kmod load {{driver}}", RUN+="/bin/sh -c 'cd /sys/bus/pci/devices/%k && case $$(readlink driver) in */{{driver}}) ;; ?*) echo %k > driver/unbind ;; esac; echo %k > /sys/bus/pci/drivers_probe'"

        """);

    private static string? DriverIn(string? rule)
    {
        if (rule is null || rule.IndexOf(DriverKey, StringComparison.Ordinal) is not (>= 0 and var at)) return null;
        string rest = rule[(at + DriverKey.Length)..];
        return rest.IndexOf('"') is > 0 and var end ? rest[..end] : null;
    }

    private static DeviceException Failed(PciAddress address, string operation, string path, Exception error, string command) => new(
        error is UnauthorizedAccessException ? DeviceStatus.AccessDenied : DeviceStatus.IoError, address.ToString(), operation, $"{path}: {error.Message}",
        error is UnauthorizedAccessException ? $"Run it as root: sudo {command}" : "Free some space, or mount the file system so that it can be written.", error);
}
