using Jungo.wdapi_dotnet;

namespace RingThree.WinDriver;

/// <summary>What a program wants to hear of a card: that it is inserted, removed, that its power changes.</summary>
internal sealed class CardEvents(OpenCard card)
{
    private readonly Lock _gate = new();
    private EventWatch? _watch;

    internal bool IsRegistered => _watch is not null;

    /// <exception cref="StatusException">Something is registered, nothing is wanted, or the host cannot tell.</exception>
    internal void Register(uint actions, EVENT_HANDLER_DOTNET handler, IntPtr data, bool useKP)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (_gate)
        {
            if (_watch is not null) throw new StatusException(WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, $"{card.Hardware}: events are registered.");
            string address = card.Hardware.Address;
            var watch = new EventWatch([card.Host], actions, (device, _) => device.Address == address, happened => Tell(happened, handler, data, useKP));
            card.Keep(
                () =>
                {
                    _watch = watch;
                    card.Device.hEvent = card.Handle;
                },
                watch.Dispose);
        }
    }

    /// <returns>Whether something was registered.</returns>
    internal bool Unregister()
    {
        EventWatch? watch;
        lock (_gate) (watch, _watch) = (_watch, null);
        if (watch is null) return false;
        watch.Dispose();
        card.Device.hEvent = 0;
        return true;
    }

    private void Tell(WD_EVENT happened, EVENT_HANDLER_DOTNET handler, IntPtr data, bool useKP)
    {
        if (!IsRegistered || (useKP && card.PlugIn?.Event(happened.dwAction) == false)) return;
        if (!IsRegistered) return; // the plug-in has closed the card
        card.Device.Event = happened;
        EventHandlers.Call(handler, happened, data);
    }
}
