using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

/// <summary>The card library. Every function answers with a status (<see cref="WD_ERROR_CODES"/>); none throws. The full reason of a failure is in the debug log.</summary>
public static partial class wdc_lib_decl
{
    /// <summary>Says what goes to the debug log, and where that is.</summary>
    /// <param name="dbgOptions">Of the WDC_DBG values.</param>
    /// <param name="sDbgFile">A file, with WDC_DBG_OUT_FILE; null for standard error.</param>
    public static uint WDC_SetDebugOptions(ulong dbgOptions, string? sDbgFile) => Status.Run(nameof(WDC_SetDebugOptions), () => DebugLog.Set(dbgOptions, sDbgFile));

    /// <summary>Opens the library.</summary>
    /// <param name="openOptions">Of the WDC_DRV_OPEN values; all mean the same here.</param>
    /// <param name="sLicense">Any string or null: there is no licence.</param>
    public static uint WDC_DriverOpen(uint openOptions, string? sLicense) => Status.Run(nameof(WDC_DriverOpen), DriverState.OpenLibrary);

    /// <summary>Closes the library, and what is still open.</summary>
    public static uint WDC_DriverClose() => Status.Run(nameof(WDC_DriverClose), DriverState.CloseLibrary);

    /// <summary>Waits for some microseconds.</summary>
    public static uint WDC_Sleep(uint dwMicroSecs, WDC_SLEEP_OPTIONS options) => Status.Run(nameof(WDC_Sleep), () => Sleep(dwMicroSecs, options));

    internal static void Sleep(uint dwMicroSecs, WDC_SLEEP_OPTIONS options)
    {
        if (options == WDC_SLEEP_OPTIONS.WDC_SLEEP_NON_BUSY && dwMicroSecs >= 1000)
        {
            Thread.Sleep(TimeSpan.FromMicroseconds(dwMicroSecs));
            return;
        }

        long end = System.Diagnostics.Stopwatch.GetTimestamp() + (long)(dwMicroSecs * (System.Diagnostics.Stopwatch.Frequency / 1e6));
        while (System.Diagnostics.Stopwatch.GetTimestamp() < end) Thread.SpinWait(10);
    }

    /// <summary>The bus a device is on.</summary>
    public static WD_BUS_TYPE WDC_GetBusType(IntPtr hDev) => OpenCards.Find(hDev) switch
    {
        null => WD_BUS_TYPE.WD_BUS_UNKNOWN,
        { Hardware: RingThree.Pci.PciDevice } => WD_BUS_TYPE.WD_BUS_PCI,
        _ => WD_BUS_TYPE.WD_BUS_ISA,
    };

    /// <summary>Resets a device, where it can be. What was enabled has to be enabled again.</summary>
    public static uint WDC_PciResetDevice(IntPtr hDev) => With(nameof(WDC_PciResetDevice), hDev, card => card.Function.Reset());

    /// <summary>What was given when the device was opened.</summary>
    public static IntPtr WDC_GetDevContext(IntPtr hDev) => OpenCards.Find(hDev)?.Device.pCtx ?? 0;

    /// <summary>Runs something with an open card that the program names by an object; where that is a copy of its own, it is told what has changed.</summary>
    private static uint With(string operation, WDC_DEVICE? pDev, Action<OpenCard> work) => With(operation, pDev?.hDev ?? 0, card =>
    {
        work(card);
        if (pDev != card.Device) card.Device.CopyTo(pDev!);
    });

    /// <summary>Runs something with an open card.</summary>
    private static uint With(string operation, IntPtr hDev, Action<OpenCard> work) => Status.Run(operation, () =>
    {
        DriverState.Check();
        work(OpenCards.Find(hDev) ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"0x{hDev:x} is no open device."));
    });
}
