using Microsoft.CodeAnalysis;

namespace RingThree.Generators;

/// <summary>Finds registers of one map that take the same bytes without saying so.</summary>
internal static class OverlapCheck
{
    /// <param name="map">The map's name.</param>
    /// <param name="names">All its registers' names, also of those whose extent is not known.</param>
    /// <param name="extents">Its registers, in the order of their declaration.</param>
    /// <param name="diagnostics">Where to add what is wrong; the later one of two registers is reported.</param>
    /// <param name="cancellation">Ends the check.</param>
    public static void Run(
        string map, ICollection<string> names, List<RegisterExtent> extents, List<DiagnosticInfo> diagnostics, CancellationToken cancellation)
    {
        for (int i = 0; i < extents.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            RegisterExtent later = extents[i];
            foreach (string name in later.Overlaps)
            {
                if (name == later.Name || !names.Contains(name))
                    diagnostics.Add(DiagnosticInfo.Create(Rules.UnknownOverlap, later.Location, later.Name, name, map));
            }

            for (int j = 0; j < i; j++)
            {
                RegisterExtent earlier = extents[j];
                if (!later.Intersects(earlier) || later.Overlaps.Contains(earlier.Name) || earlier.Overlaps.Contains(later.Name)) continue;
                diagnostics.Add(DiagnosticInfo.Create(
                    Rules.Overlap, later.Location, later.Name, later.Offset.ToString("x"), earlier.Name, earlier.Offset.ToString("x")));
            }
        }
    }
}
