using System.Diagnostics;

namespace RingThree.Simulation;

/// <summary>How seeds are run.</summary>
public sealed record SeededOptions
{
    /// <summary>The defaults.</summary>
    public static SeededOptions Default { get; } = new();

    /// <summary>At one of so many accesses another step comes in between; 0 for never. Default 4.</summary>
    public int InterruptOneIn { get; init; } = 4;

    /// <summary>The first seed that is tried; those after it follow. Default 1.</summary>
    public int FirstSeed { get; init; } = 1;
}

/// <summary>What trying seeds came to.</summary>
/// <param name="Seeds">How many ran to their end.</param>
/// <param name="Steps">How many steps they had together.</param>
/// <param name="Time">How long it took.</param>
/// <param name="Failure">The first seed that failed, or <see langword="null"/>.</param>
public sealed record SoakResult(int Seeds, long Steps, TimeSpan Time, SeedFailedException? Failure);

/// <summary>A seed under which a test failed. The same seed fails the same way.</summary>
public sealed class SeedFailedException : Exception
{
    internal SeedFailedException(int seed, IEnumerable<string> trace, Exception cause)
        : base($"Seed {seed} failed: {cause.Message} To see it again: SeededRun.Replay({seed}, ...). Last steps: {string.Join(" > ", trace)}.", cause) => Seed = seed;

    /// <summary>The seed.</summary>
    public int Seed { get; }
}

/// <summary>
/// Runs a test of a driver and its card models in an order drawn from a seed, with simulated time: what a thread, an
/// interrupt or a slow card could do to it, one of these orders does.
/// </summary>
/// <remarks>
/// The test is an async method. What it starts stays inside the run as long as it uses await, the library, and the
/// world's <see cref="SeededWorld.Time"/> and <see cref="SeededWorld.Run"/>; leaving it (Task.Run, threads,
/// ConfigureAwait(false)) is an error where it touches a card.
/// </remarks>
public static class SeededRun
{
    /// <summary>Runs a test under one seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="test">The test; what it throws fails the seed.</param>
    /// <param name="options">How.</param>
    /// <returns>How many steps it had.</returns>
    /// <exception cref="SeedFailedException">The test failed.</exception>
    public static long Replay(int seed, Func<SeededWorld, Task> test, SeededOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(test);
        options ??= SeededOptions.Default;
        if (options.InterruptOneIn < 0)
            throw new ArgumentOutOfRangeException(nameof(options), $"SeededOptions.InterruptOneIn is {options.InterruptOneIn}; it can be 0 or more.");
        if (Lane.Current is not null) throw new InvalidOperationException("A seeded run cannot start inside another.");
        SynchronizationContext? before = SynchronizationContext.Current;
        var scheduler = new SeededScheduler(seed, (uint)options.InterruptOneIn);
        SynchronizationContext.SetSynchronizationContext(scheduler.Context);
        try
        {
            var world = new SeededWorld(seed, scheduler);
            Task? running = null;
            scheduler.Run("the test", () => running = test(world));
            scheduler.RunUntil(() => running is { IsCompleted: true });
            running!.GetAwaiter().GetResult();
            scheduler.Drain();
            return scheduler.Steps;
        }
        catch (Exception error)
        {
            throw new SeedFailedException(seed, scheduler.Trace, error);
        }
        finally
        {
            scheduler.End();
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Tries one seed after another until time is up or one fails.</summary>
    /// <param name="test">The test; it is called once per seed and must not keep anything from one to the next.</param>
    /// <param name="time">For how long.</param>
    /// <param name="options">How.</param>
    public static SoakResult Soak(Func<SeededWorld, Task> test, TimeSpan time, SeededOptions? options = null) =>
        Soak(test, options, (_, taken) => taken < time);

    /// <summary>Tries this many seeds, or until one fails.</summary>
    /// <inheritdoc cref="Soak(Func{SeededWorld, Task}, TimeSpan, SeededOptions?)"/>
    /// <param name="test">The test.</param>
    /// <param name="seeds">How many.</param>
    /// <param name="options">How.</param>
    public static SoakResult Soak(Func<SeededWorld, Task> test, int seeds, SeededOptions? options = null) =>
        Soak(test, options, (done, _) => done < seeds);

    private static SoakResult Soak(Func<SeededWorld, Task> test, SeededOptions? options, Func<int, TimeSpan, bool> goOn)
    {
        options ??= SeededOptions.Default;
        long started = Stopwatch.GetTimestamp();
        long steps = 0;
        int done = 0;
        while (goOn(done, Stopwatch.GetElapsedTime(started)))
        {
            try
            {
                steps += Replay(options.FirstSeed + done, test, options);
                done++;
            }
            catch (SeedFailedException failure)
            {
                return new SoakResult(done, steps, Stopwatch.GetElapsedTime(started), failure);
            }
        }

        return new SoakResult(done, steps, Stopwatch.GetElapsedTime(started), null);
    }
}
