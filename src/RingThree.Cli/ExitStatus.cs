using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using RingThree.Hosting;

namespace RingThree.Cli;

/// <summary>Runs a command line; turns what a user can act on into one line and an exit status. Anything else is a defect and shows its stack.</summary>
internal static class ExitStatus
{
    internal const int Success = 0;
    internal const int Failure = 1;
    internal const int WrongUsage = 2;

    private static readonly InvocationConfiguration Configuration = new() { EnableDefaultExceptionHandler = false };

    /// <remarks>
    /// A command that runs until Ctrl-C yields first: a signal is its to answer only from its first await on, and before
    /// that ends the process as it is.
    /// </remarks>
    internal static async Task<int> RunAsync(ParseResult parsed)
    {
        try
        {
            if (parsed.Action is ParseErrorAction)
            {
                await Console.Error.WriteLineAsync($"ring3: {string.Join(' ', parsed.Errors.Select(e => e.Message))} See: {CommandOf(parsed)} --help");
                return WrongUsage;
            }

            return await parsed.InvokeAsync(Configuration);
        }
        catch (FormatException error)
        {
            await Console.Error.WriteLineAsync("ring3: " + error.Message);
            return WrongUsage;
        }
        catch (Exception error) when (error is DeviceException or PlatformNotSupportedException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync("ring3: " + error.Message);
            return Failure;
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync($"ring3: a defect of ring3 itself, please report it: {error}");
            return Failure;
        }
    }

    /// <summary>For an argument that no option may be taken for: a device's name never starts with '-'.</summary>
    internal static void RefuseOptions(ArgumentResult argument)
    {
        foreach (Token token in argument.Tokens.Where(t => t.Value.StartsWith('-'))) argument.AddError($"Unrecognized option '{token.Value}'.");
    }

    private static string CommandOf(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "ring3" : "ring3 " + parsed.CommandResult.Command.Name;
}
