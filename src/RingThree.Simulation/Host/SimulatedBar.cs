using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>
/// Single accesses of a BAR. A register whose read is nothing but its value is read without a lock and without a call
/// into the model; all else goes the long way.
/// </summary>
internal sealed class SimulatedBar : IRegionAccess
{
    private readonly SimulatedDevice _device;
    private readonly int _bar;
    private readonly bool _isPlain;
    private volatile CardRegister?[] _plain = []; // empty while nothing may be read the short way

    /// <param name="device">The device it belongs to.</param>
    /// <param name="bar">The BAR.</param>
    /// <param name="isPlain">Whether reads may be short: not where each has to be seen.</param>
    internal SimulatedBar(SimulatedDevice device, int bar, bool isPlain)
    {
        _device = device;
        _bar = bar;
        CardDefinition card = device.Function.Card.Definition;
        bool hasTable = card.MsixVectors > 0 && (bar == card.MsixBar || bar == card.PendingBar);
        _isPlain = isPlain && !hasTable;
    }

    public ulong Read(ulong offset, int width)
    {
        CardRegister?[] plain = _plain;
        if (offset < (ulong)plain.Length && plain[offset] is { } register && register.Width == width) return register.Bits;
        return _device.ReadValue(_bar, offset, width);
    }

    public void Write(ulong offset, int width, ulong value) => _device.WriteValue(_bar, offset, width, value);

    /// <summary>Looks again whether the short way is open.</summary>
    internal void Update() => _plain = _isPlain && _device.Function.IsUndisturbed(_bar) && _device.Function.Card.DeclaredIn(_bar) is { } region ? region.Plain : [];

    internal void Close() => _plain = [];
}
