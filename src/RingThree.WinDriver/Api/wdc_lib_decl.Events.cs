using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class wdc_lib_decl
{
    /// <summary>Has a handler called when a device is inserted, removed, or changes its power state.</summary>
    /// <param name="pDev">The device, or its handle.</param>
    /// <param name="dwActions">What to hear (<see cref="WD_EVENT_ACTION"/>).</param>
    /// <param name="funcEventHandler">Called on a thread of the library.</param>
    /// <param name="pData">Given to it.</param>
    /// <param name="fUseKP">Whether the device's plug-in hears of it first.</param>
    public static uint WDC_EventRegister(WDC_DEVICE pDev, uint dwActions, EVENT_HANDLER_DOTNET funcEventHandler, IntPtr pData, bool fUseKP) =>
        With(nameof(WDC_EventRegister), pDev, card =>
        {
            if (fUseKP && card.PlugIn is null) throw new StatusException(WD_ERROR_CODES.WD_KERPLUG_FAILURE, "the device has no plug-in open.");
            card.Events.Register(dwActions, funcEventHandler, pData, fUseKP);
        });

    /// <summary>Ends what <see cref="WDC_EventRegister"/> began.</summary>
    public static uint WDC_EventUnregister(WDC_DEVICE pDev) => With(nameof(WDC_EventUnregister), pDev, card =>
    {
        if (!card.Events.Unregister()) throw new StatusException(WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, $"{card.Hardware}: no events are registered.");
    });

    /// <summary>Whether events of a device are registered.</summary>
    public static bool WDC_EventIsRegistered(IntPtr hDev) => OpenCards.Find(hDev) is { Events.IsRegistered: true };
}
