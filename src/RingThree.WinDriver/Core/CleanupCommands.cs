using RingThree.Transfers;

namespace RingThree.WinDriver;

/// <summary>What brings a card to rest when its program does not: transfer commands that run as the card is left open, and at every close where that is wanted.</summary>
/// <param name="program">The commands, made ready for the card.</param>
/// <param name="always">Whether they run at an orderly close too.</param>
internal sealed class CleanupCommands(PreparedProgram program, bool always)
{
    /// <summary>The card is about to be closed.</summary>
    /// <param name="card">The card.</param>
    /// <param name="isOrderly">Whether its program closes it itself.</param>
    internal void Run(OpenCard card, bool isOrderly)
    {
        if (isOrderly && !always) return;
        try
        {
            program.Run(new ulong[program.ValueCount]);
            DebugLog.Trace($"{card.Hardware}: the cleanup commands have run.");
        }
        catch (Exception error)
        {
            DebugLog.Error($"{card.Hardware}: the cleanup commands", error.ToString());
        }
    }
}
