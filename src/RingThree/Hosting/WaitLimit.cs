namespace RingThree.Hosting;

/// <summary>How long a wait may be.</summary>
internal static class WaitLimit
{
    /// <summary>A little below what the runtime's waits take, 2^31 ms.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    /// <summary>Throws unless a time can be waited for.</summary>
    /// <param name="where">The device or region, for the message.</param>
    /// <param name="what">What the user wrote it as.</param>
    /// <param name="value">The time.</param>
    /// <param name="parameter">The method's parameter.</param>
    /// <param name="infinite">Whether <see cref="Timeout.InfiniteTimeSpan"/> can be, too.</param>
    internal static void Check(string where, string what, TimeSpan value, string parameter, bool infinite = false) =>
        Check(where, what, value, Longest, parameter, infinite);

    /// <inheritdoc cref="Check(string, string, TimeSpan, string, bool)"/>
    internal static void Check(string where, string what, TimeSpan value, TimeSpan most, string parameter, bool infinite = false)
    {
        if ((value >= TimeSpan.Zero && value <= most) || (infinite && value == Timeout.InfiniteTimeSpan)) return;
        string longest = most.TotalDays >= 1 ? $"{most.TotalDays} days" : $"{most.TotalMilliseconds} ms";
        throw new ArgumentOutOfRangeException(parameter, $"{where}: {what} is {value}; it can be 0 to {longest}{(infinite ? ", or Timeout.InfiniteTimeSpan" : "")}.");
    }
}
