using System.Diagnostics;

namespace RingThree.Hosting;

/// <summary>The scheduler of hosts that have none: a thread per strand, the system's clock.</summary>
internal sealed class ThreadScheduler : IHostScheduler
{
    private ThreadScheduler()
    {
    }

    public TimeProvider Time => TimeProvider.System;

    public bool UsesThreadPool => true;

    internal static ThreadScheduler Instance { get; } = new();

    public void Start(string name, IInterruptWaiter waiter, Func<bool> step) => Run(name, () =>
    {
        while (step())
        {
            // The step waits.
        }
    });

    public void Run(string name, Action work) => new Thread(work.Invoke) { IsBackground = true, Name = "RingThree " + name }.Start();

    public bool WaitUntil(Func<bool> condition, TimeSpan timeout)
    {
        long started = Stopwatch.GetTimestamp();
        var spin = default(SpinWait);
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > timeout) return condition();
            spin.SpinOnce(sleep1Threshold: 20);
        }

        return true;
    }
}
