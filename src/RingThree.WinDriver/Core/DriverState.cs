using Jungo.wdapi_dotnet;

namespace RingThree.WinDriver;

/// <summary>Whether the library is open.</summary>
internal static class DriverState
{
    private static readonly Lock Gate = new();
    private static volatile bool _open;

    internal static void Open()
    {
        lock (Gate)
        {
            if (_open) throw new StatusException(WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, "the library is open.");
            WinDriverHosts.Open();
            _open = true;
        }
    }

    /// <summary>Closes every card that is still open, then the hosts.</summary>
    internal static void Close()
    {
        lock (Gate)
        {
            Check();
            foreach (OpenCard card in OpenCards.All.ToArray())
            {
                DebugLog.Error("WDC_DriverClose", $"{card.Hardware} was still open, and is closed.");
                card.Close();
            }

            WinDriverHosts.Close();
            _open = false;
        }
    }

    /// <exception cref="StatusException">It is not open.</exception>
    internal static void Check()
    {
        if (!_open) throw new StatusException(WD_ERROR_CODES.WD_STATUS_INVALID_WD_HANDLE, "the library is not open: WDC_DriverOpen comes first.");
    }
}
