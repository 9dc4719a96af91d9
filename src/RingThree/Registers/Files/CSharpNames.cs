using System.Globalization;
using System.Text;

namespace RingThree.Registers.Files;

/// <summary>Names of a file as C# identifiers, each only once in its scope.</summary>
/// <param name="reserved">What the scope has already.</param>
internal sealed class CSharpNames(params ReadOnlySpan<string> reserved)
{
    private const string Keywords =
        " abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit extern false finally fixed float for foreach goto if implicit in int interface internal is lock long namespace new null object operator out override params private protected public readonly ref return sbyte sealed short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while ";

    private readonly HashSet<string> _taken = [.. reserved];

    /// <summary>What every type has from <see cref="object"/>, or an enum from <see cref="Enum"/>.</summary>
    internal static readonly string[] Inherited =
        ["Equals", "ReferenceEquals", "GetHashCode", "GetType", "ToString", "MemberwiseClone", "Finalize", "HasFlag", "CompareTo", "GetTypeCode"];

    /// <summary>The identifier for a name: <c>IRQ_STATUS</c> is <c>IrqStatus</c>; of several that come to the same, the later ones get a number.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="instead">What to call it when nothing of its name can be in an identifier.</param>
    /// <param name="ending">What the identifier ends in.</param>
    internal string Add(string name, string instead, string ending = "")
    {
        string identifier = Pascal(name) is { Length: > 0 } known ? known + ending : instead + ending;
        if (char.IsAsciiDigit(identifier[0])) identifier = "_" + identifier;
        string unique = identifier;
        for (int i = 2; !_taken.Add(unique); i++) unique = string.Create(CultureInfo.InvariantCulture, $"{identifier}_{i}");
        return unique;
    }

    /// <summary>Checks a namespace.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    internal static string Namespace(string text)
    {
        string[] parts = text.Split('.');
        bool isOne = parts.All(p => p.Length > 0 && !char.IsAsciiDigit(p[0]) && p.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !Keywords.Contains($" {p} ", StringComparison.Ordinal));
        return isOne ? text : throw new FormatException($"'{MapNames.Plain(text)}' is not a C# namespace; namespaces go like Acme.Card, without keywords.");
    }

    /// <summary>The words of a name, each with a capital letter.</summary>
    internal static string Pascal(string name)
    {
        var text = new StringBuilder();
        foreach (string word in Words(name))
        {
            if (text.Length > 0 && char.IsAsciiDigit(text[^1]) && char.IsAsciiDigit(word[0])) text.Append('_'); // CH_1_2 is not CH_12
            bool isShouted = !word.Any(char.IsAsciiLetterLower);
            text.Append(char.ToUpperInvariant(word[0])).Append(isShouted ? word[1..].ToLowerInvariant() : word[1..]);
        }

        return text.ToString();
    }

    private static IEnumerable<string> Words(string name)
    {
        int start = 0;
        for (int i = 0; i <= name.Length; i++)
        {
            if (i < name.Length && char.IsAsciiLetterOrDigit(name[i])) continue;
            if (i > start) yield return name[start..i];
            start = i + 1;
        }
    }
}
