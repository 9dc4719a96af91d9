using System.Runtime.CompilerServices;

namespace RingThree.Simulation;

/// <summary>What <see cref="SeededWorld.Yield"/> gives to await.</summary>
public readonly struct SeededYield : INotifyCompletion
{
    private readonly SeededScheduler _scheduler;

    internal SeededYield(SeededScheduler scheduler) => _scheduler = scheduler;

    /// <summary>Never: others get their chance first.</summary>
    public bool IsCompleted => false;

    /// <summary>For await.</summary>
    public SeededYield GetAwaiter() => this;

    /// <summary>For await.</summary>
    public void GetResult()
    {
    }

    /// <summary>For await.</summary>
    /// <param name="continuation">What goes on.</param>
    public void OnCompleted(Action continuation) => _scheduler.Run("a yield", continuation);
}
