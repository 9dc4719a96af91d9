using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RingThree.Transfers;

namespace RingThree.Cli;

/// <summary>Options that are numbers, decimal or with 0x. What is none is refused with the same words as what does not fit.</summary>
internal static class Numbers
{
    /// <summary>A number from a range.</summary>
    internal static Option<int> Option(string name, string description, int usual, int least, int most) =>
        Of(name, description, usual, n => n >= (ulong)least && n <= (ulong)most, string.Create(CultureInfo.InvariantCulture, $"{name} is {least} to {most}."));

    /// <summary>After how many of something a command ends; without it, it does not.</summary>
    internal static Option<long?> Count(string description) => new("--count")
    {
        Description = description,
        CustomParser = result => (long?)Parse(result, n => n is >= 1 and <= long.MaxValue, "--count is 1 or more."),
    };

    /// <summary>The width of accesses.</summary>
    internal static Option<int> Width() => Of("--width", "Bits of each access: 8, 16, 32 or 64.", 32, n => n is 8 or 16 or 32 or 64, "--width is 8, 16, 32 or 64.");

    private static Option<int> Of(string name, string description, int usual, Func<ulong, bool> fits, string rule) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => usual,
        CustomParser = result => (int)(Parse(result, fits, rule) ?? 0),
    };

    private static ulong? Parse(ArgumentResult result, Func<ulong, bool> fits, string rule)
    {
        if (TransferText.TryNumber(result.Tokens[^1].Value, out ulong number) && fits(number)) return number;
        result.AddError(rule);
        return null;
    }
}
