using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>Where messages and interrupt lines end: the message window with its vectors, and four shared lines.</summary>
internal sealed class RootComplex
{
    /// <summary>Where messages are written to on x86 (Intel SDM volume 3, 10.11.1).</summary>
    internal const ulong MessageWindow = 0xFEE0_0000;

    /// <summary>How long that window is.</summary>
    internal const ulong MessageWindowLength = 0x10_0000;

    private readonly Dictionary<(ulong Address, uint Data), VectorRoute> _messages = [];
    private readonly List<SimulatedFunction>[] _lines = [[], [], [], []];
    private uint _nextData = 0x20;

    /// <summary>Held around every change of interrupt and configuration state.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>Which of the four lines a pin reaches (PCI-to-PCI Bridge 1.2, 9.1: swizzled by device number).</summary>
    internal static int LineOf(int device, int pin) => (device + pin - 1) & 3;

    internal void Attach(int line, SimulatedFunction function)
    {
        lock (Gate) _lines[line].Add(function);
    }

    internal void Detach(int line, SimulatedFunction function)
    {
        lock (Gate) _lines[line].Remove(function);
    }

    internal bool IsShared(int line)
    {
        lock (Gate) return _lines[line].Count > 1;
    }

    /// <summary>The line is asserted: every function on it is asked whether it is the one, as a kernel asks its handlers.</summary>
    internal void Service(int line)
    {
        foreach (SimulatedFunction function in _lines[line]) function.ServicePin();
    }

    /// <summary>Takes a run of messages: one address, data values in a row (MSI shares one address and counts up the data).</summary>
    internal (ulong Address, uint Data) Allocate(ReadOnlySpan<VectorRoute> routes)
    {
        uint block = (uint)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)routes.Length);
        _nextData = (_nextData + block - 1) & ~(block - 1);
        uint data = _nextData;
        _nextData += block;
        for (int i = 0; i < routes.Length; i++) _messages.Add((MessageWindow, data + (uint)i), routes[i]);
        return (MessageWindow, data);
    }

    internal void Free(ulong address, uint data, int count)
    {
        for (int i = 0; i < count; i++) _messages.Remove((address, data + (uint)i));
    }

    /// <summary>A memory write by a device: a message when address and data are one's; anything else is not for us.</summary>
    internal void WriteMessage(ulong address, uint data)
    {
        if (_messages.TryGetValue((address, data), out VectorRoute route)) Signal(route);
    }

    internal static void Signal(VectorRoute route) => ((SimulatedWaiter?)route.Waiter)?.Signal(route.Tag);
}
