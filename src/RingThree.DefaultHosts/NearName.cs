namespace RingThree.DefaultHosts;

/// <summary>What was probably meant by a name that is not known.</summary>
internal static class NearName
{
    /// <summary>A sentence with the nearest name, and a blank before it; empty where none is near.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="known">What could have been.</param>
    internal static string Hint(string text, IEnumerable<string> known) => Of(text, known) is { } near ? $" Did you mean '{near}'?" : "";

    /// <summary>The name that needs the fewest corrections, one for three letters at most; or the only one that begins so.</summary>
    internal static string? Of(string text, IEnumerable<string> known)
    {
        string[] names = [.. known];
        int allowed = Math.Max(1, text.Length / 3);
        string? nearest = names.Where(n => Corrections(text, n) <= allowed).OrderBy(n => Corrections(text, n)).ThenByDescending(n => n.Length).FirstOrDefault();
        if (nearest is not null || text.Length < 2) return nearest;
        string[] longer = [.. names.Where(n => n.StartsWith(text, StringComparison.OrdinalIgnoreCase))];
        return longer.Length == 1 ? longer[0] : null;
    }

    /// <summary>How many letters to add, to take away, to change or to swap with the next one (the optimal string alignment distance).</summary>
    private static int Corrections(string from, string to)
    {
        const int most = 64;
        if (from.Length > most || to.Length > most) return int.MaxValue;
        (from, to) = (from.ToUpperInvariant(), to.ToUpperInvariant());
        int columns = to.Length + 1;
        int[] cost = new int[(from.Length + 1) * columns]; // from so many letters of the one to so many of the other
        for (int j = 0; j <= to.Length; j++) cost[j] = j;
        for (int i = 1; i <= from.Length; i++)
        {
            cost[i * columns] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int at = (i * columns) + j;
                int changed = cost[at - columns - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                cost[at] = Math.Min(changed, 1 + Math.Min(cost[at - columns], cost[at - 1]));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) cost[at] = Math.Min(cost[at], cost[at - (2 * columns) - 2] + 1);
            }
        }

        return cost[^1];
    }
}
