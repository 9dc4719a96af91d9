using RingThree.Transfers;

namespace RingThree.Interrupts;

/// <summary>How a handler gets its interrupts.</summary>
public enum InterruptDelivery
{
    /// <summary>By <c>await session.NextAsync(...)</c>. The default when there is no handler.</summary>
    Await,

    /// <summary>A handler on a thread of its own: it delays no acknowledge. The default when there is a handler.</summary>
    OwnThread,

    /// <summary>A handler on the waiter's thread: the shortest way, and the next acknowledge waits for it.</summary>
    Inline,

    /// <summary>The caller's own thread waits, with <c>session.Wait(...)</c>; the library starts none.</summary>
    CallerThread,
}

/// <summary>What to enable, and what runs when it signals.</summary>
public sealed record InterruptOptions
{
    /// <summary>The kinds the driver can work with; the best one the host grants is taken: MSI-X, MSI, level.</summary>
    public InterruptKinds Kinds { get; init; } = InterruptKinds.All;

    /// <summary>
    /// How many sources the driver wants to tell apart, at least 1. Fewer vectors may be granted; then slots share
    /// (<see cref="InterruptSession.VectorOf"/>).
    /// </summary>
    public int Slots { get; init; } = 1;

    /// <summary>What runs at interrupt level: a transfer program or a callback; <see langword="null"/> when every signal is ours and nothing has to be acknowledged.</summary>
    public ImmediateStage? Immediate { get; init; }

    /// <summary>Silences the device. Runs once, before the interrupt is connected.</summary>
    public TransferProgram? Quiet { get; init; }

    /// <summary>Runs once per batch, before the handler, and says how often that is called; <see langword="null"/> for once.</summary>
    public DeferredStage? Deferred { get; init; }

    /// <summary>
    /// What runs for single vectors, where that is not what runs for all: asked once for each vector as it is enabled or added by
    /// <see cref="InterruptSession.Grow"/>; <see langword="null"/> as an answer for the options above.
    /// </summary>
    public Func<int, VectorOptions?>? ForVector { get; init; }

    /// <summary>The user's code, for deliveries <see cref="InterruptDelivery.OwnThread"/> and <see cref="InterruptDelivery.Inline"/>.</summary>
    public InterruptHandler? Handler { get; init; }

    /// <summary>
    /// The user's code, where it awaits something: called for one interrupt at a time (of each waiter), on threads of the runtime's pool. For
    /// delivery <see cref="InterruptDelivery.Await"/>, which is its default, and instead of <see cref="Handler"/>.
    /// </summary>
    public AsyncInterruptHandler? AsyncHandler { get; init; }

    /// <summary>How the handler gets its interrupts; <see langword="null"/> takes the default that fits <see cref="Handler"/>.</summary>
    public InterruptDelivery? Delivery { get; init; }

    /// <summary>How many threads wait, 1 to 64; vector v belongs to waiter v modulo this. Default one per device.</summary>
    public int Waiters { get; init; } = 1;

    /// <summary>After how many signals in a row, each at once after unmask and with the device still asserting, a level line is left masked. 2 or more.</summary>
    /// <remarks>A hundred times as many, and closer together, where the device has no status bit that says it asserts (PCI before 2.3, cards without PCI).</remarks>
    public int StormLimit { get; init; } = 100;

    /// <summary>How long disable may wait for a callback that runs.</summary>
    public TimeSpan DisableTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Real-time priority, pinning and a bounded busy wait for this device, and measuring; <see langword="null"/> for none of it.</summary>
    public LatencyMode? Latency { get; init; }

    /// <summary>Hears what the road has to say: a storm, an interrupt pending before it was enabled, a latency mode refused. On a thread of the road; be short.</summary>
    public Action<InterruptReport>? Report { get; init; }
}

/// <summary>What a report is about.</summary>
public enum InterruptReportKind
{
    /// <summary>The device had an interrupt pending before it was enabled.</summary>
    PendingAtEnable,

    /// <summary>A level line stayed asserted whatever the driver did, and has been left masked.</summary>
    Storm,

    /// <summary>Interrupts were disabled, and a callback had not returned after <see cref="InterruptOptions.DisableTime"/>: it still runs. The vector is -1.</summary>
    CallbackStillRuns,

    /// <summary>
    /// The system refused what <see cref="InterruptOptions.Latency"/> asks for; the session runs without it. Once per session,
    /// though each thread asks for itself. The vector is -1.
    /// </summary>
    LatencyRefused,

    /// <summary>A callback has thrown, and the session has ended with that exception (<see cref="InterruptSession.Error"/>). The vector is -1.</summary>
    CallbackFailed,

    /// <summary>The device no longer responds, and the session has ended. The vector is -1.</summary>
    DeviceGone,
}

/// <summary>Something the road noticed.</summary>
/// <param name="Kind">What.</param>
/// <param name="Vector">At which vector.</param>
/// <param name="Message">For a person: the device, the line, the likely cause, what to do.</param>
public sealed record InterruptReport(InterruptReportKind Kind, int Vector, string Message);
