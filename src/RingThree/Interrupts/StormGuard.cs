using System.Diagnostics;

namespace RingThree.Interrupts;

/// <summary>
/// Finds a level line that nothing quiets: it signals again at once after each unmask, the stated number of times in a
/// row, with the device still asserting.
/// </summary>
/// <param name="limit">The stated number.</param>
/// <param name="hasStatus">Whether the device implements the status bit that tells (PCI Local Bus 2.3 and later, status bit 3).</param>
internal sealed class StormGuard(int limit, bool hasStatus)
{
    // Longer than this since the unmask is not "at once": a storm returns within microseconds.
    private static readonly long AtOnce = Stopwatch.Frequency / 100;

    // Without a status bit a device that is merely busy looks the same, so the proof must be longer.
    private const int WithoutStatus = 100;
    private long _unmasked = long.MinValue / 2;
    private long _run;

    /// <summary>Forgets the past; the user unmasks by hand.</summary>
    internal void Restart() => _run = 0;

    /// <summary>A signal has arrived.</summary>
    internal void Signalled() => _run = Stopwatch.GetTimestamp() - _unmasked > AtOnce ? 1 : _run + 1;

    /// <summary>The line is about to be unmasked.</summary>
    /// <param name="stillAsserted">Asks the device; only called when it matters.</param>
    /// <returns>Whether it is to stay masked.</returns>
    internal bool IsStorm(Func<bool> stillAsserted)
    {
        _unmasked = Stopwatch.GetTimestamp();
        if (!hasStatus) return _run >= (long)limit * WithoutStatus;
        if (_run < (limit + 1) / 2) return false;
        if (stillAsserted()) return _run >= limit;
        _run = 0;
        return false;
    }
}
