using RingThree.Devices;
using RingThree.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Interrupts;

/// <summary>What a device can signal, and the way to take it.</summary>
public sealed class DeviceInterrupts
{
    private static readonly TimeSpan EnableTime = TimeSpan.FromSeconds(30);
    private readonly Device _device;
    private readonly Lock _gate = new();
    private InterruptSession? _current;
    private int _enabler; // the thread that is inside Enable
    private bool _closed;

    internal DeviceInterrupts(Device device) => _device = device;

    /// <summary>The kinds the device supports.</summary>
    public InterruptKinds Supported => Groups().Aggregate(InterruptKinds.None, (all, g) => all | (InterruptKinds)g.Kind);

    /// <summary>The session that is enabled now, or <see langword="null"/>.</summary>
    public InterruptSession? Current => Latest is { IsEnabled: true } session ? session : null;

    /// <summary>Whether the current thread is inside a callback of the device's.</summary>
    internal bool IsInsideCallback => Latest is { IsInsideCallback: true };

    /// <summary>The session that was enabled last, ended or not.</summary>
    private InterruptSession? Latest
    {
        get
        {
            lock (_gate) return _current;
        }
    }

    /// <summary>How many vectors of a kind the device has; 0 when it does not support it.</summary>
    public int Count(InterruptKind kind) => Groups().Where(g => g.Kind == kind).Select(g => g.Group.Count).FirstOrDefault();

    /// <summary>
    /// Enables interrupts: the best kind of those the caller allows and the host grants, with as many vectors as there are.
    /// </summary>
    /// <param name="options">What to enable, and what runs when it signals.</param>
    /// <returns>The session. Fewer vectors than slots is success; slots then share.</returns>
    /// <exception cref="DeviceException">
    /// The device has none of the kinds allowed, or none was granted (<see cref="DeviceStatus.NoResources"/>), a program does not fit the device, or interrupts are enabled already (<see cref="DeviceStatus.Busy"/>).
    /// </exception>
    /// <exception cref="ArgumentException">The options contradict each other, or hold what cannot be; the message names the option.</exception>
    /// <exception cref="ObjectDisposedException">The device is closed.</exception>
    public InterruptSession Enable(InterruptOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Begin();
        InterruptSession? session = null;
        InterruptReport? pending;
        bool closed;
        try
        {
            // Outside the gate: the options' programs run meanwhile, and a model behind them may do anything.
            session = InterruptNegotiation.Enable(_device, [.. Groups()], options, out pending);
            session.TellEnabled();
        }
        catch (Exception error)
        {
            RingThreeEvents.Log.InterruptsRefused(_device.Address, RingThreeEvents.Reason(_device.Address, error));
            throw;
        }
        finally
        {
            lock (_gate)
            {
                _current = session;
                closed = _closed;
            }

            if (closed) session?.Dispose(); // before the one who closes goes on
            Volatile.Write(ref _enabler, 0);
        }

        if (closed) throw _device.Closed("enabling interrupts");
        if (pending is null) return session;
        try
        {
            session.Report(pending);
        }
        catch (Exception error)
        {
            session.Fail(error); // nothing stays enabled that the caller has no session for
            throw;
        }

        return session;
    }

    /// <summary>The device no longer responds: what is enabled ends with that error.</summary>
    internal void DeviceGone() => Latest?.DeviceGone();

    /// <summary>Disables what is enabled, as the device closes.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _closed = true;
            // From inside Enable (a model may do that): it looks again when it is done.
            if (_enabler == Environment.CurrentManagedThreadId) return;
        }

        _device.Scheduler.WaitUntil(() => Volatile.Read(ref _enabler) == 0, EnableTime);
        Latest?.Dispose();
    }

    private void Begin()
    {
        lock (_gate)
        {
            if (_closed) throw _device.Closed("enabling interrupts");
            if (_enabler != 0)
            {
                throw new DeviceException(DeviceStatus.Busy, _device.Address, "enabling interrupts", "another thread is enabling them",
                    "Enable them once; one device has one session.");
            }

            if (_current is { IsEnabled: true } running)
            {
                throw new DeviceException(DeviceStatus.Busy, _device.Address, "enabling interrupts",
                    $"they are enabled already ({running.Kind}, {running.VectorCount} vector(s))", "Disable that session first; one device has one.");
            }

            _enabler = Environment.CurrentManagedThreadId;
        }
    }

    /// <summary>The groups a driver can enable, best first.</summary>
    private IEnumerable<(InterruptKind Kind, int Number, InterruptGroupDescription Group)> Groups() =>
        _device.Host.InterruptGroups
            .Select((group, number) => (Kind: group.Kind switch
            {
                InterruptGroupKind.MsiX => InterruptKind.MsiX,
                InterruptGroupKind.Msi => InterruptKind.Msi,
                InterruptGroupKind.Level => InterruptKind.Level,
                InterruptGroupKind.Edge => InterruptKind.Edge,
                _ => default,
            }, number, group))
            .Where(g => g.Kind != default && g.group.Count > 0)
            .OrderByDescending(g => (int)g.Kind);
}
