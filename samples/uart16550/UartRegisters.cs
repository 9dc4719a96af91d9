using RingThree.Registers;

namespace RingThree.Samples.Uart;

/// <summary>A 16550's registers, of one byte each.</summary>
[RegisterMap(Size = 8, Source = "National Semiconductor PC16550D data sheet, table II")]
public readonly partial struct UartRegisters
{
    /// <summary>The oldest byte that came in.</summary>
    [Register(0)] public partial ReadOnlyRegister<byte> Receive { get; }

    /// <summary>The next byte to go out.</summary>
    [Register(0, Overlaps = nameof(Receive))] public partial WriteOnlyRegister<byte> Transmit { get; }

    /// <summary>Which sources interrupt.</summary>
    [Register(1)] public partial Register<UartInterrupts> InterruptEnable { get; }

    /// <summary>The source that interrupts now, the most urgent first.</summary>
    [Register(2)] public partial ReadOnlyRegister<UartIdentification> Identification { get; }

    /// <summary>The FIFOs.</summary>
    [Register(2, Overlaps = nameof(Identification))] public partial WriteOnlyRegister<UartFifos> Fifos { get; }

    /// <summary>The form of a byte on the line; and the bank bit.</summary>
    [Register(3)] public partial Register<UartLine> Line { get; }

    /// <summary>The modem's outputs.</summary>
    [Register(4)] public partial Register<UartModem> Modem { get; }

    /// <summary>What has come in, and what can go out. Reading it clears the errors.</summary>
    [Register(5)] public partial ReadOnlyRegister<UartStatus> Status { get; }

    /// <summary>The modem's inputs. Reading it clears what has changed.</summary>
    [Register(6)] public partial ReadOnlyRegister<UartModemStatus> ModemStatus { get; }

    /// <summary>A byte for nobody but the driver.</summary>
    [Register(7)] public partial Register<byte> Scratch { get; }

    /// <summary>The divisor's low half, while <see cref="UartLine.DivisorLatch"/> is set.</summary>
    [Register(0, Overlaps = "Receive, Transmit")] public partial Register<byte> DivisorLow { get; }

    /// <summary>Its high half.</summary>
    [Register(1, Overlaps = nameof(InterruptEnable))] public partial Register<byte> DivisorHigh { get; }
}

/// <summary>Sources of interrupts.</summary>
[BitFields(typeof(byte))]
public readonly partial struct UartInterrupts
{
    [Bits(0)] public partial bool Received { get; init; }

    [Bits(1)] public partial bool TransmitEmpty { get; init; }

    [Bits(2)] public partial bool LineStatus { get; init; }

    [Bits(3)] public partial bool ModemStatus { get; init; }
}

/// <summary>Why it interrupts.</summary>
[BitFields(typeof(byte))]
public readonly partial struct UartIdentification
{
    /// <summary>Set while nothing is pending.</summary>
    [Bits(0)] public partial bool IsQuiet { get; init; }

    [Bits(1, 3)] public partial UartSource Source { get; init; }

    [Bits(6, 2)] public partial byte Fifos { get; init; }
}

/// <summary>A source, as the identification has it.</summary>
public enum UartSource
{
    ModemStatus = 0,
    TransmitEmpty = 1,
    Received = 2,
    LineStatus = 3,
    ReceiveTimeout = 6,
}

/// <summary>The FIFOs' control.</summary>
[BitFields(typeof(byte))]
public readonly partial struct UartFifos
{
    [Bits(0)] public partial bool Enable { get; init; }

    [Bits(1)] public partial bool ClearReceive { get; init; }

    [Bits(2)] public partial bool ClearTransmit { get; init; }

    /// <summary>From how many bytes on it interrupts: 1, 4, 8, 14.</summary>
    [Bits(6, 2)] public partial byte Trigger { get; init; }
}

/// <summary>The form of a byte on the line.</summary>
[BitFields(typeof(byte))]
public readonly partial struct UartLine
{
    /// <summary>Data bits, less 5.</summary>
    [Bits(0, 2)] public partial byte DataBits { get; init; }

    [Bits(2)] public partial bool TwoStopBits { get; init; }

    [Bits(3)] public partial bool Parity { get; init; }

    [Bits(4)] public partial bool EvenParity { get; init; }

    [Bits(6)] public partial bool Break { get; init; }

    /// <summary>Shows the divisor at offsets 0 and 1.</summary>
    [Bits(7)] public partial bool DivisorLatch { get; init; }
}

/// <summary>The modem's outputs.</summary>
[BitFields(typeof(byte), ReservedZero = 0xE0)]
public readonly partial struct UartModem
{
    [Bits(0)] public partial bool Ready { get; init; }

    [Bits(1)] public partial bool RequestToSend { get; init; }

    /// <summary>Lets the chip's interrupt out to the bus.</summary>
    [Bits(3)] public partial bool InterruptOut { get; init; }

    [Bits(4)] public partial bool Loop { get; init; }
}

/// <summary>What has come in, and what can go out.</summary>
[BitFields(typeof(byte))]
public readonly partial struct UartStatus
{
    [Bits(0)] public partial bool DataReady { get; init; }

    [Bits(1)] public partial bool Overrun { get; init; }

    [Bits(5)] public partial bool TransmitEmpty { get; init; }

    /// <summary>The last byte has left the shift register, too.</summary>
    [Bits(6)] public partial bool Idle { get; init; }
}

/// <summary>The modem's inputs.</summary>
[BitFields(typeof(byte))]
public readonly partial struct UartModemStatus
{
    [Bits(0)] public partial bool ClearToSendChanged { get; init; }

    [Bits(4)] public partial bool ClearToSend { get; init; }
}
