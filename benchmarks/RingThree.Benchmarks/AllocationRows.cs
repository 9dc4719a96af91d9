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
    /// <summary>How many interrupts a figure is taken over.</summary>
    public const int Interrupts = 100_000;

    private const int Accesses = 1_000_000;

    public static void Run()
    {
        Road("inline", "inline", InterruptDelivery.Inline, Timeout.InfiniteTimeSpan);
        Road("own_thread", "own thread", InterruptDelivery.OwnThread, Timeout.InfiniteTimeSpan);
        Road("caller_thread", "caller's thread", InterruptDelivery.CallerThread, Timeout.InfiniteTimeSpan);
        Road("await", "await", InterruptDelivery.Await, Timeout.InfiniteTimeSpan);
        using var cancellation = new CancellationTokenSource();
        Road("await_timeout_token", "await with timeout and token", InterruptDelivery.Await, TimeSpan.FromSeconds(10), cancellation.Token);

        using var host = new EventHost();
        using (PciDevice mapped = host.Open(EventHost.Address)) Device(mapped, "mapped");
        (IHost simulation, PciDevice simulated) = HostNames.Open("sim:edu");
        using (simulation)
        using (simulated) Device(simulated, "unmapped");
    }

    /// <summary>Measures a piece of work that has been done often enough not to be compiled meanwhile.</summary>
    /// <remarks>
    /// Takes the least of up to three windows. The runtime itself allocates now and then, about 1 KB when its pool starts a
    /// thread; what an operation allocates, even one in ten thousand, is in every window.
    /// </remarks>
    public static void Measure(string name, string figure, Action<int> work, int operations)
    {
        Effort.WarmUp(work, operations / 10);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long least = long.MaxValue;
        for (int window = 0; window < 3 && least > 0; window++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            work(operations);
            long after = GC.GetTotalAllocatedBytes(precise: true);
            least = Math.Min(least, after - before);
        }

        Rows.Allocation(name, figure, least, operations);
    }

    private static void Road(string name, string form, InterruptDelivery delivery, TimeSpan timeout, CancellationToken cancellation = default)
    {
        using var rig = new EventRig(delivery, timeout, cancellation);
        Measure($"interrupt_{name}_bytes", $"bytes per interrupt, {form}", n => rig.Round(n), Interrupts);
        rig.Check();
    }

    private static void Device(PciDevice device, string how)
    {
        EduRegisters registers = device.Bar(0).As<EduRegisters>();
        Measure($"register_{how}_bytes", $"bytes per register access, {how}", n => Access(registers, n), Accesses);
        DeviceRegion bar = device.Bar(0);
        Measure($"offset_{how}_bytes", $"bytes per access by offset, {how}", n => Access(bar, n), Accesses);
        PreparedProgram program = device.Prepare(EduDriver.Acknowledge());
        ulong[] values = new ulong[program.ValueCount];
        Measure($"program_{how}_bytes", $"bytes per program run, {how}", n => Execute(program, values, n), Accesses);
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
