using System.Collections.Concurrent;
using RingThree.Simulation;

namespace RingThree.Samples.Uart;

/// <summary>The simulated twin: a 16550 on a PCI card, with a cable that can be plugged into another.</summary>
/// <remarks>Source: PC16550D data sheet, sections 8.1 to 8.8. Without parity, break and framing errors, which a cable of this kind does not make.</remarks>
/// <param name="ports">Whether its registers are I/O ports rather than memory.</param>
public sealed class UartCard(bool ports = false) : SimulatedCard(new CardDefinition(0x1409, 0x7168, "uart16550")
{
    ClassCode = 0x070002, // a 16550-compatible serial controller
    Bars = new Dictionary<int, CardBar> { [0] = new(ports ? 8u : 4096u, ports ? RingThree.Hosting.RegionKind.Port : RingThree.Hosting.RegionKind.Memory) },
    Pin = 1,
})
{
    private const int FifoSize = 16;
    private static readonly int[] Triggers = [1, 4, 8, 14];
    private readonly Queue<byte> _in = new();
    private readonly Queue<byte> _out = new();
    private readonly ConcurrentQueue<byte> _cable = new();
    private UartCard? _other;
    private IDisposable? _silence;
    private UartInterrupts _enabled;
    private UartFifos _fifos;
    private UartLine _line;
    private UartModem _modem;
    private byte _scratch;
    private ushort _divisor = 1;
    private bool _overrun, _timeout, _emptied, _modemChanged, _shifting;

    /// <summary>Plugs a null-modem cable into two cards.</summary>
    public static void Connect(UartCard one, UartCard other) => (one._other, other._other) = (other, one);

    /// <inheritdoc/>
    protected override ulong Read(int bar, ulong offset, int width)
    {
        if (width != 1) return ulong.MaxValue; // it has eight data lines
        bool latch = _line.DivisorLatch;
        ulong value = offset switch
        {
            0 => latch ? (byte)_divisor : Take(),
            1 => latch ? (byte)(_divisor >> 8) : _enabled.Raw,
            2 => Identify().Raw,
            3 => _line.Raw,
            4 => _modem.Raw,
            5 => Status().Raw,
            6 => ModemStatus().Raw,
            7 => _scratch,
            _ => byte.MaxValue,
        };
        SetPin(IsPending && _modem.InterruptOut);
        return value;
    }

    /// <inheritdoc/>
    protected override void Write(int bar, ulong offset, int width, ulong value)
    {
        if (width != 1) return;
        byte bits = (byte)value;
        switch (offset)
        {
            case 0 when _line.DivisorLatch: _divisor = (ushort)((_divisor & 0xFF00) | bits); break;
            case 1 when _line.DivisorLatch: _divisor = (ushort)((_divisor & 0xFF) | (bits << 8)); break;
            case 0: Send(bits); break;
            case 1: Enable(new UartInterrupts((byte)(bits & 0x0F))); break;
            case 2: SetFifos(new UartFifos(bits)); break;
            case 3: _line = new UartLine(bits); break;
            case 4: SetModem(new UartModem((byte)(bits & 0x1F))); break;
            case 7: _scratch = bits; break;
            default: break;
        }

        SetPin(IsPending && _modem.InterruptOut);
    }

    /// <inheritdoc/>
    protected override void OnReset()
    {
        _in.Clear();
        _out.Clear();
        (_enabled, _fifos, _line, _modem, _divisor) = (default, default, default, default, 1);
        _overrun = _timeout = _emptied = _modemChanged = _shifting = false;
    }

    /// <summary>How long a byte takes: start bit, eight, stop bit.</summary>
    private TimeSpan ByteTime => TimeSpan.FromSeconds(10 * 16 * Math.Max(1, (int)_divisor) / 1_843_200.0);

    private bool IsPending => Source() is not null;

    private UartSource? Source() =>
        _enabled.LineStatus && _overrun ? UartSource.LineStatus
        : _enabled.Received && _in.Count >= (_fifos.Enable ? Triggers[_fifos.Trigger] : 1) ? UartSource.Received
        : _enabled.Received && _timeout ? UartSource.ReceiveTimeout
        : _enabled.TransmitEmpty && _emptied ? UartSource.TransmitEmpty
        : _enabled.ModemStatus && _modemChanged ? UartSource.ModemStatus
        : null;

    private UartIdentification Identify()
    {
        UartSource? source = Source();
        if (source == UartSource.TransmitEmpty) _emptied = false; // reading it is the acknowledge
        return new UartIdentification { IsQuiet = source is null, Source = source ?? UartSource.ModemStatus, Fifos = (byte)(_fifos.Enable ? 3 : 0) };
    }

    private UartStatus Status()
    {
        var status = new UartStatus { DataReady = _in.Count > 0, Overrun = _overrun, TransmitEmpty = _out.Count == 0, Idle = _out.Count == 0 && !_shifting };
        _overrun = false;
        return status;
    }

    private UartModemStatus ModemStatus()
    {
        var status = new UartModemStatus { ClearToSendChanged = _modemChanged, ClearToSend = _other is { } other && other._modem.RequestToSend };
        _modemChanged = false;
        return status;
    }

    private byte Take()
    {
        _timeout = false;
        bool was = _in.TryDequeue(out byte value);
        if (was && _in.Count > 0) Listen();
        return value;
    }

    private void Enable(UartInterrupts enabled)
    {
        if (enabled.TransmitEmpty && !_enabled.TransmitEmpty && _out.Count == 0) _emptied = true;
        _enabled = enabled;
    }

    private void SetFifos(UartFifos fifos)
    {
        if (fifos.ClearReceive || fifos.Enable != _fifos.Enable) _in.Clear();
        if (fifos.ClearTransmit || fifos.Enable != _fifos.Enable) _out.Clear();
        _fifos = fifos;
    }

    private void SetModem(UartModem modem)
    {
        bool told = modem.RequestToSend != _modem.RequestToSend;
        _modem = modem;
        if (told && _other is { } other) other.After(TimeSpan.Zero, () => other.ModemChanged());
    }

    private void ModemChanged()
    {
        _modemChanged = true;
        SetPin(IsPending && _modem.InterruptOut);
    }

    private void Send(byte value)
    {
        _emptied = false;
        if (_out.Count < (_fifos.Enable ? FifoSize : 1)) _out.Enqueue(value);
        if (!_shifting) Shift();
    }

    private void Shift()
    {
        _shifting = _out.TryDequeue(out byte value);
        if (!_shifting) return;
        if (_out.Count == 0) _emptied = true;
        After(ByteTime, () =>
        {
            if (_other is { } other)
            {
                other._cable.Enqueue(value); // work that is due at the same time runs in any order, and bytes do not
                other.After(TimeSpan.Zero, other.Arrive);
            }

            Shift();
            SetPin(IsPending && _modem.InterruptOut);
        });
    }

    private void Arrive()
    {
        if (!_cable.TryDequeue(out byte value)) return;
        if (_in.Count < (_fifos.Enable ? FifoSize : 1)) _in.Enqueue(value);
        else _overrun = true;
        Listen();
        SetPin(IsPending && _modem.InterruptOut);
    }

    /// <summary>Four bytes' time without one, and a rest below the trigger is told too.</summary>
    private void Listen()
    {
        _silence?.Dispose();
        _silence = !_fifos.Enable ? null : After(4 * ByteTime, () =>
        {
            _timeout = _in.Count > 0;
            SetPin(IsPending && _modem.InterruptOut);
        });
    }
}
