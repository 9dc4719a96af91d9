using System.Diagnostics;
using System.Runtime.CompilerServices;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using RingThree.Transfers;

namespace RingThree.Benchmarks;

/// <summary>What it costs that vectors stand for themselves, and that immediate stages can be kept out.</summary>
internal static class VectorRows
{
    private const string Address = "0000:00:02.0";

    public static void Run(Effort effort)
    {
        Awaits(effort);
        Synchronize(effort);
    }

    /// <summary>An await for each vector, vectors raised in turn, against one vector; both through the waiter's thread and the pool.</summary>
    private static void Awaits(Effort effort)
    {
        int interrupts = 200_000 / effort.Scale;
        using var one = new AwaitRig(1);
        using var many = new AwaitRig(2048);
        for (int i = 0; i < 5; i++)
        {
            one.Round(Math.Max(2048, interrupts / 10));
            many.Round(Math.Max(2048, interrupts / 10));
        }

        Comparison result = effort.Compare(() => one.Round(interrupts), () => many.Round(interrupts));
        Rows.Print("vector_await_2048_ratio", $"an await for each of 2,048 vectors in turn against one vector, an interrupt ({many.Threads} thread)",
            $"{result.C:0} ns (1)", $"{result.Sharp:0} ns", $"{result.Ratio:0.00}", "1.20", "", result.Ratio <= 1.2 && many.Threads <= 1);
    }

    /// <summary>The library's own threads, by their names; the pool's are not counted.</summary>
    private static int CountThreads() =>
        Directory.GetDirectories("/proc/self/task").Count(task => File.ReadAllText(Path.Combine(task, "comm")).StartsWith("RingThree", StringComparison.Ordinal));

    private static void Synchronize(Effort effort)
    {
        using SimulatedHost host = new SimulatedHost().Add(new BenchCard(1));
        using PciDevice device = host.Open(Address);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Immediate = ImmediateStage.FromCallback(static _ => ImmediateResult.ClaimedAndDeferred),
            Handler = static (in Interrupt _) => { },
        });
        var counter = new Counter();
        int iterations = 20_000_000 / effort.Scale;
        Effort.WarmUp(n => Locked(counter, n), iterations / 10);
        Effort.WarmUp(n => Synchronized(session, counter, n), iterations / 10);
        Comparison result = effort.Compare(() => Locked(counter, iterations), () => Synchronized(session, counter, iterations));
        Rows.Print("synchronize_ratio", "session.Synchronize against a bare lock, nobody else there", $"{result.C:0.0} ns (lock)", $"{result.Sharp:0.0} ns", $"{result.Ratio:0.00}", "2.00", "", result.Ratio <= 2);
        AllocationRows.Measure("synchronize_bytes", "bytes per Synchronize", n => Synchronized(session, counter, n), 1_000_000);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double Locked(Counter counter, int iterations)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < iterations; i++)
        {
            lock (counter.Gate) counter.Value++;
        }

        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / iterations;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double Synchronized(InterruptSession session, Counter counter, int iterations)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < iterations; i++) session.Synchronize(counter, static c => c.Value++);
        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / iterations;
    }

    private sealed class Counter
    {
        internal object Gate { get; } = new();

        internal long Value { get; set; }
    }

    /// <summary>A task for each vector that awaits it; one after another is raised, and waited for.</summary>
    private sealed class AwaitRig : IDisposable
    {
        private readonly BenchCard _card;
        private readonly SimulatedHost _host;
        private readonly PciDevice _device;
        private readonly InterruptSession _session;
        private readonly Task[] _tasks;
        private long _taken;

        internal AwaitRig(int vectors)
        {
            _card = new BenchCard(vectors);
            _host = new SimulatedHost().Add(_card);
            _device = _host.Open(Address);
            int before = CountThreads();
            _session = _device.Interrupts.Enable(new InterruptOptions { Slots = vectors });
            _tasks = [.. Enumerable.Range(0, vectors).Select(Serve)];
            Thread.Sleep(100); // a thread has its name when it runs
            Threads = CountThreads() - before;
        }

        /// <summary>How many threads waiting takes.</summary>
        internal int Threads { get; }

        public void Dispose()
        {
            _session.Dispose();
            Task.WaitAll(_tasks);
            _device.Dispose();
            _host.Dispose();
        }

        internal double Round(int interrupts)
        {
            long expected = Volatile.Read(ref _taken);
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < interrupts; i++)
            {
                _card.Raise(i % _tasks.Length);
                expected++;
                while (Volatile.Read(ref _taken) != expected) Thread.SpinWait(1);
            }

            return Stopwatch.GetElapsedTime(started).TotalNanoseconds / interrupts;
        }

        private async Task Serve(int number)
        {
            await foreach (Interrupt hit in _session.Vector(number).ReadAllAsync())
            {
                if (hit.Vector != number || hit.Count != 1) throw new InvalidOperationException("An interrupt went astray.");
                Volatile.Write(ref _taken, _taken + 1);
            }
        }
    }
}
