using Jungo.wdapi_dotnet;
using RingThree.Transfers;

namespace RingThree.WinDriver;

/// <summary>A list of <see cref="WD_TRANSFER"/> as a transfer program, and the way back for what it reads.</summary>
internal sealed class Commands
{
    private readonly WD_TRANSFER[] _source; // the caller's own array: what is read goes back there
    private readonly List<(int Index, int Width, int Count)> _reads = [];
    private IntPtr _mirror; // where the caller's own list is, when it is in memory

    private Commands(WD_TRANSFER[] source, TransferProgram program)
    {
        (_source, Program) = (source, program);
    }

    internal TransferProgram Program { get; }

    /// <summary>The commands that a program gives; none for null.</summary>
    /// <exception cref="StatusException">It names more than there are.</exception>
    internal static WD_TRANSFER[] Given(WD_TRANSFER[]? commands, uint count)
    {
        commands ??= [];
        if (count > commands.Length) throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{count} commands are named, and there are {commands.Length}.");
        return commands;
    }

    /// <summary>Translates a list for a card. Blocks to write are taken from memory now.</summary>
    /// <exception cref="StatusException">A command is not understood, or names an address that is not the card's.</exception>
    internal static Commands Translate(OpenCard card, WD_TRANSFER[] source, int count)
    {
        var builder = new TransferProgramBuilder();
        var reads = new List<(int, int, int)>();
        int lastWidth = 0;
        for (int i = 0; i < count; i++)
        {
            WD_TRANSFER command = source[i];
            var kind = (WD_TRANSFER_CMD)command.cmdTrans;
            if (kind == WD_TRANSFER_CMD.CMD_NONE) continue;
            if (kind == WD_TRANSFER_CMD.CMD_END) break;
            try
            {
                if (kind == WD_TRANSFER_CMD.CMD_MASK)
                {
                    if (lastWidth == 0) throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, "a mask follows directly after a read");
                    builder.Mask(Value(command, lastWidth));
                    lastWidth = 0;
                    continue;
                }

                TransferShape shape = TransferShape.Of(kind) ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{command.cmdTrans} is no transfer command");
                Add(builder, card, command, shape);
                if (shape.IsRead) reads.Add((i, shape.Width, shape.CountOf(command)));
                lastWidth = shape is { IsRead: true, IsBlock: false } ? shape.Width : 0;
            }
            catch (Exception error) when (error is StatusException or ArgumentException or InvalidOperationException or OverflowException)
            {
                throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"command {i} ({kind}): {error.Message}");
            }
        }

        var commands = new Commands(source, Build(builder));
        commands._reads.AddRange(reads);
        return commands;
    }

    /// <summary>Translates a list that lies in the caller's memory.</summary>
    /// <inheritdoc cref="Translate(OpenCard, WD_TRANSFER[], int)"/>
    internal static Commands Translate(OpenCard card, IntPtr list, uint count)
    {
        if (count > windrvr_consts.MAX_TRANSFER_COMMANDS || list == 0) throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{count} commands at 0x{list:x} cannot be: at most {windrvr_consts.MAX_TRANSFER_COMMANDS}.");
        WD_TRANSFER[] copy = CallerMemory.Of<WD_TRANSFER>(list, count).ToArray();
        Commands commands = Translate(card, copy, copy.Length);
        commands._mirror = list;
        return commands;
    }

    /// <summary>Writes what a run has read into the caller's commands: single values into them, blocks to their buffers.</summary>
    internal void CopyBack(ReadOnlySpan<ulong> values)
    {
        int next = 0;
        foreach ((int index, int width, int count) in _reads)
        {
            ref WD_TRANSFER command = ref _source[index];
            if (TransferShape.Of((WD_TRANSFER_CMD)command.cmdTrans) is { IsBlock: true }) BlockMemory.Write(command.Data.pBuffer, width, values.Slice(next, count));
            else command.Data.Qword = values[next];
            next += count;
        }

        if (_mirror != 0) _source.CopyTo(CallerMemory.Of<WD_TRANSFER>(_mirror, (uint)_source.Length));
    }

    private static TransferProgram Build(TransferProgramBuilder builder)
    {
        try
        {
            return builder.Build();
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, error.Message);
        }
    }

    private static void Add(TransferProgramBuilder builder, OpenCard card, in WD_TRANSFER command, TransferShape shape)
    {
        int count = shape.CountOf(command);
        bool fifo = command.fAutoinc == 0;
        ulong length = (ulong)shape.Width * (shape.IsBlock && !fifo ? (ulong)count : 1);
        AddressSpace space = card.Space(shape.IsPort, command.pPort, length)
            ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{(shape.IsPort ? "port" : "address")} 0x{command.pPort:x} is in no address space of {card.Hardware}");
        ulong offset = command.pPort - space.Address;
        switch (shape)
        {
            case { IsRead: true, IsBlock: true }: builder.ReadBlock(shape.Width, space.Index, offset, count, fifo); break;
            case { IsRead: true }: builder.Read(shape.Width, space.Index, offset); break;
            case { IsBlock: true }: builder.WriteBlock(shape.Width, space.Index, offset, BlockMemory.Read(command.Data.pBuffer, shape.Width, count), fifo); break;
            default: builder.Write(shape.Width, space.Index, offset, Value(command, shape.Width)); break;
        }
    }

    private static ulong Value(in WD_TRANSFER command, int width) => width switch
    {
        1 => command.Data.Byte,
        2 => command.Data.Word,
        4 => command.Data.Dword,
        _ => command.Data.Qword,
    };
}

/// <summary>What the number of a transfer command says. Source: WinDriver manual, WD_TRANSFER_CMD.</summary>
/// <param name="IsRead">Read or write.</param>
/// <param name="IsPort">Ports or memory.</param>
/// <param name="IsBlock">A block ("string").</param>
/// <param name="Width">Bytes of one access.</param>
internal readonly record struct TransferShape(bool IsRead, bool IsPort, bool IsBlock, int Width)
{
    /// <summary>The most accesses of one command, whose values are kept: a million take a second on a slow bus.</summary>
    private const int MostAccesses = 1 << 20;

    /// <summary>How many accesses a command makes.</summary>
    internal int CountOf(in WD_TRANSFER command)
    {
        if (!IsBlock) return 1;
        if (command.dwBytes == 0 || command.dwBytes % (uint)Width != 0) throw new ArgumentException($"{command.dwBytes} bytes are no whole number of {Width}-byte accesses");
        uint count = command.dwBytes / (uint)Width;
        if (count > MostAccesses) throw new ArgumentException($"{count} accesses are more than the {MostAccesses} that one command makes: move the block in parts, or with WDC_ReadAddrBlock");
        return (int)count;
    }

    internal static TransferShape? Of(WD_TRANSFER_CMD command)
    {
        // Ten numbers for each of ports, port blocks, memory, memory blocks: three reads, three writes, then 64 bits.
        (int group, int place) = Math.DivRem((int)command, 10);
        if (group is < 1 or > 4 || place > 7) return null;
        bool read = place is < 3 or 6;
        int width = place >= 6 ? 8 : 1 << (place % 3);
        return new TransferShape(read, group <= 2, group is 2 or 4, width);
    }
}

/// <summary>Blocks of values in the caller's memory.</summary>
internal static unsafe class BlockMemory
{
    /// <remarks>Sound as far as the caller is: the pointer and the length are the caller's word, as in every version of this API.</remarks>
    internal static ulong[] Read(IntPtr buffer, int width, int count)
    {
        if (buffer == 0) throw new ArgumentException("a block needs a buffer");
        ulong[] values = new ulong[count];
        for (int i = 0; i < count; i++)
        {
            void* at = (byte*)buffer + ((nint)i * width);
            values[i] = width switch { 1 => *(byte*)at, 2 => *(ushort*)at, 4 => *(uint*)at, _ => *(ulong*)at };
        }

        return values;
    }

    /// <inheritdoc cref="Read"/>
    internal static void Write(IntPtr buffer, int width, ReadOnlySpan<ulong> values)
    {
        if (buffer == 0) return;
        for (int i = 0; i < values.Length; i++)
        {
            void* at = (byte*)buffer + ((nint)i * width);
            switch (width)
            {
                case 1: *(byte*)at = (byte)values[i]; break;
                case 2: *(ushort*)at = (ushort)values[i]; break;
                case 4: *(uint*)at = (uint)values[i]; break;
                default: *(ulong*)at = values[i]; break;
            }
        }
    }
}
