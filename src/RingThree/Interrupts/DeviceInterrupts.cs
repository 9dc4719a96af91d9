using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Interrupts;

/// <summary>What a device can signal, and the way to take it.</summary>
public sealed class DeviceInterrupts
{
    private readonly PciDevice _device;
    private readonly Lock _gate = new();
    private InterruptSession? _current;
    private bool _closed;

    internal DeviceInterrupts(PciDevice device) => _device = device;

    /// <summary>The kinds the device supports.</summary>
    public InterruptKinds Supported => Groups().Aggregate(InterruptKinds.None, (all, g) => all | (InterruptKinds)g.Kind);

    /// <summary>The session that is enabled now, or <see langword="null"/>.</summary>
    public InterruptSession? Current
    {
        get
        {
            lock (_gate) return _current is { IsEnabled: true } session ? session : null;
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
    /// No kind was granted, a program does not fit the device, interrupts are enabled already (<see cref="DeviceStatus.Busy"/>), or the device is closed.
    /// </exception>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    public InterruptSession Enable(InterruptOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, _device);
            if (_current is { IsEnabled: true } running)
            {
                throw new DeviceException(DeviceStatus.Busy, _device.Address, "enabling interrupts",
                    $"they are enabled already ({running.Kind}, {running.VectorCount} vectors)", "Disable that session first; one device has one.");
            }

            _current = InterruptNegotiation.Enable(_device, [.. Groups()], options);
            return _current;
        }
    }

    /// <summary>The device does not answer any more: what is enabled ends with that error.</summary>
    internal void DeviceGone()
    {
        InterruptSession? session;
        lock (_gate) session = _current;
        session?.DeviceGone();
    }

    /// <summary>Disables what is enabled, as the device closes.</summary>
    internal void Close()
    {
        InterruptSession? session;
        lock (_gate)
        {
            _closed = true;
            session = _current;
        }

        session?.Dispose();
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
