using System.Diagnostics;
using System.Runtime.CompilerServices;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Registers;
using RingThree.Simulation;

namespace RingThree.Benchmarks;

/// <summary>What the simulated host costs: interrupts through the whole road, vectors, register reads, seeds.</summary>
internal static class SimulationRows
{
    private const string Address = "0000:00:02.0";

    public static void Run(Effort effort)
    {
        RegisterRead(effort);
        Seeded(effort);
        Threads(effort);
        Vectors(effort);
        Soak(effort);
    }

    /// <summary>A register of a card model that only holds a value, through the library, against the same value behind a virtual call.</summary>
    private static void RegisterRead(Effort effort)
    {
        using SimulatedHost host = new SimulatedHost().Add(new BenchCard(1));
        using PciDevice device = host.Open(Address);
        var register = new Register<uint>(device.Bar(0).Window(0, 0x40), 0x10);
        Holder[] holders = [new HolderA(), new HolderB()];
        int iterations = 50_000_000 / effort.Scale;
        Effort.WarmUp(n => Round(n, () => ReadRegister(register, n)), iterations / 10);
        Effort.WarmUp(n => Round(n, () => ReadVirtual(holders, n)), iterations / 10);
        Comparison result = effort.Compare(() => Round(iterations, () => ReadVirtual(holders, iterations)), () => Round(iterations, () => ReadRegister(register, iterations)));
        Rows.Print("sim_register_read_ratio", "simulated register read against a virtual call", $"{result.C:0.00} ns (C#)", $"{result.Sharp:0.00} ns", $"{result.Ratio:0.00}", "3.00", "", result.Ratio <= 3);
    }

    /// <summary>Messages of a card, one after another, each through the root complex, the road and a handler, in an order from a seed.</summary>
    private static void Seeded(Effort effort)
    {
        int interrupts = 4_000_000 / effort.Scale;
        var rates = new List<double>();
        for (int round = 0; round < 5; round++)
        {
            long calls = 0;
            double rate = 0;
            SeededRun.Replay(round, async world =>
            {
                var card = new BenchCard(1);
                using SimulatedHost host = world.NewHost().Add(card);
                using PciDevice device = host.Open(Address);
                using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.Inline, Handler = (in Interrupt _) => calls++ });
                long started = Stopwatch.GetTimestamp();
                for (int i = 0; i < interrupts; i++)
                {
                    card.Raise(0);
                    await world.Yield();
                    while (calls <= i) await world.Yield(); // one handler call each
                }

                rate = interrupts / Stopwatch.GetElapsedTime(started).TotalSeconds;
                if (session.GetCounters().Handled != interrupts) throw new InvalidOperationException("The counters disagree.");
            });
            if (calls != interrupts) throw new InvalidOperationException($"{calls} handler calls for {interrupts} interrupts.");
            rates.Add(rate);
        }

        AtLeast("sim_seeded_interrupts_per_s", "interrupts a second, seeded, one handler call each", rates, 2_000_000);
    }

    private static void Threads(Effort effort)
    {
        int interrupts = 2_000_000 / effort.Scale;
        var rates = new List<double>();
        double signals = 0;
        for (int round = 0; round < 5; round++)
        {
            var card = new BenchCard(1);
            using SimulatedHost host = new SimulatedHost().Add(card);
            using PciDevice device = host.Open(Address);
            long calls = 0;
            long covered = 0;
            using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
            {
                Delivery = InterruptDelivery.Inline,
                Handler = (in Interrupt hit) =>
                {
                    Volatile.Write(ref calls, calls + 1);
                    Volatile.Write(ref covered, covered + hit.Count);
                },
            });
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < interrupts; i++) card.Raise(0);
            while (Volatile.Read(ref covered) < interrupts) Thread.Yield();
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (covered != interrupts || session.GetCounters().Handled != interrupts) throw new InvalidOperationException("Signals were lost.");
            rates.Add(calls / seconds);
            signals = interrupts / seconds;
        }

        AtLeast("sim_threads_handler_calls_per_s", $"handler calls a second, raised on another thread ({signals:N0} signals, all counted)", rates, 100_000);
    }

    private static void Vectors(Effort effort)
    {
        int interrupts = 2_000_000 / effort.Scale;
        using var one = new VectorRig(1);
        using var many = new VectorRig(2048);
        for (int i = 0; i < 5; i++)
        {
            one.Round(interrupts / 10);
            many.Round(interrupts / 10);
        }

        Comparison result = effort.Compare(() => one.Round(interrupts), () => many.Round(interrupts));
        Rows.Print("sim_vectors_2048_ratio", "2,048 vectors round-robin against one, an interrupt", $"{result.C:0} ns (1)", $"{result.Sharp:0} ns", $"{result.Ratio:0.00}", "1.50", "", result.Ratio <= 1.5);
    }

    private static void Soak(Effort effort)
    {
        SoakResult result = SeededRun.Soak(
            async world =>
            {
                var card = new BenchCard(4);
                using SimulatedHost host = world.NewHost().Add(card);
                using PciDevice device = host.Open(Address);
                await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Slots = 4 });
                for (int i = 0; i < 10; i++)
                {
                    card.Raise(i & 3);
                    await session.NextAsync(TimeSpan.FromSeconds(1));
                }
            },
            TimeSpan.FromSeconds(effort.Scale > 1 ? 1 : 5));
        if (result.Failure is { } failure) throw failure;
        Rows.Print("sim_soak_seeds_per_minute", "seeds a minute, ten awaited interrupts each", "-", $"{result.Seeds / result.Time.TotalMinutes:N0}", $"{result.Seeds / result.Time.TotalMinutes:0}", "", "", true);
    }

    internal static void AtLeast(string name, string figure, List<double> rates, double bar)
    {
        double median = rates.Order().ElementAt(rates.Count / 2);
        Rows.Print(name, figure, "-", $"{median:N0}", $"{median:0}", $"{bar:0}", "/s", median >= bar);
    }

    private static double Round(int iterations, Func<uint> round)
    {
        long started = Stopwatch.GetTimestamp();
        uint sum = round();
        TimeSpan taken = Stopwatch.GetElapsedTime(started);
        if (sum != (uint)iterations) throw new InvalidOperationException("A read gave the wrong value.");
        return taken.TotalNanoseconds / iterations;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint ReadRegister(Register<uint> register, int iterations)
    {
        uint sum = 0;
        for (int i = 0; i < iterations; i++) sum += register.Read();
        return sum;
    }

    /// <summary>Two implementations in turn, so that the call stays a call.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint ReadVirtual(Holder[] holders, int iterations)
    {
        uint sum = 0;
        for (int i = 0; i < iterations; i++) sum += (uint)holders[i & 1].Read(0x10, 4);
        return sum;
    }

    private abstract class Holder
    {
        internal abstract ulong Read(ulong offset, int width);
    }

    private sealed class HolderA : Holder
    {
        private ulong _value = 1;

        internal override ulong Read(ulong offset, int width) => Volatile.Read(ref _value);
    }

    private sealed class HolderB : Holder
    {
        private ulong _value = 1;

        internal override ulong Read(ulong offset, int width) => Volatile.Read(ref _value);
    }

    /// <summary>Raises and takes interrupts in turn on one thread: what one costs from the card to the handler.</summary>
    private sealed class VectorRig : IDisposable
    {
        private readonly BenchCard _card;
        private readonly SimulatedHost _host;
        private readonly PciDevice _device;
        private readonly InterruptSession _session;
        private readonly int _vectors;

        internal VectorRig(int vectors)
        {
            _vectors = vectors;
            _card = new BenchCard(vectors);
            _host = new SimulatedHost().Add(_card);
            _device = _host.Open(Address);
            _session = _device.Interrupts.Enable(new InterruptOptions { Slots = vectors, Delivery = InterruptDelivery.CallerThread });
        }

        public void Dispose()
        {
            _session.Dispose();
            _device.Dispose();
            _host.Dispose();
        }

        internal double Round(int interrupts)
        {
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < interrupts; i++)
            {
                int vector = i % _vectors;
                _card.Raise(vector);
                if (!_session.Wait(TimeSpan.FromSeconds(1), out Interrupt hit) || hit.Vector != vector) throw new InvalidOperationException("An interrupt went astray.");
            }

            return Stopwatch.GetElapsedTime(started).TotalNanoseconds / interrupts;
        }
    }
}
