using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>What isolates and translates a function's requests.</summary>
internal static class VirtualizationCapabilities
{
    private static readonly (int Bit, string Word)[] Controls =
    [
        (0, "sourceValidation"), (1, "translationBlocking"), (2, "requestRedirect"), (3, "completionRedirect"), (4, "upstreamForwarding"), (5, "egressControl"), (6, "directTranslated"),
    ];

    private static readonly string[] MemoryAccess = ["direct", "blocked", "redirected", ""];

    /// <summary>Access control services (PCI Express Base 6.0, 7.7.11).</summary>
    internal static IEnumerable<Row> AccessControl(CapabilityReader at)
    {
        bool egress = at.Peek(4, 2, 5, 5) != 0;
        int bits = (int)at.Peek(4, 2, 15, 8) is > 0 and int count ? count : 256;
        return
        [
            Half(4, [Words(6, 0, "capable", Controls), Flag(7, "enhanced"), .. egress ? new[] { Number(15, 8, "egressVectorBits", n => n == 0 ? 256 : n) } : []]),
            Half(6, Words(6, 0, "enabled", Controls), Flag(7, "ioRequestBlocking"), Choice(9, 8, "downstreamMemoryAccess", MemoryAccess), Choice(11, 10, "upstreamMemoryAccess", MemoryAccess),
                Flag(12, "unclaimedRequestRedirect")),
            .. egress ? new Row[] { Bytes("egressVector", 8, 8 + ((bits + 31) / 32 * 4)) } : [],
        ];
    }

    /// <summary>Alternative routing-id interpretation (PCI Express Base 5.0, 7.8.7).</summary>
    internal static IEnumerable<Row> AlternativeRouting(CapabilityReader at) =>
    [
        Half(4, Flag(0, "functionGroupsCapable"), Flag(1, "accessControlGroupsCapable"), Number(15, 8, "nextFunction")),
        Half(6, Flag(0, "functionGroups"), Flag(1, "accessControlGroups"), Number(6, 4, "functionGroup")),
    ];

    /// <summary>Address translation services (PCI Express Base 6.0, 10.5.1).</summary>
    internal static IEnumerable<Row> AddressTranslation(CapabilityReader at) =>
    [
        Half(6, Flag(15, "enabled", clear: "disabled"), Number(4, 0, "smallestUnitBytes", n => 4096m * (1UL << (int)n))),
        Half(4, Number(4, 0, "queueDepth", n => n == 0 ? 32 : n), Flag(5, "pageAligned"), Flag(6, "globalInvalidate"), Flag(7, "relaxedOrdering"), Flag(8, "memoryAttributes")),
    ];

    /// <summary>Page request interface (PCI Express Base 6.0, 10.5.2).</summary>
    internal static IEnumerable<Row> PageRequest(CapabilityReader at) =>
    [
        Half(4, Flag(0, "enabled", clear: "disabled"), Flag(1, "reset")),
        Half(6, "status", Flag(0, "responseFailure"), Flag(1, "unexpectedGroup"), Flag(8, "stopped"), Flag(15, "pasidRequired")),
        Word(8, Number(31, 0, "capacity")),
        Word(12, Number(31, 0, "allocation")),
    ];

    /// <summary>Process address space ids (PCI Express Base 6.0, 7.8.9).</summary>
    internal static IEnumerable<Row> ProcessAddressSpace(CapabilityReader at) =>
    [
        Half(4, "capabilities", Flag(1, "execute"), Flag(2, "privileged"), Flag(3, "translatedRequests"), Number(12, 8, "widthBits")),
        Half(6, "control", Flag(0, "enabled", clear: "disabled"), Flag(1, "execute"), Flag(2, "privileged"), Flag(3, "translatedRequests")),
    ];
}
