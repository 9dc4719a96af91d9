using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;

namespace RingThree.Benchmarks;

/// <summary>An MSI's way on a real PCI function through VFIO, against C on bare VFIO; and what the VFIO host allocates.</summary>
internal static class GuestRows
{
    public static void Run(Effort effort, string address)
    {
        int iterations = 40_000 / Math.Min(effort.Scale, 5); // shorter rounds drown in what QEMU itself does
        using (var first = new EduRig(address, InterruptKinds.Msi)) Effort.WarmUp(n => first.Round(n), 10_000);
        // Only one process can have the group: this one has it for the length of a round.
        Comparison result = effort.Compare(
            () =>
            {
                Effort.Settle();
                return effort.RunC("message", address, $"{iterations}");
            },
            () =>
            {
                using var again = new EduRig(address, InterruptKinds.Msi);
                again.Round(iterations / 10);
                Effort.Settle();
                again.Round(iterations / 10); // as in C: right before the clock starts
                return again.Round(iterations);
            });
        Rows.Ratio("guest_msi_inline_ratio", "guest: MSI to handler (inline) and back", result, bar: 1.25);

        Interrupts(address, InterruptKinds.Msi, "msi", "MSI");
        Interrupts(address, InterruptKinds.Level, "intx", "INTx");
        using IHost host = HostNames.Machine();
        using PciDevice device = host.Open(address);
        AllocationRows.Measure("guest_configuration_bytes", "guest: bytes per unmapped access (config)", n => Read(device, n), AllocationRows.Interrupts);
    }

    private static void Interrupts(string address, InterruptKinds kind, string name, string word)
    {
        using var rig = new EduRig(address, kind);
        AllocationRows.Measure($"guest_{name}_bytes", $"guest: bytes per interrupt, {word}, inline", n => rig.Round(n), AllocationRows.Interrupts);
    }

    private static void Read(PciDevice device, int count)
    {
        for (int i = 0; i < count; i++) device.Config.Read32(0);
    }
}
