using System.Diagnostics;
using System.Runtime.CompilerServices;
using RingThree.Pci;
using RingThree.Samples.Edu;

namespace RingThree.Benchmarks;

/// <summary>A mapped register read through a generated register map, against a volatile read in C.</summary>
internal static class RegisterRow
{
    public static void Run(Effort effort)
    {
        using var host = new EventHost();
        using PciDevice device = host.Open(EventHost.Address);
        EduRegisters registers = device.Bar(0).As<EduRegisters>();
        registers.Liveness.Write(1);
        int iterations = 100_000_000 / effort.Scale;
        Effort.WarmUp(n => Round(registers, n), iterations / 10);
        Comparison result = effort.Compare(() => effort.RunC("registers", $"{iterations}"), () => Round(registers, iterations));
        Rows.Difference("register_read_difference_ns", "mapped 32-bit register read", result, bar: 1);
    }

    private static double Round(EduRegisters registers, int iterations)
    {
        long started = Stopwatch.GetTimestamp();
        uint sum = ReadMany(registers, iterations);
        TimeSpan taken = Stopwatch.GetElapsedTime(started);
        if (sum != (uint)iterations) throw new InvalidOperationException("A read gave the wrong value.");
        return taken.TotalNanoseconds / iterations;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // as in C; inlined it would be another loop in each caller
    private static uint ReadMany(EduRegisters registers, int iterations)
    {
        uint sum = 0;
        for (int i = 0; i < iterations; i++) sum += registers.Liveness.Read();
        return sum;
    }
}
