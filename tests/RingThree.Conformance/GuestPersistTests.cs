using System.Diagnostics;

namespace RingThree.Conformance;

/// <summary>Bindings that are kept over reboots, as udev does what their rules say: a card that the kernel finds anew is what it is at boot.</summary>
[Trait("Host", "many")]
public sealed class GuestPersistTests : IDisposable
{
    private const string Rules = "/etc/udev/rules.d";
    private const string Daemon = "/tmp/systemd-udevd";
    private readonly Process _udev;

    public GuestPersistTests()
    {
        Directory.CreateDirectory(Rules);
        // The daemon and its tool are one program, which looks at the name it is called by; Debian's own link names a folder that the guest lacks.
        File.Delete(Daemon);
        File.CreateSymbolicLink(Daemon, "/usr/bin/udevadm");
        _udev = Process.Start(new ProcessStartInfo(Daemon, ["--resolve-names=never"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _udev.ErrorDataReceived += (_, _) => { }; // Debian's own rules name groups that the guest has none of
        _udev.BeginErrorReadLine();
        _udev.BeginOutputReadLine();
        Machine.Until(() => GuestProgram.Run("udevadm", "control", "--timeout=5", "--ping").Status == 0, "udev listens");
    }

    public void Dispose()
    {
        GuestProgram.Run("udevadm", "control", "--exit");
        if (!_udev.WaitForExit(Machine.Patience)) _udev.Kill();
        _udev.Dispose();
        foreach (string rule in Directory.GetFiles(Rules)) File.Delete(rule);
        GuestFunction.GiveAllBack();
    }

    [Fact]
    public void What_is_kept_is_bound_whenever_the_kernel_finds_the_card_until_that_is_undone()
    {
        GuestFunction function = GuestFunction.Of("e1000e");
        GuestProgram.Answer bound = GuestProgram.Ring3Does("bind", function.Address, "--persist");
        Assert.Contains($"binds {function.Address} to vfio-pci at every boot", bound.Errors, StringComparison.Ordinal);
        Assert.Contains("vfio-pci*", GuestProgram.Ring3Does("list").Output, StringComparison.Ordinal);

        FindAnew(function);
        Machine.Until(() => Driver(function) == "vfio-pci", "udev's rule binds the card");

        // Told to look again, udev leaves a card alone that has its driver.
        GuestProgram.Shell("udevadm trigger --action=add --subsystem-match=pci && udevadm settle");
        Assert.Equal("vfio-pci", Driver(function));

        Assert.Contains("To end that", GuestProgram.Ring3("unbind", function.Address).Errors, StringComparison.Ordinal);
        Assert.Contains("has been removed", GuestProgram.Ring3("unbind", function.Address, "--persist").Errors, StringComparison.Ordinal);
        FindAnew(function);
        Assert.Equal("e1000e", Driver(function));
    }

    /// <summary>What ring3 keeps for the time of a boot is gone, as after a reboot.</summary>
    [Fact]
    public void One_that_was_bound_as_the_machine_started_gets_its_own_driver_from_the_kernel()
    {
        GuestFunction function = GuestFunction.Of("e1000e");
        GuestProgram.Ring3Does("bind", function.Address, "--persist");
        File.Delete($"/run/ringthree/bindings/{function.Address}");
        GuestProgram.Ring3Does("unbind", function.Address, "--persist");
        Assert.Equal("e1000e by (null)", function.State);
    }

    private static void FindAnew(GuestFunction function)
    {
        GuestProgram.Ring3Does("remove", function.Address, "--force");
        GuestProgram.Ring3Does("rescan");
        GuestProgram.Shell("udevadm settle --timeout=30");
    }

    private static string? Driver(GuestFunction function) => Path.GetFileName(new FileInfo($"/sys/bus/pci/devices/{function.Address}/driver").LinkTarget);
}
