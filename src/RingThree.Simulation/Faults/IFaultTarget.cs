using RingThree.Dma;

namespace RingThree.Simulation;

/// <summary>A plugged-in card, as fault rules see it: what would happen without them.</summary>
internal interface IFaultTarget
{
    /// <summary>Where it is, as its rules may name it.</summary>
    string Name { get; }

    CardModel Model { get; }

    RootComplex Root { get; }

    /// <summary>Where its DMA goes.</summary>
    SimulatedAddressSpace? Space { get; }

    ulong ReadNow(int bar, ulong offset, int width);

    void WriteNow(int bar, ulong offset, int width, ulong value);

    /// <summary>Sends a message, or has a line signal.</summary>
    /// <param name="vector">Which.</param>
    /// <param name="alter">Changes a message's data on its way.</param>
    bool SendNow(int vector, Func<ulong, ulong>? alter);

    bool DmaNow(Iova address, Span<byte> read, ReadOnlySpan<byte> write, bool isWrite);

    /// <summary>Reports an error, where there is a way to.</summary>
    void ReportError();

    /// <summary>Takes the card away.</summary>
    void Remove();
}
