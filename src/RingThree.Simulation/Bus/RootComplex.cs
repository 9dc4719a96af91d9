using System.Buffers.Binary;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>
/// The root of a simulated PCI machine, as firmware and a kernel see it: configuration, memory and port accesses by
/// address. Drivers do not need it; tests of a card's own registers and of what the bus refuses do.
/// </summary>
public sealed class RootComplex
{
    private const int Lines = 4;
    private readonly List<PciEndpoint>[] _lines = [[], [], [], []];
    private readonly Dictionary<(uint Domain, int Number), PciBus> _buses = [];

    internal RootComplex(SimulatedClock clock)
    {
        Clock = clock;
        Faults = new FaultPlan(this);
        Platform = new PlatformBus(this);
        AddBus(RootBus);
    }

    internal SimulatedClock Clock { get; }

    /// <summary>The IRQ numbers of PCI's four lines.</summary>
    internal IReadOnlyList<int> LineNumbers { get; set; } = [10, 10, 11, 11]; // as SeaBIOS has QEMU's q35

    /// <summary>The platform's table of logical interrupts, or null.</summary>
    internal LogicalInterruptMap? LogicalInterrupts { get; set; }

    /// <summary>Held around every change of configuration and interrupt state.</summary>
    internal Lock Gate { get; } = new();

    internal PciBus RootBus { get; } = new(0, 0, null);

    internal MessageController Messages { get; } = new();

    internal FaultPlan Faults { get; }

    internal PlatformBus Platform { get; }

    internal SystemMemory Memory { get; } = new();

    /// <summary>A fault takes a card away.</summary>
    internal Action<PciEndpoint>? Removed { get; set; }

    /// <summary>A card's power state has been changed.</summary>
    internal Action<PciEndpoint>? PowerChanged { get; set; }

    /// <summary>A fault makes a card report an error.</summary>
    internal Action<PciEndpoint>? Failed { get; set; }

    /// <summary>Virtual functions have appeared or vanished: which came, which went.</summary>
    internal Action<IReadOnlyList<PciEndpoint>, IReadOnlyList<PciEndpoint>>? Changed { get; set; }

    /// <summary>Reads configuration registers of the function at an address.</summary>
    /// <param name="address">Bus, device and function.</param>
    /// <param name="offset">Bytes, a multiple of the width, below 4096.</param>
    /// <param name="width">1, 2 or 4 bytes.</param>
    /// <returns>All ones where there is no such function.</returns>
    public uint ReadConfiguration(PciAddress address, int offset, int width)
    {
        CheckConfiguration(offset, width);
        Span<byte> data = stackalloc byte[width];
        if (Find(address) is { } node && offset + width <= node.Config.Size) node.ReadConfiguration(offset, data);
        else data.Fill(0xFF);
        return (uint)LittleEndian.Read(data);
    }

    /// <summary>Writes configuration registers of the function at an address; dropped where there is none.</summary>
    /// <param name="address">Bus, device and function.</param>
    /// <param name="offset">Bytes, a multiple of the width, below 4096.</param>
    /// <param name="width">1, 2 or 4 bytes.</param>
    /// <param name="value">The value.</param>
    public void WriteConfiguration(PciAddress address, int offset, int width, uint value)
    {
        CheckConfiguration(offset, width);
        Span<byte> data = stackalloc byte[width];
        LittleEndian.Write(data, value);
        if (Find(address) is { } node && offset + width <= node.Config.Size) node.WriteConfiguration(offset, data);
    }

    /// <summary>Reads memory by its bus address, as a processor does.</summary>
    /// <param name="address">The address, a multiple of the width.</param>
    /// <param name="width">1, 2, 4 or 8 bytes.</param>
    /// <returns>All ones where nothing decodes it.</returns>
    public ulong ReadMemory(ulong address, int width) => Read(address, width, RegionKind.Memory);

    /// <summary>Writes memory by its bus address, as a processor does; dropped where nothing decodes it.</summary>
    /// <param name="address">The address, a multiple of the width.</param>
    /// <param name="width">1, 2, 4 or 8 bytes.</param>
    /// <param name="value">The value.</param>
    public void WriteMemory(ulong address, int width, ulong value) => Write(address, width, value, RegionKind.Memory);

    /// <summary>Reads ports by their address.</summary>
    /// <inheritdoc cref="ReadMemory"/>
    public uint ReadPort(ulong address, int width) => (uint)Read(address, width, RegionKind.Port);

    /// <summary>Writes ports by their address.</summary>
    /// <inheritdoc cref="WriteMemory"/>
    public void WritePort(ulong address, int width, uint value) => Write(address, width, value, RegionKind.Port);

    /// <summary>Which of the root's four lines a function's pin reaches: swizzled at each bridge by device number (PCI-to-PCI Bridge 1.2, 9.1).</summary>
    internal static int LineOf(PciBus bus, int device, int pin)
    {
        int line = (device + pin - 1) & (Lines - 1);
        for (PciBridge? bridge = bus.Bridge; bridge is not null; bridge = bridge.Bus.Bridge)
            line = (bridge.Address.Device + line) & (Lines - 1);
        return line;
    }

    internal PciBus? FindBus(uint domain, int number) => _buses.GetValueOrDefault((domain, number));

    internal void AddBus(PciBus bus)
    {
        lock (Gate) _buses.Add((bus.Domain, bus.Number), bus);
    }

    internal PciNode? Find(PciAddress address)
    {
        lock (Gate)
        {
            return FindBus(address.Domain, address.Bus)?.Nodes.Find(n => n.Address == address && n.IsPresent);
        }
    }

    internal IEnumerable<PciEndpoint> Endpoints()
    {
        lock (Gate) return [.. _buses.Values.SelectMany(b => b.Nodes).OfType<PciEndpoint>()];
    }

    /// <summary>Something has changed that bears on every function's accesses.</summary>
    internal void UpdateAll()
    {
        foreach (PciEndpoint function in Endpoints())
        {
            lock (Gate) function.UpdateDecode();
        }
    }

    internal void Attach(int line, PciEndpoint function) => _lines[line].Add(function);

    internal void Detach(int line, PciEndpoint function) => _lines[line].Remove(function);

    internal bool IsShared(int line)
    {
        lock (Gate) return _lines[line].Count > 1;
    }

    internal bool IsAsserted(int line)
    {
        foreach (PciEndpoint function in _lines[line])
        {
            if (function.AssertsPin) return true;
        }

        return false;
    }

    /// <summary>The line may be asserted: every function on it is asked whether it is the one, as a kernel asks its handlers.</summary>
    internal void ServiceLine(int line)
    {
        List<PciEndpoint> functions = _lines[line];
        bool isHeld = functions.Exists(f => f.HoldsLine);
        for (int i = 0; i < functions.Count; i++) functions[i].OnLine?.Invoke(isHeld);
    }

    internal void ServiceLines()
    {
        for (int line = 0; line < Lines; line++)
        {
            if (IsAsserted(line)) ServiceLine(line);
        }
    }

    /// <summary>A memory write by a function: a message, or data for memory.</summary>
    /// <returns>Whether it arrived anywhere.</returns>
    internal bool WriteUpstream(PciEndpoint source, ulong address, ReadOnlySpan<byte> data)
    {
        if (IsMessage(address))
        {
            lock (Gate) return WriteMessage(source, address, data.Length == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(data) : uint.MaxValue);
        }

        return source.Space is { } space && space.Access(source.RequesterName, new Iova(address), default, data, isWrite: true);
    }

    internal static bool IsMessage(ulong address) => address - MessageController.Window < MessageController.WindowLength;

    /// <summary>A message; lost, and recorded, where nobody has enabled it for this function. Called with the gate held.</summary>
    internal bool WriteMessage(PciEndpoint source, ulong address, uint data)
    {
        if (Messages.Deliver(address, data, source.RequesterId)) return true;
        source.Space?.Record(new DmaFault(source.RequesterName, new Iova(address), true, "a message that nobody has enabled for this function"));
        return false;
    }

    private static void CheckConfiguration(int offset, int width)
    {
        if (width is not (1 or 2 or 4)) throw new ArgumentOutOfRangeException(nameof(width), $"A configuration access of {width} bytes was asked for; it can have 1, 2 or 4.");
        if (offset < 0 || offset > 4096 - width || offset % width != 0)
            throw new ArgumentOutOfRangeException(nameof(offset), $"A configuration access at offset 0x{offset:x} was asked for; it can be 0x0 to 0x{4096 - width:x}, in multiples of its width ({width}).");
    }

    private ulong Read(ulong address, int width, RegionKind kind)
    {
        Check(address, width, kind);
        if (Platform.Find(address, width, kind) is var (slot, range, place)) return slot.Read(range, place, width);
        if (FindDecoder(address, width, kind) is var (function, bar, offset)) return function.ReadBar(bar, offset, width);
        return kind == RegionKind.Memory && Memory.Find(address, (ulong)width) is { } memory ? memory.Read(address, width) : LittleEndian.AllOnes(width);
    }

    private void Write(ulong address, int width, ulong value, RegionKind kind)
    {
        Check(address, width, kind);
        if (Platform.Find(address, width, kind) is var (slot, range, place)) slot.Write(range, place, width, value);
        else if (FindDecoder(address, width, kind) is var (function, bar, offset)) function.WriteBar(bar, offset, width, value);
        else if (kind == RegionKind.Memory) Memory.Find(address, (ulong)width)?.Write(address, width, value);
    }

    private static void Check(ulong address, int width, RegionKind kind)
    {
        if (!LittleEndian.IsAccess(width) || (kind == RegionKind.Port && width == 8) || address % (ulong)width != 0)
            throw new ArgumentOutOfRangeException(nameof(width), $"An access of {width} bytes at 0x{address:x} was asked for; it can have 1, 2, 4 or (memory) 8, at a multiple of that.");
    }

    private (PciEndpoint Function, int Bar, ulong Offset)? FindDecoder(ulong address, int width, RegionKind kind)
    {
        foreach (PciEndpoint function in Endpoints())
        {
            if (function.FindDecoder(address, width, kind) is var (bar, offset)) return (function, bar, offset);
        }

        return null;
    }
}
