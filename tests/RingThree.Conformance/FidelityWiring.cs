using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using RingThree.Simulation;

namespace RingThree.Conformance;

/// <summary>Rows about the machine: who shares a line with whom, whom the IOMMU cannot tell apart, the bridges.</summary>
internal static class FidelityWiring
{
    private static readonly (string Name, string Address)[] Bridges = [("root port", "0000:00:05.0"), ("bridge to PCI", "0000:00:0c.0")];

    public static FidelityRows OfGuest(VfioHost host, IReadOnlyDictionary<string, string> addresses) => Make(
        host,
        addresses,
        (first, second) =>
        {
            // The kernel's own list of who hears which line, while both have their INTx enabled.
            using IHostedDevice one = host.OpenDevice(first, OpenOptions.Default);
            using IHostedDevice other = host.OpenDevice(second, OpenOptions.Default);
            using var lineOfOne = new FidelityLine(one, PciNumbering.IntX, 1);
            using var lineOfOther = new FidelityLine(other, PciNumbering.IntX, 1);
            return File.ReadAllLines("/proc/interrupts").Any(l => l.Contains($"vfio-intx({first})", StringComparison.Ordinal) && l.Contains($"vfio-intx({second})", StringComparison.Ordinal));
        },
        (bridge, at) =>
        {
            byte[] config = File.ReadAllBytes($"/sys/bus/pci/devices/{bridge}/config");
            return config[at];
        });

    public static FidelityRows OfTwin()
    {
        using SimulatedHost all = Machine.Twin();
        return Make(
            all,
            Machine.TwinAddresses,
            (first, second) =>
            {
                using SimulatedHost pair = Machine.Twin();
                foreach (string address in Machine.TwinAddresses.Values.Where(a => a != first && a != second)) pair.Remove(address);
                using IHostedDevice one = pair.OpenDevice(first, OpenOptions.Default);
                return one.InterruptGroups[PciNumbering.IntX].Shared;
            },
            (bridge, at) => (byte)all.RootComplex.ReadConfiguration(PciAddress.Parse(bridge), at, 1));
    }

    private static FidelityRows Make(IHost host, IReadOnlyDictionary<string, string> addresses, Func<string, string, bool> shareLine, Func<string, int, byte> bridge)
    {
        var rows = new FidelityRows();
        string[] cards = [.. Machine.TwinAddresses.Keys];
        foreach (string card in cards) rows.Add($"{card} is at", () => addresses[card]);
        foreach (string card in cards) rows.Add($"{card} shares its line with", () => string.Join(", ", cards.Where(c => c != card && shareLine(addresses[card], addresses[c]))));
        Dictionary<string, int?> groups = host.Scan().ToDictionary(d => d.Address, d => (int?)d.IsolationGroup);
        foreach (string card in cards) rows.Add($"{card} is in one isolation group with", () => string.Join(", ", cards.Where(c => c != card && groups[addresses[c]] == groups[addresses[card]])));
        rows.Add("bound while asserted, a neighbour's handler on the line", () => BoundAsserted(host, addresses));
        foreach ((string name, string address) in Bridges) Bridge(rows, name, at => bridge(address, at));
        return rows;
    }

    private static string BoundAsserted(IHost host, IReadOnlyDictionary<string, string> addresses)
    {
        using IHostedDevice card = host.OpenDevice(addresses[Machine.EduA], OpenOptions.Default);
        using IHostedDevice neighbour = host.OpenDevice(addresses[Machine.EduB], OpenOptions.Default);
        using var neighbourLine = new FidelityLine(neighbour, PciNumbering.IntX, 1);
        string first;
        using (var line = new FidelityLine(card, PciNumbering.IntX, 1))
        {
            FidelityEdu.Set(card, 0x60, 1);
            first = line.Signals();
        }

        string again;
        using (var line = new FidelityLine(card, PciNumbering.IntX, 1)) again = line.Signals();
        FidelityEdu.Set(card, 0x64, uint.MaxValue);
        return $"{first}, bound again: {again}; the neighbour: {neighbourLine.Signals()}";
    }

    private static void Bridge(FidelityRows rows, string name, Func<int, byte> read)
    {
        int Word(int at) => read(at) | (read(at + 1) << 8);
        rows.Add($"{name}: ids", () => $"{Word(0):x4}:{Word(2):x4}");
        rows.Add($"{name}: class", () => $"{read(0x0B):x2}{read(0x0A):x2}{read(0x09):x2}");
        rows.Add($"{name}: header type", () => read(0x0E));
        rows.Add($"{name}: command lets pass", () => (PciCommand)(Word(4) & 7));
        rows.Add($"{name}: bus numbers", () => $"{read(0x18)} {read(0x19)} {read(0x1A)}");
        rows.Add($"{name}: I/O window addresses", () => (read(0x1C) & 0xF) == 0 ? "16 bits" : "32 bits");
        rows.Add($"{name}: prefetchable window addresses", () => (read(0x24) & 0xF) == 0 ? "32 bits" : "64 bits");
        rows.Add($"{name}: memory window is open", () => (Word(0x20) & 0xFFF0) <= (Word(0x22) & 0xFFF0));
        rows.Add($"{name}: bus below in reset", () => (Word(0x3E) & 0x40) != 0);
    }
}
