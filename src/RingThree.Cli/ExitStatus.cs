using System.CommandLine;
using System.CommandLine.Parsing;
using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Simulation;

namespace RingThree.Cli;

/// <summary>Runs a command line; turns what a user can act on into one line and an exit status. Anything else is a defect and shows its stack.</summary>
internal static class ExitStatus
{
    internal const int Success = 0;
    internal const int Failure = 1;
    internal const int WrongUsage = 2;

    /// <summary>Runs a command.</summary>
    internal static int Of(Func<int> command)
    {
        try
        {
            return command();
        }
        catch (FormatException error)
        {
            Console.Error.WriteLine("ring3: " + ForeignText.Shown(error.Message));
            return WrongUsage;
        }
        catch (Exception error) when (error is DeviceException or SimulationException or PlatformNotSupportedException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine("ring3: " + ForeignText.Shown(error.Message));
            return Failure;
        }
        catch (Exception error)
        {
            foreach (string line in $"ring3: a defect of ring3 itself, please report it: {error}".ReplaceLineEndings("\n").Split('\n')) Console.Error.WriteLine(ForeignText.Shown(line));
            return Failure;
        }
    }

    /// <remarks>
    /// A command that runs until Ctrl-C yields first: a signal is its to answer only from its first await on, and before
    /// that ends the process as it is.
    /// </remarks>
    internal static Task<int> RunAsync(ParseResult parsed, InvocationConfiguration configuration) => parsed.InvokeAsync(configuration);

    /// <summary>For an argument that no option may be taken for: a device's name never starts with '-'.</summary>
    internal static void RefuseOptions(ArgumentResult argument)
    {
        foreach (Token token in argument.Tokens.Where(t => t.Value.StartsWith('-'))) argument.AddError($"Unrecognized option '{token.Value}'.");
    }
}
