using RingThree.Hosting;

namespace RingThree.Interrupts;

/// <content>Work that no immediate stage interrupts.</content>
public sealed partial class InterruptSession
{
    private readonly Func<bool> _isStopping;

    /// <summary>
    /// Runs something while no immediate stage of the session does: for registers behind a bank bit, for an index and its data. What
    /// <c>WdfInterruptSynchronize</c> and <c>spin_lock_irqsave</c> are. Signals that come meanwhile wait for it; nothing is lost.
    /// </summary>
    /// <param name="action">What to run, on the calling thread. Be short; it may call this again, disable, and throw.</param>
    /// <remarks>
    /// May be called from any thread, from callbacks too, and when the session has ended. With several waiters
    /// (<see cref="InterruptOptions.Waiters"/>) it stops all of them; inside one of their stages use that vector's
    /// <see cref="InterruptVector.Synchronize(Action)"/>.
    /// </remarks>
    /// <exception cref="DeviceException">A stage did not return within <see cref="InterruptOptions.DisableTime"/> (<see cref="DeviceStatus.TimedOut"/>).</exception>
    /// <exception cref="InvalidOperationException">It is called inside a stage of a later one of several waiters: two that did so would wait for each other.</exception>
    public void Synchronize(Action action) => Synchronize(action, static run => run());

    /// <inheritdoc cref="Synchronize(Action)"/>
    /// <typeparam name="TState">What the action needs.</typeparam>
    /// <param name="state">Handed to <paramref name="action"/>, so that it captures nothing and nothing is allocated.</param>
    /// <param name="action">What to run.</param>
    public void Synchronize<TState>(TState state, Action<TState> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        int entered = 0;
        try
        {
            for (; entered < _executors.Length; entered++) Enter(entered, all: true);
            action(state);
        }
        finally
        {
            while (entered > 0) _executors[--entered].Gate.Exit();
        }
    }

    internal void SynchronizeOne<TState>(int vector, TState state, Action<TState> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        int index = vector % _executors.Length;
        Enter(index, all: false);
        try
        {
            action(state);
        }
        finally
        {
            _executors[index].Gate.Exit();
        }
    }

    private void Enter(int index, bool all)
    {
        StageGate gate = _executors[index].Gate;
        for (int later = index + 1; all && !gate.IsInside && later < _executors.Length; later++)
        {
            if (_executors[later].Gate.IsInside)
                throw new InvalidOperationException($"{Device.Address}: {nameof(Synchronize)} of all vectors was called inside a stage, or a {nameof(Synchronize)}, of waiter {later}. There, use the vector's own.");
        }

        if (gate.TryEnter(static () => false, _options.DisableTime)) return;
        throw new DeviceException(DeviceStatus.TimedOut, Device.Address, "keeping the immediate stage from running",
            $"it has not returned within {_options.DisableTime.TotalSeconds:0.#} s", "Let immediate stages return; one that waits for the thread that synchronizes never does.");
    }
}
