using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Registers;
using RingThree.Samples.Edu;
using RingThree.Transfers;

namespace RingThree.Benchmarks;

/// <summary>Bytes allocated, by the whole process, while the road, the registers and the programs are at work.</summary>
internal static class AllocationRows
{
    private const int Interrupts = 100_000;
    private const int Accesses = 1_000_000;

    public static void Run(Effort effort)
    {
        _ = effort; // the counts are the same for a quick run: it takes a second each
        Road(InterruptDelivery.Inline, "inline", Timeout.InfiniteTimeSpan);
        Road(InterruptDelivery.OwnThread, "own thread", Timeout.InfiniteTimeSpan);
        Road(InterruptDelivery.CallerThread, "caller's thread", Timeout.InfiniteTimeSpan);
        Road(InterruptDelivery.Await, "await", Timeout.InfiniteTimeSpan);
        using var cancellation = new CancellationTokenSource();
        Road(InterruptDelivery.Await, "await, timeout and token", TimeSpan.FromSeconds(10), cancellation.Token);

        using var host = new EventHost();
        using (PciDevice mapped = host.Open(EventHost.Address)) Device(mapped, "mapped");
        (IHost simulation, PciDevice simulated) = HostNames.Open("sim:edu");
        using (simulation)
        using (simulated) Device(simulated, "unmapped");
    }

    /// <summary>Measures a piece of work that has been done often enough not to be compiled meanwhile.</summary>
    public static void Measure(string name, string figure, Action<int> work, int operations)
    {
        Effort.WarmUp(work, operations / 4);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        work(operations);
        long after = GC.GetTotalAllocatedBytes(precise: true);
        Rows.Allocation(name, figure, after - before, operations);
    }

    /// <summary>Registers and programs of one device.</summary>
    public static void Device(PciDevice device, string how)
    {
        EduRegisters registers = device.Bar(0).As<EduRegisters>();
        Measure($"bytes_register_{how}", $"bytes per register access, {how}", n => Access(registers, n), Accesses);
        DeviceRegion bar = device.Bar(0);
        Measure($"bytes_offset_{how}", $"bytes per access by offset, {how}", n => Access(bar, n), Accesses);
        PreparedProgram program = device.Prepare(EduDriver.Acknowledge());
        ulong[] values = new ulong[program.ValueCount];
        Measure($"bytes_program_{how}", $"bytes per program run, {how}", n => Execute(program, values, n), Accesses);
    }

    private static void Road(InterruptDelivery delivery, string form, TimeSpan timeout, CancellationToken cancellation = default)
    {
        using var rig = new EventRig(delivery, timeout, cancellation);
        string name = $"bytes_interrupt_{form.Replace("'s", "", StringComparison.Ordinal).Replace(", ", "_", StringComparison.Ordinal).Replace(' ', '_')}";
        Measure(name, $"bytes per interrupt, {form}", n => rig.Round(n), Interrupts);
        rig.Check();
    }

    private static void Access(EduRegisters registers, int count)
    {
        for (int i = 0; i < count; i += 2)
        {
            registers.Liveness.Write((uint)i);
            _ = registers.Liveness.Read();
        }
    }

    private static void Access(DeviceRegion bar, int count)
    {
        for (int i = 0; i < count; i += 2)
        {
            bar.Write(EduRegisters.Offsets.Liveness, (uint)i);
            _ = bar.Read<uint>(EduRegisters.Offsets.Liveness);
        }
    }

    private static void Execute(PreparedProgram program, ulong[] values, int count)
    {
        for (int i = 0; i < count; i++) program.Run(values);
    }
}
