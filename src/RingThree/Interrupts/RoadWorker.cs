using System.Diagnostics;

namespace RingThree.Interrupts;

/// <summary>
/// One thread of the road as disabling sees it: a thread of our own, or a caller inside the low-level wait. Knows whether
/// it still runs and whether it is itself inside disable.
/// </summary>
internal sealed class RoadWorker
{
    private int _threadId;
    private int _disabling;

    /// <summary>Whether it is the current thread.</summary>
    internal bool IsCurrent => Volatile.Read(ref _threadId) == Environment.CurrentManagedThreadId;

    /// <summary>The current thread starts to work as this worker.</summary>
    /// <returns>False when another thread does already.</returns>
    internal bool TryEnter() => Interlocked.CompareExchange(ref _threadId, Environment.CurrentManagedThreadId, 0) == 0;

    /// <summary>It has ended, or left the wait.</summary>
    internal void Exit() => Volatile.Write(ref _threadId, 0);

    /// <summary>Marks that this worker is inside disable, so that no other callback waits for it there.</summary>
    internal void SetDisabling(bool value)
    {
        if (value) Interlocked.Increment(ref _disabling);
        else Interlocked.Decrement(ref _disabling);
    }

    /// <summary>Waits until it is certain that it makes no further callback.</summary>
    /// <param name="started">When the waiting began, in stopwatch ticks.</param>
    /// <param name="limit">How long to wait at most since then.</param>
    /// <param name="passDisabling">Whether one that is itself inside disable is not waited for.</param>
    /// <returns>False when time is up.</returns>
    internal bool WaitUntilQuiet(long started, TimeSpan limit, bool passDisabling)
    {
        var spin = default(SpinWait);
        while (Volatile.Read(ref _threadId) != 0 && !IsCurrent && !(passDisabling && Volatile.Read(ref _disabling) != 0))
        {
            if (Stopwatch.GetElapsedTime(started) > limit) return false;
            spin.SpinOnce(sleep1Threshold: 20);
        }

        return true;
    }
}
