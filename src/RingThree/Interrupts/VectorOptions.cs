using RingThree.Devices;
using RingThree.Transfers;

namespace RingThree.Interrupts;

/// <summary>What runs when one vector signals, where that is not what runs for all of them.</summary>
public sealed record VectorOptions
{
    /// <summary>Its immediate stage; <see langword="null"/> when every signal is this vector's and nothing has to be acknowledged.</summary>
    public ImmediateStage? Immediate { get; init; }

    /// <summary>Its deferred stage; <see langword="null"/> to have the handler called once per batch.</summary>
    public DeferredStage? Deferred { get; init; }

    /// <summary>Its handler, where the session's delivery calls handlers; <see langword="null"/> for the session's.</summary>
    public InterruptHandler? Handler { get; init; }
}

/// <summary>A vector's stages, made ready for the device.</summary>
/// <param name="Stage">The immediate stage.</param>
/// <param name="ValueCount">How many values that hands on.</param>
/// <param name="Deferred">The deferred stage.</param>
/// <param name="Handler">The handler.</param>
/// <param name="IsOwn">Whether the handler is this vector's alone.</param>
internal sealed record VectorPlan(PreparedStage? Stage, int ValueCount, DeferredStage? Deferred, InterruptHandler? Handler, bool IsOwn)
{
    /// <summary>From what a session was enabled with to the plan of each of its vectors.</summary>
    /// <exception cref="ArgumentException">A vector has a handler of its own, and the delivery calls none.</exception>
    internal static Func<int, VectorPlan> Of(InterruptOptions options, InterruptDelivery delivery, PreparedStage? stage, Device device)
    {
        var all = new VectorPlan(stage, options.Immediate?.ValueCount ?? 0, options.Deferred, options.Handler, IsOwn: false);
        if (options.ForVector is not { } forVector) return _ => all;
        return vector =>
        {
            if (forVector(vector) is not { } own) return all;
            if (own.Handler is not null && delivery is not (InterruptDelivery.Inline or InterruptDelivery.OwnThread))
            {
                throw new ArgumentException($"{device.Address}: {nameof(InterruptOptions)}.{nameof(options.ForVector)} gives vector {vector} a handler, and Delivery {delivery} calls none. "
                    + $"Take Delivery {nameof(InterruptDelivery.OwnThread)} or {nameof(InterruptDelivery.Inline)}, or leave the handler out and await session.Vector({vector}).", nameof(options));
            }

            return new VectorPlan(own.Immediate?.Prepare(device), own.Immediate?.ValueCount ?? 0, own.Deferred, own.Handler ?? options.Handler, own.Handler is not null);
        };
    }
}
