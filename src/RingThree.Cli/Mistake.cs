using System.CommandLine;
using System.CommandLine.Parsing;
using RingThree.DefaultHosts;

namespace RingThree.Cli;

/// <summary>What is wrong with a command line, in one line, with what was probably meant.</summary>
internal static class Mistake
{
    internal static string Describe(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string name = command is RootCommand ? "ring3" : "ring3 " + command.Name;
        return $"{Reason(parsed, command)} See: {name} --help";
    }

    private static string Reason(ParseResult parsed, Command command)
    {
        if (command is RootCommand && parsed.UnmatchedTokens is [[not '-', ..] name, ..]) return $"'{name}' is not a command.{NearName.Hint(name, command.Subcommands.Select(c => c.Name))}";
        // An option that is not known is an argument to the parser, of which there may then be too many, or too few of others.
        Token[] values = [.. parsed.CommandResult.Children.OfType<OptionResult>().SelectMany(o => o.Tokens)];
        if (parsed.Tokens.FirstOrDefault(t => t.Type == TokenType.Argument && t.Value is ['-', _, ..] && !values.Contains(t)) is { } option)
        {
            IEnumerable<Option> known = command.Options.Union(parsed.RootCommandResult.Command.Options.Where(o => o.Recursive));
            return $"Unrecognized option '{option.Value}'.{NearName.Hint(option.Value, known.SelectMany(o => o.Aliases.Append(o.Name)))}";
        }

        return parsed.UnmatchedTokens is [var unknown, ..]
            ? $"Unrecognized argument '{unknown}'."
            : string.Join(' ', parsed.Errors.Select(e => OneLine(e.Message)));
    }

    /// <summary>The parser gives choices a line each, and no full stop.</summary>
    private static string OneLine(string message)
    {
        string line = string.Join(' ', message.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return line.EndsWith('.') ? line : line + ".";
    }
}
