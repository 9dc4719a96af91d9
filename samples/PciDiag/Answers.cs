using System.Globalization;

namespace RingThree.Samples.PciDiag;

/// <summary>
/// What somebody types, or a script has: one answer a line. An empty line takes the usual answer, where there is one; what
/// begins with # is a comment. A wrong answer is told and asked for again; the end of the input is an exception, never a loop.
/// </summary>
/// <param name="input">Where the answers come from.</param>
/// <param name="isTerminal">Whether somebody is to be asked.</param>
internal sealed class Answers(TextReader input, bool isTerminal)
{
    private const int Shown = 40;
    private int _line;

    /// <summary>Whether somebody types them.</summary>
    internal bool IsTerminal => isTerminal;

    /// <summary>How many were wrong.</summary>
    internal int Refused { get; private set; }

    /// <summary>Bus addresses by name (<c>dma0</c>), where numbers are asked for.</summary>
    internal Func<int, ulong>? BusAddress { get; set; }

    /// <summary>A command of a menu. Empty lines are no command, and no mistake.</summary>
    /// <returns>Its place.</returns>
    internal int Command(string question, string[] words)
    {
        while (true)
        {
            string answer = Next(question, usual: null);
            if (answer.Length == 0) continue;
            int place = Place(answer, words);
            if (place >= 0) return place;
            Refuse($"'{Clean(answer)}' is no command here: {string.Join(", ", words)}.");
        }
    }

    /// <summary>One of some words, by itself or its number.</summary>
    /// <returns>The word.</returns>
    internal string Choice(string question, params string[] words) => Ask($"{question} ({string.Join(", ", words)})", words[0], answer =>
        Place(answer, words) is >= 0 and var place ? words[place] : throw new FormatException($"'{Clean(answer)}' is none of {string.Join(", ", words)}."));

    /// <summary>Yes or no.</summary>
    internal bool YesOrNo(string question) => Choice(question, "no", "yes") == "yes";

    /// <summary>A number: decimal, hexadecimal with 0x, or the bus address of a buffer, <c>dma0</c> or <c>dma0+0x100</c>.</summary>
    internal ulong Number(string question, ulong most, ulong least = 0, ulong? usual = null) =>
        Ask(question, usual?.ToString(CultureInfo.InvariantCulture), answer => ParseNumber(answer, least, most));

    /// <summary>A number of 32 bits.</summary>
    internal uint Number32(string question, uint most = uint.MaxValue, uint least = 0, uint? usual = null) => (uint)Number(question, most, least, usual);

    /// <summary>Bytes in hexadecimal, with or without spaces.</summary>
    internal byte[] Bytes(string question, int most) => Ask(question, null, answer =>
    {
        string digits = answer.Replace(" ", "", StringComparison.Ordinal);
        if (digits.Length == 0 || digits.Length > 2 * most || digits.Length % 2 != 0 || !digits.All(char.IsAsciiHexDigit))
            throw new FormatException($"'{Clean(answer)}' is not 1 to {most} bytes, two hexadecimal digits each.");
        return Convert.FromHexString(digits);
    });

    /// <summary>Anything that a reader understands; what it does not is a <see cref="FormatException"/> that says why.</summary>
    internal T Ask<T>(string question, string? usual, Func<string, T> read)
    {
        while (true)
        {
            string answer = Next(question, usual);
            if (answer.Length == 0 && usual is not null) answer = usual;
            try
            {
                return answer.Length > 0 ? read(answer) : throw new FormatException($"{question}: an answer is needed.");
            }
            catch (FormatException error)
            {
                Refuse(error.Message);
            }
        }
    }

    /// <summary>Reads a number.</summary>
    /// <exception cref="FormatException">It is none, or too large.</exception>
    internal ulong ParseNumber(string text, ulong least, ulong most)
    {
        ulong value;
        if (text.StartsWith("dma", StringComparison.OrdinalIgnoreCase)) value = ParseBusAddress(text[3..]);
        else if (!TryParse(text, out value)) throw new FormatException($"'{Clean(text)}' is no number (decimal, or hexadecimal with 0x).");
        return value >= least && value <= most ? value : throw new FormatException($"'{Clean(text)}' is not between {Show(least)} and {Show(most)}.");
    }

    /// <summary>What somebody wrote, fit to be printed: short, and without control characters.</summary>
    internal static string Clean(string text)
    {
        string safe = string.Concat(text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return safe.Length <= Shown ? safe : safe[..Shown] + "...";
    }

    private ulong ParseBusAddress(string text)
    {
        string[] parts = text.Split('+', 2);
        ulong offset = 0;
        if (BusAddress is null || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int buffer) || (parts.Length > 1 && !TryParse(parts[1], out offset)))
            throw new FormatException($"'dma{Clean(text)}' is no bus address: dma0 is that of buffer 0, dma0+0x100 lies in it.");
        return unchecked(BusAddress(buffer) + offset);
    }

    private string Next(string question, string? usual)
    {
        while (true)
        {
            if (isTerminal) Console.Write(usual is null ? $"{question}: " : $"{question} [{usual}]: ");
            string line = input.ReadLine() ?? throw new EndOfInputException();
            _line++;
            string text = line.Trim().TrimStart('\uFEFF');
            if (text.StartsWith('#')) continue;
            int comment = text.IndexOf(" #", StringComparison.Ordinal);
            return comment < 0 ? text : text[..comment].TrimEnd();
        }
    }

    private void Refuse(string reason)
    {
        Refused++;
        Console.Error.WriteLine(isTerminal ? reason : $"line {_line}: {reason}");
    }

    private static int Place(string answer, string[] words)
    {
        int place = Array.FindIndex(words, w => w.Equals(answer, StringComparison.OrdinalIgnoreCase));
        if (place >= 0) return place;
        return int.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= words.Length ? number - 1 : -1;
    }

    private static bool TryParse(string text, out ulong value) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static string Show(ulong value) => value < 10 ? $"{value}" : $"0x{value:x}";
}
