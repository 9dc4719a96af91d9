using RingThree.Dma;

namespace RingThree.Simulation;

/// <summary>
/// A card model: what its registers do. The root complex around it does the rest: decoding, configuration space,
/// interrupts, DMA checks. One thread at a time is inside a model.
/// </summary>
public abstract class SimulatedCard
{
    private SimulatedFunction? _function;

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

    /// <summary>Held around every call into the model.</summary>
    protected internal Lock ModelGate { get; } = new();

    /// <summary>Whether messages (MSI or MSI-X) are enabled; otherwise the card uses its pin.</summary>
    protected bool UsesMessages => _function?.MessagesEnabled ?? false;

    /// <summary>A read of a BAR. Not called for the MSI-X table.</summary>
    /// <param name="bar">The BAR.</param>
    /// <param name="offset">Bytes from its start, a multiple of the width.</param>
    /// <param name="width">1, 2, 4 or 8 bytes.</param>
    protected internal abstract ulong Read(int bar, ulong offset, int width);

    /// <summary>A write to a BAR.</summary>
    /// <param name="bar">The BAR.</param>
    /// <param name="offset">Bytes from its start, a multiple of the width.</param>
    /// <param name="width">1, 2, 4 or 8 bytes.</param>
    /// <param name="value">The value.</param>
    protected internal abstract void Write(int bar, ulong offset, int width, ulong value);

    /// <summary>The function is reset: registers take their initial values.</summary>
    protected internal virtual void OnReset()
    {
    }

    /// <summary>Drives the interrupt pin.</summary>
    /// <param name="asserted">Whether it is asserted.</param>
    protected void SetPin(bool asserted) => _function?.SetPin(asserted);

    /// <summary>Sends a message; lost when messages are off or bus mastering is, as on the bus.</summary>
    /// <param name="vector">The message's index.</param>
    protected void SendMessage(int vector) => _function?.SendMessage(vector);

    /// <summary>Reads memory by DMA.</summary>
    /// <returns>False when bus mastering is off or the address space has no such mapping; the fault is recorded and the data reads all ones.</returns>
    protected bool DmaRead(Iova address, Span<byte> data) => _function?.Dma(address, data, default, isWrite: false) ?? false;

    /// <summary>Writes memory by DMA.</summary>
    /// <returns>False when bus mastering is off or the address space has no such mapping; the fault is recorded and nothing beyond it written.</returns>
    protected bool DmaWrite(Iova address, ReadOnlySpan<byte> data) => _function?.Dma(address, default, data, isWrite: true) ?? false;

    /// <summary>Does something later, inside the model. When it throws, the driver's next access of the card throws that.</summary>
    /// <param name="delay">How much later.</param>
    /// <param name="work">What; called with the model's gate held.</param>
    protected void After(TimeSpan delay, Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        _ = Later(delay, work);
    }

    internal void Plug(SimulatedFunction function)
    {
        if (Interlocked.CompareExchange(ref _function, function, null) is not null)
            throw new InvalidOperationException($"Card '{Definition.Name}' is plugged in already. A card has one slot.");
    }

    private async Task Later(TimeSpan delay, Action work)
    {
        if (delay > TimeSpan.Zero) await Task.Delay(delay).ConfigureAwait(false);
        else await Task.Yield();
        try
        {
            lock (ModelGate) work();
        }
        catch (Exception error)
        {
            _function?.ModelFailed(error); // nobody awaits this
        }
    }
}
