namespace RingThree.Hosting;

/// <summary>How long a wait may be.</summary>
internal static class WaitLimit
{
    /// <summary>A little below what the runtime's waits take, 2^31 ms.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromDays(24);
}
