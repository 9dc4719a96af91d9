using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>A waiter whose signals are recorded as they are taken.</summary>
internal sealed class RecordingWaiter(RecordingDevice device, IInterruptWaiter inner) : IInterruptWaiter
{
    private volatile Dictionary<int, (int Group, int Vector)> _places = [];

    internal IInterruptWaiter Inner => inner;

    public int Wait(Span<InterruptSignal> signals, TimeSpan timeout)
    {
        int count = inner.Wait(signals, timeout);
        if (count > 0) device.Taken(this, signals[..count]);
        return count;
    }

    public void Wake() => inner.Wake();

    public void Dispose() => inner.Dispose();

    /// <summary>The waiter that the host knows.</summary>
    internal static IInterruptWaiter? Unwrap(IInterruptWaiter? waiter) => waiter is RecordingWaiter recording ? recording.Inner : waiter;

    /// <summary>Which vector a tag stands for: the one that was bound to it last, the first when several share it.</summary>
    internal (int Group, int Vector) PlaceOf(int tag) => _places.TryGetValue(tag, out (int Group, int Vector) place) ? place : (0, 0);

    /// <summary>A group is about to be bound: its signals may come before the call is back.</summary>
    internal void Learn(int group, ReadOnlySpan<VectorRoute> routes)
    {
        var places = new Dictionary<int, (int Group, int Vector)>(_places);
        for (int vector = routes.Length - 1; vector >= 0; vector--)
        {
            if (routes[vector].Waiter == this) places[routes[vector].Tag] = (group, vector);
        }

        _places = places;
    }
}

/// <summary>The host's scheduler, which is to see the host's waiters.</summary>
internal sealed class RecordingScheduler(IHostScheduler inner) : IHostScheduler
{
    public TimeProvider Time => inner.Time;

    public bool UsesThreadPool => inner.UsesThreadPool;

    public void Start(string name, IInterruptWaiter waiter, Func<bool> step) => inner.Start(name, RecordingWaiter.Unwrap(waiter)!, step);

    public void Run(string name, Action work) => inner.Run(name, work);

    public bool WaitUntil(Func<bool> condition, TimeSpan timeout) => inner.WaitUntil(condition, timeout);
}
