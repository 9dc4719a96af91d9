using System.Diagnostics;
using System.Runtime.CompilerServices;
using RingThree.Pci;
using RingThree.Registers;

namespace RingThree.Benchmarks;

/// <summary>A field of a mapped register, read and updated by generated bit fields, against shifts and masks in C.</summary>
internal static class FieldRows
{
    public static void Run(Effort effort)
    {
        using var host = new EventHost();
        using PciDevice device = host.Open(EventHost.Address);
        var control = new Register<BenchControl>(device.Bar(0).Window(0x40, 0x40), 0);
        int iterations = 100_000_000 / effort.Scale;
        Row(effort, "read", "a field of a mapped register, read", iterations, n => ReadRound(control, n));
        Row(effort, "update", "a field of a mapped register, updated", iterations, n => UpdateRound(control, n));
        AllocationRows.Measure("field_update_bytes", "bytes per field update", n => UpdateRound(control, n), 1_000_000);
    }

    private static void Row(Effort effort, string form, string figure, int iterations, Func<int, double> round)
    {
        Effort.WarmUp(n => round(n), iterations / 10);
        Comparison result = effort.Compare(() => effort.RunC("fields", form, $"{iterations}"), () => round(iterations));
        Rows.Difference($"field_{form}_difference_ns", figure, result, bar: 1);
    }

    private static double ReadRound(Register<BenchControl> control, int iterations)
    {
        control.Write(new BenchControl { Mode = 1 });
        long started = Stopwatch.GetTimestamp();
        uint sum = ReadMany(control, iterations);
        TimeSpan taken = Stopwatch.GetElapsedTime(started);
        if (sum != (uint)iterations) throw new InvalidOperationException("A field gave the wrong value.");
        return taken.TotalNanoseconds / iterations;
    }

    private static double UpdateRound(Register<BenchControl> control, int iterations)
    {
        control.Write(new BenchControl { Mode = 1 });
        long started = Stopwatch.GetTimestamp();
        UpdateMany(control, iterations);
        TimeSpan taken = Stopwatch.GetElapsedTime(started);
        if (control.Read() != new BenchControl { Mode = 1, Level = (byte)(iterations - 1) }) throw new InvalidOperationException("An update left the wrong value.");
        return taken.TotalNanoseconds / iterations;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // as in C; inlined it would be another loop in each caller
    private static uint ReadMany(Register<BenchControl> control, int iterations)
    {
        uint sum = 0;
        for (int i = 0; i < iterations; i++) sum += control.Read().Mode;
        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UpdateMany(Register<BenchControl> control, int iterations)
    {
        for (int i = 0; i < iterations; i++) control.Update(i, static (value, level) => value with { Level = (byte)level });
    }
}

/// <summary>A register's fields, of the accesses that an update has to tell apart.</summary>
[BitFields(typeof(uint))]
internal readonly partial struct BenchControl
{
    [Bits(0)] public partial bool Enable { get; init; }

    [Bits(4, 2)] public partial byte Mode { get; init; }

    [Bits(16, 8)] public partial byte Level { get; init; }

    [Bits(31, Access = BitAccess.WriteOneToClear)] public partial bool Overrun { get; init; }
}
