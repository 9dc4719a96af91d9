using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class windrvr_decl
{
    /// <summary>Registers for events that the program pulls.</summary>
    /// <param name="hWD">The driver.</param>
    /// <param name="pEvent">The actions, and a device's id and slot, 0 for any; gets the handle.</param>
    public static uint WD_EventRegister(IntPtr hWD, WD_EVENT pEvent) => With(nameof(WD_EventRegister), hWD, () => pEvent.hEvent = EventQueues.Register(pEvent, null, 0));

    /// <summary>Ends what <see cref="WD_EventRegister"/> began.</summary>
    public static uint WD_EventUnregister(IntPtr hWD, WD_EVENT pEvent) => With(nameof(WD_EventUnregister), hWD, () =>
    {
        ArgumentNullException.ThrowIfNull(pEvent);
        EventQueues.Unregister(pEvent.hEvent);
        pEvent.hEvent = 0;
    });

    /// <summary>Takes the oldest event that has come; WD_NO_EVENTS where none has.</summary>
    public static uint WD_EventPull(IntPtr hWD, WD_EVENT pEvent) => With(nameof(WD_EventPull), hWD, () =>
    {
        ArgumentNullException.ThrowIfNull(pEvent);
        WD_EVENT happened = EventQueues.Pull(pEvent.hEvent);
        (pEvent.dwEventType, pEvent.dwAction, pEvent.u) = (happened.dwEventType, happened.dwAction, happened.u);
    });

    /// <summary>Answers an event. None needs an answer here, so that it does nothing; messages to other processes are not served yet.</summary>
    public static uint WD_EventSend(IntPtr hWD, WD_EVENT pEvent) => With(nameof(WD_EventSend), hWD, () =>
    {
        ArgumentNullException.ThrowIfNull(pEvent);
        if (pEvent.dwEventType == (uint)WD_EVENT_TYPE.WD_EVENT_TYPE_IPC) throw new StatusException(WD_ERROR_CODES.WD_NOT_IMPLEMENTED, "this version does not send messages to other processes yet.");
    });

    /// <summary>Registers a handler for events.</summary>
    /// <param name="phEvent">The registration, for <see cref="EventUnregister"/>; 0 when it fails.</param>
    /// <param name="hWD">The driver.</param>
    /// <param name="pEvent">As for <see cref="WD_EventRegister"/>.</param>
    /// <param name="func">Called on a thread of the library.</param>
    /// <param name="pData">Given to it.</param>
    public static uint EventRegister(ref IntPtr phEvent, IntPtr hWD, WD_EVENT pEvent, EVENT_HANDLER_DOTNET func, IntPtr pData)
    {
        uint handle = 0;
        uint status = With(nameof(EventRegister), hWD, () =>
        {
            ArgumentNullException.ThrowIfNull(func);
            handle = EventQueues.Register(pEvent, func, pData);
            pEvent.hEvent = handle;
        });
        Answer.Tell(ref phEvent, (IntPtr)handle);
        return status;
    }

    /// <summary>Ends what <see cref="EventRegister"/> began.</summary>
    public static uint EventUnregister(IntPtr hEvent) => Status.Run(nameof(EventUnregister), () =>
    {
        DriverState.Check();
        EventQueues.Unregister(unchecked((uint)hEvent));
    });

    /// <summary>An empty event.</summary>
    public static WD_EVENT EventAlloc(uint dwNumMatchTables) => new() { dwNumMatchTables = dwNumMatchTables };

    /// <summary>Nothing: the collector frees events.</summary>
    public static void EventFree(WD_EVENT pEvent)
    {
    }

    /// <summary>Another event like it.</summary>
    public static WD_EVENT EventDup(WD_EVENT pEvent)
    {
        pEvent ??= new WD_EVENT();
        return new WD_EVENT
        {
            hEvent = pEvent.hEvent,
            dwEventType = pEvent.dwEventType,
            dwAction = pEvent.dwAction,
            dwEventId = pEvent.dwEventId,
            hKernelPlugIn = pEvent.hKernelPlugIn,
            dwOptions = pEvent.dwOptions,
            u = pEvent.u,
            dwNumMatchTables = pEvent.dwNumMatchTables,
        };
    }

    /// <summary>An event to register for.</summary>
    /// <param name="cardId">The device's id, 0 for any.</param>
    /// <param name="pciSlot">Its slot, all 0 for any.</param>
    /// <param name="dwOptions">Nothing here.</param>
    /// <param name="dwAction">The actions.</param>
    public static WD_EVENT PciEventCreate(WD_PCI_ID cardId, WD_PCI_SLOT pciSlot, uint dwOptions, uint dwAction)
    {
        var created = new WD_EVENT { dwEventType = (uint)WD_EVENT_TYPE.WD_EVENT_TYPE_PCI, dwAction = dwAction, dwOptions = dwOptions };
        (created.u.Pci.cardId, created.u.Pci.pciSlot) = (cardId, pciSlot);
        return created;
    }
}
