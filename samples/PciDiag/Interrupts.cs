using System.Collections.Concurrent;
using Jungo.wdapi_dotnet;
using static Jungo.wdapi_dotnet.wdc_defs_macros;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.PciDiag;

/// <summary>Enables interrupts of each kind, listens to them, disables them.</summary>
internal sealed class Interrupts(Answers answers, Card card)
{
    private const int Kept = 4096;
    private const uint LongestWait = 600_000;
    private readonly BlockingCollection<Taken> _taken = new(Kept);
    private WD_TRANSFER[] _commands = [];
    private IReadOnlyList<Commands.Typed> _typed = [];

    /// <summary>What a call of the handler saw.</summary>
    private sealed record Taken(uint Counter, uint Lost, uint Message, IReadOnlyList<string> Values);

    /// <summary>The menu.</summary>
    internal Menu Menu(Outcome outcome) => new Menu("interrupts", "back", answers, outcome)
        .Add("enable", "a kind, with commands that acknowledge", Enable)
        .Add("listen", "print them as they come", Listen)
        .Add("show", "how many there were", Show)
        .Add("disable", "no more", Disable);

    private void Enable()
    {
        string kind = answers.Choice("kind", "any", "msi-x", "msi", "level", "edge");
        IReadOnlyList<Commands.Typed> typed = Commands.Ask(answers);
        bool plugIn = answers.YesOrNo("through the plug-in");
        WDC_DEVICE device = card.Device;
        if (WDC_IntIsEnabled(card.Handle)) throw new FailedException("the interrupt is enabled: 'disable' it first.");
        WD_TRANSFER[] commands = Commands.Translate(device, typed);
        while (_taken.TryTake(out _))
        {
            // Of an interrupt that was enabled before.
        }

        // The handler may be called before the next line is reached.
        (_commands, _typed) = (commands, typed);
        uint options = kind switch
        {
            "msi-x" => (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE_X,
            "msi" => (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE,
            "level" => (uint)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE,
            _ => (uint)WD_INTERRUPT_TYPE.INTERRUPT_LATCHED, // an edge, or whatever the card has: only a bus that has edges gives one
        };
        if (typed.Any(c => c.Kind == Commands.TypedKind.Read)) options |= (uint)WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY;
        Outcome.Check("enabling the interrupt", WDC_IntEnable(device, commands, (uint)commands.Length, options, Handle, card.Handle, plugIn));
        Console.WriteLine($"enabled: {WDC_IntType2Str(WDC_GET_ENABLED_INT_TYPE(device))}, {WDC_GET_NUM_VECTORS(device)} vectors");
    }

    /// <summary>The handler, on a thread of its own.</summary>
    private void Handle(IntPtr data)
    {
        WDC_DEVICE device = data;
        var values = new List<string>();
        for (int i = 0; i < _typed.Count; i++)
        {
            if (_typed[i] is { Kind: Commands.TypedKind.Read, Bits: var bits }) values.Add(Registers.Show(_commands[i].Data.Qword & Registers.Largest(bits), bits));
        }

        _taken.TryAdd(new Taken(device.Int.dwCounter, device.Int.dwLost, device.Int.dwLastMessage, values));
    }

    private void Listen()
    {
        uint count = answers.Number32("how many", Kept, least: 1, usual: 1);
        uint milliseconds = answers.Number32("milliseconds at most", LongestWait, usual: 10_000);
        _ = card.Device;
        long end = Environment.TickCount64 + milliseconds;
        for (uint came = 0; came < count; came++)
        {
            if (!_taken.TryTake(out Taken? next, TimeSpan.FromMilliseconds(Math.Max(0, end - Environment.TickCount64))))
                Outcome.Check($"{came} of {count} interrupts came in {milliseconds} ms", unchecked((uint)WD_ERROR_CODES.WD_TIME_OUT_EXPIRED));
            string read = next!.Values.Count > 0 ? $", read {string.Join(", ", next.Values)}" : "";
            Console.WriteLine($"interrupt {next.Counter}: lost {next.Lost}, message {next.Message}{read}");
        }
    }

    private void Show()
    {
        WDC_DEVICE device = card.Device;
        var stopped = (WD_INTERRUPT_WAIT_RESULT)device.Int.fStopped;
        Console.WriteLine(WDC_IntIsEnabled(card.Handle) ? $"enabled: {WDC_IntType2Str(WDC_GET_ENABLED_INT_TYPE(device))}, {WDC_GET_NUM_VECTORS(device)} vectors" : "not enabled");
        Console.WriteLine($"counter {device.Int.dwCounter}, lost {device.Int.dwLost}, last message {WDC_GET_ENABLED_INT_LAST_MSG(device)}, {stopped}");
    }

    private void Disable()
    {
        Outcome.Check("disabling the interrupt", WDC_IntDisable(card.Device));
        Console.WriteLine("disabled");
    }
}
