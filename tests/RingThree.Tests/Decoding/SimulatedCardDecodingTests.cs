using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Pci.Decoding;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The decoder on open devices: what a card's definition says is what is shown.</summary>
public sealed class SimulatedCardDecodingTests
{
    [Fact]
    public void Edu()
    {
        PciFunctionDescription function = Show(new EduCard());

        Assert.Equal("MSI", Assert.Single(function.Capabilities).Name);
        Assert.Equal((256, 0x100000ul, 1), (function.BytesRead, function.Bars[0].Size, function.InterruptPin));
        Assert.Empty(function.Problems);
    }

    [Fact]
    public void Nvme()
    {
        PciFunctionDescription function = Show(MemoryCard.Nvme());

        Assert.Equal(["MSI-X", "PCI Express", "Power Management"], function.Capabilities.Select(c => c.Name));
        Assert.Equal((65m, (decimal)0x2000L), (function.Capabilities[0].Number("vectors"), function.Capabilities[0].Number("table.offset")));
        Assert.Equal("root complex integrated endpoint", function.Capabilities[1].Find("portType")!.Words[0]);
        Assert.True(function.Find(PciCapabilityId.Express)!.IsSet("deviceCapabilities.functionLevelReset"));
        Assert.Equal((0x4000ul, true), (function.Bars[0].Size, function.Bars[0].Is64Bit));
        Assert.Empty(function.Problems);
    }

    [Fact]
    public void E1000e()
    {
        PciFunctionDescription function = Show(MemoryCard.E1000e());

        Assert.Equal([(0xC8, "Power Management"), (0xD0, "MSI"), (0xE0, "PCI Express"), (0xA0, "MSI-X"), (0x100, "Advanced Error Reporting"), (0x140, "Device Serial Number")],
            function.Capabilities.Select(c => ((int)c.Capability.Offset, c.Name)));
        Assert.Equal([RegionKind.Memory, RegionKind.Memory, RegionKind.Port, RegionKind.Memory], function.Bars.Select(b => b.Kind));
        Assert.Equal(0x40000ul, function.Rom!.Size);
        Assert.Equal((2.5m, 1m), (function.Capabilities[2].Number("linkStatus.speedGigatransfersPerSecond"), function.Capabilities[2].Number("linkStatus.width")));
        Assert.Equal("52-54-00-ff-ff-12-34-56", function.Find(PciExtendedCapabilityId.DeviceSerialNumber)!.Find("serialNumber")!.Words[0]);
    }

    [Fact]
    public void Xhci()
    {
        PciFunctionDescription function = Show(MemoryCard.Xhci());

        Assert.Equal(16m, function.Find(PciCapabilityId.Msi)!.Number("messages"));
        Assert.Equal("USB controller (xHCI)", function.ClassName);
    }

    [Fact]
    public void Virtual_functions()
    {
        using SimulatedHost host = new SimulatedHost().Add(new SriovCard());
        string address = host.Scan()[0].Address;
        host.EnableVirtualFunctions(address, 2);
        using PciDevice physical = host.Open(address);
        using PciDevice one = host.Open(host.Scan()[1].Address);

        PciCapabilityDescription sriov = PciDecoder.Decode(physical).Find(PciExtendedCapabilityId.SingleRootIoVirtualization)!;
        PciFunctionDescription function = PciDecoder.Decode(one);

        Assert.Equal((8m, 2m, true), (sriov.Number("totalFunctions"), sriov.Number("functions"), sriov.IsSet("control.enabled")));
        Assert.Equal(0x10F3, function.Id.Device);
        Assert.Equal(2m, function.Find(PciCapabilityId.MsiX)!.Number("vectors"));
        Assert.Equal(0x4000ul, Assert.Single(function.Bars).Size);
    }

    [Fact]
    public void Every_card_is_shown_as_text_and_as_json()
    {
        foreach (SimulatedCard card in new SimulatedCard[] { new EduCard(), MemoryCard.Nvme(), new SriovCard(), new QueueCard(), new DmaCard(), new LineCard(), GenericCard.Parse("id=10ee:7024,bar0=64K,msi=4") })
        {
            PciFunctionDescription function = Show(card);
            string text = PciDescriptionText.Write(function, "here");

            Assert.Empty(function.Problems);
            Assert.All(function.Capabilities, c => Assert.Contains($"] {c.Name}", text, StringComparison.Ordinal));
            Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 160));
            Assert.Equal(function.Capabilities.Count, DecodedJson.Of(function).RootElement.GetProperty("capabilities").GetArrayLength());
        }
    }

    private static PciFunctionDescription Show(SimulatedCard card)
    {
        using SimulatedHost host = new SimulatedHost().Add(card);
        using PciDevice device = host.Open(host.Scan()[0].Address);
        return PciDecoder.Decode(device);
    }
}
