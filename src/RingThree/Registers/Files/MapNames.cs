using System.Globalization;

namespace RingThree.Registers.Files;

/// <summary>Names of registers and fields: they are typed on command lines and shown on terminals.</summary>
internal static class MapNames
{
    internal const string Rule = "its name is needed, without '+', white space or control characters, a field's without dots";

    internal static bool Allows(string name) => name.Length > 0 && !name.EndsWith('.') && !name.StartsWith('.') && !name.Any(c => c == '+' || char.IsWhiteSpace(c) || IsUnseen(c));

    /// <summary>A field's name has no dot: it stands behind its register's last one.</summary>
    internal static bool AllowsField(string name) => Allows(name) && !name.Contains('.', StringComparison.Ordinal);

    /// <summary>A text from a file on one line, without what would act on a terminal.</summary>
    internal static string? Plain(string? text) => text is null || !text.Any(IsUnseen) ? text : string.Concat(text.Select(c => IsUnseen(c) ? ' ' : c));

    /// <summary>Control characters, those that turn the direction of what follows, and line ends other than the usual.</summary>
    private static bool IsUnseen(char c) => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
