using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>HyperTransport (HyperTransport I/O Link 3.10, 7.1 to 7.16): one capability id, and a block of registers of each kind.</summary>
internal static class HyperTransportCapability
{
    private const int MsiMapping = 0b10101;

    /// <summary>Kinds that five bits tell: what the rest of the command register says, and the registers that follow it.</summary>
    private static readonly Dictionary<uint, (string Kind, Func<CapabilityReader, FieldRule[]> Command, Func<CapabilityReader, Row[]> Registers)> Blocks = new()
    {
        [0b01000] = ("switch", _ => [Flag(7, "virtualBufferError"), Flag(8, "virtualBufferFlood"), Flag(9, "virtualBufferFatal"), Flag(10, "virtualBufferNonFatal")], _ => Switch),
        [0b10000] = ("interrupt discovery", _ => [Hex(7, 0, "index", 2)], _ => [Word(4, Hex(31, 0, "data", 8))]),
        [0b10001] = ("revision id", _ => [Number(7, 5, "major"), Number(4, 0, "minor")], _ => []),
        [0b10010] = ("unit id clumping", _ => [], _ => [Word(4, Hex(31, 0, "clumpingSupport", 8)), Word(8, Hex(31, 0, "clumpingEnable", 8))]),
        [0b10011] = ("extended configuration space access", _ => [], _ => [ConfigurationAddress, Word(8, Hex(31, 0, "data", 8))]),
        [0b10100] = ("address mapping", _ => [Number(3, 0, "dmaMappings"), Number(8, 4, "ioSize"), Choice(10, 9, "mapType", "40-bit", "64-bit")], AddressMapping),
        [MsiMapping] = ("MSI mapping", MessageCommand, at => IsFixed(at) ? [] : [Long(4, Address(63, 20, "address"))]),
        [0b10110] = ("direct route", _ => [Number(3, 0, "spaces"), Number(8, 4, "index")], _ => [Word(4, Hex(31, 0, "enable", 8)), Word(8, Hex(31, 0, "data", 8))]),
        [0b10111] = ("virtual channel set", _ => [], _ => ChannelSet),
        [0b11000] = ("retry mode", _ => [], _ => RetryMode),
        [0b11001] = ("x86 encoding", _ => [], _ => [Rest(4)]),
        [0b11010] = ("generation 3", _ => [], _ => [Rest(4)]),
        [0b11011] = ("function level extension", _ => [], _ => [Rest(4)]),
        [0b11100] = ("power management", _ => [], _ => [Rest(4)]),
        [0b11101] = ("high node count", _ => [], _ => [Rest(4)]),
    };

    private static readonly string[] Frequencies =
        ["200 MHz", "300 MHz", "400 MHz", "500 MHz", "600 MHz", "800 MHz", "1 GHz", "1.2 GHz", "1.4 GHz", "1.6 GHz", "1.8 GHz", "2 GHz", "2.2 GHz", "2.4 GHz", "2.6 GHz", "vendor's"];

    private static readonly string[] Widths = ["8 bits", "16 bits", "", "32 bits", "2 bits", "4 bits", "", "not connected"];

    /// <summary>Slave and host blocks are told by three bits, the others by five.</summary>
    internal static IEnumerable<Row> Layout(CapabilityReader at)
    {
        switch (at.Peek(2, 2, 15, 13))
        {
            case 0: return [Half(2, [Kind(15, 13, "slave or primary interface"), .. SlaveCommand]), .. Slave];
            case 1: return [Half(2, [Kind(15, 13, "host or secondary interface"), .. HostCommand]), .. Host];
        }

        uint code = at.Peek(2, 2, 15, 11);
        return Blocks.TryGetValue(code, out var block)
            ? [Half(2, [Kind(15, 11, block.Kind), .. block.Command(at)]), .. block.Registers(at)]
            : [Half(2, Kind(15, 11, $"unknown ({code})")), Rest(4)];
    }

    private static FieldRule Kind(int high, int low, string kind) => (into, _) =>
    {
        into.Text("kind", kind);
        return Mask(high, low);
    };

    private static FieldRule[] SlaveCommand =>
        [Number(4, 0, "baseUnitId"), Number(9, 5, "units"), Flag(10, "masterHost"), Flag(11, "defaultDirection"), Flag(12, "dropOnUninitializedLink")];

    private static FieldRule[] HostCommand =>
    [
        Flag(0, "warmReset"), Flag(1, "doubleEnded"), Number(6, 2, "device"), Flag(7, "chainSide"), Flag(8, "hostHide"), Flag(10, "actAsSlave"), Flag(11, "inboundEndOfChainError"),
        Flag(12, "dropOnUninitializedLink"),
    ];

    private static Row[] Slave =>
    [
        Control(0x04, "linkControl0"), Configuration(0x06, "linkConfiguration0"), Control(0x08, "linkControl1"), Configuration(0x0A, "linkConfiguration1"), Revision(0x0C),
        Speed(0x0D, "link0"), Speeds(0x0E, "linkFrequencies0"),
        Byte(0x10, "features", Features),
        Speed(0x11, "link1"), Speeds(0x12, "linkFrequencies1"),
        Half(0x14, Hex(15, 0, "scratchpad", 4)), Errors(0x16), Byte(0x18, Hex(7, 0, "memoryBaseUpper", 2)), Byte(0x19, Hex(7, 0, "memoryLimitUpper", 2)), Byte(0x1A, Number(7, 0, "bus")),
    ];

    private static Row[] Host =>
    [
        Control(0x04, "linkControl"), Configuration(0x06, "linkConfiguration"), Revision(0x08), Speed(0x09, "link"), Speeds(0x0A, "linkFrequencies"),
        Half(0x0C, "features", [.. Features, Flag(8, "extendedRegisterSet"), Flag(9, "upstreamConfiguration")]),
        Half(0x10, Hex(15, 0, "scratchpad", 4)), Errors(0x12), Byte(0x14, Hex(7, 0, "memoryBaseUpper", 2)), Byte(0x15, Hex(7, 0, "memoryLimitUpper", 2)),
    ];

    private static Row[] Switch =>
    [
        Word(0x04, Hex(31, 0, "partitionMask", 8)),
        Word(0x08, "switchInformation", Number(4, 0, "defaultPort"), Flag(5, "decode"), Flag(6, "coldReset"), Number(11, 8, "counterIndex"), Number(17, 12, "rangeIndex"), Flag(18, "hotPlug"), Flag(19, "hidePort")),
        Word(0x0C, Hex(31, 0, "counter", 8)), Word(0x10, Hex(31, 0, "rangeData", 8)), Word(0x14, Hex(31, 0, "secondaryBaseData", 8)),
    ];

    private static Row[] ChannelSet =>
    [
        Byte(4, Hex(7, 0, "supportedSets", 2)), Byte(5, Hex(7, 0, "enabledSets1", 2)), Byte(6, Hex(7, 0, "enabledSets0", 2)), Byte(8, Number(7, 0, "streamBucketDepth")),
        Byte(9, Number(7, 0, "streamInterval")), Byte(10, Number(7, 0, "streamingChannels")), Byte(12, Number(7, 0, "nonFlowControlledBucketDepth")), Byte(13, Number(7, 0, "nonFlowControlledInterval")),
    ];

    private static Row[] RetryMode =>
    [
        RetryControl(4, "control0"), RetryStatus(5, "status0"), RetryControl(6, "control1"), RetryStatus(7, "status1"), Half(8, Number(15, 0, "retries0")), Half(10, Number(15, 0, "retries1")),
    ];

    private static RegisterRow ConfigurationAddress =>
        Word(4, Address(11, 2, "register"), Number(14, 12, "function"), Number(19, 15, "device"), Number(27, 20, "bus"), Flag(28, "accessType"));

    private static FieldRule[] Features =>
    [
        Flag(0, "isochronousFlowControl"), Flag(1, "ldtStop", "LDTSTOP#"), Flag(2, "crcTestMode"), Flag(3, "extendedControlTime"), Flag(4, "address64", "64-bit addresses"), Flag(5, "unitIdReorderDisable"),
    ];

    private static Row[] AddressMapping(CapabilityReader at) =>
        at.Peek(2, 2, 10, 9) == 1 ? [Word(4, Hex(31, 0, "index", 8)), Long(8, Hex(63, 0, "data"))] : [Window(4, "window"), Window(8, "prefetchableWindow")];

    private static FieldRule[] MessageCommand(CapabilityReader at)
    {
        const ulong fixedAddress = 0xFEE0_0000;
        FieldRule[] flags = [Flag(0, "enabled", clear: "disabled"), Flag(1, "fixed")];
        return IsFixed(at) ? [.. flags, (into, _) => { into.Hex("address", fixedAddress); return 0; }] : flags;
    }

    private static bool IsFixed(CapabilityReader at) => at.Peek(2, 2, 1, 1) != 0;

    private static RegisterRow Window(int offset, string name) =>
        Word(offset, name, Address(19, 0, "base"), Flag(28, "compatible"), Flag(29, "nonCoherent"), Flag(30, "isochronous"), Flag(31, "enabled"));

    private static RegisterRow Control(int offset, string name) => Half(offset, name, Flag(1, "crcFlood"), Flag(2, "crcStartTest"), Flag(3, "crcForceError"), Flag(4, "linkFailure"),
        Flag(5, "initialized"), Flag(6, "endOfChain"), Flag(7, "transmitterOff"), Optional(11, 8, "crcErrors"), Flag(12, "isochronousFlowControl"), Flag(13, "ldtStopTristate", "LDTSTOP# tristate"),
        Flag(14, "extendedControlTime"), Flag(15, "address64", "64-bit addresses"));

    private static RegisterRow Configuration(int offset, string name) => Half(offset, name, Choice(2, 0, "maxWidthIn", Widths), Flag(3, "doublewordFlowControlIn"), Choice(6, 4, "maxWidthOut", Widths),
        Flag(7, "doublewordFlowControlOut"), Choice(10, 8, "widthIn", Widths), Flag(11, "doublewordFlowControlInEnabled"), Choice(14, 12, "widthOut", Widths), Flag(15, "doublewordFlowControlOutEnabled"));

    private static RegisterRow Revision(int offset) => Byte(offset, Number(7, 5, "major"), Number(4, 0, "minor"));

    private static RegisterRow Speed(int offset, string name) =>
        Byte(offset, name, Choice(3, 0, "frequency", Frequencies), Flag(4, "protocolError"), Flag(5, "overflowError"), Flag(6, "endOfChainError"), Flag(7, "controlTimeout"));

    private static RegisterRow Speeds(int offset, string name) => Half(offset, Words(15, 0, name, [.. Frequencies.Select((frequency, bit) => (bit, frequency))]));

    private static RegisterRow Errors(int offset) => Half(offset, "errorHandling", Flag(0, "protocolErrorFlood"), Flag(1, "overflowErrorFlood"), Flag(2, "protocolErrorFatal"), Flag(3, "overflowErrorFatal"),
        Flag(4, "endOfChainErrorFatal"), Flag(5, "responseErrorFatal"), Flag(6, "crcErrorFatal"), Flag(7, "systemErrorFatal"), Flag(8, "chainFail"), Flag(9, "responseError"),
        Flag(10, "protocolErrorNonFatal"), Flag(11, "overflowErrorNonFatal"), Flag(12, "endOfChainErrorNonFatal"), Flag(13, "responseErrorNonFatal"), Flag(14, "crcErrorNonFatal"),
        Flag(15, "systemErrorNonFatal"));

    private static RegisterRow RetryControl(int offset, string name) => Byte(offset, name, Flag(0, "retry"), Flag(1, "forceSingleError"), Flag(2, "rolloverNonFatal"), Flag(3, "forceSingleStomp"),
        Flag(4, "retryNonFatal"), Flag(5, "retryFatal"), Number(7, 6, "allowedAttempts"));

    private static RegisterRow RetryStatus(int offset, string name) => Byte(offset, name, Flag(0, "retrySent"), Flag(1, "countRollover"), Flag(2, "stompReceived"));
}
