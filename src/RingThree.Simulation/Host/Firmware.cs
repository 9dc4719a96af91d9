using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Platform;

namespace RingThree.Simulation;

/// <summary>
/// What firmware and a kernel do when a function appears: size its BARs by writing ones, give them addresses inside the
/// windows of the bridges above, switch decoding on.
/// </summary>
internal sealed class Firmware
{
    private const ulong BridgeMemory = 64UL << 20;
    private const ulong BridgePrefetchable = 16UL << 30;
    private const ulong BridgePorts = 4096;
    private const ulong LargestLow = 256UL << 20; // what is larger goes above 4 GiB where it can
    private static readonly PlatformRange Ports = new(RegionKind.Port, 0x1000, 0xF000);
    private static readonly PlatformRange Low = new(RegionKind.Memory, 0xC000_0000, 0x3E00_0000);
    private static readonly PlatformRange High = new(RegionKind.Memory, 0x8_0000_0000, 0xFFF8_0000_0000);
    private readonly RootComplex _root;
    private readonly Windows _rootWindows;
    private readonly Dictionary<PciBus, Windows> _windows = [];
    private readonly Dictionary<PciNode, List<(AddressWindow Window, ulong Start)>> _given = [];

    internal Firmware(RootComplex root)
    {
        _root = root;
        _rootWindows = new Windows(new(Ports.Start, Ports.Last), new(Low.Start, Low.Last), new(High.Start, High.Last));
        Open(root.RootBus);
    }

    /// <summary>Where cards that no bus enumerates can be.</summary>
    internal static string OtherAddresses => $"ports below 0x{Ports.Start:x}, memory from 0xa0000 to 0xeffff, from 0x40000000 to 0xafffffff or from 0x{Low.Last + 1:x} to 0x{High.Start - 1:x}";

    /// <summary>Whether some of a range is what BARs are given.</summary>
    internal static bool IsPci(PlatformRange range) => range.Overlaps(Ports) || range.Overlaps(Low) || range.Overlaps(High);

    /// <summary>A root bus: all of them share the machine's addresses.</summary>
    internal void Open(PciBus rootBus) => _windows[rootBus] = _rootWindows;

    /// <summary>Numbers the bus below a bridge and opens the bridge's windows.</summary>
    internal void Assign(PciBridge bridge, int buses)
    {
        int secondary = NextBus(bridge);
        int end = bridge.Bus.Bridge is { } above ? above.Config.Read8(PciBridge.BusNumbers + 2) : byte.MaxValue;
        if (secondary + buses - 1 > end)
            throw new InvalidOperationException($"{bridge.Address}: bus numbers {secondary} to {secondary + buses - 1} do not fit below {end}. Give the bridge above more of them.");
        bridge.Number((byte)secondary, (byte)(secondary + buses - 1));
        _root.AddBus(bridge.Secondary);
        Windows from = _windows[bridge.Bus];
        ulong ports = Take(from.Ports, BridgePorts, bridge);
        ulong memory = Take(from.Memory, bridge.Bus.Bridge is null ? BridgeMemory : BridgeMemory / 4, bridge);
        ulong prefetchable = Take(from.Prefetchable, bridge.Bus.Bridge is null ? BridgePrefetchable : BridgePrefetchable / 4, bridge);
        var own = new Windows(
            new(ports, ports + BridgePorts - 1),
            new(memory, memory + (bridge.Bus.Bridge is null ? BridgeMemory : BridgeMemory / 4) - 1),
            new(prefetchable, prefetchable + (bridge.Bus.Bridge is null ? BridgePrefetchable : BridgePrefetchable / 4) - 1));
        _windows[bridge.Secondary] = own;
        lock (_root.Gate) bridge.Open((own.Ports.First, own.Ports.Last), (own.Memory.First, own.Memory.Last), (own.Prefetchable.First, own.Prefetchable.Last));
    }

    /// <summary>Gives a function's BARs their addresses.</summary>
    internal void Assign(PciEndpoint function)
    {
        foreach ((int number, CardBar bar) in function.Card.Definition.Bars.OrderBy(b => b.Key))
        {
            int at = 0x10 + (4 * number);
            Write(function, at, uint.MaxValue);
            ulong mask = Read(function, at);
            if (bar.Is64Bit)
            {
                Write(function, at + 4, uint.MaxValue);
                mask |= (ulong)Read(function, at + 4) << 32;
            }
            else
            {
                mask |= 0xFFFF_FFFF_0000_0000;
            }

            ulong size = ~(mask & ~(bar.Kind == RegionKind.Port ? 3UL : 15UL)) + 1;
            ulong start = Take(WindowFor(function.Bus, bar, size), size, function);
            Write(function, at, (uint)start);
            if (bar.Is64Bit) Write(function, at + 4, (uint)(start >> 32));
        }

        if (!function.Card.Definition.Rom.IsEmpty) Write(function, 0x30, (uint)Take(_windows[function.Bus].Memory, (ulong)function.Card.Definition.Rom.Length, function));
        if (function.Sriov is { } sriov) Assign(function, sriov);
        if (function.Card.Definition.Pin != 0) function.WriteConfiguration(0x3C, [(byte)_root.LineNumbers[RootComplex.LineOf(function.Bus, function.Address.Device, function.Card.Definition.Pin)]]);
        function.WriteConfiguration(0x04, BitConverter.GetBytes((ushort)(PciCommand.IoSpace | PciCommand.MemorySpace | PciCommand.SystemError)));
    }

    /// <summary>A function has left: its addresses are free.</summary>
    internal void Release(PciNode node)
    {
        if (!_given.Remove(node, out List<(AddressWindow Window, ulong Start)>? given)) return;
        foreach ((AddressWindow window, ulong start) in given) window.Give(start);
    }

    private void Assign(PciEndpoint function, SriovCapability sriov)
    {
        foreach ((int number, CardBar bar) in sriov.Bars)
        {
            ulong size = System.Numerics.BitOperations.RoundUpToPowerOf2(SriovCapability.BarLength(bar) * (ulong)sriov.Functions.Total);
            ulong start = Take(WindowFor(function.Bus, bar, size), size, function);
            int at = sriov.Offset + 0x24 + (4 * number);
            Write(function, at, (uint)start);
            if (bar.Is64Bit) Write(function, at + 4, (uint)(start >> 32));
        }
    }

    private AddressWindow WindowFor(PciBus bus, CardBar bar, ulong size)
    {
        Windows windows = _windows[bus];
        if (bar.Kind == RegionKind.Port) return windows.Ports;
        // Behind a bridge only what may be read ahead goes into its prefetchable window (PCI-to-PCI Bridge 1.2, 3.2.5.9).
        bool high = bar.Is64Bit && (bus.Bridge is null ? size > LargestLow : bar.IsPrefetchable);
        return high ? windows.Prefetchable : windows.Memory;
    }

    private ulong Take(AddressWindow window, ulong size, PciNode node)
    {
        ulong start = window.Take(size) ?? throw new InvalidOperationException(
            $"{node.Address}: no 0x{size:x} bytes of addresses are left for it on bus {node.Bus.Number}. Use smaller or 64-bit BARs (prefetchable ones behind a bridge), or plug it in elsewhere.");
        if (!_given.TryGetValue(node, out List<(AddressWindow, ulong)>? given)) _given[node] = given = [];
        given.Add((window, start));
        return start;
    }

    private int NextBus(PciBridge bridge)
    {
        int first = bridge.Bus.Number + 1;
        while (_root.FindBus(bridge.Bus.Domain, first) is not null || IsReserved(first, bridge)) first++;
        return first;
    }

    /// <summary>Whether a bridge beside this one has that number set aside.</summary>
    private static bool IsReserved(int bus, PciBridge bridge) => bridge.Bus.Nodes.OfType<PciBridge>().Any(b =>
        b != bridge && b.Secondary is not null && bus >= b.Secondary.Number && bus <= b.Config.Read8(PciBridge.BusNumbers + 2));

    private static uint Read(PciNode node, int offset)
    {
        Span<byte> data = stackalloc byte[4];
        node.ReadConfiguration(offset, data);
        return BitConverter.ToUInt32(data);
    }

    private static void Write(PciNode node, int offset, uint value) => node.WriteConfiguration(offset, BitConverter.GetBytes(value));

    private sealed record Windows(AddressWindow Ports, AddressWindow Memory, AddressWindow Prefetchable);
}
