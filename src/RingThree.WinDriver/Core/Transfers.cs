using Jungo.wdapi_dotnet;

namespace RingThree.WinDriver;

/// <summary>Transfer commands that a program runs itself. Their addresses say which card is meant.</summary>
internal static class Transfers
{
    internal static uint Run(string operation, IntPtr commands, uint count) => Status.Run(operation, () =>
    {
        DriverState.Check();
        if (commands == 0 || count == 0 || count > windrvr_consts.MAX_TRANSFER_COMMANDS)
            throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{count} commands at 0x{commands:x} cannot be: 1 to {windrvr_consts.MAX_TRANSFER_COMMANDS}.");
        Run(CallerMemory.Of<WD_TRANSFER>(commands, count));
    });

    /// <summary>Runs commands one after another, as far as CMD_END; a CMD_NONE among them, as an array has it that was not filled, does nothing.</summary>
    internal static void Run(Span<WD_TRANSFER> commands)
    {
        foreach (ref WD_TRANSFER command in commands)
        {
            if (command.cmdTrans == (uint)WD_TRANSFER_CMD.CMD_END) return;
            if (command.cmdTrans != (uint)WD_TRANSFER_CMD.CMD_NONE) Run(ref command);
        }
    }

    internal static void Run(ref WD_TRANSFER command)
    {
        TransferShape shape = TransferShape.Of((WD_TRANSFER_CMD)command.cmdTrans)
            ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{command.cmdTrans} is no transfer command that can be run.");
        ulong address = command.pPort;
        OpenCard card = OpenCards.All.FirstOrDefault(c => c.Space(shape.IsPort, address, 1) is not null)
            ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{(shape.IsPort ? "port" : "address")} 0x{address:x} is of no open device.");
        WD_TRANSFER[] one = [command];
        var list = Commands.Translate(card, one, 1);
        Span<ulong> values = new ulong[list.Program.ValueCount];
        card.Hardware.Prepare(list.Program).Run(values);
        list.CopyBack(values);
        command = one[0];
    }
}
