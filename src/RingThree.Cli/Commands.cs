using System.CommandLine;
using System.CommandLine.Invocation;

namespace RingThree.Cli;

/// <summary>Every command line there is.</summary>
internal static class Commands
{
    private static readonly Dictionary<string, Func<Command>> All = new()
    {
        ["demo"] = DemoCommand.Create,
        ["list"] = ListCommand.Create,
        ["read"] = AccessCommands.CreateRead,
        ["write"] = AccessCommands.CreateWrite,
        ["watch"] = WatchCommand.Create,
        ["map"] = MapCommand.Create,
        ["listen"] = ListenCommand.Create,
        ["show"] = ShowCommand.Create,
        ["doctor"] = DoctorCommand.Create,
        ["bind"] = BindCommand.CreateBind,
        ["unbind"] = BindCommand.CreateUnbind,
        ["completion"] = CompletionCommand.Create,
    };

    /// <summary>Runs a command line.</summary>
    internal static int Run(string[] args)
    {
        var root = new RootCommand("""
            ring3: PCI devices from user mode. Try 'ring3 demo'.

            Exit status: 0 when it worked, 1 when it failed, 2 when the command line is wrong.
            """);
        // Each command takes time to make, and one is enough where it is named; help and completion need them all.
        if (args is [var name, ..] && All.TryGetValue(name, out Func<Command>? asked)) root.Add(asked());
        else foreach (Func<Command> create in All.Values) root.Add(create());

        ParseResult parsed = root.Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            string command = parsed.CommandResult.Command is RootCommand ? "ring3" : "ring3 " + parsed.CommandResult.Command.Name;
            throw new FormatException($"{string.Join(' ', parsed.Errors.Select(e => e.Message))} See: {command} --help");
        }

        // What only prints does so at once: a runtime that starts has to compile the ways of an await.
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
        return parsed.Action is AsynchronousCommandLineAction ? ExitStatus.RunAsync(parsed, configuration).GetAwaiter().GetResult() : parsed.Invoke(configuration);
    }
}
