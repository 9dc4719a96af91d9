using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Registers;
using RingThree.Transfers;

namespace RingThree.Samples.Uart;

/// <summary>A driver for a 16550 on a PCI card: bytes in and out by interrupt, the line's speed at any time.</summary>
public sealed class UartDriver : IDisposable
{
    private const int Clock = 1_843_200;
    private const int FifoSize = 16;
    private readonly PciDevice _card;
    private readonly UartRegisters _registers;
    private readonly InterruptSession _interrupts;
    private readonly Queue<byte> _received = new(); // these four: inside Synchronize or the immediate stage
    private readonly Queue<byte> _toSend = new();
    private TaskCompletionSource? _arrived;
    private TaskCompletionSource? _sent;
    private long _overruns;

    /// <summary>Sets the card up: 8 data bits, no parity, FIFOs on.</summary>
    /// <param name="card">The card; the chip's registers are the start of its BAR 0.</param>
    /// <param name="baud">Bits a second.</param>
    public UartDriver(PciDevice card, int baud)
    {
        _card = card;
        _registers = card.Bar(0).As<UartRegisters>();
        _registers.InterruptEnable.Write(default);
        _registers.Line.Write(new UartLine { DataBits = 3 });
        _registers.Fifos.Write(new UartFifos { Enable = true, ClearReceive = true, ClearTransmit = true, Trigger = 2 });
        _interrupts = card.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Level,
            Immediate = ImmediateStage.FromCallback(_ => Serve()),
            Handler = (in Interrupt _) => Complete(),
        });
        SetSpeed(baud);
        _registers.Modem.Write(new UartModem { Ready = true, RequestToSend = true, InterruptOut = true });
        _registers.InterruptEnable.Write(new UartInterrupts { Received = true, LineStatus = true, ModemStatus = true });
    }

    /// <summary>How often a byte was lost since nobody fetched those before it.</summary>
    public long Overruns => Volatile.Read(ref _overruns);

    /// <summary>Whether the other side is ready to receive.</summary>
    public bool ClearToSend { get; private set; }

    /// <summary>Sets the line's speed. The divisor lies behind a bank bit, where the immediate stage would take it for data.</summary>
    public void SetSpeed(int baud) => _interrupts.Synchronize((_registers, Divisor: Clock / (16 * baud)), static speed =>
    {
        UartLine before = speed._registers.Line.Read();
        speed._registers.Line.Write(before with { DivisorLatch = true });
        speed._registers.DivisorLow.Write((byte)speed.Divisor);
        speed._registers.DivisorHigh.Write((byte)(speed.Divisor >> 8));
        speed._registers.Line.Write(before);
    });

    /// <summary>Sends bytes; completes when the last one has left.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> data, TimeSpan timeout)
    {
        var sent = new TaskCompletionSource();
        _interrupts.Synchronize(() =>
        {
            foreach (byte value in data.Span) _toSend.Enqueue(value);
            _sent = sent;
            _registers.InterruptEnable.Update(static enabled => enabled with { TransmitEmpty = true }); // interrupts at once: it is empty
        });
        await sent.Task.WaitAsync(timeout, _card.Time);
        await _registers.Status.WaitUntilAsync(static status => status.Idle, timeout);
    }

    /// <summary>Receives so many bytes.</summary>
    public async Task<byte[]> ReceiveAsync(int count, TimeSpan timeout)
    {
        byte[] data = new byte[count];
        for (int have = 0; have < count;)
        {
            Task? more = null;
            _interrupts.Synchronize(() =>
            {
                while (have < count && _received.TryDequeue(out data[have])) have++;
                if (have < count) more = (_arrived ??= new TaskCompletionSource()).Task;
            });
            if (more is not null) await more.WaitAsync(timeout, _card.Time);
        }

        return data;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_card.IsClosed) _registers.InterruptEnable.Write(default);
        _interrupts.Dispose();
    }

    /// <summary>At interrupt level: one source after another, until the chip is quiet.</summary>
    private ImmediateResult Serve()
    {
        UartIdentification why = _registers.Identification.Read();
        if (why.IsQuiet || why.Raw == byte.MaxValue) return ImmediateResult.NotOurs;
        for (; !why.IsQuiet && why.Raw != byte.MaxValue; why = _registers.Identification.Read())
        {
            if (why.Source == UartSource.ModemStatus) ClearToSend = _registers.ModemStatus.Read().ClearToSend;
            else if (why.Source == UartSource.TransmitEmpty) Fill();
            else Drain();
        }

        return ImmediateResult.ClaimedAndDeferred;
    }

    private void Drain()
    {
        UartStatus status;
        while ((status = _registers.Status.Read()).DataReady && status.Raw != byte.MaxValue)
        {
            if (status.Overrun) _overruns++;
            _received.Enqueue(_registers.Receive.Read());
        }
    }

    private void Fill()
    {
        for (int i = 0; i < FifoSize && _toSend.TryDequeue(out byte next); i++) _registers.Transmit.Write(next);
        if (_toSend.Count == 0) _registers.InterruptEnable.Update(static enabled => enabled with { TransmitEmpty = false });
    }

    /// <summary>On the handler's thread: tells who waits, outside of what excludes the stage.</summary>
    private void Complete()
    {
        TaskCompletionSource? arrived = null, sent = null;
        _interrupts.Synchronize(() =>
        {
            if (_received.Count > 0) (arrived, _arrived) = (_arrived, null);
            if (_toSend.Count == 0) (sent, _sent) = (_sent, null);
        });
        arrived?.TrySetResult();
        sent?.TrySetResult();
    }
}
