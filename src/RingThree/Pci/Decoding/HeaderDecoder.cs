using System.Buffers.Binary;
using RingThree.Hosting;

namespace RingThree.Pci.Decoding;

/// <summary>The first 64 bytes, of each header type (PCI Local Bus 3.0, 6.1; PCI-to-PCI Bridge 1.2, 3.2; PC Card Standard 8.0, volume 7).</summary>
internal static class HeaderDecoder
{
    private const int Card = 0;
    private const int Bridge = 1;
    private const int CardBus = 2;

    internal static PciFunctionDescription Decode(byte[] image, IReadOnlyList<RegionDescription>? regions, List<string> problems, List<PciCapabilityDescription> capabilities)
    {
        ushort Half(int at) => BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(at));
        var header = new CapabilityReader(image, 0, image.Length);
        int type = image[0x0E] & 0x7F;
        uint code = BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(0x08)) >> 8;
        if (type > CardBus) problems.Add($"Header type {type} is reserved; what differs between types is left out.");
        var command = (PciCommand)Half(0x04);
        PciId? subsystem = type switch
        {
            Card => Pair(Half(0x2C), Half(0x2E)),
            CardBus when image.Length >= 0x44 => Pair(Half(0x40), Half(0x42)),
            Bridge => OfBridge(capabilities),
            _ => null,
        };
        return new PciFunctionDescription
        {
            BytesRead = image.Length,
            IsDecoded = true,
            Id = new PciId(Half(0x00), Half(0x02)),
            Subsystem = subsystem,
            Revision = image[0x08],
            ClassCode = code,
            ClassName = PciClassNames.Of(code),
            HeaderType = type,
            IsMultiFunction = (image[0x0E] & 0x80) != 0,
            Command = Command(header),
            Status = Status(header.Half(0x06)),
            CacheLineBytes = image[0x0C] * 4,
            LatencyTimer = image[0x0D],
            SelfTest = new FieldList().From(header.Byte(0x0F), r => r.Flag("capable", 7).Flag("running", 6).Number("code", 0, 4)).Fields,
            Bars = BarDecoder.Bars(image, type switch { Card => 6, Bridge => 2, CardBus => 1, _ => 0 }, command, regions, problems),
            Rom = type is Card or Bridge ? BarDecoder.Rom(image, type == Card ? 0x30 : 0x38, command, regions, problems) : null,
            InterruptPin = Pin(image[0x3D], problems),
            InterruptLine = image[0x3C],
            Bridge = type switch { Bridge => BridgeDecoder.Decode(header), CardBus => BridgeDecoder.DecodeCardBus(header), _ => [] },
            Capabilities = capabilities,
            Problems = problems,
        };
    }

    /// <summary>The status register, or a bridge's of its other side (PCI-to-PCI Bridge 1.2, 3.2.5.5): the same bits from 5 on.</summary>
    internal static IReadOnlyList<PciField> Status(Register register, bool secondary = false) => new FieldList().From(register, r =>
    {
        if (!secondary) r.Flag("interruptPending", 3).Flag("capabilityList", 4);
        r.Flag("capable66MHz", 5, "66 MHz").Flag("fastBackToBack", 7).Flag("masterDataParityError", 8).Choice("deviceSelectTiming", 9, 2, "fast", "medium", "slow")
            .Flag("signalledTargetAbort", 11).Flag("receivedTargetAbort", 12).Flag("receivedMasterAbort", 13)
            .Flag(secondary ? "receivedSystemError" : "signalledSystemError", 14).Flag("detectedParityError", 15);
    }).Fields;

    private static IReadOnlyList<PciField> Command(CapabilityReader header) => new FieldList().From(header.Half(0x04), r => r
        .Flag("ioSpace", 0).Flag("memorySpace", 1).Flag("busMaster", 2).Flag("specialCycles", 3).Flag("memoryWriteAndInvalidate", 4).Flag("vgaPaletteSnoop", 5)
        .Flag("parityErrorResponse", 6).Flag("addressStepping", 7).Flag("systemError", 8).Flag("fastBackToBack", 9).Flag("interruptDisable", 10)).Fields;

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
