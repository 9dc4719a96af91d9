namespace RingThree.Transfers;

/// <summary>
/// A short list of transfers and tests that runs at interrupt level, before any user code: it decides whether the
/// interrupt is this device's, acknowledges it, and hands what it read to the handler. Immutable.
/// </summary>
/// <remarks>
/// Order on a level line: the read of the first mask (or compare) runs first. If the test fails the interrupt is not ours
/// and nothing else runs. If it succeeds, the commands before that read run, then those after the test. A later test
/// that fails only stops what follows it. On messages the order is the same and no test stops anything.
/// Source: WinDriver user's manual, interrupt transfer commands and masks.
/// </remarks>
public sealed class TransferProgram : ImmediateStage
{
    private readonly TransferCommand[] _commands;

    internal TransferProgram(TransferCommand[] commands, int valueCount)
    {
        _commands = commands;
        ValueCount = valueCount;
        FirstTest = Array.FindIndex(commands, c => c.IsTest);
    }

    /// <summary>The commands as they were written down.</summary>
    public IReadOnlyList<TransferCommand> Commands => _commands;

    /// <inheritdoc/>
    public override int ValueCount { get; }

    /// <summary>Index of the first mask or compare, -1 when there is none.</summary>
    internal int FirstTest { get; }

    /// <summary>The indices of the commands in the order they run in.</summary>
    internal IEnumerable<int> ExecutionOrder()
    {
        int test = FirstTest;
        if (test < 0) return Enumerable.Range(0, _commands.Length);
        int read = test - 1; // Build saw to it that the first test directly follows its read
        return [read, test, .. Enumerable.Range(0, read), .. Enumerable.Range(test + 1, _commands.Length - test - 1)];
    }

    internal override PreparedStage Prepare(Devices.Device device) => PreparedProgram.Stage(device, this);
}
