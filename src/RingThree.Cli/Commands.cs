using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;

namespace RingThree.Cli;

/// <summary>Every command line there is.</summary>
internal static class Commands
{
    private const string Suggestion = "[suggest:";

    private static readonly Dictionary<string, Func<Command>> All = new()
    {
        ["demo"] = DemoCommand.Create,
        ["list"] = ListCommand.Create,
        ["read"] = AccessCommands.CreateRead,
        ["write"] = AccessCommands.CreateWrite,
        ["watch"] = WatchCommand.Create,
        ["map"] = MapCommand.Create,
        ["listen"] = ListenCommand.Create,
        ["monitor"] = MonitorCommand.Create,
        ["show"] = ShowCommand.Create,
        ["memory"] = MemoryCommand.Create,
        ["doctor"] = DoctorCommand.Create,
        ["bind"] = BindCommand.CreateBind,
        ["unbind"] = BindCommand.CreateUnbind,
        ["reset"] = ResetCommand.Create,
        ["remove"] = BusCommands.CreateRemove,
        ["rescan"] = BusCommands.CreateRescan,
        ["completion"] = CompletionCommand.Create,
    };

    /// <summary>Runs a command line.</summary>
    internal static int Run(string[] args)
    {
        var root = new RootCommand("""
            ring3: PCI devices from user mode. Try 'ring3 demo'.

            Exit status: 0 when it worked, 1 when it failed, 2 when the command line is wrong.
            """);
        args = args switch
        {
            [] => ["--help"], // who asks for nothing wants to know what there is
            ["help", var command, ..] when !All.ContainsKey(command) => [command], // a mistake, and what was probably meant
            ["help", .. var rest] => [.. rest, "--help"],
            _ => args,
        };
        // Each command takes time to make, and one is enough where it is named; help and completion need them all.
        if (args is [var name, ..] && All.TryGetValue(name, out Func<Command>? asked)) root.Add(asked());
        else foreach (Func<Command> create in All.Values) root.Add(create());

        CheckSuggestion(args);
        // '@' begins a rate or a file's name here, never a file of more arguments.
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction) throw new FormatException(Mistake.Describe(parsed));
        if (parsed.CommandResult.Command is RootCommand)
        {
            // A line each: the rest is in the help of each.
            foreach (Command command in root.Subcommands) command.Description = command.Description!.Split('\n')[0];
        }

        // What only prints does so at once: a runtime that starts has to compile the ways of an await.
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
        return parsed.Action is AsynchronousCommandLineAction ? ExitStatus.RunAsync(parsed, configuration).GetAwaiter().GetResult() : parsed.Invoke(configuration);
    }

    /// <summary>Where a shell's cursor is, as <c>[suggest:POSITION]</c>: the parser takes any number, and fails on what is no place in a line.</summary>
    private static void CheckSuggestion(string[] args)
    {
        foreach (string directive in args.TakeWhile(a => a.StartsWith('[')).Where(a => a.StartsWith(Suggestion, StringComparison.Ordinal) && a.EndsWith(']')))
        {
            if (!int.TryParse(directive[Suggestion.Length..^1], NumberStyles.None, CultureInfo.InvariantCulture, out _))
                throw new FormatException($"'{directive}' is no place in a command line; the first character is [suggest:0].");
        }
    }
}
