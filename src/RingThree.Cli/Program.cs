using System.CommandLine;
using RingThree.Cli;

var root = new RootCommand("ring3: PCI devices from user mode. Try 'ring3 demo'.")
{
    DemoCommand.Create(),
    ScanCommand.Create(),
    BindCommand.CreateBind(),
    BindCommand.CreateUnbind(),
};
return await root.Parse(args).InvokeAsync();
