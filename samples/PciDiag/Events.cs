using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.PciDiag;

/// <summary>What happens to the card: it is taken away, comes back, changes its power state.</summary>
internal sealed class Events(Answers answers, Card card)
{
    private const int Kept = 256;
    private const uint LongestWait = 600_000;
    private readonly BlockingCollection<string> _heard = new(Kept);

    /// <summary>The menu.</summary>
    internal Menu Menu(Outcome outcome) => new Menu("events", "back", answers, outcome)
        .Add("register", "hear of them", Register)
        .Add("listen", "print them as they come", Listen)
        .Add("unregister", "hear no more", Unregister);

    private void Register()
    {
        uint actions = answers.Choice("which", "all", "presence", "power") switch
        {
            "presence" => (uint)(WD_EVENT_ACTION.WD_INSERT | WD_EVENT_ACTION.WD_REMOVE),
            "power" => (uint)WD_EVENT_ACTION.WD_ACTIONS_POWER,
            _ => (uint)WD_EVENT_ACTION.WD_ACTIONS_ALL,
        };
        Outcome.Check("registering for events", WDC_EventRegister(card.Device, actions, Hear, card.Handle, false));
        Console.WriteLine("registered");
    }

    /// <summary>Called on the driver's thread.</summary>
    private void Hear(IntPtr happened, IntPtr data)
    {
        WD_EVENT what = Marshal.PtrToStructure<WD_EVENT>(happened)!;
        _heard.TryAdd($"{(WD_EVENT_ACTION)what.dwAction} of {Scan.Show(what.u.Pci.pciSlot)}");
    }

    private void Listen()
    {
        uint count = answers.Number32("how many", Kept, least: 1, usual: 1);
        uint milliseconds = answers.Number32("milliseconds at most", LongestWait, usual: 10_000);
        _ = card.Device;
        long end = Environment.TickCount64 + milliseconds;
        for (uint came = 0; came < count; came++)
        {
            if (!_heard.TryTake(out string? next, TimeSpan.FromMilliseconds(Math.Max(0, end - Environment.TickCount64))))
                Outcome.Check($"{came} of {count} events came in {milliseconds} ms", unchecked((uint)WD_ERROR_CODES.WD_TIME_OUT_EXPIRED));
            Console.WriteLine($"event: {next}");
        }
    }

    private void Unregister()
    {
        Outcome.Check("unregistering from events", WDC_EventUnregister(card.Device));
        Console.WriteLine("unregistered");
    }
}
