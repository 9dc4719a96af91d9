using RingThree.Pci.Decoding;
using Xunit;

namespace RingThree.Tests;

/// <summary>Capabilities by id, with values as their specifications lay them out: a field by its name, and what it is.</summary>
public sealed class LayoutTests
{
    [Theory]
    [InlineData("0200" + "00000000 0000 0000 11000000 0000 0000 00000000 0000 0000 0000 0000 00000000 00000000 0000 0000 00000000 0000 0000", "linkControl2.targetSpeedGigatransfersPerSecond", "2.5 GT/s")]
    [InlineData("0200" + "00000000 0000 0000 11000000 0000 0000 00000000 0000 0000 0000 0000 00000000 00000000 0000 0000 00000000 0500 0000", "linkControl2.targetSpeedGigatransfersPerSecond", "32 GT/s")]
    [InlineData("0280" + "00000000 0000 0000 11000000 0000 0000", "flitMode", "yes")]
    [InlineData("4201" + "00000000 0000 0000 11000000 0000 0000 807f0000", "slotCapabilities.powerLimitWatts", "0 W")] // FFh is not a power
    [InlineData("4201" + "00000000 0000 0000 11000000 0000 0000 807c0000", "slotCapabilities.powerLimitWatts", "475 W")]
    public void Express(string content, string field, string expected) => Assert.Equal(expected, Standard(0x10, content.Replace(" ", "", StringComparison.Ordinal).PadRight(0x74, '0')).Find(field)!.Value);

    [Theory]
    // HyperTransport: slave, host, and others by their five bits.
    [InlineData(0x08, "6200 2000 1100 d000 0000 22 65 7500 02 00 0000 3412 0001 01 02 05", "kind", "slave or primary interface")]
    [InlineData(0x08, "6200 2000 1100 d000 0000 22 65 7500 02 00 0000 3412 0001 01 02 05", "baseUnitId", "2")]
    [InlineData(0x08, "6200 2000 1100 d000 0000 22 65 7500 02 00 0000 3412 0001 01 02 05", "units", "3")]
    [InlineData(0x08, "6200 2000 1100 d000 0000 22 65 7500 02 00 0000 3412 0001 01 02 05", "linkControl0.initialized", "yes")]
    [InlineData(0x08, "6200 2000 1100 d000 0000 22 65 7500 02 00 0000 3412 0001 01 02 05", "linkConfiguration0.maxWidthOut", "16 bits")]
    [InlineData(0x08, "6200 2000 1100 d000 0000 22 65 7500 02 00 0000 3412 0001 01 02 05", "link0.frequency", "800 MHz")]
    [InlineData(0x08, "6200 2000 1100 d000 0000 22 65 7500 02 00 0000 3412 0001 01 02 05", "link0.overflowError", "yes")]
    [InlineData(0x08, "6200 2000 1100 d000 0000 22 65 7500 02 00 0000 3412 0001 01 02 05", "linkFrequencies0", "200 MHz + 400 MHz + 600 MHz + 800 MHz + 1 GHz")]
    [InlineData(0x08, "6200 2000 1100 d000 0000 22 65 7500 02 00 0000 3412 0001 01 02 05", "scratchpad", "0x1234")]
    [InlineData(0x08, "6200 2000 1100 d000 0000 22 65 7500 02 00 0000 3412 0001 01 02 05", "errorHandling.chainFail", "yes")]
    [InlineData(0x08, "6200 2000 1100 d000 0000 22 65 7500 02 00 0000 3412 0001 01 02 05", "bus", "5")]
    [InlineData(0x08, "0521 2000 1100 22 06 7500 0200 0000 3412 0100", "kind", "host or secondary interface")]
    [InlineData(0x08, "0521 2000 1100 22 06 7500 0200 0000 3412 0100", "hostHide", "yes")]
    [InlineData(0x08, "0521 2000 1100 22 06 7500 0200 0000 3412 0100", "link.frequency", "1 GHz")]
    [InlineData(0x08, "0521 2000 1100 22 06 7500 0200 0000 3412 0100", "features.ldtStop", "yes")]
    [InlineData(0x08, "2388", "kind", "revision id")]
    [InlineData(0x08, "2388", "major", "1")]
    [InlineData(0x08, "00c0 0100 0200 0300 0400", "control0.retry", "yes")]
    [InlineData(0x08, "00c0 0100 0200 0300 0400", "retries1", "4")]
    [InlineData(0x06, "a2", "inserted", "yes")]
    [InlineData(0x0C, "0780 78563412", "interruptPending", "yes")]
    [InlineData(0x0F, "0b1f 01c0bffd 00000000", "kind", "IOMMU")]
    [InlineData(0x0F, "0b1f 01c0bffd 00000000", "address", "0xfdbfc000")]
    [InlineData(0x15, "0000 0f000000 01000000", "capabilities.secondaryDevices", "1")]
    [InlineData(0x15, "0000 0f000000 01000000", "routingIdControl1.enabled", "yes")]
    public void In_the_standard_list(byte id, string content, string field, string expected) => Assert.Equal(expected, Standard(id, content).Find(field)!.Value);

    [Theory]
    [InlineData(0x1AF4, "10 01 04 00 0000 00100000 00200000", "virtio", "common configuration")]
    [InlineData(0x1AF4, "10 01 04 00 0000 00100000 00200000", "bar", "4")]
    [InlineData(0x1AF4, "10 01 04 00 0000 00100000 00200000", "offset", "0x1000")]
    [InlineData(0x1AF4, "10 01 04 00 0000 00100000 00200000", "structureBytes", "8192 bytes")]
    [InlineData(0x1AF4, "14 02 04 00 0000 00300000 00100000 04000000", "notifyMultiplier", "4")]
    [InlineData(0x1AF4, "18 08 02 01 0000 00000000 00000000 01000000 02000000", "offset", "0x100000000")]
    [InlineData(0x1AF4, "18 08 02 01 0000 00000000 00000000 01000000 02000000", "structureBytes", "8589934592 bytes")]
    [InlineData(0x1AF4, "18 08 02 01 0000 00000000 00000000 01000000 02000000", "id", "1")]
    [InlineData(0x1AF4, "14 05 00 00 0000 00000000 00000000 78563412", "content", "78 56 34 12")]
    [InlineData(0x8086, "0c 01 00000182 00000010", "intel", "capabilities")]
    [InlineData(0x8086, "0c 01 00008092 00000010", "capabilitiesA.peg60Disabled", "yes")]
    [InlineData(0x8086, "0c 01 00008092 00000010", "capabilitiesA.vtdDisabled", "yes")]
    [InlineData(0x8086, "0c 01 00001000 00000010", "capabilitiesA.memoryPerChannel", "2 GiB")]
    [InlineData(0x8086, "0c 01 00000000 00000010", "capabilitiesB.hyperThreading", "yes")]
    [InlineData(0x8086, "0c 10 11223344 55667788", "intel", "feature detection")]
    [InlineData(0x8086, "0c 10 11223344 55667788", "content", "11 22 33 44 55 66 77 88")]
    [InlineData(0x8086, "06 20 aabb", "content", "20 aa bb")]
    [InlineData(0x1234, "06 01 aabb", "content", "01 aa bb")]
    public void Of_a_vendor(ushort vendor, string content, string field, string expected) =>
        Assert.Equal(expected, new ImageBuilder(256).Put16(0x00, vendor).Put16(0x02, 0x1041).Capability(0x40, 0x09, content).Only().Find(field)!.Value);

    [Theory]
    [InlineData(0x0004, "data.powerWatts", "10 W", 1u, 0x0000_0164u)]
    [InlineData(0x0005, "elementType", "internal link", 0x0102_0102u, 0u, 0u, 0x0003_0005u, 0u, 0xFED1_9000u, 0u)]
    [InlineData(0x0005, "component", "2", 0x0102_0102u, 0u, 0u, 0x0003_0005u, 0u, 0xFED1_9000u, 0u)]
    [InlineData(0x0005, "links.0.type", "memory", 0x0102_0102u, 0u, 0u, 0x0003_0005u, 0u, 0xFED1_9000u, 0u)]
    [InlineData(0x0005, "links.0.address", "0xfed19000", 0x0102_0102u, 0u, 0u, 0x0003_0005u, 0u, 0xFED1_9000u, 0u)]
    [InlineData(0x0005, "links.0.associatedRegisterBlock", "yes", 0x0102_0102u, 0u, 0u, 0x0003_0005u, 0u, 0xFED1_9000u, 0u)]
    [InlineData(0x0005, "links.0.device", "1", 0x0102_0102u, 0u, 0u, 0x0103_0003u, 0u, 0x0000_8000u, 0u)]
    [InlineData(0x0006, "linkCapabilities.maxWidth", "4", 0x0000_0441u)]
    [InlineData(0x0007, "devices", "0x000000ff", 0xFFu, 0u)]
    [InlineData(0x000A, "deviceId", "0x1234", 0x1234_8086u, 1u, 1u)]
    [InlineData(0x0012, "capabilities.groups", "64", 0x8003_003Fu)]
    [InlineData(0x0012, "control.enabled", "yes", 0x8003_003Fu)]
    [InlineData(0x0012, "address", "0x110000000", 0x8003_003Fu, 0x1000_000Cu, 1u)]
    [InlineData(0x0016, "capabilities.latencyUnit", "100 ms", 0x0000_0203u)]
    [InlineData(0x0017, "steeringTags", "34 12 78 56", 0x0001_0200u, 0u, 0x5678_1234u)]
    [InlineData(0x0019, "laneErrors", "0x00000001", 0u, 1u)]
    [InlineData(0x001C, "capabilities.registrationsBits", "5", 0x0000_0501u)]
    [InlineData(0x001D, "control.firmwareSignal", "yes", 0x0100_0000u)]
    [InlineData(0x0021, "message.reason", "D3hot to D0", 0x10u, 1u, 0x0002_0100u)]
    [InlineData(0x0022, "resetNanoseconds", "98304 ns", 0x8000_0460u, 0u)] // 96 units of 1,024 ns
    [InlineData(0x0026, "status.equalizationPhase2", "yes", 0u, 0u, 4u)]
    [InlineData(0x0026, "secondRetimerParityMismatch", "0x00000003", 0u, 0u, 4u, 1u, 2u, 3u)]
    [InlineData(0x0027, "softwareReady", "yes", 0x0002_0001u)]
    [InlineData(0x0028, "status.valid", "yes", 0x8000_0100u)]
    [InlineData(0x0029, "capabilities.indications", "ok + locate + fail", 0x1Du)]
    [InlineData(0x002A, "capabilities.trainingSetModes", "PCI express + alternate protocol", 0x501u)]
    [InlineData(0x002A, "control.trainingSetMode", "training set messages", 1u, 0x100u)]
    [InlineData(0x002A, "status.enhancedLinkBehavior", "no equalization needed", 1u, 0x100u, 0x80u)]
    [InlineData(0x002A, "receivedTrainingSet1.vendorId", "0x1e98", 1u, 0x100u, 0x80u, 0x1E98_0000u)]
    [InlineData(0x002B, "data1.vendorId", "0x1e98", 1u, 0u, 0x1E98_0002u)]
    [InlineData(0x002E, "capabilities.interruptMessage", "5", 0x0Bu)]
    [InlineData(0x002E, "control.go", "yes", 0x0Bu, 0x8000_0000u)]
    [InlineData(0x002E, "status.objectReady", "yes", 0x0Bu, 0u, 0x8000_0001u)]
    [InlineData(0x002F, "deviceCapabilities3.tag14BitCompleter", "yes", 2u)]
    [InlineData(0x002F, "deviceControl3.targetLinkWidth", "x8", 2u, 0x30u)]
    [InlineData(0x002F, "deviceStatus3.initialLinkWidth", "x16", 2u, 0x30u, 4u)]
    [InlineData(0x0030, "linkStreams.0.control.stream", "7", 1u, 0u, 0x0700_0001u, 2u)]
    [InlineData(0x0030, "linkStreams.0.status.state", "secure", 1u, 0u, 0x0700_0001u, 2u)]
    [InlineData(0x0030, "selectiveStreams.0.addresses0.baseLower", "0x001", 2u, 0u, 1u, 1u, 2u, 0u, 0u, 0x0010_0101u, 5u, 6u)]
    [InlineData(0x0030, "selectiveStreams.0.addresses0BaseUpper", "0x00000006", 2u, 0u, 1u, 1u, 2u, 0u, 0u, 0x0010_0101u, 5u, 6u)]
    [InlineData(0x0031, "status.precodingOn", "yes", 0u, 0u, 0x20u)]
    [InlineData(0x0032, "lanes.1.correctable", "2", 0u, 0u, 0u, 0u, 0u, 0u, 0x0002_0001u)]
    [InlineData(0x0034, "control1.errors", "3", 0u, 0x0003_0003u)]
    [InlineData(0x0036, "blocks.0.offset", "0x10000", 0x10u, 0x0001_0102u, 0u)]
    [InlineData(0x0001, "prefixLog", "00000001 00000002 00000003 00000004", 0u, 0u, 0u, 0u, 0u, 0x800u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 1u, 2u, 3u, 4u)]
    [InlineData(0x0023, "cxl", "device", 0x0381_1E98u, 0x0006_0000u)]
    [InlineData(0x0023, "capability.memory", "yes", 0x0381_1E98u, 0x0006_0000u)]
    [InlineData(0x0023, "ranges.0.size", "0x110000000", 0x0381_1E98u, 0x0006_0000u, 0u, 0u, 0u, 1u, 0x1000_0003u)]
    [InlineData(0x0023, "ranges.0.active", "yes", 0x0381_1E98u, 0x0006_0000u, 0u, 0u, 0u, 1u, 0x1000_0003u)]
    [InlineData(0x0023, "blocks.0.kind", "device", 0x0140_1E98u, 8u, 0x0001_0302u, 0u)]
    [InlineData(0x0023, "logicalDevices", "4", 0x00C0_1E98u, 0x0004_0009u)]
    [InlineData(0x0023, "status.cache", "yes", 0x0201_1E98u, 0x0000_0007u, 0x0001_0000u)]
    [InlineData(0x0023, "content", "02 00", 0x00C0_1234u, 0x0002_0009u)]
    public void In_the_extended_list(ushort id, string field, string expected, params uint[] words) =>
        Assert.Equal(expected, new ImageBuilder(4096).Capability(0x40, 0x10, "0200").Extended(0x100, id, words).Only().Find(field)!.Value);

    [Theory]
    [InlineData(0x0011, "Multi-Root I/O Virtualization")]
    [InlineData(0x0020, "M-PCIe")]
    [InlineData(0x002D, "Shadow Functions")]
    [InlineData(0x0033, "Flit Performance Measurement")]
    [InlineData(0x0035, "Streamlined Virtual Channel")]
    [InlineData(0x0036, "MMIO Register Block Locator")]
    [InlineData(0x0039, "Physical Layer 128 GT/s")]
    public void Each_id_has_a_name(ushort id, string name) => Assert.Equal(name, PciDecoder.CapabilityName(id, isExtended: true));

    [Fact]
    public void A_PCI_X_bridge_has_a_bridges_registers()
    {
        PciCapabilityDescription bridge = new ImageBuilder(256, 1).Capability(0x40, 0x07, "c300 08010300 05000600 07000800").Only();

        Assert.Equal(("133 MHz", 6m, 7m), (bridge.Find("secondaryStatus.clock")!.Value, bridge.Number("upstreamSplits.commitmentLimit"), bridge.Number("downstreamSplits.capacity")));
        Assert.Null(bridge.Find("command"));
    }

    private static PciCapabilityDescription Standard(byte id, string content) => new ImageBuilder(4096).Capability(0x40, id, content).Only();
}
