namespace RingThree.Tests;

/// <summary>What the calling thread allocates in the steady state.</summary>
internal static class Allocations
{
    private const int Rounds = 4;

    /// <summary>
    /// The least that a round allocates, bytes. The runtime allocates on any thread now and then (a first contended lock,
    /// code made anew); what the library allocates per interrupt or access it allocates in every round.
    /// </summary>
    /// <param name="round">Does the same many times.</param>
    internal static long OfSteady(Action round)
    {
        round();
        long least = long.MaxValue;
        for (int i = 0; i < Rounds && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
