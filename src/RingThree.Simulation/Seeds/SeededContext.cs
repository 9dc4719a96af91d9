namespace RingThree.Simulation;

/// <summary>Brings continuations of awaits back into a seeded run.</summary>
internal sealed class SeededContext(SeededScheduler scheduler) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => scheduler.Enqueue(new SeededWork("a continuation", () => d(state)));

    public override void Send(SendOrPostCallback d, object? state)
    {
        bool done = false;
        scheduler.Enqueue(new SeededWork("a call", () =>
        {
            d(state);
            done = true;
        }));
        scheduler.WaitUntil(() => done, Timeout.InfiniteTimeSpan);
    }

    public override SynchronizationContext CreateCopy() => this;
}
