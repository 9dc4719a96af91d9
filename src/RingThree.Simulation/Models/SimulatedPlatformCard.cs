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
    private readonly bool[] _lines;
    private PlatformSlot? _slot;

    /// <summary>Starts a model.</summary>
    /// <param name="resources">Where it is. The triggers of its lines say what the card does; a driver may understand them otherwise.</param>
    protected SimulatedPlatformCard(PlatformResources resources)
    {
        ArgumentNullException.ThrowIfNull(resources);
        Resources = resources;
        _lines = new bool[resources.Lines.Count];
    }

    /// <summary>Where it is: what its driver opens.</summary>
    public PlatformResources Resources { get; }

    internal override string Name => Resources.Name;

    internal override string? Place => _slot?.Name;

    /// <summary>The card has been put into a machine: from here on it has time (<see cref="CardModel.After"/>). Lines that it pulls already are pulled.</summary>
    protected virtual void OnPluggedIn()
    {
    }

    /// <summary>
    /// Pulls a line, or lets it go. Cards on one line pull it together: it is active while any does. Called inside the
    /// model, or with <see cref="CardModel.ModelGate"/> held; before the card is in a machine it says what it will do there.
    /// </summary>
    /// <param name="active">Whether the card pulls.</param>
    /// <param name="line">Which, by its place in <see cref="PlatformResources.Lines"/>.</param>
    protected void SetLine(bool active, int line = 0)
    {
        if (line < 0 || line >= Resources.Lines.Count)
            throw new ArgumentOutOfRangeException(nameof(line), $"{Where}: SetLine was called for line {line}; {(Resources.Lines.Count == 0 ? "the card has none" : $"it can be 0 to {Resources.Lines.Count - 1}, the places in its resources")}.");
        ThrowIfFailed();
        _lines[line] = active;
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

    internal void PowerOn()
    {
        lock (ModelGate)
        {
            for (int i = 0; i < _lines.Length; i++)
            {
                if (_lines[i]) _slot!.SetLine(i, true);
            }

            OnPluggedIn();
        }
    }

    private protected override ulong SizeOf(int bar) => bar < Resources.Ranges.Count ? Resources.Ranges[bar].Length : 0;
}
