namespace RingThree.Simulation;

/// <summary>A simulated machine room where time and order follow from a seed. A test gets one per seed.</summary>
public sealed class SeededWorld
{
    private readonly SeededScheduler _scheduler;

    internal SeededWorld(int seed, SeededScheduler scheduler)
    {
        Seed = seed;
        _scheduler = scheduler;
    }

    /// <summary>The seed.</summary>
    public int Seed { get; }

    /// <summary>Draws for the test itself, from the same seed.</summary>
    public SeededRandom Random => _scheduler.Random;

    /// <summary>
    /// Simulated time. It stands still while anything can run; <c>Task.Delay(time, world.Time)</c> waits in it.
    /// </summary>
    public TimeProvider Time => _scheduler.Time;

    /// <summary>Makes a machine in this world. Its faults' chances are drawn from this seed too, unless <see cref="FaultPlan.Seed"/> says otherwise.</summary>
    public SimulatedHost NewHost()
    {
        var host = new SimulatedHost(_scheduler.Clock);
        host.Faults.Seed(Seed);
        return host;
    }

    /// <summary>Runs something beside the test, as a thread would; its exception fails the run.</summary>
    /// <param name="work">What. It may wait with await, or block in the library's own waits.</param>
    /// <returns>Completes when it has ended.</returns>
    public Task Run(Func<Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var done = new TaskCompletionSource();
        _scheduler.Run("world.Run", () => _ = Follow(work, done));
        return done.Task;
    }

    /// <summary>Lets others go first, perhaps: <c>await world.Yield()</c>.</summary>
    public SeededYield Yield() => new(_scheduler);

    private static async Task Follow(Func<Task> work, TaskCompletionSource done)
    {
        try
        {
            await work();
            done.SetResult();
        }
        catch (Exception error)
        {
            done.SetException(error);
        }
    }
}
