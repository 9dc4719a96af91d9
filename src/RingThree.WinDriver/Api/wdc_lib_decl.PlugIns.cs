using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class wdc_lib_decl
{
    /// <summary>Opens a plug-in with an open device. Plug-ins are written in C# (<see cref="RingThree.PlugIns.IKernelPlugIn"/>) and registered by name.</summary>
    /// <param name="pDev">The device, or its handle.</param>
    /// <param name="sKPDriverName">The plug-in's name.</param>
    /// <param name="pKPOpenData">Given to it.</param>
    /// <returns>WD_KERPLUG_FAILURE when there is none of that name or it refuses; WD_INCORRECT_VERSION when it was built for another version.</returns>
    public static uint WDC_KernelPlugInOpen(WDC_DEVICE pDev, string sKPDriverName, IntPtr pKPOpenData) =>
        With(nameof(WDC_KernelPlugInOpen), pDev, card => card.OpenPlugIn(sKPDriverName, pKPOpenData));

    /// <inheritdoc cref="WDC_KernelPlugInOpen(WDC_DEVICE, string, IntPtr)"/>
    public static uint WDC_KernelPlugInOpen(WDC_DEVICE pDev, string sKPDriverName, ref IntPtr pKPOpenData) => WDC_KernelPlugInOpen(pDev, sKPDriverName, pKPOpenData);

    /// <summary>Sends a message to the plug-in that is open with a device.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwMsg">The message.</param>
    /// <param name="pData">What goes with it.</param>
    /// <param name="pdwResult">The plug-in's result; may be a null reference.</param>
    public static uint WDC_CallKerPlug(IntPtr hDev, uint dwMsg, IntPtr pData, ref uint pdwResult)
    {
        uint result = 0;
        uint status = With(nameof(WDC_CallKerPlug), hDev, card => result = card.CallPlugIn(dwMsg, pData));
        if (status == Status.Success) Answer.Tell(ref pdwResult, result);
        return status;
    }
}
