using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace RingThree.Cli;

/// <summary>Times on a command line: 200ms, 1.5s, 10m, 2h.</summary>
internal static class Times
{
    private const double Longest = 1e9; // seconds; no command takes more

    /// <summary>The option that ends a command after a time.</summary>
    internal static Option<TimeSpan?> Limit() => Option("--for", "Ends after that time: 10s, 5m.", TimeSpan.Zero, TimeSpan.FromSeconds(1_000_000), aliases: "--timeout");

    /// <summary>An option that is a time.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="least">The shortest; zero for any that is longer than zero.</param>
    /// <param name="most">The longest.</param>
    /// <param name="unit">What a number alone counts.</param>
    /// <param name="aliases">Other names.</param>
    internal static Option<TimeSpan?> Option(string name, string description, TimeSpan least, TimeSpan most, string unit = "s", params string[] aliases) => new(name, aliases)
    {
        Description = description,
        HelpName = "time",
        CustomParser = result =>
        {
            if (Parse(result.Tokens[^1].Value, unit) is not { } time) result.AddError($"'{result.Tokens[^1].Value}' is not a time; use 200ms, 10s, 5m or 2h.");
            else if (time < least || time == TimeSpan.Zero || time > most) result.AddError($"{(result.Parent as OptionResult)?.IdentifierToken?.Value ?? name} is {Range(least, most)}.");
            else return time;
            return null;
        },
    };

    internal static string NameOf(TimeSpan time) =>
        time < TimeSpan.FromSeconds(1) ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.###}ms") : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}s");

    private static string Range(TimeSpan least, TimeSpan most) => least == TimeSpan.Zero ? $"more than 0 and at most {NameOf(most)}" : $"{NameOf(least)} to {NameOf(most)}";

    /// <summary>The time that a text names, or null.</summary>
    private static TimeSpan? Parse(string text, string unit)
    {
        string number = text.TrimEnd('h', 'm', 's');
        double? seconds = (number.Length == text.Length ? unit : text[number.Length..]) switch
        {
            "ms" => 0.001,
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => null,
        };
        const NumberStyles form = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        return seconds is { } each && double.TryParse(number, form, CultureInfo.InvariantCulture, out double value) && Math.Abs(value * each) <= Longest ? TimeSpan.FromSeconds(value * each) : null;
    }
}
