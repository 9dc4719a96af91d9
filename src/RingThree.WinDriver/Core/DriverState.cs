using Jungo.wdapi_dotnet;

namespace RingThree.WinDriver;

/// <summary>Who has the driver open: the card library once, and each <c>WD_Open</c>.</summary>
internal static class DriverState
{
    private static readonly Lock Gate = new();
    private static volatile int _users;
    private static bool _library;
    private static bool _watchesExit;

    internal static bool IsOpen => _users > 0;

    internal static void OpenLibrary()
    {
        lock (Gate)
        {
            if (_library) throw new StatusException(WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, "the library is open.");
            Open();
            _library = true;
        }
    }

    internal static void CloseLibrary()
    {
        lock (Gate)
        {
            if (!_library) throw NotOpen();
            _library = false;
            Close();
        }
    }

    internal static void Open()
    {
        lock (Gate)
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
    }

    /// <summary>The last one closes every card that is still open, then the hosts.</summary>
    internal static void Close()
    {
        lock (Gate)
        {
            Check();
            if (--_users > 0) return;
            foreach (OpenCard card in OpenCards.All.ToArray())
            {
                DebugLog.Error("closing the driver", $"{card.Hardware} was still open, and is closed.");
                card.Close(isOrderly: false);
            }

            EventQueues.Clear();
            WinDriverHosts.Close();
        }
    }

    /// <summary>The process ends: cards that are still open get their cleanup commands. The rest the system takes back.</summary>
    private static void LeaveInOrder()
    {
        foreach (OpenCard card in OpenCards.All.ToArray()) card.RunCleanup(isOrderly: false);
    }

    /// <exception cref="StatusException">It is not open.</exception>
    internal static void Check()
    {
        if (_users == 0) throw NotOpen();
    }

    private static StatusException NotOpen() => new(WD_ERROR_CODES.WD_STATUS_INVALID_WD_HANDLE, "the driver is not open: WDC_DriverOpen or WD_Open comes first.");
}
