using RingThree.Hosting;
using RingThree.Platform;

namespace RingThree.Simulation;

/// <summary>What of a machine no bus enumerates: cards at fixed addresses, and lines.</summary>
internal sealed class PlatformBus(RootComplex root)
{
    private readonly Dictionary<(PlatformLineKind Kind, int Number), PlatformWire> _wires = [];
    private volatile PlatformSlot[] _slots = [];

    /// <summary>Puts a card where it says it is.</summary>
    /// <exception cref="InvalidOperationException">Another card answers there.</exception>
    internal void Add(SimulatedPlatformCard card)
    {
        lock (root.Gate)
        {
            foreach (PlatformSlot slot in _slots)
            {
                if (slot.Model == card) throw new InvalidOperationException($"Card '{card.Resources.Name}' is plugged in already. A card has one place.");
                foreach (PlatformRange range in card.Resources.Ranges)
                {
                    if (slot.Resources.Ranges.Where(r => r.Overlaps(range)).Select(r => r.ToString()).FirstOrDefault() is { } other)
                        throw new InvalidOperationException($"Card '{card.Resources.Name}' cannot be at {range}: '{slot.Resources.Name}' is at {other}. Set its jumpers otherwise.");
                }
            }

            _slots = [.. _slots, new PlatformSlot(root, card, l => Wire(l))];
        }
    }

    internal void Remove(SimulatedPlatformCard card)
    {
        PlatformSlot slot = Array.Find(_slots, s => s.Model == card) ?? throw new InvalidOperationException($"Card '{card.Resources.Name}' is not in this machine.");
        slot.Remove();
    }

    /// <summary>A card has been taken out; called with the root's gate held.</summary>
    internal void Removed(PlatformSlot slot) => _slots = [.. _slots.Where(s => s != slot)];

    /// <summary>Throws what a card's model has thrown in work of its own, if the card is one of those that these resources mean.</summary>
    internal void ThrowIfFailed(PlatformResources resources)
    {
        foreach (PlatformSlot slot in _slots)
        {
            if (slot.Model.HasFailed && (slot.Resources.Ranges.Any(r => resources.Ranges.Any(o => r.Overlaps(o))) || slot.Resources.Lines.Any(l => resources.Lines.Any(o => o.Kind == l.Kind && o.Number == l.Number))))
                slot.Model.ThrowIfFailed();
        }
    }

    /// <summary>The card that answers an access.</summary>
    internal (PlatformSlot Slot, int Range, ulong Offset)? Find(ulong address, int width, RegionKind kind)
    {
        foreach (PlatformSlot slot in _slots)
        {
            if (slot.FindDecoder(address, width, kind) is var (range, offset)) return (slot, range, offset);
        }

        return null;
    }

    /// <summary>A line; called with the root's gate held.</summary>
    internal PlatformWire Wire(PlatformLine line)
    {
        if (!_wires.TryGetValue((line.Kind, line.Number), out PlatformWire? wire)) _wires[(line.Kind, line.Number)] = wire = new PlatformWire();
        return wire;
    }
}
