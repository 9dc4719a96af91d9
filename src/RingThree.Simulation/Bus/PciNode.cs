using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>
/// A function on a bus: an endpoint or a bridge. Owns configuration registers and what every function does with them.
/// Every member is called with the root complex's gate held unless it says otherwise.
/// </summary>
internal abstract class PciNode
{
    private protected PciNode(RootComplex root, PciBus bus, PciAddress address, ConfigurationSpace config)
    {
        Root = root;
        Bus = bus;
        Address = address;
        Config = config;
    }

    public RootComplex Root { get; }

    /// <summary>The bus it is on.</summary>
    internal PciBus Bus { get; }

    internal PciAddress Address { get; }

    internal ConfigurationSpace Config { get; }

    internal bool IsPresent { get; private set; } = true;

    internal PciCommand Command => (PciCommand)Config.Read16(0x04);

    /// <summary>Bus, device and function as one number, as a request on the bus carries it.</summary>
    internal ulong RequesterId => ((ulong)Address.Domain << 16) | ((uint)Address.Bus << 8) | ((uint)Address.Device << 3) | Address.Function;

    /// <summary>A configuration write from the bus. Not with the gate held.</summary>
    internal void WriteConfiguration(int offset, ReadOnlySpan<byte> data)
    {
        Action? after = null;
        lock (Root.Gate)
        {
            if (!IsPresent) return;
            Config.Write(offset, data);
            after = OnWritten(offset, data);
            Root.ServiceLines();
        }

        after?.Invoke();
    }

    /// <summary>A configuration read from the bus: all ones when nothing is there.</summary>
    internal void ReadConfiguration(int offset, Span<byte> data)
    {
        lock (Root.Gate)
        {
            if (IsPresent) Config.Read(offset, data);
            else data.Fill(0xFF);
        }
    }

    /// <summary>Resets the function: registers as after power on. Not with the gate held.</summary>
    internal abstract void Reset();

    /// <summary>Works out anew what it decodes.</summary>
    internal abstract void UpdateDecode();

    /// <summary>It is pulled out.</summary>
    internal virtual void Leave()
    {
        IsPresent = false;
        UpdateDecode();
        Root.ServiceLines();
    }

    /// <summary>What a write means beyond the registers' new values.</summary>
    /// <returns>What is to be done once the gate is free, such as a reset.</returns>
    private protected abstract Action? OnWritten(int offset, ReadOnlySpan<byte> data);

    private protected static bool Touches(int offset, int length, int at, int width) => offset < at + width && at < offset + length;
}
