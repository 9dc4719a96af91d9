using System.CommandLine;
using RingThree.Cli;

Console.SetOut(new StandardStream(Console.Out, e => throw new IOException($"standard output cannot be written: {e.Message}", e)));
Console.SetError(new StandardStream(Console.Error, _ => { })); // there is nowhere left to complain

var root = new RootCommand("""
    ring3: PCI devices from user mode. Try 'ring3 demo'.

    Exit status: 0 when it worked, 1 when it failed, 2 when the command line is wrong.
    """)
{
    DemoCommand.Create(),
    ListCommand.Create(),
    AccessCommands.CreateRead(),
    AccessCommands.CreateWrite(),
    WatchCommand.Create(),
    MapCommand.Create(),
    ListenCommand.Create(),
    ShowCommand.Create(),
    DoctorCommand.Create(),
    BindCommand.CreateBind(),
    BindCommand.CreateUnbind(),
    CompletionCommand.Create(),
};
return await ExitStatus.RunAsync(root.Parse(args));
