using RingThree.Platform;

namespace RingThree.Simulation;

/// <summary>A line that cards without PCI pull, and the drivers that listen to it. Every member is called with the root's gate held.</summary>
internal sealed class PlatformWire
{
    private readonly HashSet<(PlatformSlot Slot, int Line)> _pulls = [];
    private readonly List<Listener> _listeners = [];

    /// <summary>A driver's route.</summary>
    internal sealed class Listener(PlatformWire wire, string user, LineTrigger trigger, Action signal)
    {
        internal PlatformWire Wire => wire;

        internal string User => user;

        internal LineTrigger Trigger => trigger;

        internal Action Signal => signal;

        /// <summary>Whether the line waits for this driver: a kernel masks such a line as a whole until all of its drivers have looked.</summary>
        internal bool Holds { get; set; }
    }

    /// <summary>Begins to listen.</summary>
    /// <returns>Who has the line already and does not share it; <see langword="null"/> when it worked.</returns>
    internal string? Attach(Listener listener)
    {
        Listener? other = _listeners.Find(l => l.Trigger != LineTrigger.Level || listener.Trigger != LineTrigger.Level);
        if (other is not null) return other.User;
        _listeners.Add(listener);
        Service();
        return null;
    }

    internal void Detach(Listener listener)
    {
        if (_listeners.Remove(listener)) Service();
    }

    /// <summary>Whether a card pulls it.</summary>
    internal bool IsPulledBy(PlatformSlot slot, int line) => _pulls.Contains((slot, line));

    /// <summary>A card pulls, or lets go.</summary>
    internal void Set(PlatformSlot slot, int line, bool active)
    {
        bool before = _pulls.Count > 0;
        if (active) _pulls.Add((slot, line));
        else _pulls.Remove((slot, line));
        bool after = _pulls.Count > 0;
        if (before == after) return;
        foreach (Listener listener in _listeners)
        {
            if (listener.Trigger == LineTrigger.BothEdges || (listener.Trigger == LineTrigger.Edge && after)) listener.Signal();
        }

        Service();
    }

    internal void Mask(Listener listener, bool masked)
    {
        listener.Holds = masked;
        Service();
    }

    /// <summary>Asks every driver of a level line whether it is the one, once nobody is still being waited for.</summary>
    private void Service()
    {
        if (_pulls.Count == 0 || _listeners.Exists(l => l.Holds)) return;
        foreach (Listener listener in _listeners)
        {
            if (listener.Trigger != LineTrigger.Level) continue;
            listener.Holds = true;
            listener.Signal();
        }
    }
}
