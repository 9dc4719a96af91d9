using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>
/// A card of the nineties: a PLX PCI 9050 bridge with an interrupting device behind it. One interrupt pin, no messages, no
/// interrupt-disable bit, registers in memory and in ports alike.
/// </summary>
/// <remarks>
/// Source: PLX PCI 9050-1 data book. Of the bridge's registers only INTCSR (4Ch) is here, of what can be behind one only
/// <see cref="LineCardLocal"/>. Bridge and local bus take accesses of 8, 16 and 32 bits. It is older than PCI 2.3: nothing in its configuration space tells whether it is the one
/// that asserts a shared line, so its driver must ask INTCSR.
/// </remarks>
public sealed class LineCard : SimulatedCard
{
    private const LineInterrupts Writable = LineInterrupts.Local1Enable | LineInterrupts.Local1ActiveHigh | LineInterrupts.Local2Enable
        | LineInterrupts.Local2ActiveHigh | LineInterrupts.PinEnable | LineInterrupts.Software | LineInterrupts.Local1Edge | LineInterrupts.Local2Edge;

    // As the board's EEPROM sets it up: its device signals by a short pulse, which must be latched.
    private const LineInterrupts FromEeprom = LineInterrupts.Local1ActiveHigh | LineInterrupts.Local1Edge;

    private readonly CardRegister<LineInterrupts> _control;
    private readonly CardRegister<uint> _pulses;

    /// <summary>Makes one.</summary>
    public LineCard()
        : base(new CardDefinition(0x10B5, 0x9050, "line-card")
        {
            ClassCode = 0x068000,
            Revision = 2,
            SubsystemVendorId = 0x10B5,
            SubsystemId = 0x9050,
            Bars = new Dictionary<int, CardBar> { [0] = new(0x80), [1] = new(0x80, RegionKind.Port), [2] = new(0x1000) },
            Pin = 1,
            HasInterruptDisable = false,
        })
    {
        Map<LineCardRegisters>(bar: 0);
        Map<LineCardRegisters>(bar: 1);
        Map<LineCardLocal>(bar: 2);
        _control = Register<LineInterrupts>(0, LineCardRegisters.Offsets.InterruptControl)
            .AlsoAt(1, LineCardRegisters.Offsets.InterruptControl)
            .Holds(FromEeprom, Writable)
            .InParts()
            .OnWrite(Control);
        Register<uint>(2, LineCardLocal.Offsets.Trigger).InParts().OnWrite(_ => Pulse());
        _pulses = Register<uint>(2, LineCardLocal.Offsets.Pulses).InParts().Constant(0);
    }

    /// <summary>Has the device behind the bridge interrupt, as a write to <see cref="LineCardLocal.Trigger"/> does.</summary>
    public void Trigger()
    {
        lock (ModelGate) Pulse();
    }

    private void Pulse()
    {
        _pulses.Value++;
        // A pulse is over before anyone can look: without the latch it is lost, as on the board.
        if (_control.Value.HasFlag(LineInterrupts.Local1Edge)) _control.Value |= LineInterrupts.Local1Active;
        Drive();
    }

    private void Control(LineInterrupts written)
    {
        if (written.HasFlag(LineInterrupts.Local1Clear) || !written.HasFlag(LineInterrupts.Local1Edge)) _control.Value &= ~LineInterrupts.Local1Active;
        Drive();
    }

    private void Drive()
    {
        LineInterrupts now = _control.Value;
        bool local = now.HasFlag(LineInterrupts.Local1Enable | LineInterrupts.Local1Active);
        SetPin(now.HasFlag(LineInterrupts.PinEnable) && (local || now.HasFlag(LineInterrupts.Software)));
    }
}
