using RingThree.Platform;

namespace RingThree.Simulation;

/// <summary>
/// A data acquisition card of the ISA bus: ports to command it, a buffer in memory, and an IRQ that it pulses when a block
/// of samples is there. Where all that is its jumpers say, and its driver must be told.
/// </summary>
/// <remarks>
/// No chip's: what is usual of such cards. Its registers of 16 bits decode whole words only;
/// an access of several registers is split by the bus. The interrupt is a pulse, so that nothing has to be acknowledged for the next
/// one (a driver that looks at <see cref="IsaCardRegisters.Status"/> clears it for its own sake).
/// </remarks>
public sealed class IsaCard : SimulatedPlatformCard
{
    /// <summary>Bytes of its buffer.</summary>
    public const int BufferSize = 0x4000;

    private const ushort Signature = 0x4953;
    private static readonly TimeSpan SampleTime = TimeSpan.FromMicroseconds(0.1);
    private readonly CardRegister<IsaControl> _control;
    private readonly CardRegister<IsaStatus> _status;
    private readonly CardRegister<ushort> _length;
    private readonly CardMemory _buffer;
    private int _blocks;

    /// <summary>Makes one, with its jumpers set.</summary>
    /// <param name="memory">Where its buffer is, a physical address.</param>
    /// <param name="port">Its first port, of sixteen.</param>
    /// <param name="irq">The line it pulls.</param>
    public IsaCard(ulong memory = 0xD_0000, int port = 0x300, int irq = 5)
        : base(new PlatformResources("isa-card").Memory(memory, BufferSize).Ports(port, 16).Irq(irq))
    {
        const int ports = 1;
        _buffer = Memory(0, 0, BufferSize);
        Map<IsaCardRegisters>(ports);
        _control = Register<IsaControl>(ports, IsaCardRegisters.Offsets.Control).InParts().Holds(default, IsaControl.InterruptEnable).OnWrite(Command);
        _status = Register<IsaStatus>(ports, IsaCardRegisters.Offsets.Status).InParts().ClearedByOnes();
        _length = Register<ushort>(ports, IsaCardRegisters.Offsets.Length).Holds();
        Register<ushort>(ports, IsaCardRegisters.Offsets.Identification).Constant(Signature);
    }

    private void Command(IsaControl written)
    {
        if (!written.HasFlag(IsaControl.Start) || _status.Value.HasFlag(IsaStatus.Busy)) return;
        _status.Value |= IsaStatus.Busy;
        int length = Math.Clamp((int)_length.Value, 1, BufferSize);
        After(SampleTime * length, () => Finish(length));
    }

    /// <summary>A ramp that begins one higher with each block.</summary>
    private void Finish(int length)
    {
        for (int i = 0; i < length; i++) _buffer.Span[i] = (byte)(_blocks + i);
        _blocks++;
        _status.Value = (_status.Value & ~IsaStatus.Busy) | IsaStatus.Done;
        if (!_control.Value.HasFlag(IsaControl.InterruptEnable)) return;
        SetLine(true);
        SetLine(false);
    }
}
