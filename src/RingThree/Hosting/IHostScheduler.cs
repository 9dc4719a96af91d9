namespace RingThree.Hosting;

/// <summary>
/// Runs the library's own work, for a host that keeps its own time and order, such as a simulation driven by a seed. A
/// host without one gets threads and the system's clock.
/// </summary>
public interface IHostScheduler
{
    /// <summary>The time that waits, time-outs and storms are measured by.</summary>
    TimeProvider Time { get; }

    /// <summary>Whether continuations of awaits run on threads of the runtime's pool; otherwise where the wait is completed, or in the awaiter's context.</summary>
    bool UsesThreadPool { get; }

    /// <summary>Runs a strand: calls the step again and again, one call at a time, until it says that it is over.</summary>
    /// <param name="name">For a person: what it does, for which device.</param>
    /// <param name="waiter">What the step waits on, once per call. A scheduler may call it only when that wait would end at once.</param>
    /// <param name="step">Returns whether to go on; throws nothing.</param>
    void Start(string name, IInterruptWaiter waiter, Func<bool> step);

    /// <summary>Runs work once, beside the caller.</summary>
    /// <param name="name">For a person.</param>
    /// <param name="work">Throws nothing.</param>
    void Run(string name, Action work);

    /// <summary>Lets others run until a condition holds or time is up.</summary>
    /// <param name="condition">Asked again and again, from any thread; it must not block.</param>
    /// <param name="timeout">At most this long.</param>
    /// <returns>Whether it held.</returns>
    bool WaitUntil(Func<bool> condition, TimeSpan timeout);
}
