using System.Diagnostics;

namespace RingThree.Benchmarks;

/// <summary>How much to do, and how to compare: rounds of C and C# in turn, medians over the pairs.</summary>
/// <param name="Folder">Where the C programs are.</param>
/// <param name="Pairs">How many pairs.</param>
/// <param name="Scale">Divides the iterations of a round.</param>
internal sealed record Effort(string Folder, int Pairs, int Scale)
{
    /// <summary>Longer than the runtime waits, after the last new method, before its background compiler starts (100 ms).</summary>
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Runs a warm-up until the methods on the road are in their final form: 30 calls of each, counted only once the
    /// process has been quiet, lead to the optimising compiler, and twice more when it profiles first.
    /// </summary>
    public static void WarmUp(Action<int> round, int iterations)
    {
        for (int i = 0; i < 5; i++)
        {
            for (int call = 0; call < 40; call++) round(Math.Max(1, iterations / 40));
            Settle();
        }
    }

    /// <summary>Waits until this process does nothing any more: neither side is to be timed beside its compiler.</summary>
    public static void Settle()
    {
        for (int i = 0; i < 50; i++)
        {
            TimeSpan used = Environment.CpuUsage.TotalTime;
            Thread.Sleep(QuietTime);
            if (Environment.CpuUsage.TotalTime - used < QuietTime / 20) return;
        }
    }

    /// <summary>Runs the pairs.</summary>
    /// <param name="c">One C round; answers nanoseconds per iteration.</param>
    /// <param name="sharp">One C# round, likewise.</param>
    public Comparison Compare(Func<double> c, Func<double> sharp)
    {
        var rounds = new (double C, double Sharp)[Pairs];
        for (int i = 0; i < Pairs; i++)
        {
            double first = c();
            rounds[i] = (first, sharp());
        }

        if (Environment.GetEnvironmentVariable("RINGTHREE_BENCH_PAIRS") is not null)
        {
            foreach ((double first, double second) in rounds) Console.Error.WriteLine($"{first:0.000} {second:0.000} {second / first:0.000}");
        }

        return new Comparison(
            Median(rounds.Select(r => r.C)), Median(rounds.Select(r => r.Sharp)),
            Median(rounds.Select(r => r.Sharp / r.C)), Median(rounds.Select(r => r.Sharp - r.C)));
    }

    /// <summary>Runs a C program, which prints nanoseconds per iteration.</summary>
    public double RunC(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Folder, program), arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with exit status {process.ExitCode}.");
        return double.Parse(output);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}

/// <summary>Medians over the pairs.</summary>
internal readonly record struct Comparison(double C, double Sharp, double Ratio, double Difference);
