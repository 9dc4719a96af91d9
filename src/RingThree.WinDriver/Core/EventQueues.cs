using Jungo.wdapi_dotnet;

namespace RingThree.WinDriver;

/// <summary>Events that a program has registered for below the card library, by handle: it pulls them, or a handler is called.</summary>
internal static class EventQueues
{
    private const int Longest = 1024; // events that nobody pulls: the oldest go
    private static readonly Lock Gate = new();
    private static readonly Dictionary<uint, Registered> Known = [];
    private static uint _next = 0x4556_0001;

    /// <summary>Registers for the events that a <see cref="WD_EVENT"/> describes: actions, and an id or a slot where those are given.</summary>
    /// <exception cref="StatusException">Nothing is wanted, or no host can tell.</exception>
    internal static uint Register(WD_EVENT wanted, EVENT_HANDLER_DOTNET? handler, IntPtr data)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        (WD_PCI_ID id, WD_PCI_SLOT slot) = (wanted.u.Pci.cardId, wanted.u.Pci.pciSlot);
        bool anySlot = slot is { dwDomain: 0, dwBus: 0, dwSlot: 0, dwFunction: 0 };
        var queue = new Queue<WD_EVENT>();
        uint handle;
        lock (Gate) handle = _next++;
        var watch = new EventWatch(
            WinDriverHosts.All,
            wanted.dwAction,
            (device, place) => (id.dwVendorId == 0 || id.dwVendorId == device.VendorId) && (id.dwDeviceId == 0 || id.dwDeviceId == device.DeviceId) && (anySlot || slot.Equals(place)),
            happened =>
            {
                happened.hEvent = handle;
                if (handler is not null)
                {
                    EventHandlers.Call(handler, happened, data);
                    return;
                }

                lock (Gate)
                {
                    if (queue.Count == Longest) queue.Dequeue();
                    queue.Enqueue(happened);
                }
            });
        lock (Gate) Known[handle] = new Registered(watch, queue);
        return handle;
    }

    /// <exception cref="StatusException">There is no such registration.</exception>
    internal static void Unregister(uint handle)
    {
        Registered? found;
        lock (Gate)
        {
            if (!Known.Remove(handle, out found)) throw Unknown(handle);
        }

        found.Watch.Dispose();
    }

    /// <summary>Takes the oldest event that has come.</summary>
    /// <exception cref="StatusException">There is none, or no such registration.</exception>
    internal static WD_EVENT Pull(uint handle)
    {
        lock (Gate)
        {
            return (Known.GetValueOrDefault(handle) ?? throw Unknown(handle)).Queue.TryDequeue(out WD_EVENT? happened)
                ? happened
                : throw new StatusException(WD_ERROR_CODES.WD_NO_EVENTS, "none has come.");
        }
    }

    /// <summary>Ends every registration, as the driver closes.</summary>
    internal static void Clear()
    {
        Registered[] all;
        lock (Gate)
        {
            all = [.. Known.Values];
            Known.Clear();
        }

        foreach (Registered each in all) each.Watch.Dispose();
    }

    private static StatusException Unknown(uint handle) => new(WD_ERROR_CODES.WD_INVALID_HANDLE, $"0x{handle:x} is no registration for events.");

    private sealed record Registered(EventWatch Watch, Queue<WD_EVENT> Queue);
}
