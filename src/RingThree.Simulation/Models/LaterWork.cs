namespace RingThree.Simulation;

/// <summary>What a card will do later. A piece of work that is not in here any more does not run, whatever its timer says.</summary>
internal sealed class LaterWork(CardModel card)
{
    private readonly Lock _gate = new(); // not the model's: a card may give another one work, and must not wait for it
    private readonly HashSet<Piece> _pieces = [];

    internal IDisposable Add(SimulatedClock clock, TimeSpan delay, Action work, bool survivesReset)
    {
        var piece = new Piece(this, work, survivesReset);
        lock (_gate) _pieces.Add(piece);
        piece.Start(clock.Schedule(delay, piece.Run));
        return piece;
    }

    /// <summary>The function is reset. Called with the model's gate held.</summary>
    internal void Reset()
    {
        Piece[] over;
        lock (_gate) over = [.. _pieces.Where(p => !p.SurvivesReset)];
        foreach (Piece piece in over) piece.Dispose();
    }

    private sealed class Piece(LaterWork all, Action work, bool survivesReset) : IDisposable
    {
        private IDisposable? _timer;

        internal bool SurvivesReset => survivesReset;

        public void Dispose()
        {
            lock (all._gate)
            {
                all._pieces.Remove(this);
                _timer?.Dispose();
            }
        }

        internal void Start(IDisposable timer)
        {
            lock (all._gate)
            {
                _timer = timer;
                if (!all._pieces.Contains(this)) timer.Dispose(); // called off, or done, meanwhile
            }
        }

        internal void Run() => all.Run(this, work);
    }

    private void Run(Piece piece, Action work)
    {
        try
        {
            lock (card.ModelGate)
            {
                // Whoever was inside the model before may have called it off while this waited for the gate.
                bool stands;
                lock (_gate) stands = _pieces.Remove(piece);
                if (stands) work();
            }
        }
        catch (Exception error)
        {
            card.Fail(error); // nobody awaits this
        }
    }
}
