using System.CommandLine;
using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;

namespace RingThree.Cli;

/// <summary><c>ring3 doctor</c>: what must hold for a driver in user mode, and what mends what does not.</summary>
internal static class DoctorCommand
{
    internal static Command Create()
    {
        var device = new Argument<string?>("device") { Description = "A PCI address or id; without it the machine alone is looked at.", Arity = ArgumentArity.ZeroOrOne, Validators = { ExitStatus.RefuseOptions } };
        var json = new Option<bool>("--json") { Description = "One JSON array." };
        var rules = new Option<string?>("--rules") { Description = "Prints the files that let this user drive devices without root, and where to put them.", HelpName = "user" };
        var command = new Command("doctor", """
            Checks what a driver in user mode needs.

            IOMMU, interrupt remapping, modules, group, permissions, locked memory, binding.
            Nothing is opened or changed. The exit status is 0 when all of it is as it must be.
            Example: ring3 doctor 0000:03:00.0
                     ring3 doctor --rules $USER | sudo sh
            """) { device, json, rules };
        command.SetAction(parsed => parsed.GetValue(rules) is { } user ? PrintRules(user) : Run(parsed.GetValue(device), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string? name, bool json)
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException("Real devices are opened on Linux; on this system use the simulated cards, which need nothing: ring3 list --host sim");
        var checks = new SystemChecks();
        IReadOnlyList<CheckResult> results = name is null ? checks.OfMachine() : checks.OfFunction(AddressOf(name));
        if (json)
        {
            JsonOutput.WriteLine(j =>
            {
                j.WriteStartArray();
                foreach (CheckResult result in results)
                {
                    j.WriteStartObject();
                    j.WriteString("check", result.Name);
                    j.WriteString("state", NameOf(result.State));
                    if (result.State != CheckState.Ok) j.WriteString("status", result.Status.ToString());
                    j.WriteString("found", result.Found);
                    j.WriteString("remedy", result.Remedy);
                    j.WriteEndObject();
                }

                j.WriteEndArray();
            });
        }
        else
        {
            foreach (CheckResult result in results)
            {
                Console.WriteLine($"{Shown(result.State)} {result.Name,-20} {result.Found}");
                if (result.Remedy.Length > 0) Console.WriteLine($"        {"",-20} -> {result.Remedy}");
            }
        }

        return results.Any(r => r.State == CheckState.Failed) ? ExitStatus.Failure : ExitStatus.Success;
    }

    private static PciAddress AddressOf(string name)
    {
        if (PciAddress.TryParse(name, null, out PciAddress address)) return address;
        if (!PciId.TryParse(name, null, out PciId id)) throw new FormatException($"'{name}' is no function of this machine; give an address (0000:03:00.0) or an id (10ee:7024).");
        using IHost host = HostNames.Machine();
        return PciAddress.Parse(host.Find(id).Address);
    }

    private static string Shown(CheckState state)
    {
        string name = NameOf(state).PadRight(7);
        return state == CheckState.Ok ? Terminal.Good(name) : state == CheckState.Failed ? Terminal.Bad(name) : Terminal.Doubtful(name);
    }

    private static string NameOf(CheckState state) => state switch
    {
        CheckState.Ok => "ok",
        CheckState.Failed => "FAILED",
        _ => "unknown",
    };

    /// <summary>A script, so that what is printed can be read first and run then.</summary>
    private static int PrintRules(string user)
    {
        if (user.Length == 0 || !user.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') || user[0] == '-') throw new FormatException($"'{user}' is no user's name.");
        Console.WriteLine($"""
            # Run this as root. It lets {user} open devices that are bound to vfio-pci, and lock the memory they reach.
            # Whoever drives a device by DMA reaches what is mapped for it, and nothing else: the IOMMU sees to that.
            cat > /etc/udev/rules.d/70-ringthree.rules <<'END'
            SUBSYSTEM=="vfio", OWNER="{user}", MODE="0660"
            END
            cat > /etc/security/limits.d/70-ringthree.conf <<'END'
            {user} - memlock unlimited
            END
            udevadm control --reload
            udevadm trigger --subsystem-match=vfio
            # The limit holds from {user}'s next login on.
            """);
        return ExitStatus.Success;
    }
}
