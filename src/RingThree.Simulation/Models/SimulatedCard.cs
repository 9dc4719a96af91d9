using RingThree.Dma;

namespace RingThree.Simulation;

/// <summary>
/// A model of a PCI card: what its registers do. The root complex around it does the rest: decoding, configuration space,
/// interrupts, DMA checks.
/// </summary>
/// <inheritdoc cref="CardModel" path="/remarks"/>
public abstract class SimulatedCard : CardModel
{
    private PciEndpoint? _function;

    /// <summary>Starts a model.</summary>
    /// <param name="definition">What it looks like on the bus.</param>
    protected SimulatedCard(CardDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        definition.Check();
        Definition = definition;
    }

    /// <summary>What it looks like on the bus.</summary>
    public CardDefinition Definition { get; }

    /// <summary>Whether messages (MSI or MSI-X) are enabled; otherwise the card uses its pin.</summary>
    protected bool UsesMessages => _function?.UsesMessages ?? false;

    /// <summary>Where its DMA goes while it is open.</summary>
    internal SimulatedAddressSpace? Space => _function?.Space;

    internal override string Name => Definition.Name;

    internal override string? Place => _function?.Name;

    /// <summary>
    /// A virtual function of this card has been enabled. Until this returns, nothing else happens in this card's model.
    /// </summary>
    /// <param name="number">Which, from 0.</param>
    /// <param name="model">What <see cref="VirtualFunctions.Create"/> made for it. Another thread may be inside that model; do not wait for it.</param>
    protected internal virtual void OnVirtualFunctionArrived(int number, SimulatedCard model)
    {
    }

    /// <summary>A virtual function of this card is no more: it was disabled, or this card reset (after <see cref="CardModel.OnReset"/>) or pulled out.</summary>
    /// <inheritdoc cref="OnVirtualFunctionArrived"/>
    protected internal virtual void OnVirtualFunctionDeparted(int number, SimulatedCard model)
    {
    }

    /// <summary>Drives the interrupt pin.</summary>
    /// <param name="asserted">Whether it is asserted.</param>
    protected void SetPin(bool asserted) => _function?.SetPin(asserted);

    /// <summary>
    /// Sends a message: one memory write to where its registers say. Held back where it is masked; lost when messages are
    /// off or bus mastering is, as on the bus.
    /// </summary>
    /// <param name="vector">The message's index.</param>
    protected void SendMessage(int vector) => _function?.SendMessage(vector);

    /// <summary>
    /// Interrupts by what the driver has enabled: sends a message where messages are on, else asserts the pin until
    /// <see cref="SetPin"/> releases it (PCI Local Bus 3.0, 6.8.2: with messages on, a card leaves its pin alone).
    /// </summary>
    /// <param name="message">The message's index.</param>
    /// <exception cref="InvalidOperationException">Messages are off, and the card has no pin. A card without one sends messages: <see cref="SendMessage"/>.</exception>
    protected void RaiseInterrupt(int message = 0)
    {
        if (UsesMessages) SendMessage(message);
        else SetPin(true);
    }

    /// <summary>Reads memory by DMA.</summary>
    /// <returns>False when bus mastering is off or the address space has no such mapping; the fault is recorded and the data reads all ones.</returns>
    protected bool DmaRead(Iova address, Span<byte> data) => _function?.Dma(address, data, default, isWrite: false) ?? false;

    /// <summary>Writes memory by DMA.</summary>
    /// <returns>False when bus mastering is off or the address space has no such mapping; the fault is recorded and nothing beyond it written.</returns>
    protected bool DmaWrite(Iova address, ReadOnlySpan<byte> data) => _function?.Dma(address, default, data, isWrite: true) ?? false;

    internal override void Redeclared() => _function?.Redeclared();

    internal void Plug(PciEndpoint function)
    {
        TakePlace(ref _function, function, "slot");
        Clock = function.Root.Clock;
    }

    private protected override ulong SizeOf(int bar) => Definition.Bars.TryGetValue(bar, out CardBar? shape) ? shape.Size : 0;
}
