using Jungo.wdapi_dotnet;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Pci.Decoding;

namespace RingThree.WinDriver;

/// <summary>Hears from hosts what comes, goes or changes its power, as <see cref="WD_EVENT"/>s.</summary>
internal sealed class EventWatch : IDisposable
{
    private const uint Insert = (uint)WD_EVENT_ACTION.WD_INSERT;
    private const uint Remove = (uint)WD_EVENT_ACTION.WD_REMOVE;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private readonly uint _actions;
    private readonly Func<DeviceDescription, WD_PCI_SLOT, bool> _isWanted;
    private readonly Action<WD_EVENT> _tell;
    private readonly IDisposable[] _watches;
    private readonly Lock _telling = new();
    private volatile bool _isOver;

    /// <param name="hosts">Whom to hear.</param>
    /// <param name="actions">What to hear of.</param>
    /// <param name="isWanted">Which devices.</param>
    /// <param name="tell">Called on the host's thread.</param>
    /// <exception cref="StatusException">Nothing is wanted, or no host can tell.</exception>
    internal EventWatch(IEnumerable<IHost> hosts, uint actions, Func<DeviceDescription, WD_PCI_SLOT, bool> isWanted, Action<WD_EVENT> tell)
    {
        if ((actions & (uint)WD_EVENT_ACTION.WD_ACTIONS_ALL) == 0) throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"0x{actions:x} names no event of a device.");
        (_actions, _isWanted, _tell) = (actions, isWanted, tell);
        IHost[] all = [.. hosts];
        _watches = [.. all.Select(host => host.Watch(change => Tell(host, change))).Where(watch => watch is not null)!];
        if (_watches.Length == 0) throw new StatusException(WD_ERROR_CODES.WD_NO_EVENTS, $"{string.Join(", ", all.Select(h => $"host '{h.Name}'"))} cannot tell what comes and goes.");
    }

    /// <summary>Hears no more. Waits for a handler that runs, at most ten seconds, unless it is called from it.</summary>
    public void Dispose()
    {
        _isOver = true;
        foreach (IDisposable watch in _watches) watch.Dispose();
        if (_telling.TryEnter(LongestWait)) _telling.Exit();
        else DebugLog.Error("unregistering events", $"a handler has not returned after {LongestWait.TotalSeconds} s; it still runs.");
    }

    private void Tell(IHost host, DeviceChange change)
    {
        try
        {
            if (!PciAddress.TryParse(change.Device.Address, null, out PciAddress address)) return;
            WD_PCI_SLOT slot = WinDriverHosts.SlotOf(host, address);
            if (!_isWanted(change.Device, slot)) return;
            uint action = change.Kind switch
            {
                DeviceChangeKind.Arrived => Insert,
                DeviceChangeKind.Departed => Remove,
                DeviceChangeKind.PowerChanged => PowerState(host, change.Device.Address),
                _ => 0,
            };
            if ((action & _actions) == 0) return;
            var happened = new WD_EVENT { dwEventType = (uint)WD_EVENT_TYPE.WD_EVENT_TYPE_PCI, dwAction = action };
            happened.u.Pci.cardId = new WD_PCI_ID { dwVendorId = change.Device.VendorId, dwDeviceId = change.Device.DeviceId };
            happened.u.Pci.pciSlot = slot;
            lock (_telling)
            {
                if (!_isOver) _tell(happened);
            }
        }
        catch (Exception error)
        {
            DebugLog.Error("an event", error.ToString());
        }
    }

    /// <summary>WD_POWER_CHANGED_D0 to D3, by the function's own register. Source: PCI Power Management 1.2, 3.2.4.</summary>
    private static uint PowerState(IHost host, string address)
    {
        int state = 0;
        if (host.PeekConfiguration(address) is { Length: >= 64 } image && PciDecoder.Decode(image.Span).Find(PciCapabilityId.PowerManagement) is { } power)
            state = image.Span[power.Capability.Offset + 4] & 3;
        return (uint)WD_EVENT_ACTION.WD_POWER_CHANGED_D0 << state;
    }
}
