using System.Globalization;
using RingThree.Hosting;

namespace RingThree.Platform;

/// <summary>
/// How cards defined by hand number their regions and interrupt groups in the contract: regions as their ranges; group 0
/// is the level line, group 1 the lines that signal by edges, in order.
/// </summary>
public static class PlatformNumbering
{
    /// <summary>Group of the level line.</summary>
    public const int Level = 0;

    /// <summary>Group of the lines that signal by edges.</summary>
    public const int Edges = 1;

    /// <summary>The regions a host shows for these ranges.</summary>
    /// <param name="resources">Where the card is.</param>
    /// <param name="memory">What memory can do besides being read and written.</param>
    public static IReadOnlyList<RegionDescription> Regions(PlatformResources resources, RegionAbilities memory)
    {
        ArgumentNullException.ThrowIfNull(resources);
        return [.. resources.Ranges.Select(r => new RegionDescription(r.Kind, r.Length,
            RegionAbilities.Read | RegionAbilities.Write | (r.Kind == RegionKind.Memory ? memory : RegionAbilities.None),
            string.Create(CultureInfo.InvariantCulture, $"{(r.Kind == RegionKind.Port ? "ports" : "memory")} 0x{r.Start:x}")))];
    }

    /// <summary>The interrupt groups a host shows for these lines.</summary>
    public static IReadOnlyList<InterruptGroupDescription> Groups(PlatformResources resources)
    {
        ArgumentNullException.ThrowIfNull(resources);
        PlatformLine[] level = [.. resources.Lines.Where(l => l.Trigger == LineTrigger.Level)];
        IReadOnlyList<PlatformLine> edges = EdgesOf(resources);
        return
        [
            level.Length == 0 ? InterruptGroupDescription.Absent : new InterruptGroupDescription(InterruptGroupKind.Level, 1,
                InterruptGroupAbilities.Maskable | InterruptGroupAbilities.AutoMasked | InterruptGroupAbilities.Triggerable, level[0].Name) { Shared = true },
            edges.Count == 0 ? InterruptGroupDescription.Absent : new InterruptGroupDescription(InterruptGroupKind.Edge, edges.Count,
                InterruptGroupAbilities.FixedOnceBound | InterruptGroupAbilities.Triggerable
                | (edges.Any(l => l.Trigger == LineTrigger.BothEdges) ? InterruptGroupAbilities.BothEdges : InterruptGroupAbilities.None),
                string.Join(", ", edges.Select(l => l.Name))),
        ];
    }

    /// <summary>The lines that signal by edges: the vectors of group <see cref="Edges"/>.</summary>
    public static IReadOnlyList<PlatformLine> EdgesOf(PlatformResources resources)
    {
        ArgumentNullException.ThrowIfNull(resources);
        return [.. resources.Lines.Where(l => l.Trigger != LineTrigger.Level)];
    }
}
