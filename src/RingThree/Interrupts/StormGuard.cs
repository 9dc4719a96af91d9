namespace RingThree.Interrupts;

/// <summary>
/// Finds a level line that nothing quiets: it signals again at once after each unmask, the stated number of times in a
/// row, with the device still asserting.
/// </summary>
/// <remarks>
/// Status bit 3 tells whether the device asserts (PCI Local Bus 2.3 and later), but whether a device implements it cannot
/// be asked: VFIO lets the interrupt-disable bit be set on any. So it is trusted once it was seen set as a signal arrived.
/// </remarks>
/// <param name="limit">The stated number.</param>
/// <param name="hasStatus">Whether the device may implement the status bit.</param>
/// <param name="time">The device's time.</param>
internal sealed class StormGuard(int limit, bool hasStatus, TimeProvider time)
{
    /// <summary>At how many signals the status bit is looked for.</summary>
    internal const int Looks = 16;

    // Without a status bit a device that is merely busy looks the same, so the proof must be longer, and closer.
    private const int WithoutStatus = 100;

    // Longer than this since the unmask is not "at once": a storm returns within microseconds.
    private readonly long _atOnce = time.TimestampFrequency / 100;
    private readonly long _atOnceWithoutStatus = time.TimestampFrequency / 20_000;
    private long _unmasked = long.MinValue / 2;
    private long _run;
    private int _looks;
    private bool _trusted;

    /// <summary>How many signals in a row it has been.</summary>
    internal long Run => _run;

    /// <summary>Forgets the past; the user unmasks by hand.</summary>
    internal void Restart() => _run = 0;

    /// <summary>A signal has arrived; nothing has been done about it yet.</summary>
    /// <param name="asserted">Asks the device; only called for the first signals.</param>
    internal void Signalled(Func<bool> asserted)
    {
        if (hasStatus && !_trusted && _looks < Looks)
        {
            _looks++;
            _trusted = asserted();
        }

        _run = time.GetTimestamp() - _unmasked > (_trusted ? _atOnce : _atOnceWithoutStatus) ? 1 : _run + 1;
    }

    /// <summary>The line is about to be unmasked.</summary>
    /// <param name="stillAsserted">Asks the device; only called when it matters.</param>
    /// <returns>Whether it is to stay masked.</returns>
    internal bool IsStorm(Func<bool> stillAsserted)
    {
        _unmasked = time.GetTimestamp();
        if (!_trusted) return _run >= (long)limit * WithoutStatus;
        if (_run < (limit + 1) / 2) return false;
        if (stillAsserted()) return _run >= limit;
        _run = 0;
        return false;
    }
}
