namespace RingThree.Interrupts;

/// <summary>One call of a handler: a batch of claimed signals of one vector.</summary>
public readonly struct Interrupt
{
    private readonly int[]? _slots;

    internal Interrupt(InterruptKind kind, int vector, long count, int call, int calls, ReadOnlyMemory<ulong> values, int[]? slots)
    {
        _slots = slots;
        Kind = kind;
        Vector = vector;
        Count = count;
        Call = call;
        Calls = calls;
        Values = values;
    }

    /// <summary>The kind that was negotiated.</summary>
    public InterruptKind Kind { get; }

    /// <summary>The vector that signalled: for messages, the message's index; 0 for a line.</summary>
    public int Vector { get; }

    /// <summary>The slots that signal by this vector: one, unless fewer vectors were granted than slots asked for.</summary>
    public ReadOnlySpan<int> Slots => _slots;

    /// <summary>How many signals the batch covers, at least 1.</summary>
    public long Count { get; }

    /// <summary>Which call for this batch it is, from 0.</summary>
    public int Call { get; }

    /// <summary>How many calls the batch gets: 1, or what the deferred stage asked for.</summary>
    public int Calls { get; }

    /// <summary>
    /// What the immediate stage read in its last run of this batch. Valid until the handler returns, or until the next
    /// wait begins; copy what you keep.
    /// </summary>
    public ReadOnlyMemory<ulong> Values { get; }

    internal Interrupt ForCall(int call, int calls) => new(Kind, Vector, Count, call, calls, Values, _slots);
}

/// <summary>The user's code for an interrupt. It may do anything user mode can.</summary>
/// <param name="interrupt">The batch it is called for.</param>
public delegate void InterruptHandler(in Interrupt interrupt);

/// <summary>The user's code for an interrupt, where it awaits something. The next call comes when this one has completed.</summary>
/// <param name="interrupt">The batch it is called for. Its values are valid until it completes.</param>
/// <param name="cancellationToken">Cancelled when the session ends, which waits for a call that is under way.</param>
public delegate ValueTask AsyncInterruptHandler(Interrupt interrupt, CancellationToken cancellationToken);

/// <summary>The deferred stage: runs once per batch, after the immediate stage and before the handler.</summary>
/// <param name="batch">The batch.</param>
/// <returns>How often the handler is to be called for this batch: 0 ends it here.</returns>
public delegate int DeferredStage(in Interrupt batch);
