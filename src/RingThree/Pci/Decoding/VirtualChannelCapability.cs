using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>Virtual channels (PCI Express Base 5.0, 7.9.1; multi-function: 7.9.2).</summary>
internal static class VirtualChannelCapability
{
    private static readonly (int Bit, string Word)[] PortArbitration = [(0, "fixed"), (1, "wrr32"), (2, "wrr64"), (3, "wrr128"), (4, "timeBasedWrr128"), (5, "wrr256")];

    internal static IEnumerable<Row> Layout(CapabilityReader at)
    {
        int channels = (int)at.Peek(4, 4, 2, 0) + 1;
        bool tables = at.Peek(8, 4, 31, 24) != 0 || Enumerable.Range(0, channels).Any(i => at.Peek(0x10 + (12 * i), 4, 31, 24) != 0);
        return [.. Registers(channels), .. tables ? new Row[] { Rest() } : []];
    }

    private static Row[] Registers(int channels) =>
    [
        Word(0x04, Number(2, 0, "extendedChannels"), Number(6, 4, "lowPriorityChannels"), Optional(9, 8, "referenceClock"), Number(11, 10, "arbitrationEntryBits", n => 1 << (int)n)),
        Word(0x08, Words(7, 0, "arbitration", (0, "fixed"), (1, "wrr32"), (2, "wrr64"), (3, "wrr128")), Optional(31, 24, "arbitrationTableOffset")),
        Half(0x0C, Flag(0, "loadArbitrationTable"), Number(3, 1, "arbitrationSelect")),
        Half(0x0E, Flag(0, "arbitrationTableLoading")),
        List("channels", channels, i =>
        {
            int channel = 0x10 + (12 * i);
            return
            [
                Word(channel + 4, Number(26, 24, "id"), Flag(31, "enabled", clear: "disabled"), Hex(7, 0, "trafficClasses", 2), Flag(16, "loadTable"), Number(19, 17, "arbitrationSelect")),
                Word(channel, Words(7, 0, "portArbitration", PortArbitration), Flag(14, "advancedSwitching"), Flag(15, "rejectSnoop"), Number(22, 16, "maxTimeSlots", n => n + 1), Optional(31, 24, "tableOffset")),
                Half(channel + 10, Flag(0, "tableLoading"), Flag(1, "negotiationPending")),
            ];
        }),
    ];
}
