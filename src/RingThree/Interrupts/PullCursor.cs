namespace RingThree.Interrupts;

/// <summary>
/// The later stages for a caller who fetches interrupts: one at a time, one puller at a time. A batch that gets several
/// calls is handed out that many times.
/// </summary>
internal sealed class PullCursor(InterruptSession session, InterruptExecutor executor, InterruptListener listener)
{
    private Interrupt _current;
    private VectorState? _owesUnmask;
    private VectorState? _vector;
    private int _callsLeft;

    /// <summary>The caller is done with what it fetched: a line without immediate stage is open again.</summary>
    internal void BeginWait()
    {
        if (_callsLeft > 0 || _owesUnmask is not { } vector) return;
        _owesUnmask = null;
        executor.UnmaskLine(vector);
    }

    /// <summary>Fetches the next call, running the deferred stage of a new batch.</summary>
    internal bool TryPull(out Interrupt interrupt)
    {
        if (_callsLeft > 0)
        {
            _current = _current.ForCall(_current.Call + 1, _current.Calls);
            return Hand(out interrupt);
        }

        while (!session.IsStopping && executor.TryBegin(listener, out VectorState vector, out Interrupt batch))
        {
            int calls = executor.RunDeferred(vector, ref batch);
            if (calls == 0)
            {
                if (executor.UnmasksAfterHandler(vector) && !session.IsStopping) executor.UnmaskLine(vector);
                continue;
            }

            _current = batch;
            _vector = vector;
            _callsLeft = calls;
            if (executor.UnmasksAfterHandler(vector)) _owesUnmask = vector;
            return Hand(out interrupt);
        }

        interrupt = default;
        return false;
    }

    private bool Hand(out Interrupt interrupt)
    {
        _callsLeft--;
        executor.CountCall(_vector!);
        interrupt = _current;
        return true;
    }
}
