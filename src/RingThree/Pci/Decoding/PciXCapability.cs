namespace RingThree.Pci.Decoding;

/// <summary>PCI-X of a function (PCI-X Addendum 2.0, 7.2). A bridge's has other registers: its status alone is decoded.</summary>
internal static class PciXCapability
{
    private static readonly int[] Splits = [1, 2, 3, 4, 8, 12, 16, 32];

    internal static void Decode(CapabilityReader reader, FieldList fields, int? port)
    {
        fields.Group("command", reader.Half(2), r => r
            .Flag("dataParityErrorRecovery", 0).Flag("relaxedOrdering", 1).Number("maxReadBytes", 2, 2, n => 512 << (int)n).Number("maxSplitTransactions", 4, 3, n => Splits[n]));
        fields.Group("status", reader.Word(4), r => r
            .Number("bus", 8, 8).Number("device", 3, 5).Number("function", 0, 3).Flag("is64Bit", 16, "64-bit").Flag("capable133MHz", 17, "133 MHz").Flag("splitCompletionDiscarded", 18)
            .Flag("unexpectedSplitCompletion", 19).Flag("isBridge", 20, "a bridge").Number("designedMaxReadBytes", 21, 2, n => 512 << (int)n)
            .Number("designedMaxSplitTransactions", 23, 3, n => Splits[n]).Flag("splitCompletionError", 29).Flag("capable266MHz", 30, "266 MHz").Flag("capable533MHz", 31, "533 MHz"));
    }
}
