using RingThree.Hosting;

namespace RingThree.Tests;

/// <summary>Threads, with time-outs a hundred times as long: for a test whose own thread must come in time on a busy machine.</summary>
internal sealed class PatientScheduler : IHostScheduler
{
    public TimeProvider Time => ThreadScheduler.Instance.Time;

    public bool UsesThreadPool => true;

    public void Start(string name, IInterruptWaiter waiter, Func<bool> step) => ThreadScheduler.Instance.Start(name, waiter, step);

    public void Run(string name, Action work) => ThreadScheduler.Instance.Run(name, work);

    public bool WaitUntil(Func<bool> condition, TimeSpan timeout) => ThreadScheduler.Instance.WaitUntil(condition, 100 * timeout);
}
