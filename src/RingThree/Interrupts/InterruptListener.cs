namespace RingThree.Interrupts;

/// <summary>
/// Who takes the batches of some of an executor's vectors: the session's handler or await, or an await of one vector's own. Its queue
/// is a ring; each vector is in it at most once. Every member but <see cref="HasQueued"/> is guarded by the executor's gate.
/// </summary>
internal sealed class InterruptListener(int capacity)
{
    private VectorState[] _queue = new VectorState[capacity];
    private int _head;
    private int _queued;

    /// <summary>Whether a vector waits for a later stage.</summary>
    internal bool HasQueued => Volatile.Read(ref _queued) != 0;

    /// <summary>
    /// Tells it, on the waiter's thread and outside the gate, that there may be a batch; <see langword="null"/> for one who looks for himself.
    /// </summary>
    internal Action? Deliver { get; set; }

    /// <summary>The next one of those that are to be told.</summary>
    internal InterruptListener? NextTold { get; set; }

    /// <summary>Whether it is to be told already.</summary>
    internal bool IsTold { get; set; }

    /// <summary>Makes room for more vectors.</summary>
    internal void Reserve(int vectors)
    {
        if (vectors <= _queue.Length) return;
        var queue = new VectorState[vectors];
        for (int i = 0; i < _queued; i++) queue[i] = _queue[(_head + i) % _queue.Length];
        (_queue, _head) = (queue, 0);
    }

    internal void Add(VectorState vector)
    {
        int tail = _head + _queued++;
        _queue[tail < _queue.Length ? tail : tail - _queue.Length] = vector;
    }

    internal bool TryTake(out VectorState vector)
    {
        if (_queued == 0)
        {
            vector = null!;
            return false;
        }

        vector = _queue[_head];
        _head = _head + 1 == _queue.Length ? 0 : _head + 1;
        _queued--;
        return true;
    }

    /// <summary>Takes a vector out that another one is to get.</summary>
    internal void Remove(VectorState vector)
    {
        for (int left = _queued; left > 0; left--)
        {
            if (TryTake(out VectorState first) && first != vector) Add(first);
        }
    }

    internal void Clear() => _queued = 0;
}
