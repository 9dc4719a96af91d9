using System.CommandLine;
using System.Diagnostics.Tracing;
using RingThree.Diagnostics;

namespace RingThree.Cli;

/// <summary><c>ring3 monitor</c>: what a running program does with its devices. Nothing of the diagnostics port is loaded before it runs.</summary>
internal static class MonitorCommand
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    internal static Command Create()
    {
        var program = new Argument<string?>("program")
        {
            Description = "The program: its process id, or its name. By default the one that uses RingThree, if there is just one.",
            Arity = ArgumentArity.ZeroOrOne,
            Validators = { ExitStatus.RefuseOptions },
        };
        var section = new Option<string?>("--section") { Description = $"Only these sections, with commas: {string.Join(", ", MonitorNames.Sections)}.", HelpName = "sections" };
        var level = new Option<string>("--level") { Description = "How much: error, warning, info, or trace, which has a line for each interrupt.", DefaultValueFactory = _ => "info" };
        level.AcceptOnlyFromAmong([.. MonitorNames.Levels]);
        Option<TimeSpan?> interval = Times.Option("--interval", "From one count of the interrupts to the next: 1s, 200ms.", ShortestInterval, LongestInterval);
        Option<TimeSpan?> limit = Times.Limit();
        Option<long?> count = Numbers.Count("Ends after so many events; fewer, when time is up or the program has ended, is a failure.");
        var json = new Option<bool>("--json") { Description = "One JSON object a line for each event." };
        section.Validators.Add(r => Check(() => MonitorNames.ParseSections(r.GetValueOrDefault<string?>()), r.AddError));
        var command = new Command("monitor", """
            Shows what a running driver does.

            Until Ctrl-C: what it opens and claims, its interrupts with their rates, what fails, its plug-ins. On a terminal the
            interrupts are a table below what happens.

            Example: ring3 monitor
                     ring3 monitor 4711 --section INT,DMA --level trace --for 10s
                     ring3 monitor my-driver --json
            """) { program, section, level, interval, limit, count, json };
        command.SetAction(async (parsed, cancel) =>
        {
            await Task.Yield(); // see ExitStatus.RunAsync
            var wanted = new MonitorRequest(
                MonitorNames.ParseSections(parsed.GetValue(section)), MonitorNames.ParseLevel(parsed.GetValue(level)!),
                parsed.GetValue(interval) ?? TimeSpan.FromSeconds(1),
                parsed.GetValue(limit), parsed.GetValue(count));
            LiveForm form = LiveOutput.Form(parsed.GetValue(json));
            // Without counts there is nothing for a table.
            bool counts = (wanted.Sections & MonitorSections.Interrupts) != 0 && wanted.Level >= EventLevel.Informational;
            return await new Monitoring(MonitoredProcess.Choose(parsed.GetValue(program)), wanted, form == LiveForm.Table && !counts ? LiveForm.Lines : form).RunAsync(cancel);
        });
        return command;
    }

    private static void Check(Action parse, Action<string> tell)
    {
        try
        {
            parse();
        }
        catch (FormatException error)
        {
            tell(error.Message);
        }
    }
}

/// <summary>What is asked of the monitor.</summary>
/// <param name="Sections">What it is to be about.</param>
/// <param name="Level">How much.</param>
/// <param name="Interval">From one count of the interrupts to the next.</param>
/// <param name="Limit">After which time it ends.</param>
/// <param name="Count">After how many events it ends.</param>
internal sealed record MonitorRequest(MonitorSections Sections, EventLevel Level, TimeSpan Interval, TimeSpan? Limit, long? Count);
