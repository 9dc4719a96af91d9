using System.Runtime.CompilerServices;
using RingThree.Hosting;

namespace RingThree.Interrupts;

/// <content>Vectors that stand for themselves, and waits without an end.</content>
public sealed partial class InterruptSession
{
    private readonly Func<int, VectorPlan> _plans;
    private InterruptAwaiter?[] _vectorAwaiters = []; // by vector; of those that were awaited

    /// <summary>One vector, standing for itself.</summary>
    /// <param name="vector">0 to <see cref="VectorCount"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such vector.</exception>
    public InterruptVector Vector(int vector)
    {
        if (vector < 0 || vector >= VectorCount) throw NoVector(vector, $"{nameof(Vector)}({vector})", nameof(vector));
        return Volatile.Read(ref _vectors)[vector].Handle ??= new InterruptVector(this, vector);
    }

    /// <summary>The next interrupt, for delivery <see cref="InterruptDelivery.Await"/>, however long that takes.</summary>
    /// <inheritdoc cref="NextAsync(TimeSpan, CancellationToken)"/>
    public ValueTask<Interrupt> NextAsync(CancellationToken cancellationToken) => NextAsync(0, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Every interrupt, for delivery <see cref="InterruptDelivery.Await"/>, until the session is disabled: <c>await foreach</c>. Of one waiter, the first.</summary>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>, and not the session.</param>
    /// <exception cref="DeviceException">The device is gone.</exception>
    /// <exception cref="InvalidOperationException">The session delivers otherwise, or another wait is still awaited.</exception>
    public IAsyncEnumerable<Interrupt> ReadAllAsync(CancellationToken cancellationToken = default) => Enumerate(NextAsync, cancellationToken);

    internal async IAsyncEnumerable<Interrupt> Enumerate(
        Func<CancellationToken, ValueTask<Interrupt>> next, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            Interrupt interrupt;
            try
            {
                interrupt = await next(cancellationToken).ConfigureAwait(!Device.Scheduler.UsesThreadPool);
            }
            catch (ObjectDisposedException) when (IsStopping && Error is null)
            {
                yield break; // it was disabled, which is how such a loop ends
            }

            yield return interrupt;
        }
    }

    internal ReadOnlySpan<int> SlotsOf(int vector) => Volatile.Read(ref _vectors)[vector].Slots;

    /// <summary>Who awaits one vector; made at its first wait, when it takes the vector over from the session's listener.</summary>
    internal InterruptAwaiter AwaiterOf(int vector, TimeSpan timeout)
    {
        CheckTimeout(nameof(InterruptVector.NextAsync), timeout);
        InterruptAwaiter?[] all = Volatile.Read(ref _vectorAwaiters);
        if (vector < all.Length && Volatile.Read(ref all[vector]) is { } made) return made;
        return MakeAwaiter(vector);
    }

    private InterruptAwaiter MakeAwaiter(int vector)
    {
        if (_delivery == InterruptDelivery.CallerThread)
            throw new InvalidOperationException($"{Device.Address}: this session delivers by {_delivery}, so nobody waits for a vector's await. Enable it with another Delivery.");
        VectorState state = Volatile.Read(ref _vectors)[vector];
        if (state.Plan.IsOwn)
            throw new InvalidOperationException($"{Device.Address}: vector {vector} has a handler of its own ({nameof(InterruptOptions)}.{nameof(InterruptOptions.ForVector)}). Leave that out to await the vector.");
        lock (_binding)
        {
            ThrowIfEnded();
            if (vector >= _vectorAwaiters.Length)
            {
                var grown = new InterruptAwaiter?[_vectors.Length];
                _vectorAwaiters.CopyTo(grown, 0);
                Volatile.Write(ref _vectorAwaiters, grown);
            }

            if (_vectorAwaiters[vector] is { } made) return made;
            InterruptExecutor executor = _executors[vector % _executors.Length];
            var listener = new InterruptListener(1);
            var awaiter = new InterruptAwaiter(this, listener, new PullCursor(this, executor, listener), vector);
            listener.Deliver = awaiter.Recheck;
            Volatile.Write(ref _vectorAwaiters[vector], awaiter);
            executor.Assign(state, listener); // last: what is queued already is there for the first pull
            return awaiter;
        }
    }

    /// <summary>Which slots each vector stands for.</summary>
    private static void ShareSlots(VectorState[] vectors, int slots)
    {
        for (int v = 0; v < vectors.Length; v++)
        {
            var own = new int[v < slots ? ((slots - v - 1) / vectors.Length) + 1 : 0];
            for (int i = 0; i < own.Length; i++) own[i] = v + (i * vectors.Length);
            vectors[v].Slots = own;
        }
    }
}
