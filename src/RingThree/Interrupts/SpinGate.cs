namespace RingThree.Interrupts;

/// <summary>
/// A lock for a few field updates: uncontended it is one exchange, and it allocates nothing. A mutable struct: keep it in
/// a field that is not readonly.
/// </summary>
internal struct SpinGate
{
    private int _taken;

    internal void Enter()
    {
        if (Interlocked.Exchange(ref _taken, 1) == 0) return;
        var spin = default(SpinWait);
        do
        {
            spin.SpinOnce();
        }
        while (Interlocked.Exchange(ref _taken, 1) != 0);
    }

    internal void Exit() => Volatile.Write(ref _taken, 0);
}
