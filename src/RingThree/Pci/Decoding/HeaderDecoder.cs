using System.Buffers.Binary;
using RingThree.Hosting;
using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>The first 64 bytes, of each header type (PCI Local Bus 3.0, 6.1; PCI-to-PCI Bridge 1.2, 3.2; PC Card Standard 8.0, volume 7).</summary>
internal static class HeaderDecoder
{
    private const int Card = 0;
    private const int Bridge = 1;
    private const int CardBus = 2;

    private static RegisterRow Command => Half(0x04, Flag(0, "ioSpace"), Flag(1, "memorySpace"), Flag(2, "busMaster"), Flag(3, "specialCycles"), Flag(4, "memoryWriteAndInvalidate"),
        Flag(5, "vgaPaletteSnoop"), Flag(6, "parityErrorResponse"), Flag(7, "addressStepping"), Flag(8, "systemError"), Flag(9, "fastBackToBack"), Flag(10, "interruptDisable"));

    private static RegisterRow SelfTest => Byte(0x0F, Flag(7, "capable"), Flag(6, "running"), Number(3, 0, "code"));

    internal static PciFunctionDescription Decode(
        byte[] image, FunctionContext function, IReadOnlyList<RegionDescription>? regions, List<string> problems, List<PciCapabilityDescription> capabilities)
    {
        ushort Short(int at) => BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(at));
        var header = new CapabilityReader(image, 0, image.Length, function);
        int type = function.HeaderType;
        uint code = BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(0x08)) >> 8;
        if (type > CardBus) problems.Add($"Header type {type} is reserved; what differs between types is left out.");
        var command = (PciCommand)Short(0x04);
        PciId? subsystem = type switch
        {
            Card => Pair(Short(0x2C), Short(0x2E)),
            CardBus when image.Length >= 0x44 => Pair(Short(0x40), Short(0x42)),
            Bridge => OfBridge(capabilities),
            _ => null,
        };
        return new PciFunctionDescription
        {
            BytesRead = image.Length,
            Image = image,
            IsDecoded = true,
            Id = new PciId(Short(0x00), Short(0x02)),
            Subsystem = subsystem,
            Revision = image[0x08],
            ClassCode = code,
            ClassName = PciClassNames.Of(code),
            HeaderType = type,
            IsMultiFunction = (image[0x0E] & 0x80) != 0,
            Command = Row.Fields(header, Command),
            Status = Row.Fields(header, Status(0x06, null, secondary: false)),
            CacheLineBytes = image[0x0C] * 4,
            LatencyTimer = image[0x0D],
            SelfTest = Row.Fields(header, SelfTest),
            Bars = BarDecoder.Bars(image, type switch { Card => 6, Bridge => 2, CardBus => 1, _ => 0 }, command, regions, problems),
            Rom = type is Card or Bridge ? BarDecoder.Rom(image, type == Card ? 0x30 : 0x38, command, regions, problems) : null,
            IsRomSwitchedOn = type is Card or Bridge && (image[type == Card ? 0x30 : 0x38] & 1) != 0,
            InterruptPin = Pin(image[0x3D], problems),
            InterruptLine = image[0x3C],
            CardBusPointer = type == Card ? BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(0x28)) : null,
            MinimumGrant = type == Card ? image[0x3E] : null,
            MaximumLatency = type == Card ? image[0x3F] : null,
            UnnamedBits = Unnamed(image, function),
            Bridge = type switch { Bridge => BridgeDecoder.Decode(header), CardBus => BridgeDecoder.DecodeCardBus(header), _ => [] },
            Capabilities = capabilities,
            Problems = problems,
        };
    }

    /// <summary>The status register, or a bridge's of its other side (PCI-to-PCI Bridge 1.2, 3.2.5.5): the same bits from 5 on.</summary>
    internal static RegisterRow Status(int offset, string? name, bool secondary) => new(offset, 2, name,
    [
        .. secondary ? (FieldRule[])[] : [Flag(0, "immediateReadiness"), Flag(3, "interruptPending"), Flag(4, "capabilityList")],
        Flag(5, "capable66MHz", "66 MHz"), Flag(6, "userDefinableFeatures"), Flag(7, "fastBackToBack"), Flag(8, "masterDataParityError"), Choice(10, 9, "deviceSelectTiming", "fast", "medium", "slow"),
        Flag(11, "signalledTargetAbort"), Flag(12, "receivedTargetAbort"), Flag(13, "receivedMasterAbort"),
        Flag(14, secondary ? "receivedSystemError" : "signalledSystemError"), Flag(15, "detectedParityError"),
    ]);

    /// <summary>The bits of the header that are set and that nothing names: of its reserved registers, and of parts of others.</summary>
    private static IReadOnlyList<string> Unnamed(byte[] image, FunctionContext function)
    {
        var reader = new CapabilityReader(image, 0, image.Length, function);
        int bars = function.HeaderType switch { Card => 6, Bridge => 2, CardBus => 1, _ => 0 };
        IEnumerable<Row> rows =
        [
            Word(0x00, Elsewhere(31, 0)), Word(0x04, Elsewhere(31, 0)), Word(0x08, Elsewhere(31, 0)), Word(0x0C, Elsewhere(31, 0)), Half(0x3C, Elsewhere(15, 0)),
            .. BarDecoder.Rows(reader, bars),
            .. function.HeaderType switch
            {
                Card => [Word(0x28, Elsewhere(31, 0)), Word(0x2C, Identity), Word(0x30, Elsewhere(31, 11), Elsewhere(0, 0)), Byte(0x34, List), Half(0x3E, Elsewhere(15, 0))],
                Bridge => [Word(0x18, Elsewhere(31, 0)), Half(0x1E, Elsewhere(15, 0)), .. BridgeDecoder.WindowRows(reader), Byte(0x34, List), Word(0x38, Elsewhere(31, 11), Elsewhere(0, 0)), Half(0x3E, Elsewhere(15, 0))],
                CardBus => [Byte(0x14, List), Half(0x16, Elsewhere(15, 0)), Word(0x18, Elsewhere(31, 0)), .. BridgeDecoder.CardBusWindowRows(reader), Half(0x3E, Elsewhere(15, 0)), Word(0x40, Identity)],
                _ => (Row[])[Half(0x3E)],
            },
        ];
        var fields = new FieldList();
        Row.Decode(reader, rows, fields, from: 0);
        return fields.Fields.FirstOrDefault(f => f.Name == "unnamedBits")?.Words ?? [];

        // The first capability says where the list begins, if the status says that there is one.
        ulong List(FieldList into, ulong register) => reader.Peek(0x06, 2, 4, 4) != 0 ? Mask(7, 2) : 0;
    }

    /// <summary>A subsystem that has no vendor is none, whatever its id.</summary>
    private static ulong Identity(FieldList into, ulong register) =>
        register == uint.MaxValue || Pair((ushort)register, (ushort)(register >> 16)) is not null ? register : 0;

    private static PciId? Pair(ushort vendor, ushort device) => vendor is 0 or ushort.MaxValue ? null : new PciId(vendor, device);

    private static PciId? OfBridge(List<PciCapabilityDescription> capabilities)
    {
        PciCapabilityDescription? own = capabilities.Find(c => c.Capability is { IsExtended: false, Id: (ushort)PciCapabilityId.BridgeSubsystem });
        return own?.Number("vendorId") is { } vendor && own.Number("subsystemId") is { } device ? Pair((ushort)vendor, (ushort)device) : null;
    }

    private static int Pin(byte pin, List<string> problems)
    {
        if (pin <= 4) return pin;
        problems.Add($"The interrupt pin register holds {pin}; 0 is none, 1 to 4 are INTA# to INTD#.");
        return 0;
    }
}
