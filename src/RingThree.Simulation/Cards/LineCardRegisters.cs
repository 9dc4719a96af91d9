using RingThree.Registers;

namespace RingThree.Simulation;

/// <summary>
/// What a driver needs of a PCI 9050's local configuration registers: at the start of BAR 0 (memory) and of BAR 1 (ports),
/// the same registers in both.
/// </summary>
[RegisterMap(Size = 0x80, Source = "PLX PCI 9050-1 data book, Local Configuration Registers")]
public readonly partial struct LineCardRegisters
{
    /// <summary>INTCSR: what interrupts, whether it may, and the clearing of it.</summary>
    [Register(0x4C, Source = "Interrupt Control/Status, INTCSR; 4Ch")]
    public partial Register<LineInterrupts> InterruptControl { get; }
}

/// <summary>What is behind the bridge, in BAR 2 (local address space 0): an imaginary device that interrupts when told to.</summary>
[RegisterMap(Size = 0x10, Source = "an imaginary design")]
public readonly partial struct LineCardLocal
{
    /// <summary>Any write has the device pulse the bridge's first local interrupt input (LINTi1).</summary>
    [Register(0x00)]
    public partial WriteOnlyRegister<uint> Trigger { get; }

    /// <summary>How many pulses there have been since the reset.</summary>
    [Register(0x04)]
    public partial ReadOnlyRegister<uint> Pulses { get; }
}

/// <summary>Bits of INTCSR (PLX PCI 9050-1 data book, INTCSR; 4Ch).</summary>
[Flags]
public enum LineInterrupts : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The first local interrupt is passed on.</summary>
    Local1Enable = 0x001,

    /// <summary>The first local interrupt is active high.</summary>
    Local1ActiveHigh = 0x002,

    /// <summary>The first local interrupt is active (read only).</summary>
    Local1Active = 0x004,

    /// <summary>The second local interrupt is passed on; nothing is wired to it here.</summary>
    Local2Enable = 0x008,

    /// <summary>The second local interrupt is active high.</summary>
    Local2ActiveHigh = 0x010,

    /// <summary>The second local interrupt is active (read only).</summary>
    Local2Active = 0x020,

    /// <summary>The card may assert its pin.</summary>
    PinEnable = 0x040,

    /// <summary>Asserts the pin for as long as it is set, where <see cref="PinEnable"/> is.</summary>
    Software = 0x080,

    /// <summary>The first local interrupt is latched at its edge, until it is cleared; otherwise it follows its input.</summary>
    Local1Edge = 0x100,

    /// <summary>The second local interrupt is latched at its edge.</summary>
    Local2Edge = 0x200,

    /// <summary>Written as one, clears the latched first local interrupt; reads 0.</summary>
    Local1Clear = 0x400,

    /// <summary>Written as one, clears the latched second local interrupt; reads 0.</summary>
    Local2Clear = 0x800,
}
