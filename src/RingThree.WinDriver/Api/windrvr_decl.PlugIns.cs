using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class windrvr_decl
{
    /// <summary>Opens a plug-in with the card that was registered last, of those that have none.</summary>
    /// <param name="hWD">The driver.</param>
    /// <param name="pKernelPlugIn">The name and the open data; gets the handle, for <see cref="WD_KERNEL_PLUGIN_CALL"/>.</param>
    public static uint WD_KernelPlugInOpen(IntPtr hWD, ref WD_KERNEL_PLUGIN pKernelPlugIn)
    {
        WD_KERNEL_PLUGIN given = pKernelPlugIn;
        uint status = With(nameof(WD_KernelPlugInOpen), hWD, () =>
        {
            // A plug-in here serves a device. This call names none, so the order in which programs do things has to tell.
            OpenCard card = OpenCards.All.LastOrDefault(c => c.PlugIn is null)
                ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, "no card is registered that a plug-in could be opened with: register it first.");
            card.OpenPlugIn(given.cDriverName ?? "", given.pOpenData);
            given.hKernelPlugIn = card.Device.kerPlug.hKernelPlugIn;
        });
        pKernelPlugIn.hKernelPlugIn = status == Status.Success ? given.hKernelPlugIn : 0;
        return status;
    }

    /// <summary>Closes a plug-in.</summary>
    public static uint WD_KernelPlugInClose(IntPtr hWD, ref WD_KERNEL_PLUGIN pKernelPlugIn)
    {
        uint handle = pKernelPlugIn.hKernelPlugIn;
        uint status = With(nameof(WD_KernelPlugInClose), hWD, () => WithPlugIn(handle).ClosePlugIn());
        if (status == Status.Success) pKernelPlugIn.hKernelPlugIn = 0;
        return status;
    }

    /// <summary>Sends a message to a plug-in; its answer is in <c>dwResult</c>.</summary>
    public static uint WD_KernelPlugInCall(IntPtr hWD, ref WD_KERNEL_PLUGIN_CALL pKernelPlugInCall)
    {
        WD_KERNEL_PLUGIN_CALL call = pKernelPlugInCall;
        uint status = With(nameof(WD_KernelPlugInCall), hWD, () => call.dwResult = WithPlugIn(call.hKernelPlugIn).CallPlugIn(call.dwMessage, call.pData));
        pKernelPlugInCall.dwResult = call.dwResult;
        return status;
    }

    private static OpenCard WithPlugIn(uint handle) => OpenCards.Find((int)handle) is { PlugIn: not null } card
        ? card
        : throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"0x{handle:x} is no open plug-in.");
}
