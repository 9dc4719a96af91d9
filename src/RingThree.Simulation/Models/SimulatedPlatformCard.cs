using System.Globalization;
using RingThree.Hosting;
using RingThree.Platform;

namespace RingThree.Simulation;

/// <summary>
/// A model of a card that no bus enumerates: it answers at the addresses its jumpers say, and pulls its lines. Its driver
/// must know them; with others it reads all ones and hears nothing.
/// </summary>
/// <inheritdoc cref="CardModel" path="/remarks"/>
public abstract class SimulatedPlatformCard : CardModel
{
    private PlatformSlot? _slot;

    /// <summary>Starts a model.</summary>
    /// <param name="resources">Where it is. The triggers of its lines say what the card does; a driver may understand them otherwise.</param>
    protected SimulatedPlatformCard(PlatformResources resources)
    {
        ArgumentNullException.ThrowIfNull(resources);
        Resources = resources;
    }

    /// <summary>Where it is: what its driver opens.</summary>
    public PlatformResources Resources { get; }

    internal override string Name => Resources.Name;

    internal override string? Place => _slot?.Name;

    /// <summary>Pulls a line, or lets it go. Cards on one line pull it together: it is active while any does.</summary>
    /// <param name="active">Whether the card pulls.</param>
    /// <param name="line">Which, by its place in <see cref="PlatformResources.Lines"/>.</param>
    protected void SetLine(bool active, int line = 0)
    {
        if (line < 0 || line >= Resources.Lines.Count)
            throw new ArgumentOutOfRangeException(nameof(line), line, $"{Where} has {Resources.Lines.Count} lines, from 0.");
        _slot?.SetLine(line, active);
    }

    internal override void Redeclared()
    {
    }

    internal override string NameOf(int bar) =>
        bar >= 0 && bar < Resources.Ranges.Count ? Resources.Ranges[bar].ToString() : string.Create(CultureInfo.InvariantCulture, $"range {bar}");

    internal void Plug(PlatformSlot slot)
    {
        TakePlace(ref _slot, slot, "place");
        Clock = slot.Root.Clock;
    }

    private protected override ulong SizeOf(int bar) => bar < Resources.Ranges.Count ? Resources.Ranges[bar].Length : 0;
}
