using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using static Jungo.wdapi_dotnet.wdc_defs_macros;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using static Jungo.wdapi_dotnet.windrvr_decl;

namespace RingThree.Samples.PciDiag;

/// <summary>The plug-in: opened with the card, called, closed.</summary>
internal sealed class PlugIns(Answers answers, Card card)
{
    /// <summary>The menu.</summary>
    internal Menu Menu(Outcome outcome) => new Menu("plug-in", "back", answers, outcome)
        .Add("open", "with the card's status register", Open)
        .Add("call", "send it a message", Call)
        .Add("close", "close it", Close);

    private void Open()
    {
        string name = answers.Ask("name", CountingPlugIn.Name, text => text);
        var where = new StatusRegister
        {
            Space = answers.Number32("address space of the status register", 255, usual: 0),
            Status = answers.Number32("its offset"),
            Acknowledge = answers.Number32("where to write back what it held"),
        };
        WDC_DEVICE device = card.Device;
        IntPtr data = Marshal.AllocHGlobal(Marshal.SizeOf<StatusRegister>());
        try
        {
            Marshal.StructureToPtr(where, data, fDeleteOld: false);
            Outcome.Check($"opening the plug-in '{Answers.Clean(name)}'", WDC_KernelPlugInOpen(device, name, data));
        }
        finally
        {
            Marshal.FreeHGlobal(data); // the plug-in has made its copy
        }

        Console.WriteLine($"plug-in open: {Answers.Clean(name)}");
    }

    private void Call()
    {
        string message = answers.Choice("message", "counts", "version", "clear");
        uint number = message switch
        {
            "version" => CountingPlugIn.Version,
            "clear" => CountingPlugIn.Clear,
            _ => CountingPlugIn.Counts,
        };
        uint result = 0;
        IntPtr data = Marshal.AllocHGlobal(Marshal.SizeOf<PlugInCounts>());
        try
        {
            Outcome.Check("calling the plug-in", WDC_CallKerPlug(card.Handle, number, data, ref result));
            if (message != "counts")
            {
                Console.WriteLine($"{message}: {result}");
                return;
            }

            PlugInCounts counts = Marshal.PtrToStructure<PlugInCounts>(data);
            Console.WriteLine($"claimed {counts.Claimed}, rejected {counts.Rejected}, deferred {counts.Deferred}");
        }
        finally
        {
            Marshal.FreeHGlobal(data);
        }
    }

    private void Close()
    {
        WDC_DEVICE device = card.Device;
        if (!WDC_IS_KP(device)) throw new FailedException("no plug-in is open: 'open' it first.");
        Outcome.Check("closing the plug-in", WD_KernelPlugInClose(WDC_GetWDHandle(), ref device.kerPlug));
        Console.WriteLine("plug-in closed");
    }
}
