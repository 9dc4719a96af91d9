namespace RingThree.Interrupts;

/// <summary>
/// What happened to a vector's signals, as one consistent snapshot:
/// <c>Signalled = Rejected + Claimed</c> and <c>Claimed = EndedEarly + Handled + Lost + Pending</c>.
/// They count signals, not device events: a descriptor or a level line may have merged those before they got here.
/// </summary>
/// <param name="Signalled">Signals the immediate stage has answered.</param>
/// <param name="Rejected">Those it said were not ours.</param>
/// <param name="Claimed">Those it said were ours.</param>
/// <param name="EndedEarly">Claimed, and no handler was to run: the immediate stage or the deferred stage said so.</param>
/// <param name="Handled">Claimed, and given to a handler.</param>
/// <param name="Lost">Claimed, and dropped because the session ended before a handler took them.</param>
/// <param name="Pending">Claimed, and waiting for a handler.</param>
public readonly record struct InterruptCounters(
    long Signalled, long Rejected, long Claimed, long EndedEarly, long Handled, long Lost, long Pending)
{
    /// <summary>Handler calls. One may cover many signals, and a deferred stage may ask for several per batch.</summary>
    public long HandlerCalls { get; init; }

    /// <summary>Signals that wait because the vector is masked in software; they are in no other number yet.</summary>
    public long Held { get; init; }

    /// <summary>Adds vector to vector.</summary>
    public static InterruptCounters operator +(InterruptCounters a, InterruptCounters b) => new(
        a.Signalled + b.Signalled, a.Rejected + b.Rejected, a.Claimed + b.Claimed, a.EndedEarly + b.EndedEarly,
        a.Handled + b.Handled, a.Lost + b.Lost, a.Pending + b.Pending)
    {
        HandlerCalls = a.HandlerCalls + b.HandlerCalls,
        Held = a.Held + b.Held,
    };
}
