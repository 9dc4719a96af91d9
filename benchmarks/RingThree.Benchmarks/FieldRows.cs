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
        var registers = device.Bar(0).As<BenchRegisters>();
        int iterations = 100_000_000 / effort.Scale;
        Row(effort, "read", "a field of a mapped register, read", iterations, n => ReadRound(registers, n));
        Row(effort, "update", "a field of a mapped register, updated", iterations, n => UpdateRound(registers, n, UpdateMany));
        Row(effort, "update", "the same, by Update and a lambda", iterations, n => UpdateRound(registers, n, UpdateManyByLambda), isLambda: true);
        AllocationRows.Measure("field_update_bytes", "bytes per field update, by Update and a lambda", n => UpdateRound(registers, n, UpdateManyByLambda), 1_000_000);
    }

    private static void Row(Effort effort, string form, string figure, int iterations, Func<int, double> round, bool isLambda = false)
    {
        Effort.WarmUp(n => round(n), iterations / 10);
        Comparison result = effort.Compare(() => effort.RunC("fields", form, $"{iterations}"), () => round(iterations));
        // A delegate's call is what the lambda costs, and the figure is printed for who counts it.
        if (isLambda) Rows.Print($"field_{form}_lambda_difference_ns", figure, $"{result.C:0.000} ns", $"{result.Sharp:0.000} ns", $"{result.Difference:0.000}", "", "ns", true);
        else Rows.Difference($"field_{form}_difference_ns", figure, result, bar: 1);
    }

    private static double ReadRound(BenchRegisters registers, int iterations)
    {
        registers.Control.Write(new BenchControl { Mode = 1 });
        long started = Stopwatch.GetTimestamp();
        uint sum = ReadMany(registers, iterations);
        TimeSpan taken = Stopwatch.GetElapsedTime(started);
        if (sum != (uint)iterations) throw new InvalidOperationException("A field gave the wrong value.");
        return taken.TotalNanoseconds / iterations;
    }

    private static double UpdateRound(BenchRegisters registers, int iterations, Action<BenchRegisters, int> update)
    {
        registers.Control.Write(new BenchControl { Mode = 1 });
        long started = Stopwatch.GetTimestamp();
        update(registers, iterations);
        TimeSpan taken = Stopwatch.GetElapsedTime(started);
        if (registers.Control.Read() != new BenchControl { Mode = 1, Level = (byte)(iterations - 1) }) throw new InvalidOperationException("An update left the wrong value.");
        return taken.TotalNanoseconds / iterations;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // as in C; inlined it would be another loop in each caller
    private static uint ReadMany(BenchRegisters registers, int iterations)
    {
        uint sum = 0;
        for (int i = 0; i < iterations; i++) sum += registers.Control.Read().Mode;
        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UpdateMany(BenchRegisters registers, int iterations)
    {
        for (int i = 0; i < iterations; i++) registers.Control.Write(registers.Control.ReadForUpdate() with { Level = (byte)i });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UpdateManyByLambda(BenchRegisters registers, int iterations)
    {
        for (int i = 0; i < iterations; i++) registers.Control.Update(i, static (value, level) => value with { Level = (byte)level });
    }
}

/// <summary>Where the fields are.</summary>
[RegisterMap(Size = 0x80)]
internal readonly partial struct BenchRegisters
{
    [Register(0x40)] public partial Register<BenchControl> Control { get; }
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
