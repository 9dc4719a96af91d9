using System.Text.RegularExpressions;

namespace RingThree.Tests;

/// <summary>A page of the documentation in its parts: blocks, links, headings, code in lines of text.</summary>
internal sealed partial class DocumentationPage
{
    private const string Hidden = "<!-- csharp";
    private const string HiddenEnd = "-->";
    private const string Fence = "```";

    private DocumentationPage(string path)
    {
        Path = path;
        var text = new List<string>();
        var blocks = new List<DocumentationBlock>();
        string[] lines = File.ReadAllLines(System.IO.Path.Combine(Repository.Root, path));
        string above = "";
        for (int i = 0; i < lines.Length; i++)
        {
            bool hidden = lines[i] == Hidden;
            if (!hidden && !lines[i].StartsWith(Fence, StringComparison.Ordinal))
            {
                text.Add(lines[i]);
                if (lines[i].Length > 0) above = lines[i];
                continue;
            }

            int start = i + 1;
            int end = Array.IndexOf(lines, hidden ? HiddenEnd : Fence, start);
            if (end < 0) throw new InvalidDataException($"{path}({start}): the block has no end.");
            blocks.Add(new DocumentationBlock(hidden ? "csharp" : lines[i][Fence.Length..], lines[start..end], start + 1, above, text.FindLast(l => l.StartsWith('#')) ?? ""));
            i = end;
        }

        Blocks = blocks;
        Text = text;
    }

    /// <summary>The readme and all of docs/.</summary>
    internal static IReadOnlyList<DocumentationPage> All { get; } =
        [.. Directory.GetFiles(System.IO.Path.Combine(Repository.Root, "docs"), "*.md").Select(f => "docs/" + System.IO.Path.GetFileName(f)).Order(StringComparer.Ordinal).Prepend("README.md").Select(f => new DocumentationPage(f))];

    /// <summary>Its file, from the repository's root.</summary>
    internal string Path { get; }

    /// <summary>The fenced blocks, and the code in comments that readers do not see.</summary>
    internal IReadOnlyList<DocumentationBlock> Blocks { get; }

    /// <summary>The lines outside of blocks.</summary>
    internal IReadOnlyList<string> Text { get; }

    /// <summary>Where the page's headings can be linked to, as GitHub makes it.</summary>
    internal IEnumerable<string> Anchors => Text.Where(l => l.StartsWith('#'))
        .Select(l => NoAnchorPattern().Replace(LinkPattern().Replace(l.TrimStart('#').Trim(), "${text}"), "").Replace(' ', '-').ToLowerInvariant());

    /// <summary>Where its links lead.</summary>
    internal IEnumerable<string> Links => Text.SelectMany(l => LinkPattern().Matches(l)).Select(m => m.Groups["target"].Value);

    /// <summary>What stands between backticks in its text.</summary>
    internal IEnumerable<string> CodeInText => Text.SelectMany(l => CodePattern().Matches(l)).Select(m => m.Groups["code"].Value);

    internal static DocumentationPage Find(string path) => All.Single(p => p.Path == path);

    /// <inheritdoc/>
    public override string ToString() => Path;

    [GeneratedRegex(@"\[(?<text>[^\]]*)\]\((?<target>[^)]+)\)")]
    private static partial Regex LinkPattern();

    [GeneratedRegex("`(?<code>[^`]+)`")]
    private static partial Regex CodePattern();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchorPattern();
}

/// <summary>A block of a page.</summary>
/// <param name="Language">What its fence says; csharp for what stands in a comment.</param>
/// <param name="Lines">Its lines.</param>
/// <param name="Line">The first one's number in the file.</param>
/// <param name="Above">The line of text before it.</param>
/// <param name="Heading">The heading that it stands below.</param>
internal sealed record DocumentationBlock(string Language, IReadOnlyList<string> Lines, int Line, string Above, string Heading)
{
    /// <summary>All of it.</summary>
    internal string Text => string.Join('\n', Lines);
}
