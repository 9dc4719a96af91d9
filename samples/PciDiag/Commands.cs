using System.Globalization;
using Jungo.wdapi_dotnet;
using static Jungo.wdapi_dotnet.wdc_defs_macros;

namespace RingThree.Samples.PciDiag;

/// <summary>Transfer commands, typed in one a line: <c>read 0 0x24 32</c>, <c>mask 0xff</c>, <c>write 0 0x64 32 1</c>, <c>done</c>.</summary>
internal static class Commands
{
    private const string Done = "done";
    private const int Most = 64;

    /// <summary>A command as it was typed; its address is the open card's affair.</summary>
    /// <param name="Kind">A read, a write or a mask.</param>
    /// <param name="Space">The address space.</param>
    /// <param name="Offset">Bytes from its start.</param>
    /// <param name="Bits">The width; of a mask that of the read before it.</param>
    /// <param name="Value">What is written, or the mask.</param>
    internal readonly record struct Typed(TypedKind Kind, uint Space, ulong Offset, int Bits, ulong Value);

    /// <summary>What a command does.</summary>
    internal enum TypedKind
    {
        Read,
        Write,
        Mask,
    }

    /// <summary>Asks for commands until somebody is done.</summary>
    internal static IReadOnlyList<Typed> Ask(Answers answers)
    {
        var typed = new List<Typed>();
        while (typed.Count < Most)
        {
            Typed? next = answers.Ask<Typed?>("command: read SPACE OFFSET BITS, write SPACE OFFSET BITS VALUE, mask VALUE, done", Done, text => Parse(answers, text, typed));
            if (next is not { } command) break;
            typed.Add(command);
        }

        return typed;
    }

    /// <summary>The commands with the open card's addresses.</summary>
    /// <exception cref="FailedException">It has no such address space.</exception>
    internal static WD_TRANSFER[] Translate(WDC_DEVICE device, IReadOnlyList<Typed> typed) => [.. typed.Select(command => Translate(device, command))];

    private static Typed? Parse(Answers answers, string text, List<Typed> before)
    {
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return (words[0].ToUpperInvariant(), words.Length) switch
        {
            ("DONE", 1) => null,
            ("READ", 4) => new Typed(TypedKind.Read, Space(answers, words[1]), answers.ParseNumber(words[2], 0, ulong.MaxValue), Bits(words[3]), 0),
            ("WRITE", 5) => new Typed(TypedKind.Write, Space(answers, words[1]), answers.ParseNumber(words[2], 0, ulong.MaxValue), Bits(words[3]), answers.ParseNumber(words[4], 0, Registers.Largest(Bits(words[3])))),
            ("MASK", 2) => before.Count > 0 && before[^1] is { Kind: TypedKind.Read } read
                ? new Typed(TypedKind.Mask, 0, 0, read.Bits, answers.ParseNumber(words[1], 0, Registers.Largest(read.Bits)))
                : throw new FormatException("a mask follows directly after a read."),
            _ => throw new FormatException($"'{Answers.Clean(text)}' is no command: read SPACE OFFSET BITS, write SPACE OFFSET BITS VALUE, mask VALUE, done."),
        };
    }

    private static uint Space(Answers answers, string text) => (uint)answers.ParseNumber(text, 0, 255);

    private static int Bits(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int bits) && bits is 8 or 16 or 32 or 64
        ? bits
        : throw new FormatException($"'{Answers.Clean(text)}' bits: 8, 16, 32 or 64.");

    private static WD_TRANSFER Translate(WDC_DEVICE device, Typed command)
    {
        var transfer = new WD_TRANSFER { Data = new WD_TRANSFER.DATA_T { Qword = command.Value } };
        if (command.Kind == TypedKind.Mask)
        {
            transfer.cmdTrans = (uint)WD_TRANSFER_CMD.CMD_MASK;
            return transfer;
        }

        WDC_ADDR_DESC space = WDC_GET_ADDR_DESC(device, command.Space);
        if (space.qwBytes == 0) throw new FailedException($"the card has no address space {command.Space}.");
        transfer.pPort = unchecked(space.pAddr + command.Offset);
        transfer.cmdTrans = (uint)((command.Kind, WDC_ADDR_IS_MEM(space), command.Bits) switch
        {
            (TypedKind.Read, true, 8) => WD_TRANSFER_CMD.RM_BYTE,
            (TypedKind.Read, true, 16) => WD_TRANSFER_CMD.RM_WORD,
            (TypedKind.Read, true, 32) => WD_TRANSFER_CMD.RM_DWORD,
            (TypedKind.Read, true, _) => WD_TRANSFER_CMD.RM_QWORD,
            (TypedKind.Read, false, 8) => WD_TRANSFER_CMD.RP_BYTE,
            (TypedKind.Read, false, 16) => WD_TRANSFER_CMD.RP_WORD,
            (TypedKind.Read, false, 32) => WD_TRANSFER_CMD.RP_DWORD,
            (TypedKind.Read, false, _) => WD_TRANSFER_CMD.RP_QWORD,
            (_, true, 8) => WD_TRANSFER_CMD.WM_BYTE,
            (_, true, 16) => WD_TRANSFER_CMD.WM_WORD,
            (_, true, 32) => WD_TRANSFER_CMD.WM_DWORD,
            (_, true, _) => WD_TRANSFER_CMD.WM_QWORD,
            (_, false, 8) => WD_TRANSFER_CMD.WP_BYTE,
            (_, false, 16) => WD_TRANSFER_CMD.WP_WORD,
            (_, false, 32) => WD_TRANSFER_CMD.WP_DWORD,
            _ => WD_TRANSFER_CMD.WP_QWORD,
        });
        return transfer;
    }
}
