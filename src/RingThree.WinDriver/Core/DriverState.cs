using Jungo.wdapi_dotnet;

namespace RingThree.WinDriver;

/// <summary>Who has the driver open: the card library once, and each <c>WD_Open</c>.</summary>
internal static class DriverState
{
    private static readonly Lock Gate = new();
    private static volatile int _users;
    private static int _handles; // of the users, those of WD_Open
    private static bool _library;
    private static bool _watchesExit;

    internal static bool IsOpen => _users > 0;

    internal static void OpenLibrary()
    {
        lock (Gate)
        {
            if (_library) throw new StatusException(WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, "the library is open.");
            Enter();
            _library = true;
        }
    }

    internal static void CloseLibrary()
    {
        lock (Gate)
        {
            if (!_library) throw NotOpen();
            _library = false;
            if (--_users > 0) return;
        }

        CloseAll();
    }

    internal static void OpenHandle()
    {
        lock (Gate)
        {
            Enter();
            _handles++;
        }
    }

    internal static void CloseHandle()
    {
        lock (Gate)
        {
            if (_handles == 0) throw new StatusException(WD_ERROR_CODES.WD_STATUS_INVALID_WD_HANDLE, "every WD_Open has had its WD_Close.");
            _handles--;
            if (--_users > 0) return;
        }

        CloseAll();
    }

    /// <summary>Makes an open card known, unless the driver has been closed meanwhile.</summary>
    /// <exception cref="StatusException">It has.</exception>
    internal static void Add(OpenCard card, Func<OpenCard, WDC_DEVICE> describe)
    {
        lock (Gate)
        {
            if (_users > 0)
            {
                OpenCards.Add(card, describe);
                return;
            }
        }

        card.Abandon();
        throw NotOpen();
    }

    /// <exception cref="StatusException">It is not open.</exception>
    internal static void Check()
    {
        if (_users == 0) throw NotOpen();
    }

    private static void Enter()
    {
        WinDriverHosts.Open();
        if (!_watchesExit)
        {
            // An exception that nobody catches ends the process without the first of these.
            AppDomain.CurrentDomain.ProcessExit += (_, _) => LeaveInOrder();
            AppDomain.CurrentDomain.UnhandledException += (_, _) => LeaveInOrder();
            _watchesExit = true;
        }

        _users++;
    }

    /// <summary>The last user has left: closes every card that is still open, then the hosts. Without the gate, as handlers that run meanwhile may come here.</summary>
    private static void CloseAll()
    {
        foreach (OpenCard card in OpenCards.All)
        {
            DebugLog.Error("closing the driver", $"{card.Hardware} was still open, and is closed.");
            try
            {
                card.Close(isOrderly: false);
            }
            catch (Exception error)
            {
                Status.Failed("closing the driver", error);
            }
        }

        lock (Gate)
        {
            if (_users > 0) return; // somebody has opened it meanwhile
            EventQueues.Clear();
            WinDriverHosts.Close();
        }
    }

    /// <summary>The process ends: cards that are still open get their cleanup commands. The rest the system takes back.</summary>
    private static void LeaveInOrder()
    {
        foreach (OpenCard card in OpenCards.All) card.RunCleanup(isOrderly: false);
    }

    private static StatusException NotOpen() => new(WD_ERROR_CODES.WD_STATUS_INVALID_WD_HANDLE, "the driver is not open: WDC_DriverOpen or WD_Open comes first.");
}
