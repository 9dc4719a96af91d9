using System.Runtime.CompilerServices;
using RingThree.Hosting;

namespace RingThree.Interrupts;

/// <summary>
/// One vector of a session, standing for itself: an <c>await</c> of its own, its counters, its mask. Get it by
/// <see cref="InterruptSession.Vector"/>; every method may be called from any thread.
/// </summary>
/// <remarks>
/// From its first wait on, a vector's interrupts come to its own awaits, and no longer to the session's handler or
/// <see cref="InterruptSession.NextAsync(TimeSpan, CancellationToken)"/>. Its stages stay. An await takes no thread: 2,048 vectors have 2,048
/// awaits on the threads that the session has.
/// </remarks>
public sealed class InterruptVector
{
    private readonly InterruptSession _session;

    internal InterruptVector(InterruptSession session, int number)
    {
        _session = session;
        Number = number;
    }

    /// <summary>Its number: for messages, the message's index.</summary>
    public int Number { get; }

    /// <summary>The slots that signal by it: one, unless fewer vectors were granted than slots asked for.</summary>
    public ReadOnlySpan<int> Slots => _session.SlotsOf(Number);

    /// <summary>The vector's next interrupt. One wait at a time.</summary>
    /// <param name="timeout">At most this long; <see cref="Timeout.InfiniteTimeSpan"/> for as long as the session lasts.</param>
    /// <param name="cancellationToken">Ends the wait alone, not the session.</param>
    /// <exception cref="DeviceException">Time is up (<see cref="DeviceStatus.TimedOut"/>), or the device is gone (<see cref="DeviceStatus.DeviceGone"/>).</exception>
    /// <exception cref="InvalidOperationException">The vector has a handler of its own, the session delivers to the caller's thread, or another wait of this vector is still awaited.</exception>
    /// <exception cref="ObjectDisposedException">The session has ended; when a callback ended it, its exception instead.</exception>
    public ValueTask<Interrupt> NextAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _session.AwaiterOf(Number, timeout).NextAsync(timeout, cancellationToken);

    /// <summary>The vector's next interrupt, however long that takes.</summary>
    /// <inheritdoc cref="NextAsync(TimeSpan, CancellationToken)"/>
    public ValueTask<Interrupt> NextAsync(CancellationToken cancellationToken) => NextAsync(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>The vector's interrupts, until the session is disabled.</summary>
    /// <inheritdoc cref="InterruptSession.ReadAllAsync"/>
    public IAsyncEnumerable<Interrupt> ReadAllAsync(CancellationToken cancellationToken = default) => _session.Enumerate(NextAsync, cancellationToken);

    /// <summary>Its counters, as one consistent snapshot.</summary>
    public InterruptCounters GetCounters() => _session.GetCounters(Number);

    /// <inheritdoc cref="InterruptSession.Mask"/>
    public void Mask() => _session.Mask(Number);

    /// <inheritdoc cref="InterruptSession.Unmask"/>
    public void Unmask() => _session.Unmask(Number);

    /// <summary>Signals it by software, as if the device had.</summary>
    /// <exception cref="DeviceException">The host refused.</exception>
    public void Trigger() => _session.Trigger(Number);

    /// <summary>Runs something while the vector's immediate stage does not; other vectors' stages may run, unless they share its waiter.</summary>
    /// <inheritdoc cref="InterruptSession.Synchronize(Action)"/>
    public void Synchronize(Action action) => _session.SynchronizeOne(Number, action, static run => run());

    /// <inheritdoc cref="Synchronize(Action)"/>
    /// <typeparam name="TState">What the action needs.</typeparam>
    /// <param name="state">Handed to <paramref name="action"/>, so that it captures nothing.</param>
    /// <param name="action">What to run.</param>
    public void Synchronize<TState>(TState state, Action<TState> action) => _session.SynchronizeOne(Number, state, action);

    /// <inheritdoc/>
    public override string ToString() => $"{_session.Device.Address} {_session.Kind} {Number}";
}
