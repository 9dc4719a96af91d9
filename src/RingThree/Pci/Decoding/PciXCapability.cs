using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>PCI-X of a function (PCI-X Addendum 2.0, 7.2) or of a bridge (8.6.2).</summary>
internal static class PciXCapability
{
    private static readonly int[] Splits = [1, 2, 3, 4, 8, 12, 16, 32];

    internal static IEnumerable<Row> Layout(CapabilityReader at) =>
        [.. at.Function.HeaderType == 1 ? Bridge : Card, .. at.Peek(2, 2, 13, 12) != 0 ? new Row[] { Rest() } : []]; // from version 1 on: registers for error correction

    private static Row[] Card =>
    [
        Half(2, "command", Flag(0, "dataParityErrorRecovery"), Flag(1, "relaxedOrdering"), Number(3, 2, "maxReadBytes", n => 512 << (int)n), Number(6, 4, "maxSplitTransactions", n => Splits[n]),
            Optional(13, 12, "version")),
        Word(4, "status",
        [
            .. Place, Flag(20, "isBridge", "a bridge"), Number(22, 21, "designedMaxReadBytes", n => 512 << (int)n), Number(25, 23, "designedMaxSplitTransactions", n => Splits[n]),
            Number(28, 26, "designedMaxCumulativeReadBytes", n => 1024 << (int)n), Flag(29, "splitCompletionError"), Flag(30, "capable266MHz", "266 MHz"), Flag(31, "capable533MHz", "533 MHz"),
        ]),
    ];

    private static Row[] Bridge =>
    [
        Half(2, "secondaryStatus", Flag(0, "is64Bit", "64-bit"), Flag(1, "capable133MHz", "133 MHz"), Flag(2, "splitCompletionDiscarded"), Flag(3, "unexpectedSplitCompletion"),
            Flag(4, "splitCompletionOverrun"), Flag(5, "splitRequestDelayed"),
            Choice(8, 6, "clock", "conventional", "66 MHz", "100 MHz", "133 MHz"), Optional(13, 12, "version"), Flag(14, "capable266MHz", "266 MHz"),
            Flag(15, "capable533MHz", "533 MHz")),
        Word(4, "status", [.. Place, Flag(20, "splitCompletionOverrun"), Flag(21, "splitRequestDelayed"), Flag(30, "capable266MHz", "266 MHz"), Flag(31, "capable533MHz", "533 MHz")]),
        Word(8, "upstreamSplits", Number(15, 0, "capacity"), Number(31, 16, "commitmentLimit")),
        Word(12, "downstreamSplits", Number(15, 0, "capacity"), Number(31, 16, "commitmentLimit")),
    ];

    private static FieldRule[] Place =>
    [
        Number(15, 8, "bus"), Number(7, 3, "device"), Number(2, 0, "function"), Flag(16, "is64Bit", "64-bit"), Flag(17, "capable133MHz", "133 MHz"), Flag(18, "splitCompletionDiscarded"),
        Flag(19, "unexpectedSplitCompletion"),
    ];
}
