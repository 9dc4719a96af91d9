using RingThree.Registers;

namespace RingThree.Simulation;

/// <summary>BAR 0 of a <see cref="SriovCard"/>, the physical function.</summary>
[RegisterMap(Size = 0x30, Source = "an imaginary design")]
public readonly partial struct SriovCardRegisters
{
    /// <summary>Reads 5352_4956h ("SRIV").</summary>
    [Register(0x00)]
    public partial ReadOnlyRegister<uint> Identification { get; }

    /// <summary>What every virtual function reads in <see cref="SriovFunctionRegisters.Policy"/>.</summary>
    [Register(0x04)]
    public partial Register<uint> Policy { get; }

    /// <summary>A bit per virtual function that has written its mailbox. Message 0 is sent when one is set.</summary>
    [Register(0x08)]
    public partial WriteOneToClearRegister<uint> MailArrived { get; }

    /// <summary>What each virtual function wrote last; its mail goes with it.</summary>
    [Register(0x10, Count = SriovCard.Functions)]
    public partial RegisterArray<uint> Mail { get; }
}

/// <summary>BAR 0 of a virtual function of a <see cref="SriovCard"/>.</summary>
[RegisterMap(Size = 0x20, Source = "an imaginary design")]
public readonly partial struct SriovFunctionRegisters
{
    /// <summary>Which virtual function it is, from 0.</summary>
    [Register(0x00)]
    public partial ReadOnlyRegister<uint> Number { get; }

    /// <summary>What the physical function's driver has set for all of them.</summary>
    [Register(0x04)]
    public partial ReadOnlyRegister<uint> Policy { get; }

    /// <summary>Holds what is written to it.</summary>
    [Register(0x08)]
    public partial Register<uint> Scratch { get; }

    /// <summary>Has the function send the message of the number written: 0 or 1.</summary>
    [Register(0x0C)]
    public partial WriteOnlyRegister<uint> Send { get; }

    /// <summary>Sends a word to the physical function; message 1 follows when it has arrived.</summary>
    [Register(0x10)]
    public partial WriteOnlyRegister<uint> Mailbox { get; }
}
