using Jungo.wdapi_dotnet;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.PciDiag;

/// <summary>Transfer commands that bring the card to rest when the program does not: and ways to end without closing it, to see them run.</summary>
internal sealed class Cleanup(Answers answers, Card card)
{
    /// <summary>The menu.</summary>
    internal Menu Menu(Outcome outcome) => new Menu("cleanup", "back", answers, outcome)
        .Add("set", "the commands", Set)
        .Add("clear", "no commands", Clear)
        .Add("leave", "end the program with the card open", () => Environment.Exit(outcome.HasFailed || answers.Refused > 0 ? 1 : 0))
        .Add("crash", "end it by an exception that nobody catches", () => throw new InvalidOperationException("as it was asked for: 'crash'."));

    private void Set()
    {
        IReadOnlyList<Commands.Typed> typed = Commands.Ask(answers);
        bool always = answers.YesOrNo("at an orderly close too");
        WD_TRANSFER[] commands = Commands.Translate(card.Device, typed);
        Outcome.Check("setting the cleanup commands", WDC_CardCleanupSetup(card.Handle, commands, (uint)commands.Length, always));
        Console.WriteLine($"{commands.Length} cleanup commands");
    }

    private void Clear()
    {
        Outcome.Check("clearing the cleanup commands", WDC_CardCleanupSetup(card.Handle, null, 0, false));
        Console.WriteLine("no cleanup commands");
    }
}
