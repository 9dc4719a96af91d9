using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;

namespace RingThree.WinDriver;

/// <summary>Calling a program's event handler: the event lies in memory for as long as that takes.</summary>
internal static class EventHandlers
{
    internal static void Call(EVENT_HANDLER_DOTNET handler, WD_EVENT happened, IntPtr data)
    {
        IntPtr memory = Marshal.AllocHGlobal(Marshal.SizeOf<WD_EVENT>());
        try
        {
            Marshal.StructureToPtr(happened, memory, fDeleteOld: false);
            handler(memory, data);
        }
        catch (Exception error)
        {
            DebugLog.Error("an event handler", error.ToString());
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }
}
