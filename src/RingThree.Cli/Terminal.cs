namespace RingThree.Cli;

/// <summary>What is for a person's eyes alone: colours, and how far long work has come. Nothing of it reaches a pipe or a file.</summary>
internal static class Terminal
{
    private static readonly bool Colours = !Console.IsOutputRedirected && AllowsColours();
    private static readonly bool ShowsProgress = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>Something that is as it should be.</summary>
    internal static string Good(string text) => Coloured("32", text);

    /// <summary>Something that is not.</summary>
    internal static string Bad(string text) => Coloured("31;1", text);

    /// <summary>Something that nobody knows, or that wants a look.</summary>
    internal static string Doubtful(string text) => Coloured("33", text);

    /// <summary>Says how far work has come, over what was said before; an empty text takes it away.</summary>
    internal static void Progress(string text)
    {
        if (ShowsProgress) Console.Error.Write($"\r{text}\e[K");
    }

    /// <summary>The user's word counts (https://no-color.org), then what the terminal can do.</summary>
    private static bool AllowsColours() =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    private static string Coloured(string colour, string text) => Colours ? $"\e[{colour}m{text}\e[0m" : text;
}
