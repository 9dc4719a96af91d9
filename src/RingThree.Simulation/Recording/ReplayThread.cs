using System.Diagnostics;

namespace RingThree.Simulation;

/// <summary>What a register said last, and at which of the driver's steps.</summary>
internal sealed record ReplayRegister(RecordedEntry Entry, long Move);

/// <summary>What one of the driver's threads did last: a read that only repeats it is a poll.</summary>
internal sealed class ReplayThread
{
    private long _since;

    /// <summary>The register that it read last; none since it wrote.</summary>
    internal (RecordKind, int, ulong, ulong) Register { get; set; }

    /// <summary>The step at which it last did something other than reading.</summary>
    internal long Wrote { get; set; }

    /// <summary>How many times in a row it got an answer that it had already.</summary>
    internal int Repeats { get; set; }

    internal void Repeated()
    {
        if (Repeats++ == 0) _since = Stopwatch.GetTimestamp();
    }

    /// <summary>Whether it has polled in vain for so long that what stands between must be missing.</summary>
    internal bool IsStuck(TimeSpan patience, int lookAhead) => Repeats > lookAhead && Stopwatch.GetElapsedTime(_since) > patience;
}
