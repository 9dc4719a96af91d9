using RingThree.Interrupts;

namespace RingThree.Transfers;

/// <summary>
/// What runs at interrupt level, before anything else: decides whether the interrupt is this device's, and acknowledges
/// it. Either a <see cref="TransferProgram"/> or a callback (<see cref="FromCallback"/>).
/// </summary>
public abstract class ImmediateStage
{
    private protected ImmediateStage()
    {
    }

    /// <summary>How many values a run hands to the later stages.</summary>
    public abstract int ValueCount { get; }

    /// <summary>User code at interrupt level: it runs on the waiter's thread, so it must be short and must not block.</summary>
    /// <param name="callback">Acknowledges the device and gives two independent answers: ours? and run the deferred stage?</param>
    /// <param name="valueCount">How many values it hands on, 0 or more.</param>
    public static ImmediateStage FromCallback(ImmediateCallback callback, int valueCount = 0)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (valueCount < 0) throw new ArgumentOutOfRangeException(nameof(valueCount), $"An immediate callback with valueCount {valueCount} was asked for; it can be 0 or more.");
        return new CallbackStage(callback, valueCount);
    }

    /// <summary>Checks the stage against a device and makes it ready to run there.</summary>
    internal abstract PreparedStage Prepare(Devices.Device device);

    private sealed class CallbackStage(ImmediateCallback callback, int valueCount) : ImmediateStage
    {
        public override int ValueCount => valueCount;

        internal override PreparedStage Prepare(Devices.Device device) => new PreparedCallback(callback);
    }

    private sealed class PreparedCallback(ImmediateCallback callback) : PreparedStage
    {
        internal override ImmediateResult Run(int vector, long count, InterruptKind kind, Span<ulong> values) =>
            callback(new ImmediateContext(vector, count, kind, values)) & (ImmediateResult.ClaimedAndDeferred | ImmediateResult.DeviceGone);
    }
}

/// <summary>An immediate stage made ready for one device.</summary>
internal abstract class PreparedStage
{
    /// <summary>Runs it. One thread at a time per value buffer.</summary>
    internal abstract ImmediateResult Run(int vector, long count, InterruptKind kind, Span<ulong> values);
}

/// <summary>User code at interrupt level.</summary>
/// <param name="context">Which vector signalled, how often, and where to leave values.</param>
public delegate ImmediateResult ImmediateCallback(ImmediateContext context);

/// <summary>The immediate stage's answer.</summary>
[Flags]
public enum ImmediateResult
{
    /// <summary>Not this device's interrupt.</summary>
    NotOurs = 0,

    /// <summary>This device's interrupt; nothing more is to be done (it ends early).</summary>
    Claimed = 1,

    /// <summary>Only together with <see cref="Claimed"/>: run the deferred stage and the handler.</summary>
    Deferred = 2,

    /// <summary>This device's interrupt, and the later stages are to run.</summary>
    ClaimedAndDeferred = Claimed | Deferred,

    /// <summary>A transfer program's answer: a masked read gave all ones and the device did not answer when asked. A callback that ran one hands it on.</summary>
    DeviceGone = 4,
}

/// <summary>What an immediate callback is given.</summary>
public readonly ref struct ImmediateContext
{
    internal ImmediateContext(int vector, long count, InterruptKind kind, Span<ulong> values)
    {
        Vector = vector;
        Count = count;
        Kind = kind;
        Values = values;
    }

    /// <summary>The vector that signalled: for messages, the message's index.</summary>
    public int Vector { get; }

    /// <summary>How many signals this run stands for, at least 1.</summary>
    public long Count { get; }

    /// <summary>The kind that was negotiated.</summary>
    public InterruptKind Kind { get; }

    /// <summary>What to hand to the later stages.</summary>
    public Span<ulong> Values { get; }
}
