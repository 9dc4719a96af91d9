using System.Globalization;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Registers;

namespace RingThree.Conformance;

/// <summary>
/// What a card shows of itself, as rows: a name and a value, made the same way from any host, with nothing of the host in
/// them. What legitimately differs between two machines is left out, by name, in <see cref="Exceptions"/>.
/// </summary>
internal sealed class FidelityRows
{
    /// <summary>What no row says, and why.</summary>
    public static IReadOnlyDictionary<string, string> Exceptions { get; } = new Dictionary<string, string>
    {
        ["BAR and ROM addresses"] = "Firmware places them where there is room. The bits that a write of ones reaches are left out of the value; a row says that an address was assigned.",
        ["The ability Map"] = "A model's registers are code and cannot be mapped; a driver sees the same registers either way.",
        ["Shared"] = "VFIO cannot tell before the neighbour is enabled, and says no; the simulator knows. Who shares a line with whom is compared in the rows of the machine.",
        ["What the ROM holds"] = "QEMU loads a boot program from a file. Size, enable bit and the refusal of writes are compared.",
        ["Function level reset by register"] = "The upper byte of PCI Express device control is not written, as that resets the card in the middle of the table; Reset() is compared instead.",
        ["Faults of a card that is not a bus master"] = "No request reaches the IOMMU, so VFIO reports nothing; the simulator says why nothing moved. That nothing moves is compared.",
        ["An asserted line that nobody else has enabled, when it is bound"] = "It must signal at once, as a level does, and the simulator's does. QEMU's interrupt controller delivers nothing until the pin has been released once. With a neighbour's handler on the line it delivers, and that is compared.",
        ["Whether a line that is let go at once has signalled"] = "A level that lasts shorter than its way to the processor may find the status bit clear when the kernel looks, which then takes the interrupt for somebody else's. The simulator always delivers it. That no more than one comes, and none later, is compared.",
        ["I/O ports in D3hot"] = "QEMU's cards go on answering there. A card in D3hot answers configuration accesses alone (PCI Power Management 1.2, 5.4.1), and the simulator's do.",
        ["Capabilities of bridges"] = "A bridge stays with the kernel: no driver of a card behind it sees them. What a bridge does to the cards behind it is compared.",
        ["Register contents of nvme, e1000e and xhci"] = "Their twins have the shape and no behaviour. What every card does, whatever its registers mean, is compared.",
    };

    private static readonly (int At, int Length, string Name)[] Header =
    [
        (0x00, 4, "ids"), (0x04, 2, "command"), (0x06, 2, "status"), (0x08, 4, "class and revision"), (0x0C, 1, "cache line size"),
        (0x0D, 1, "latency timer"), (0x0E, 1, "header type"), (0x0F, 1, "self test"), (0x10, 4, "BAR 0"), (0x14, 4, "BAR 1"), (0x18, 4, "BAR 2"),
        (0x1C, 4, "BAR 3"), (0x20, 4, "BAR 4"), (0x24, 4, "BAR 5"), (0x28, 4, "CardBus pointer"), (0x2C, 4, "subsystem"), (0x30, 4, "ROM"),
        (0x34, 1, "capability pointer"), (0x35, 7, "reserved"), (0x3C, 1, "interrupt line"), (0x3D, 1, "interrupt pin"), (0x3E, 2, "grant and latency"),
    ];

    private readonly OrderedDictionary<string, string> _rows = [];

    /// <summary>The rows so far, in the order they were made.</summary>
    public IReadOnlyDictionary<string, string> All => _rows;

    /// <summary>Every row of a card.</summary>
    public static FidelityRows Of(IHost host, string address)
    {
        var rows = new FidelityRows();
        using (PciDevice device = host.Open(address))
        {
            // A kernel remembers how many messages a card had last; all of them, from here on.
            if (device.Interrupts.Count(InterruptKind.Msi) > 0) device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Msi, Slots = 64 }).Dispose();
        }

        using (IHostedDevice hosted = host.OpenDevice(address, OpenOptions.Default)) rows.Describe(hosted);
        using (PciDevice device = host.Open(address)) rows.Configure(device);
        FidelityBehaviour.AddTo(rows, host, address);
        return rows;
    }

    /// <summary>Adds a row. A failure is a value too, which no row may have.</summary>
    public void Add(string name, Func<object> value)
    {
        string text;
        try
        {
            text = Convert.ToString(value(), CultureInfo.InvariantCulture)!;
        }
        catch (Exception error) when (error is not Xunit.Sdk.IAssertionException)
        {
            text = $"FAILED: {error.GetType().Name} {error.Message}";
        }

        _rows.Add(name, text.Length == 0 ? "none" : text);
    }

    /// <summary>Configuration space as the driver sees it now.</summary>
    public static byte[] View(PciDevice device)
    {
        byte[] view = new byte[device.Config.Size];
        for (int i = 0; i < view.Length; i++) view[i] = device.Config.Read8(i);
        return view;
    }

    /// <summary>Which bytes differ, as place:before&gt;after.</summary>
    public static string Changes(byte[] before, byte[] after) =>
        string.Join(" ", Enumerable.Range(0, before.Length).Where(i => before[i] != after[i]).Select(i => $"{i:x3}:{before[i]:x2}>{after[i]:x2}"));

    private void Describe(IHostedDevice hosted)
    {
        DeviceDescription d = hosted.Description;
        Add("id", () => $"{d.VendorId:x4}:{d.DeviceId:x4}");
        Add("subsystem", () => $"{d.SubsystemVendorId:x4}:{d.SubsystemId:x4}");
        Add("class and revision", () => $"{d.ClassCode:x6} {d.Revision:x2}");
        Add("CanReset", () => hosted.CanReset);
        for (int i = 0; i <= PciNumbering.Configuration; i++)
        {
            RegionDescription r = hosted.Regions[i];
            Add($"region {i}", () => r.Size == 0
                ? "absent"
                : $"{r.Kind}, 0x{r.Size:x} bytes, {r.Abilities & ~RegionAbilities.Map}{string.Concat(r.Parts.Select(p => $"; {p.Kind} 0x{p.Offset:x}+0x{p.Length:x}"))}");
        }

        for (int i = 0; i <= PciNumbering.RemovalRequest; i++)
        {
            InterruptGroupDescription g = hosted.InterruptGroups[i];
            Add($"interrupt group {i}", () => g.Count == 0 ? "absent" : $"{g.Kind}, {g.Count}, {g.Abilities}");
        }
    }

    private void Configure(PciDevice device)
    {
        PciConfiguration config = device.Config;
        Add("configuration size", () => config.Size);
        Add("bus mastering after open", () => (config.ReadCommand() & PciCommand.BusMaster) != 0);
        foreach (bool extended in (bool[])[false, true])
        {
            Add(extended ? "extended capabilities" : "capabilities", () => string.Join(", ", config.Capabilities.Where(c => c.IsExtended == extended)
                .Select(c => $"{c.Id:x}{(extended ? $" v{c.Version}" : "")} at 0x{c.Offset:x}")));
        }

        Dictionary<int, uint> sizes = [];
        for (int at = 0x10; at <= 0x30; at += at == 0x24 ? 0x0C : 4)
        {
            int place = at;
            Add($"{NameOf(at)}: reads after ones", () => Sized(config, place, sizes));
        }

        byte[] view = View(device);
        Add("16 and 32 bits at once", () => Enumerable.Range(0, config.Size / 4).All(i => config.Read32(4 * i) == BitConverter.ToUInt32(view, 4 * i)
            && config.Read16(4 * i) == BitConverter.ToUInt16(view, 4 * i) && config.Read16((4 * i) + 2) == BitConverter.ToUInt16(view, (4 * i) + 2)) ? "as byte by byte" : "otherwise");
        byte[] shown = [.. view];
        foreach ((int at, uint size) in sizes)
        {
            // Bit 0 of the ROM's register is its enable, not an address.
            BitConverter.TryWriteBytes(shown.AsSpan(at), BitConverter.ToUInt32(view, at) & ~(at == 0x30 ? size & ~1u : size));
        }

        IReadOnlyList<(int At, int Length, string Name)> parts = Parts(config);
        foreach ((int at, int length, string name) in parts) Add($"{name}: value", () => Text(shown.AsSpan(at, length)));
        Add("addresses assigned", () => string.Join(", ", sizes.Where(s => s.Value != 0 && !IsUpperHalf(view, s.Key)).Select(s => (BitConverter.ToUInt32(view, s.Key) & ~0xFu) != 0 ? NameOf(s.Key) : $"not {NameOf(s.Key)}")));
        byte[] reached = Reached(device);
        foreach ((int at, int length, string name) in parts) Add($"{name}: bits a write reaches", () => Text(reached.AsSpan(at, length)));
        Add("restored", () => Changes(view, View(device)));

        foreach (InterruptKind kind in (InterruptKind[])[InterruptKind.Level, InterruptKind.Msi, InterruptKind.MsiX])
        {
            if (device.Interrupts.Count(kind) == 0) continue;
            Add($"enabling {kind} changes", () =>
            {
                using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = (InterruptKinds)kind, Slots = 64 });
                return $"{Changes(view, View(device))} ({session.VectorCount} vectors)";
            });
            Add($"disabling {kind} leaves", () => Changes(view, View(device)));
            config.ModifyCommand(PciCommand.BusMaster, PciCommand.None);
        }

        if (device.CanReset) Add("Reset() changes", () => Reset(device));
    }

    private static string Sized(PciConfiguration config, int at, Dictionary<int, uint> sizes)
    {
        uint before = config.Read32(at);
        config.Write32(at, uint.MaxValue);
        uint ones = config.Read32(at);
        config.Write32(at, 0);
        uint zeros = config.Read32(at);
        config.Write32(at, before);
        sizes[at] = ones & ~zeros;
        return $"{ones:x8}, after zeros {zeros:x8}{(config.Read32(at) == before ? "" : ", not restored")}";
    }

    /// <summary>Flips each byte and looks which bits follow; puts it back.</summary>
    private static byte[] Reached(PciDevice device)
    {
        PciConfiguration config = device.Config;
        byte[] reached = new byte[config.Size];
        int control = (config.FindCapability(PciCapabilityId.Express)?.Offset ?? -100) + 9;
        for (int i = 0; i < reached.Length; i++)
        {
            if (i == control) continue;
            byte before = config.Read8(i);
            config.Write8(i, (byte)~before);
            reached[i] = (byte)(before ^ config.Read8(i));
            config.Write8(i, before);
        }

        return reached;
    }

    /// <summary>Everything a driver can set is set, so that what a reset takes away shows.</summary>
    private static string Reset(PciDevice device)
    {
        PciConfiguration config = device.Config;
        byte[] first = View(device);
        config.ModifyCommand(PciCommand.None, PciCommand.BusMaster | PciCommand.SystemError | PciCommand.InterruptDisable);
        config.Write8(0x0C, 0x10);
        config.Write8(0x3C, 0x77);
        if (config.FindCapability(PciCapabilityId.Express) is { } express) config.Write8(express.Offset + 8, 0x20);
        byte[] before = View(device);
        device.Reset();
        string changes = Changes(before, View(device));
        for (int i = 0; i < first.Length; i++)
        {
            if (first[i] != before[i]) config.Write8(i, first[i]);
        }

        return $"{(changes.Length == 0 ? "nothing" : changes)} of {Changes(first, before)}";
    }

    /// <summary>All of configuration space in parts: the header's registers, each capability to the next, and what lies before the first.</summary>
    private static List<(int At, int Length, string Name)> Parts(PciConfiguration config)
    {
        List<(int At, int Length, string Name)> parts = [.. Header];
        List<(int At, string Name)> starts = [(0x40, "before the capabilities"), .. config.Capabilities.OrderBy(c => c.Offset).Select(c => ((int)c.Offset, $"capability {c}"))];
        if (config.Size > 0x100 && config.Capabilities.All(c => c.Offset != 0x100)) starts.Add((0x100, "extended"));
        for (int i = 0; i < starts.Count; i++)
        {
            int end = i + 1 < starts.Count ? starts[i + 1].At : config.Size;
            if (end > starts[i].At) parts.Add((starts[i].At, end - starts[i].At, starts[i].Name));
        }

        return parts;
    }

    private static bool IsUpperHalf(byte[] view, int at) => at is > 0x10 and <= 0x24 && (view[at - 4] & 7) == 4 && (at == 0x14 || !IsUpperHalf(view, at - 4));

    private static string NameOf(int at) => Header.Single(h => h.At == at).Name;

    /// <summary>Bytes in hex; eight and more of a kind as byte*count.</summary>
    private static string Text(ReadOnlySpan<byte> bytes)
    {
        var text = new System.Text.StringBuilder();
        for (int i = 0; i < bytes.Length;)
        {
            int run = bytes[i..].IndexOfAnyExcept(bytes[i]);
            if (run < 0) run = bytes.Length - i;
            if (run < 8) text.Append(CultureInfo.InvariantCulture, $"{bytes[i++]:x2}");
            else text.Append(CultureInfo.InvariantCulture, $" {bytes[i]:x2}*{run} ");
            if (run >= 8) i += run;
        }

        return text.ToString().Trim();
    }
}
