using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.WinDriver;

/// <summary>What a program wants to hear of a card: that it is inserted, removed, that its power changes.</summary>
internal sealed class CardEvents(OpenCard card)
{
    private const uint Insert = (uint)WD_EVENT_ACTION.WD_INSERT;
    private const uint Remove = (uint)WD_EVENT_ACTION.WD_REMOVE;
    private readonly Lock _gate = new();
    private IDisposable? _watch;

    internal bool IsRegistered => _watch is not null;

    /// <exception cref="StatusException">Something is registered, nothing is wanted, or the host cannot tell.</exception>
    internal void Register(uint actions, EVENT_HANDLER_DOTNET handler, IntPtr data, bool useKP)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if ((actions & (uint)WD_EVENT_ACTION.WD_ACTIONS_ALL) == 0) throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"0x{actions:x} names no event of a device.");
        lock (_gate)
        {
            if (_watch is not null) throw new StatusException(WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, $"{card.Hardware}: events are registered.");
            string address = card.Hardware.Address;
            _watch = card.Host.Watch(change => Tell(change, address, actions, handler, data, useKP))
                ?? throw new StatusException(WD_ERROR_CODES.WD_NO_EVENTS, $"host '{card.Host.Name}' cannot tell what comes and goes.");
            card.Device.hEvent = card.Handle;
        }
    }

    /// <returns>Whether something was registered.</returns>
    internal bool Unregister()
    {
        IDisposable? watch;
        lock (_gate) (watch, _watch) = (_watch, null);
        if (watch is null) return false;
        watch.Dispose();
        card.Device.hEvent = 0;
        return true;
    }

    private void Tell(DeviceChange change, string address, uint actions, EVENT_HANDLER_DOTNET handler, IntPtr data, bool useKP)
    {
        if (change.Device.Address != address || !IsRegistered) return;
        uint action = change.Kind switch
        {
            DeviceChangeKind.Arrived => Insert,
            DeviceChangeKind.Departed => Remove,
            DeviceChangeKind.PowerChanged => PowerState(address),
            _ => 0,
        };
        if ((action & actions) == 0) return;
        if (useKP && card.PlugIn?.Event(action) == false) return;
        var happened = new WD_EVENT { dwEventType = (uint)WD_EVENT_TYPE.WD_EVENT_TYPE_PCI, dwAction = action };
        happened.u.Pci.cardId = new WD_PCI_ID { dwVendorId = change.Device.VendorId, dwDeviceId = change.Device.DeviceId };
        happened.u.Pci.pciSlot = card.Device.slot;
        card.Device.Event = happened;
        IntPtr memory = Marshal.AllocHGlobal(Marshal.SizeOf<WD_EVENT>());
        try
        {
            Marshal.StructureToPtr(happened, memory, fDeleteOld: false);
            handler(memory, data);
        }
        catch (Exception error)
        {
            DebugLog.Error("an event handler", error.ToString());
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }

    /// <summary>WD_POWER_CHANGED_D0 to D3, by the function's own register. Source: PCI Power Management 1.2, 3.2.4.</summary>
    private uint PowerState(string address)
    {
        int state = 0;
        if (card.Host.PeekConfiguration(address) is { Length: >= 64 } image && CardItems.Describe(card.Host, address).Find(PciCapabilityId.PowerManagement) is { } power)
            state = image.Span[power.Capability.Offset + 4] & 3;
        return (uint)WD_EVENT_ACTION.WD_POWER_CHANGED_D0 << state;
    }
}
