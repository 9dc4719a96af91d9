using System.Globalization;
using System.Text;
using RingThree.Diagnostics;

namespace RingThree.Transfers;

/// <summary>
/// Transfer programs as text, for command lines and files: <c>r32 bar0+0x24; mask 0xffffffff; wb32 bar0+0x64</c>.
/// </summary>
/// <remarks>
/// Commands are separated by semicolons or line ends. <c>r8 r16 r32 r64 PLACE [xCOUNT] [fifo]</c> reads, <c>w8 ... PLACE
/// VALUE...</c> writes (also several, to rising places or with <c>fifo</c> to one), <c>mask BITS</c> and <c>equal BITS VALUE</c> test what was read last, <c>wb8 ... PLACE [and BITS]
/// [xor BITS]</c> writes back what was read last.
/// </remarks>
public static class TransferText
{
    private const string Form = "Commands go like: r32 bar0+0x24; mask 0xff; equal 0xff 1; w32 bar0+0x60 1; wb32 bar0+0x64 and 0xf xor 1; r16 bar0+0 x8 fifo";

    /// <summary>Reads a program.</summary>
    /// <exception cref="FormatException">A command is not understood, or its form is wrong; the message names it.</exception>
    public static TransferProgram Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var builder = new TransferProgramBuilder();
        string[] commands = text.Split([';', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (commands.Length == 0) throw new FormatException($"There is no transfer command in it. {Form}");
        foreach (string command in commands) Run(command, () => Add(builder, command));
        return Run(text, builder.Build);
    }

    /// <summary>Writes a program as <see cref="Parse"/> reads it.</summary>
    public static string ToText(TransferProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return string.Join("; ", program.Commands.Select(Write));
    }

    /// <summary>Reads a number as commands have it: decimal, or hexadecimal with 0x.</summary>
    public static bool TryNumber(string text, out ulong value)
    {
        string digits = text.Trim();
        return digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private static TransferProgram Run(string what, Func<TransferProgram> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            throw new FormatException($"'{ForeignText.Shown(what)}': {error.Message} {Form}", error);
        }
    }

    private static void Run(string what, Action work) => _ = Run(what, () =>
    {
        work();
        return null!;
    });

    private static void Add(TransferProgramBuilder builder, string command)
    {
        string[] words = command.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        string verb = words[0].ToUpperInvariant();
        switch (verb)
        {
            case "MASK" when words.Length == 2:
                builder.Mask(Number(words[1]));
                return;
            case "EQUAL" when words.Length == 3:
                builder.Compare(Number(words[1]), Number(words[2]));
                return;
        }

        string kind = verb.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        if (words.Length < 2 || verb[kind.Length..] is not ("8" or "16" or "32" or "64") || kind is not ("R" or "W" or "WB"))
            throw new ArgumentException("it is no command.");
        int width = int.Parse(verb.AsSpan(kind.Length), CultureInfo.InvariantCulture) / 8;
        RegionPlace place = RegionPlace.TryParse(words[1], null, out RegionPlace known) ? known : throw new ArgumentException($"{ForeignText.Quoted(words[1])} is no place such as bar0+0x20.");
        ulong ones = ulong.MaxValue >> (64 - (8 * width));
        if (kind == "W")
        {
            bool fifo = IsFifo(words);
            ulong[] values = [.. (fifo ? words[2..^1] : words[2..]).Select(w => Number(w, ones))];
            if (values.Length == 0) throw new ArgumentException("a write needs a value.");
            if (values.Length == 1 && !fifo) builder.Write(width, place.Region, place.Offset, values[0]);
            else builder.WriteBlock(width, place.Region, place.Offset, values, fifo);
        }
        else if (kind == "WB")
        {
            builder.WriteBack(width, place.Region, place.Offset, Option(words, "AND", ones) ?? ones, Option(words, "XOR", ones) ?? 0);
        }
        else
        {
            ReadFrom(builder, width, place, words[2..]);
        }
    }

    private static void ReadFrom(TransferProgramBuilder builder, int width, RegionPlace place, string[] rest)
    {
        bool fifo = IsFifo(rest);
        if (fifo) rest = rest[..^1];
        if (rest.Length > 1 || (rest.Length == 1 && char.ToUpperInvariant(rest[0][0]) != 'X')) throw new ArgumentException($"{ForeignText.Quoted(rest[^1])} is not understood there.");
        ulong count = rest.Length == 1 ? Number(rest[0][1..], int.MaxValue) : 1;
        if (rest.Length == 0 && !fifo) builder.Read(width, place.Region, place.Offset);
        else builder.ReadBlock(width, place.Region, place.Offset, (int)count, fifo);
    }

    private static bool IsFifo(string[] words) => words.Length > 0 && words[^1].Equals("fifo", StringComparison.OrdinalIgnoreCase);

    /// <summary>The number behind a word; the words are two pairs at most.</summary>
    private static ulong? Option(string[] words, string name, ulong most)
    {
        ulong? found = null;
        if (words.Length % 2 != 0) throw new ArgumentException("behind the place there are pairs: and BITS, xor BITS.");
        for (int i = 2; i < words.Length; i += 2)
        {
            string word = words[i].ToUpperInvariant();
            if (word is not ("AND" or "XOR")) throw new ArgumentException($"{ForeignText.Quoted(words[i])} is neither 'and' nor 'xor'.");
            if (word == name) found = Number(words[i + 1], most);
        }

        return found;
    }

    private static ulong Number(string text, ulong most = ulong.MaxValue)
    {
        if (!TryNumber(text, out ulong value)) throw new ArgumentException($"{ForeignText.Quoted(text)} is no number; numbers go like 17 or 0x11.");
        return value <= most ? value : throw new ArgumentException($"{ForeignText.Shown(text)} does not fit; the most there is 0x{most:x}.");
    }

    private static string Write(TransferCommand command)
    {
        int bits = 8 * command.Width;
        var place = new RegionPlace(command.Region, command.Offset);
        ulong ones = ulong.MaxValue >> (64 - bits);
        var text = new StringBuilder();
        CultureInfo culture = CultureInfo.InvariantCulture;
        switch (command.Kind)
        {
            case TransferKind.Mask: return text.Append(culture, $"mask 0x{command.Value:x}").ToString();
            case TransferKind.Compare: return text.Append(culture, $"equal 0x{command.Value:x} 0x{command.Second:x}").ToString();
            case TransferKind.Read: return text.Append(culture, $"r{bits} {place}").ToString();
            case TransferKind.ReadBlock: return text.Append(culture, $"r{bits} {place} x{command.Count}{(command.SameAddress ? " fifo" : "")}").ToString();
            case TransferKind.Write: return text.Append(culture, $"w{bits} {place} 0x{command.Value:x}").ToString();
            case TransferKind.WriteBlock:
                text.Append(culture, $"w{bits} {place}");
                foreach (ulong value in command.Data.Span) text.Append(culture, $" 0x{value:x}");
                return text.Append(command.SameAddress ? " fifo" : "").ToString();
            default:
                text.Append(culture, $"wb{bits} {place}");
                if (command.Value != ones) text.Append(culture, $" and 0x{command.Value:x}");
                if (command.Second != 0) text.Append(culture, $" xor 0x{command.Second:x}");
                return text.ToString();
        }
    }
}
