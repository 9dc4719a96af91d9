using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Pci.Decoding;
using Xunit;

namespace RingThree.Tests;

/// <summary>The header, of each type, register by register (PCI Local Bus 3.0, chapter 6; PCI-to-PCI Bridge 1.2, chapter 3).</summary>
public sealed class HeaderDecodingTests
{
    [Fact]
    public void Ids_class_and_the_small_registers()
    {
        PciFunctionDescription function = new ImageBuilder(256, 0x80)
            .Put16(0x04, 0x0407).Put16(0x06, 0x0208).Put32(0x08, 0x0108_0205).Put8(0x0C, 16).Put8(0x0D, 64).Put8(0x0F, 0xC5)
            .Put16(0x2C, 0x1AF4).Put16(0x2E, 0x1100).Put8(0x3C, 11).Put8(0x3D, 2).Decode();

        Assert.Equal(new PciId(0x8086, 0x1234), function.Id);
        Assert.Equal(new PciId(0x1AF4, 0x1100), function.Subsystem);
        Assert.Equal((0x010802u, 5, "NVMe controller"), (function.ClassCode, function.Revision, function.ClassName));
        Assert.Equal((0, true, 64, 64), (function.HeaderType, function.IsMultiFunction, function.CacheLineBytes, function.LatencyTimer));
        Assert.Equal(["ioSpace", "memorySpace", "busMaster", "interruptDisable"], function.Command.Where(f => f.IsSet).Select(f => f.Name));
        Assert.Equal(["interruptPending"], function.Status.Where(f => f.IsSet).Select(f => f.Name));
        Assert.Equal("medium", function.Status.Single(f => f.Name == "deviceSelectTiming").Words[0]);
        Assert.Equal([1, 1, 5], function.SelfTest.Select(f => f.Number));
        Assert.Equal((2, 11), (function.InterruptPin, function.InterruptLine));
        Assert.Empty(function.Problems);
        Assert.Empty(function.Bridge);
        Assert.Empty(function.Bars);
        Assert.Null(function.Rom);
    }

    [Theory]
    [InlineData(0x000000u, "unclassified device")]
    [InlineData(0x020000u, "Ethernet controller")]
    [InlineData(0x0C0330u, "USB controller (xHCI)")]
    [InlineData(0x0CFF00u, "serial bus controller")]
    [InlineData(0xFF0000u, "device of no defined class")]
    [InlineData(0x770000u, "unknown class 770000")]
    public void The_most_exact_class_name(uint code, string name) => Assert.Equal(name, PciClassNames.Of(code));

    [Fact]
    public void Bars_of_each_kind()
    {
        PciFunctionDescription function = new ImageBuilder(256).Put16(0x04, 0x0002)
            .Put32(0x10, 0xFEB0_0000).Put32(0x14, 0xE000_000C).Put32(0x18, 0x0000_0040).Put32(0x1C, 0x0000_C001).Put32(0x20, 0x000C_0002).Decode();

        Assert.Equal(
        [
            new PciBarDescription(0, RegionKind.Memory, 0xFEB0_0000) { IsEnabled = true },
            new PciBarDescription(1, RegionKind.Memory, 0x40_E000_0000) { IsEnabled = true, Is64Bit = true, IsPrefetchable = true },
            new PciBarDescription(3, RegionKind.Port, 0xC000),
            new PciBarDescription(4, RegionKind.Memory, 0x000C_0000) { IsEnabled = true, IsBelow1Megabyte = true },
        ], function.Bars);
        Assert.Empty(function.Problems);
    }

    [Fact]
    public void A_host_gives_the_sizes_and_the_bars_that_registers_do_not_show()
    {
        RegionDescription[] regions = [.. Enumerable.Repeat(RegionDescription.Absent, 9)];
        regions[0] = new RegionDescription(RegionKind.Memory, 0x4000, RegionAbilities.Address64, "BAR 0");
        regions[2] = new RegionDescription(RegionKind.Port, 0x20, RegionAbilities.None, "BAR 2");
        regions[3] = new RegionDescription(RegionKind.Memory, 0x1000, RegionAbilities.Address64 | RegionAbilities.Prefetchable, "BAR 3");
        regions[6] = new RegionDescription(RegionKind.Rom, 0x800, RegionAbilities.None, "ROM");

        PciFunctionDescription function = PciDecoder.Decode(new ImageBuilder(256).Put16(0x04, 3).Put32(0x10, 0xFEB0_0004).Put32(0x18, 0xC001).Bytes, regions);

        Assert.Equal([0x4000, 0x20, 0x1000], function.Bars.Select(b => (int)b.Size!));
        Assert.Equal(new PciBarDescription(3, RegionKind.Memory, 0) { Size = 0x1000, Is64Bit = true, IsPrefetchable = true, IsEnabled = true, IsVirtual = true }, function.Bars[2]);
        Assert.Equal(new PciRomDescription(0, false) { Size = 0x800 }, function.Rom);
        Assert.Contains("virtual", PciDescriptionText.Write(function, "here"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bar_without_room_is_not_placed_whatever_its_register_holds()
    {
        RegionDescription[] regions = [.. Enumerable.Repeat(RegionDescription.Absent, 9)];
        var obstacle = new RegionObstacle("the card has it, but the kernel found no room for it", "Boot Linux with pci=realloc.");
        regions[0] = new RegionDescription(RegionKind.Memory, 0, RegionAbilities.None, "BAR 0") { Obstacle = obstacle }; // forgotten by the kernel
        regions[2] = new RegionDescription(RegionKind.Memory, 0x10_0000, RegionAbilities.None, "BAR 2") { Obstacle = obstacle };

        PciFunctionDescription function = PciDecoder.Decode(new ImageBuilder(256).Put16(0x04, 3).Put32(0x10, 0xE000_000C).Bytes, regions);
        string text = PciDescriptionText.Write(function, "here");

        Assert.Equal([(0, true, null), (2, true, 0x10_0000ul)], function.Bars.Select(b => (b.Index, b.IsUnplaced, b.Size)));
        Assert.Contains("BAR 0: memory not placed, 64-bit, prefetchable, no room was found (the register holds 0xe0000000)\n", text, StringComparison.Ordinal);
        Assert.Contains("BAR 2: memory not placed, 32-bit, 1 MiB, no room was found\n", text, StringComparison.Ordinal);
        Assert.Contains("! BAR 2 is not placed: the card has it, but the kernel found no room for it. Boot Linux with pci=realloc.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("virtual", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0xFFF0_0001u, 0x0002, true)]
    [InlineData(0xFFF0_0001u, 0x0001, false)]
    [InlineData(0xFFF0_0000u, 0x0002, false)]
    public void A_rom_answers_when_both_its_bit_and_memory_decoding_are_on(uint register, ushort command, bool enabled) =>
        Assert.Equal(new PciRomDescription(0xFFF0_0000, enabled), new ImageBuilder(256).Put16(0x04, command).Put32(0x30, register).Decode().Rom);

    [Fact]
    public void A_bridge()
    {
        PciFunctionDescription function = new ImageBuilder(256, 1)
            .Put8(0x18, 1).Put8(0x19, 2).Put8(0x1A, 5).Put8(0x1C, 0xC1).Put8(0x1D, 0xD1).Put32(0x30, 0x0001_0001)
            .Put32(0x20, 0xFEB0_FEA0).Put32(0x24, 0x0001_FFF1).Put32(0x28, 2).Put32(0x2C, 1).Put16(0x3E, 0x0043)
            .Capability(0x40, 0x0D, "0000 f41a 0011").Decode();

        Assert.Equal([1, 2, 5], function.Bridge.Take(3).Select(f => f.Number));
        Assert.Equal((true, (decimal)0x1C000L, (decimal)0x1DFFFL, 32m), Window("ioWindow"));
        Assert.Equal((true, (decimal)0xFEA0_0000L, (decimal)0xFEBF_FFFFL, 32m), Window("memoryWindow"));
        Assert.Equal((false, (decimal)0x2_FFF0_0000L, (decimal)0x1_000F_FFFFL, 64m), Window("prefetchableWindow"));
        Assert.Equal(["parityErrorResponse", "systemError", "secondaryBusReset"], function.Bridge.Single(f => f.Name == "control").Fields.Where(f => f.IsSet).Select(f => f.Name));
        Assert.Equal(new PciId(0x1AF4, 0x1100), function.Subsystem);
        Assert.Contains("prefetchable window closed (64-bit)", PciDescriptionText.Write(function, "x"), StringComparison.Ordinal);

        (bool, decimal, decimal, decimal) Window(string name)
        {
            PciField window = function.Bridge.Single(f => f.Name == name);
            return (window.Find("open")!.IsSet, window.Find("base")!.Number, window.Find("limit")!.Number, window.Find("addressBits")!.Number);
        }
    }

    [Theory]
    [InlineData(0x1D, 0x2E, "1ch bit 9, 1ch bit 10, 1ch bit 11")]
    [InlineData(0x26, 0x0F, "24h bit 16, 24h bit 17, 24h bit 18, 24h bit 19")]
    public void A_limit_of_a_reserved_kind_is_told_beside_a_base_of_another(int at, byte value, string bits)
    {
        ImageBuilder bridge = new ImageBuilder(256, 1).Put8(0x1C, 0x11).Put8(0x1D, 0x21).Put16(0x24, 0x8001).Put16(0x26, 0x9001);
        byte[] before = [.. bridge.Bytes];

        Assert.Contains($"Unnamed bits: {bits}\n", PciDescriptionText.Write(bridge.Put8(at, value).Decode(), "x"), StringComparison.Ordinal);
        Assert.NotEmpty(PciDifference.Between(before, bridge.Bytes));
    }

    [Fact]
    public void A_limit_that_is_narrower_than_its_base_is_told()
    {
        ImageBuilder bridge = new ImageBuilder(256, 1).Put8(0x1C, 0x11).Put8(0x1D, 0x20).Put16(0x24, 0x8001).Put16(0x26, 0x9000);

        string text = PciDescriptionText.Write(bridge.Decode(), "x");

        Assert.Contains("IO window 0x1000-0x2fff (32-bit), but the limit says 16-bit\n", text, StringComparison.Ordinal);
        Assert.Contains("prefetchable window 0x80000000-0x900fffff (64-bit), but the limit says 32-bit\n", text, StringComparison.Ordinal);
        Assert.Equal(["bridge.ioWindow.limitAddressBits: 16 -> 32"], PciDifference.Between([.. bridge.Bytes], bridge.Put8(0x1D, 0x21).Bytes).Select(d => d.ToString()));
    }

    [Fact]
    public void A_line_without_a_pin_and_a_window_that_is_closed_are_in_the_text_as_in_the_json()
    {
        string text = PciDescriptionText.Write(new ImageBuilder(256, 1).Put8(0x3C, 11).Put32(0x20, 0x0000_FFF0).Decode(), "x");

        Assert.Contains("    Interrupt: no pin, line 11\n", text, StringComparison.Ordinal);
        Assert.Contains("memory window closed (32-bit), base 0xfff00000, limit 0xfffff\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Interrupt", PciDescriptionText.Write(new ImageBuilder(256).Decode(), "x"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_CardBus_bridges_own_registers_are_in_the_text()
    {
        string text = PciDescriptionText.Write(new ImageBuilder(128, 2).Put16(0x42, 1).Put32(0x44, 0x0001_0001).Decode(), "x");

        Assert.Contains("legacy base 0x10000, legacy ports", text, StringComparison.Ordinal);
        Assert.Contains("Unnamed bits: 40h bit 16", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_CardBus_bridge_has_its_list_and_its_registers_elsewhere()
    {
        PciFunctionDescription function = new ImageBuilder(128, 2)
            .Put32(0x10, 0xFEB0_0000).Put8(0x18, 1).Put8(0x19, 2).Put8(0x1A, 3).Put32(0x1C, 0x1000_0000).Put32(0x20, 0x13FF_F000)
            .Put32(0x2C, 0x0000_1000).Put32(0x30, 0x0000_10FC).Put16(0x3E, 0x0340).Put16(0x40, 0x1028).Put16(0x42, 0x0188).Capability(0x50, 0x01, "02c0 0000 0000").Decode();

        Assert.Equal("Power Management", Assert.Single(function.Capabilities).Name);
        Assert.Equal(0xFEB0_0000u, Assert.Single(function.Bars).Address);
        Assert.Equal(new PciId(0x1028, 0x0188), function.Subsystem);
        Assert.Equal((decimal)0x13FF_FFFFL, function.Bridge.Single(f => f.Name == "memoryWindow0").Find("limit")!.Number);
        Assert.Equal((decimal)0x10FFL, function.Bridge.Single(f => f.Name == "ioWindow0").Find("limit")!.Number);
        Assert.Equal(["cardReset", "prefetchWindow0", "prefetchWindow1"], function.Bridge.Single(f => f.Name == "control").Fields.Where(f => f.IsSet).Select(f => f.Name));
        Assert.Empty(function.Problems);
    }

    [Theory]
    [InlineData(0x0E, 0x03u, "Header type 3 is reserved")]
    [InlineData(0x3D, 0x05u, "interrupt pin register holds 5")]
    [InlineData(0x10, 0xFFFF_FFFFu, "BAR 0 reads all ones")]
    [InlineData(0x10, 0xFEB0_0006u, "reserved memory type 3")]
    [InlineData(0x24, 0xFEB0_0004u, "BAR 5 is a 64-bit one")]
    [InlineData(0x30, 0xFFFF_FFFFu, "ROM's register reads all ones")]
    public void What_cannot_be_is_told(int at, uint value, string problem)
    {
        byte[] image = new ImageBuilder(256).Bytes;
        BitConverter.GetBytes(value).AsSpan(0, at is 0x0E or 0x3D ? 1 : 4).CopyTo(image.AsSpan(at));

        Assert.Contains(problem, Assert.Single(PciDecoder.Decode(image).Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "Only 0 bytes")]
    [InlineData(63, "Only 63 bytes")]
    [InlineData(65, "65 bytes were read")]
    [InlineData(5000, "There are 5000 bytes")]
    public void An_odd_length_is_told(int length, string problem) => Assert.Contains(PciDecoder.Decode(new byte[length]).Problems, p => p.Contains(problem, StringComparison.Ordinal));

    [Theory]
    [InlineData(64)]
    [InlineData(4096)]
    public void A_function_that_does_not_answer_is_not_decoded(int length)
    {
        byte[] image = new byte[length];
        Array.Fill(image, byte.MaxValue);

        PciFunctionDescription function = PciDecoder.Decode(image);

        Assert.Contains("all ones", Assert.Single(function.Problems), StringComparison.Ordinal);
        Assert.Empty(function.Capabilities);
        Assert.False(function.IsDecoded);
        Assert.Contains("not decoded", PciDescriptionText.Write(function, "x"), StringComparison.Ordinal);
        Assert.Equal(DecodedJson.Members(new ImageBuilder(256).Decode()), DecodedJson.Members(function));
    }

    [Fact]
    public void A_virtual_functions_ids_of_all_ones_are_no_absence() =>
        Assert.NotEmpty(new ImageBuilder(256).Put32(0x00, uint.MaxValue).Capability(0x40, 0x01, "0300 0000 0000").Decode().Capabilities);
}
