using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class windrvr_decl
{
    public const string COPYRIGHTS_YEAR_STR = "";
    public const string JUNGO_COPYRIGHT = "";

    /// <summary>Takes any licence: there is none to have.</summary>
    public static uint WD_License(IntPtr hWD, ref WD_LICENSE pLicense) => With(nameof(WD_License), hWD, () => { });

    /// <summary>How many programs have the driver open (this one), and how many devices it has.</summary>
    public static uint WD_Usage(IntPtr hWD, ref WD_USAGE pUsage)
    {
        uint devices = 0;
        uint status = With(nameof(WD_Usage), hWD, () => devices = (uint)OpenCards.All.Count);
        if (status == Status.Success) (pUsage.applications_num, pUsage.devices_num) = (1, devices);
        return status;
    }

    /// <summary>Waits for some microseconds.</summary>
    public static uint WD_Sleep(IntPtr hWD, ref WD_SLEEP pSleep) => WD_Sleep(hWD, pSleep.dwMicroSeconds, pSleep.dwOptions);

    /// <summary>Commands the debug buffer: filter, size, clear. The other commands do nothing here.</summary>
    public static uint WD_Debug(IntPtr hWD, ref WD_DEBUG pDebug)
    {
        WD_DEBUG command = pDebug;
        return With(nameof(WD_Debug), hWD, () => DebugBuffer.Command(command));
    }

    /// <summary>Takes the oldest text of the debug buffer, at most 2047 characters.</summary>
    public static uint WD_DebugDump(IntPtr hWD, ref WD_DEBUG_DUMP pDebugDump)
    {
        string text = "";
        uint status = With(nameof(WD_DebugDump), hWD, () => text = DebugBuffer.Take(windrvr_consts.DEBUG_USER_BUF_LEN - 1));
        pDebugDump.cBuffer = text;
        return status;
    }

    /// <summary>Adds a line to the debug buffer.</summary>
    public static uint WD_DebugAdd(IntPtr hWD, ref WD_DEBUG_ADD pDebugAdd)
    {
        WD_DEBUG_ADD line = pDebugAdd;
        return With(nameof(WD_DebugAdd), hWD, () => DebugBuffer.Add((DEBUG_LEVEL)line.dwLevel, (DEBUG_SECTION)line.dwSection, line.pcBuffer ?? ""));
    }

    /// <summary>Says what runs when the program leaves a card open.</summary>
    public static uint WD_CardCleanupSetup(IntPtr hWD, ref WD_CARD_CLEANUP pCardCleanup)
    {
        WD_CARD_CLEANUP setup = pCardCleanup;
        return With(nameof(WD_CardCleanupSetup), hWD, () =>
        {
            OpenCard card = OpenCards.Find((int)setup.hCard) ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"0x{setup.hCard:x} is no registered card.");
            card.SetCleanup(setup.dwCmds == 0 ? null : Commands.Translate(card, setup.Cmd, setup.dwCmds), (setup.dwOptions & windrvr_consts.WD_FORCE_CLEANUP) != 0);
        });
    }
}
