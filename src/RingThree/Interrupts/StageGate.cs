using RingThree.Hosting;

namespace RingThree.Interrupts;

/// <summary>
/// Keeps an executor's immediate stages and what <see cref="InterruptSession.Synchronize(Action)"/> runs apart. Free, it costs one
/// exchange; taken, it waits by the host's scheduler, so that a seeded run decides who comes next.
/// </summary>
internal sealed class StageGate(IHostScheduler scheduler)
{
    private int _owner; // a thread's id; 0 for nobody
    private int _depth;

    /// <summary>Whether the current thread is inside.</summary>
    internal bool IsInside => Volatile.Read(ref _owner) == Environment.CurrentManagedThreadId;

    /// <summary>Enters, again if the thread is inside already.</summary>
    /// <param name="isOver">When waiting makes no sense any more.</param>
    /// <param name="limit">At most this long.</param>
    /// <returns>Whether it did.</returns>
    internal bool TryEnter(Func<bool> isOver, TimeSpan limit)
    {
        int thread = Environment.CurrentManagedThreadId;
        if (Interlocked.CompareExchange(ref _owner, thread, 0) != 0 && Volatile.Read(ref _owner) != thread && !Wait(thread, isOver, limit)) return false;
        _depth++;
        return true;
    }

    internal void Exit()
    {
        if (--_depth == 0) Volatile.Write(ref _owner, 0);
    }

    private bool Wait(int thread, Func<bool> isOver, TimeSpan limit)
    {
        bool entered = false;
        // The condition may be asked by another thread than ours: it takes the gate in our name.
        scheduler.WaitUntil(() => entered = entered || Interlocked.CompareExchange(ref _owner, thread, 0) == 0 || isOver(), limit);
        return Volatile.Read(ref _owner) == thread;
    }
}
