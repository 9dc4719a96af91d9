using RingThree.Cli;

Console.SetOut(StandardStream.Output());
Console.SetError(StandardStream.Error());

// What is run before anything else, and beside lspci: making a parser would take a fifth of its time.
return ExitStatus.Of(args is ["list"] ? ListCommand.Run : () => Commands.Run(args));
