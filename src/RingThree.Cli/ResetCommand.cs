using System.CommandLine;
using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Cli;

/// <summary><c>ring3 reset</c>: a function alone, or everything on its bus.</summary>
internal static class ResetCommand
{
    internal static Command Create()
    {
        Argument<string> device = DeviceNames.Argument();
        var bus = new Option<bool>("--bus") { Description = "Everything on its bus or in its slot, for a card without a reset of its own." };
        var force = new Option<bool>("--force") { Description = "With --bus: also where others are on that bus." };
        var json = new Option<bool>("--json") { Description = "One JSON object: what was reset." };
        var command = new Command("reset", """
            Resets a device, or everything on its bus.

            Its registers are as after power on, its BARs stay where they are.
            With --bus the other functions on that bus are named first, and --force resets them too. All of them must be bound to vfio-pci.
            Example: ring3 reset 0000:03:00.0
                     ring3 reset 0000:03:00.0 --bus
            """) { device, bus, force, json };
        command.SetAction(parsed => Reset(parsed.GetValue(device)!, parsed.GetValue(bus), parsed.GetValue(force), parsed.GetValue(json)));
        return command;
    }

    private static int Reset(string name, bool bus, bool force, bool json)
    {
        (IHost host, PciDevice device) = HostNames.Open(name);
        using (host)
        using (device)
        {
            if (bus)
            {
                Print(device, ResetBus(device, force), json);
                return ExitStatus.Success;
            }

            if (!device.CanReset)
            {
                string others = device.GetBusResetReach() is { } reach
                    ? $"Reset its bus instead: ring3 reset {name} --bus. That reaches {Named(reach)}."
                    : "Its bus cannot be reset either: bring it to a known state through its registers, or remove it and rescan.";
                throw new DeviceException(DeviceStatus.NotSupported, device.Address, "resetting it", "it has no reset of its own", others);
            }

            device.Reset();
            Print(device, null, json);
            return ExitStatus.Success;
        }
    }

    /// <returns>The others on the bus.</returns>
    private static string[] ResetBus(PciDevice device, bool force)
    {
        IReadOnlyList<string>? reach = device.GetBusResetReach();
        string[] others = [.. (reach ?? []).Where(a => a != device.Address)];
        if (others.Length > 0 && !force)
        {
            throw new DeviceException(DeviceStatus.Busy, device.Address, "resetting its bus", $"that resets {Named(others)} too",
                "Close what uses them, then do it all the same: --force");
        }

        device.ResetBus();
        return others;
    }

    /// <param name="device">What was reset.</param>
    /// <param name="others">What was reset with it; <see langword="null"/> where it was reset alone.</param>
    /// <param name="json">In which form.</param>
    private static void Print(PciDevice device, string[]? others, bool json)
    {
        if (!json)
        {
            Console.WriteLine(others is null ? $"{device.Address}: reset" : $"{device.Address}: its bus was reset{(others.Length > 0 ? $", with {Named(others)}" : "")}");
            return;
        }

        JsonOutput.WriteLine(j =>
        {
            j.WriteStartObject();
            j.WriteString("device", device.Address);
            j.WriteString("reset", others is null ? "function" : "bus");
            j.WriteStartArray("others");
            foreach (string other in others ?? []) j.WriteStringValue(other);
            j.WriteEndArray();
            j.WriteEndObject();
        });
    }

    private static string Named(IEnumerable<string> addresses) => string.Join(", ", addresses);
}
