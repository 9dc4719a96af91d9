using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Registers;

namespace RingThree.Conformance;

/// <summary>Rows about what a card does when it is accessed: while it does not decode, asleep, in its MSI-X table, by interrupt.</summary>
internal static class FidelityBehaviour
{
    private static readonly int[] Widths = [1, 2, 4, 8];

    public static void AddTo(FidelityRows rows, IHost host, string address)
    {
        using (PciDevice device = host.Open(address))
        {
            Decoding(rows, device);
            Power(rows, device);
            Table(rows, device);
        }

        using (IHostedDevice hosted = host.OpenDevice(address, OpenOptions.Default)) Triggered(rows, hosted);
        bool isEdu = host.Scan().Single(d => d.Address == address) is { VendorId: 0x1234, DeviceId: 0x11E8 };
        if (isEdu) FidelityEdu.AddTo(rows, host, address);
    }

    /// <summary>One access of a width that is known at run time.</summary>
    public static string Read(DeviceRegion region, ulong offset, int width) => width switch
    {
        1 => $"{region.Read<byte>(offset):x2}",
        2 => $"{region.Read<ushort>(offset):x4}",
        4 => $"{region.Read<uint>(offset):x8}",
        _ => $"{region.Read<ulong>(offset):x16}",
    };

    private static IEnumerable<DeviceRegion> Regions(PciDevice device) => device.Bars.Append(device.Rom).OfType<DeviceRegion>();

    private static void Decoding(FidelityRows rows, PciDevice device)
    {
        PciCommand decode = device.Config.ReadCommand() & (PciCommand.MemorySpace | PciCommand.IoSpace);
        rows.Add("decoding after open", () => decode);
        device.Config.ModifyCommand(decode, PciCommand.None);
        foreach (DeviceRegion region in Regions(device))
            rows.Add($"{region.Description.Name} with decoding off", () => string.Join(" ", Widths.Where(w => !region.IsPort || w < 8).Select(w => Read(region, 0, w))));
        rows.Add("present with decoding off", () => device.IsPresent());
        device.Config.ModifyCommand(PciCommand.None, decode);
        rows.Add("decoding again", () => device.Config.ReadCommand() & (PciCommand.MemorySpace | PciCommand.IoSpace));
        rows.Add("answers again", () => Answers(device));
        if (device.Rom is not { } rom) return;
        // The kernel enables the ROM for the time of an access; the driver's own enable bit changes nothing.
        rows.Add("ROM refuses writes", () =>
        {
            uint before = rom.Read<uint>(0);
            rom.Write(0, ~before);
            return rom.Read<uint>(0) == before;
        });
    }

    private static string Answers(PciDevice device, bool ports = true) =>
        string.Join(", ", device.Bars.OfType<DeviceRegion>().Where(b => (ports || !b.IsPort) && (b.Description.Parts.Count == 0 || b.Description.Parts[0].Offset != 0)).Select(b => $"{b.Description.Name} {(b.Read<uint>(0) == uint.MaxValue ? "ones" : "yes")}"));

    private static void Power(FidelityRows rows, PciDevice device)
    {
        if (device.Config.FindCapability(PciCapabilityId.PowerManagement) is not { } power) return;
        int control = power.Offset + 4;
        byte awake = device.Config.Read8(control);
        byte[] before = FidelityRows.View(device);
        foreach (int state in (int[])[1, 2, 3])
        {
            string name = state == 3 ? "D3hot" : $"D{state}";
            device.Config.Write8(control, (byte)((awake & ~3) | state));
            rows.Add($"{name}: configuration changes", () => FidelityRows.Changes(before, FidelityRows.View(device)));
            rows.Add($"{name}: answers", () => Answers(device, ports: state != 3));
            rows.Add($"{name}: present", () => device.IsPresent());
            device.Config.Write8(control, awake);
            rows.Add($"D0 after {name}: configuration changes", () => FidelityRows.Changes(before, FidelityRows.View(device)));
            rows.Add($"D0 after {name}: answers", () => Answers(device));
        }

        // What the driver has written is there again after the way through D3hot, or it is not.
        device.Config.ModifyCommand(PciCommand.None, PciCommand.BusMaster | PciCommand.SystemError);
        device.Config.Write8(0x0C, 0x10);
        byte[] written = FidelityRows.View(device);
        device.Config.Write8(control, (byte)(awake | 3));
        device.Config.Write8(control, awake);
        rows.Add("D3hot and back: what was written changes", () => FidelityRows.Changes(written, FidelityRows.View(device)));
        device.Config.Write8(0x0C, before[0x0C]);
        device.Config.ModifyCommand(PciCommand.BusMaster | PciCommand.SystemError, (PciCommand)BitConverter.ToUInt16(before, 4));
    }

    private static void Table(FidelityRows rows, PciDevice device)
    {
        foreach (DeviceRegion region in device.Bars.OfType<DeviceRegion>())
        {
            foreach (RegionPart part in region.Description.Parts)
            {
                string where = $"{region.Description.Name}, {part.Kind}";
                rows.Add($"{where} reads", () => string.Join(" ", Widths.Select(w => Read(region, part.Offset, w))));
                rows.Add($"{where}, its end, reads", () => Read(region, part.Offset + part.Length - 8, 8));
                rows.Add($"{where} written", () => Write(region, part.Offset));
            }
        }
    }

    private static string Write(DeviceRegion region, ulong offset)
    {
        try
        {
            region.Write(offset, 0u);
            return "taken";
        }
        catch (DeviceException error)
        {
            return error.Status.ToString();
        }
    }

    /// <summary>Signals by software, which every card has.</summary>
    private static void Triggered(FidelityRows rows, IHostedDevice hosted)
    {
        for (int group = 0; group <= PciNumbering.RemovalRequest; group++)
        {
            InterruptGroupDescription g = hosted.InterruptGroups[group];
            if (g.Count == 0) continue;
            int number = group;
            using var line = new FidelityLine(hosted, number, g.Count);
            rows.Add($"{g.Name}: first and last signalled by software", () =>
            {
                hosted.Trigger(number, 0, 1);
                hosted.Trigger(number, g.Count - 1, 1);
                return line.Signals();
            });
            if (g.Kind != InterruptGroupKind.Level) continue;
            rows.Add("INTx: signalled by software while masked", () =>
            {
                hosted.Mask(number, 0);
                hosted.Trigger(number, 0, 1);
                string signals = line.Signals();
                hosted.Unmask(number, 0);
                return $"{signals}, then {line.Signals()}";
            });
            rows.Add("INTx: signalled by software while disabled by the driver", () =>
            {
                line.Disable(true);
                hosted.Trigger(number, 0, 1);
                string signals = line.Signals();
                line.Disable(false);
                return $"{signals}, then {line.Signals()}";
            });
        }
    }
}

/// <summary>A bound interrupt group of an open device, and what has signalled.</summary>
internal sealed class FidelityLine : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(60);
    private readonly IHostedDevice _device;
    private readonly int _group;
    private readonly IInterruptWaiter _waiter;

    public FidelityLine(IHostedDevice device, int group, int count)
    {
        _device = device;
        _group = group;
        _waiter = device.CreateWaiter();
        Granted = device.Bind(group, [.. Enumerable.Range(0, count).Select(v => new VectorRoute(_waiter, v))]);
    }

    public int Granted { get; }

    /// <summary>What signals until it is quiet: vector*count.</summary>
    public string Signals()
    {
        var all = new SortedDictionary<int, long>();
        var some = new InterruptSignal[16];
        for (int n = _waiter.Wait(some, Quiet); n > 0; n = _waiter.Wait(some, Quiet))
        {
            foreach (InterruptSignal signal in some.AsSpan(0, n)) all[signal.Tag] = all.GetValueOrDefault(signal.Tag) + signal.Count;
        }

        return all.Count == 0 ? "nothing" : string.Join(" ", all.Select(s => $"{s.Key}*{s.Value}"));
    }

    /// <summary>The driver's own interrupt-disable bit.</summary>
    public void Disable(bool disable)
    {
        Span<byte> command = stackalloc byte[2];
        _device.Read(PciNumbering.Configuration, 4, command);
        command[1] = (byte)(disable ? command[1] | 4 : command[1] & ~4);
        _device.Write(PciNumbering.Configuration, 4, command);
    }

    public void Dispose()
    {
        _device.Unbind(_group);
        _waiter.Dispose();
    }
}
