using System.Globalization;
using RingThree.Registers.Files;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>IP-XACT components of 2009, 2014 and 2022.</summary>
public sealed class IpXactFileTests
{
    internal const string Of2009 = """
        <?xml version="1.0" encoding="UTF-8"?>
        <spirit:component xmlns:spirit="http://www.spiritconsortium.org/XMLSchema/SPIRIT/1685-2009" xmlns:vendor="http://vendor.example">
          <spirit:vendor>example.org</spirit:vendor><spirit:name>dma</spirit:name><spirit:version>1.0</spirit:version>
          <spirit:memoryMaps><spirit:memoryMap><spirit:name>S_AXI</spirit:name>
            <spirit:addressBlock><spirit:name>regs</spirit:name><spirit:baseAddress spirit:format="long">0x1000</spirit:baseAddress><spirit:range>4K</spirit:range><spirit:width>32</spirit:width>
              <spirit:usage>register</spirit:usage><spirit:access>read-write</spirit:access>
              <spirit:register><spirit:name>CTRL</spirit:name><spirit:description>Starts it</spirit:description><spirit:addressOffset>0x0</spirit:addressOffset><spirit:size>32</spirit:size>
                <spirit:reset><spirit:value>#1F</spirit:value><spirit:mask>0xFF</spirit:mask></spirit:reset>
                <spirit:field><spirit:name>MODE</spirit:name><spirit:bitOffset>4</spirit:bitOffset><spirit:bitWidth>2</spirit:bitWidth>
                  <spirit:enumeratedValues><spirit:enumeratedValue><spirit:name>slow</spirit:name><spirit:value>0</spirit:value></spirit:enumeratedValue><spirit:enumeratedValue><spirit:name>fast</spirit:name><spirit:value>0x1</spirit:value></spirit:enumeratedValue></spirit:enumeratedValues></spirit:field>
                <spirit:vendorExtensions><vendor:register><vendor:name>NOT_ONE</vendor:name></vendor:register></spirit:vendorExtensions>
              </spirit:register>
              <spirit:register><spirit:name>STATUS</spirit:name><spirit:addressOffset>0x4</spirit:addressOffset><spirit:size>32</spirit:size><spirit:access>read-only</spirit:access>
                <spirit:field><spirit:name>DONE</spirit:name><spirit:bitOffset>0</spirit:bitOffset><spirit:bitWidth>1</spirit:bitWidth><spirit:access>read-write</spirit:access><spirit:modifiedWriteValue>oneToClear</spirit:modifiedWriteValue></spirit:field>
                <spirit:field><spirit:name>COUNT</spirit:name><spirit:bitOffset>8</spirit:bitOffset><spirit:bitWidth>8</spirit:bitWidth><spirit:readAction>clear</spirit:readAction></spirit:field></spirit:register>
              <spirit:register><spirit:name>SMALL</spirit:name><spirit:addressOffset>0x8</spirit:addressOffset><spirit:size>12</spirit:size></spirit:register>
              <spirit:register><spirit:name>CH</spirit:name><spirit:dim>4</spirit:dim><spirit:addressOffset>0x10</spirit:addressOffset><spirit:size>32</spirit:size>
                <spirit:alternateRegisters><spirit:alternateRegister><spirit:name>CH_ALT</spirit:name><spirit:alternateGroups><spirit:alternateGroup>g</spirit:alternateGroup></spirit:alternateGroups><spirit:access>write-only</spirit:access></spirit:alternateRegister></spirit:alternateRegisters></spirit:register>
              <spirit:register><spirit:name>GRID</spirit:name><spirit:dim>2</spirit:dim><spirit:dim>3</spirit:dim><spirit:addressOffset>0x40</spirit:addressOffset><spirit:size>16</spirit:size></spirit:register>
              <spirit:registerFile><spirit:name>Q</spirit:name><spirit:dim>2</spirit:dim><spirit:addressOffset>0x100</spirit:addressOffset><spirit:range>0x20</spirit:range>
                <spirit:register><spirit:name>HEAD</spirit:name><spirit:addressOffset>0x8</spirit:addressOffset><spirit:size>64</spirit:size></spirit:register>
                <spirit:registerFile><spirit:name>IN</spirit:name><spirit:addressOffset>0x10</spirit:addressOffset><spirit:range>0x10</spirit:range><spirit:register><spirit:name>R</spirit:name><spirit:addressOffset>4</spirit:addressOffset><spirit:size>32</spirit:size></spirit:register></spirit:registerFile>
              </spirit:registerFile>
            </spirit:addressBlock>
            <spirit:addressBlock><spirit:name>buffer</spirit:name><spirit:baseAddress>0x8000</spirit:baseAddress><spirit:range>8K</spirit:range><spirit:width>32</spirit:width><spirit:usage>memory</spirit:usage></spirit:addressBlock>
            <spirit:addressUnitBits>8</spirit:addressUnitBits>
          </spirit:memoryMap></spirit:memoryMaps>
        </spirit:component>
        """;

    internal const string Of2014 = """
        <?xml version="1.0" encoding="UTF-8"?>
        <ipxact:component xmlns:ipxact="http://www.accellera.org/XMLSchema/IPXACT/1685-2014">
          <ipxact:name>gpio</ipxact:name>
          <ipxact:memoryMaps><ipxact:memoryMap><ipxact:name>map</ipxact:name>
            <ipxact:addressBlock><ipxact:name>regs</ipxact:name><ipxact:baseAddress>uuid_base</ipxact:baseAddress><ipxact:range>'h1000</ipxact:range><ipxact:width>WIDTH</ipxact:width>
              <ipxact:register><ipxact:name>DATA</ipxact:name><ipxact:dim>PORTS</ipxact:dim><ipxact:addressOffset>'h0</ipxact:addressOffset><ipxact:size>WIDTH</ipxact:size>
                <ipxact:field><ipxact:name>LOW</ipxact:name><ipxact:bitOffset>0</ipxact:bitOffset><ipxact:resets><ipxact:reset resetTypeRef="SOFT"><ipxact:value>1</ipxact:value></ipxact:reset><ipxact:reset><ipxact:value>8'hA5</ipxact:value></ipxact:reset></ipxact:resets><ipxact:bitWidth>WIDTH / 4</ipxact:bitWidth><ipxact:access>read-only</ipxact:access></ipxact:field>
                <ipxact:field><ipxact:name>HIGH</ipxact:name><ipxact:bitOffset>WIDTH - 1</ipxact:bitOffset><ipxact:resets><ipxact:reset><ipxact:value>'b1</ipxact:value></ipxact:reset></ipxact:resets><ipxact:bitWidth>1</ipxact:bitWidth><ipxact:access>read-only</ipxact:access></ipxact:field>
                <ipxact:field><ipxact:name>GONE</ipxact:name><ipxact:isPresent>WIDTH == 64</ipxact:isPresent><ipxact:bitOffset>9</ipxact:bitOffset><ipxact:bitWidth>1</ipxact:bitWidth></ipxact:field></ipxact:register>
              <ipxact:register><ipxact:name>ABSENT</ipxact:name><ipxact:isPresent>PORTS &gt; 8</ipxact:isPresent><ipxact:addressOffset>'h40</ipxact:addressOffset><ipxact:size>32</ipxact:size></ipxact:register>
              <ipxact:register><ipxact:name>EVENTS</ipxact:name><ipxact:addressOffset>(1 &lt;&lt; 6) + 2**2 + $clog2(PORTS)*4</ipxact:addressOffset><ipxact:size>32</ipxact:size>
                <ipxact:field><ipxact:name>ANY</ipxact:name><ipxact:bitOffset>0</ipxact:bitOffset><ipxact:bitWidth>32</ipxact:bitWidth><ipxact:modifiedWriteValue>oneToClear</ipxact:modifiedWriteValue><ipxact:readAction>modify</ipxact:readAction></ipxact:field></ipxact:register>
            </ipxact:addressBlock>
          </ipxact:memoryMap></ipxact:memoryMaps>
          <ipxact:parameters>
            <ipxact:parameter parameterId="uuid_base" resolve="user"><ipxact:name>BASE</ipxact:name><ipxact:value>'h1_0000 + 'h100</ipxact:value></ipxact:parameter>
            <ipxact:parameter parameterId="WIDTH"><ipxact:name>W</ipxact:name><ipxact:value>PORTS * 8</ipxact:value></ipxact:parameter>
            <ipxact:parameter parameterId="PORTS"><ipxact:name>P</ipxact:name><ipxact:value>4</ipxact:value></ipxact:parameter>
          </ipxact:parameters>
        </ipxact:component>
        """;

    internal const string Of2022 = """
        <?xml version="1.0" encoding="UTF-8"?>
        <ipxact:component xmlns:ipxact="http://www.accellera.org/XMLSchema/IPXACT/1685-2022">
          <ipxact:name>engine</ipxact:name>
          <ipxact:memoryMaps><ipxact:memoryMap><ipxact:name>map</ipxact:name>
            <ipxact:addressBlock><ipxact:name>regs</ipxact:name><ipxact:baseAddress>0</ipxact:baseAddress><ipxact:range>4096</ipxact:range><ipxact:width>32</ipxact:width>
              <ipxact:accessPolicies><ipxact:accessPolicy><ipxact:access>read-write</ipxact:access></ipxact:accessPolicy></ipxact:accessPolicies>
              <ipxact:register><ipxact:name>STATUS</ipxact:name><ipxact:array><ipxact:dim indexVar="i">3</ipxact:dim><ipxact:stride>16</ipxact:stride></ipxact:array><ipxact:addressOffset>'h10</ipxact:addressOffset><ipxact:size>32</ipxact:size>
                <ipxact:accessPolicies><ipxact:accessPolicy><ipxact:modeRef>debug</ipxact:modeRef><ipxact:access>read-write</ipxact:access></ipxact:accessPolicy><ipxact:accessPolicy><ipxact:access>read-only</ipxact:access></ipxact:accessPolicy></ipxact:accessPolicies>
                <ipxact:field><ipxact:name>LANE</ipxact:name><ipxact:array><ipxact:dim>4</ipxact:dim><ipxact:bitStride>4</ipxact:bitStride></ipxact:array><ipxact:bitOffset>2</ipxact:bitOffset><ipxact:bitWidth>2</ipxact:bitWidth>
                  <ipxact:fieldAccessPolicies><ipxact:fieldAccessPolicy><ipxact:modeRef>debug</ipxact:modeRef><ipxact:access>write-only</ipxact:access></ipxact:fieldAccessPolicy>
                    <ipxact:fieldAccessPolicy><ipxact:access>read-only</ipxact:access><ipxact:readAction>set</ipxact:readAction></ipxact:fieldAccessPolicy></ipxact:fieldAccessPolicies></ipxact:field></ipxact:register>
              <ipxact:registerFile><ipxact:name>CH</ipxact:name><ipxact:array><ipxact:dim>2</ipxact:dim><ipxact:stride>'h40</ipxact:stride></ipxact:array><ipxact:addressOffset>'h100</ipxact:addressOffset><ipxact:range>'h20</ipxact:range>
                <ipxact:register><ipxact:name>GO</ipxact:name><ipxact:addressOffset>4</ipxact:addressOffset><ipxact:registerDefinitionRef typeDefinitions="t">go_def</ipxact:registerDefinitionRef></ipxact:register>
                <ipxact:register><ipxact:name>FAR</ipxact:name><ipxact:addressOffset>8</ipxact:addressOffset><ipxact:registerDefinitionRef typeDefinitions="elsewhere">far_def</ipxact:registerDefinitionRef></ipxact:register>
              </ipxact:registerFile>
            </ipxact:addressBlock>
          </ipxact:memoryMap></ipxact:memoryMaps>
          <ipxact:registerDefinitions><ipxact:registerDefinition><ipxact:name>go_def</ipxact:name><ipxact:size>16</ipxact:size>
            <ipxact:accessPolicies><ipxact:accessPolicy><ipxact:access>write-only</ipxact:access></ipxact:accessPolicy></ipxact:accessPolicies>
            <ipxact:field><ipxact:name>VALUE</ipxact:name><ipxact:bitOffset>0</ipxact:bitOffset><ipxact:bitWidth>16</ipxact:bitWidth></ipxact:field></ipxact:registerDefinition></ipxact:registerDefinitions>
        </ipxact:component>
        """;

    [Fact]
    public void Of_2009()
    {
        DeviceMap map = DeviceMap.Parse(Of2009);

        Assert.Empty(map.Problems);
        Assert.Equal("dma", map.Name);
        Assert.Equal(
            ["regs.CTRL 1000 4 1 4", "regs.STATUS 1004 4 1 4", "regs.SMALL 1008 2 1 2", "regs.CH 1010 4 4 4", "regs.CH_ALT 1010 4 4 4", "regs.GRID[0] 1040 2 3 2", "regs.GRID[1] 1046 2 3 2",
             "regs.Q[0].HEAD 1108 8 1 8", "regs.Q[0].IN.R 1114 4 1 4", "regs.Q[1].HEAD 1128 8 1 8", "regs.Q[1].IN.R 1134 4 1 4"],
            map.Registers.Select(Describe));
        Assert.Equal((RegisterAbility.ReadWrite, (ulong?)0x1F, "Starts it", "fast"), (map.Find("CTRL")!.Ability, map.Find("CTRL")!.Reset, map.Find("CTRL")!.Description, map.Find("CTRL")!.Field("MODE")!.NameOf(1)));
        Assert.Equal("5:4", map.Find("CTRL")!.Field("MODE")!.Bits);
        Assert.Equal([("DONE", RegisterAbility.ReadWrite, WriteEffect.OneToClear, ReadEffect.None), ("COUNT", RegisterAbility.ReadOnly, WriteEffect.Stores, ReadEffect.Clears)], map.Find("STATUS")!.Fields.Select(f => (f.Name, f.Ability, f.OnWrite, f.OnRead)));
        Assert.Equal(RegisterAbility.WriteOnly, map.Find("CH_ALT")!.Ability);
        Assert.Equal(("regs", "buffer", 0x8000UL, 0x2000UL), ("regs", map.Memories.Single().Name, map.Memories.Single().Place.Offset, map.Memories.Single().Size));
    }

    [Fact]
    public void Of_2014_with_expressions_of_its_parameters()
    {
        DeviceMap map = DeviceMap.Parse(Of2014, new SvdPlacing(new RegionPlace(2, 0), 0x1_0000));

        Assert.Empty(map.Problems);
        Assert.Equal(["regs.DATA 100 4 4 4", "regs.EVENTS 14c 4 1 4"], map.Registers.Select(Describe));
        NamedRegister data = map.Find("DATA")!;
        Assert.Equal((2, RegisterAbility.ReadOnly, (ulong?)0x8000_00A5), (data.Place.Region, data.Ability, data.Reset));
        Assert.Equal(["LOW 7:0", "HIGH 31"], data.Fields.Select(f => $"{f.Name} {f.Bits}"));
        Assert.Equal((WriteEffect.OneToClear, ReadEffect.Changes), (map.Find("EVENTS")!.Fields[0].OnWrite, map.Find("EVENTS")!.Fields[0].OnRead));
    }

    [Fact]
    public void Of_2022_with_arrays_policies_and_definitions()
    {
        DeviceMap map = DeviceMap.Parse(Of2022);

        Assert.Equal(["regs.STATUS 10 4 3 16", "regs.CH[0].GO 104 2 1 2", "regs.CH[1].GO 144 2 1 2"], map.Registers.Select(Describe));
        Assert.Equal((RegisterAbility.ReadOnly, RegisterAbility.WriteOnly), (map.Registers[0].Ability, map.Registers[1].Ability));
        Assert.Equal(["LANE[0] 3:2", "LANE[1] 7:6", "LANE[2] 11:10", "LANE[3] 15:14"], map.Registers[0].Fields.Select(f => $"{f.Name} {f.Bits}"));
        Assert.All(map.Registers[0].Fields, f => Assert.Equal((RegisterAbility.ReadOnly, ReadEffect.Sets), (f.Ability, f.OnRead)));
        Assert.Contains("FAR: its registerDefinition 'far_def' is in another file", Assert.Single(map.Problems).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, "0x4", "0x24 4 2 4")]
    [InlineData(16, "0x4", "0x48 4 2 4")]
    [InlineData(32, "0x4", "0x90 4 2 4")]
    [InlineData(64, "0x4", "0x120 4 2 8")]
    public void Addresses_count_the_maps_units(int bits, string offset, string place)
    {
        DeviceMap map = DeviceMap.Parse(Component($"<memoryMap><name>m</name><addressBlock><name>b</name><baseAddress>0x20</baseAddress><range>0x100</range><register><name>R</name><dim>2</dim><addressOffset>{offset}</addressOffset><size>32</size></register></addressBlock><addressUnitBits>{bits}</addressUnitBits></memoryMap>"));

        NamedRegister register = Assert.Single(map.Registers);
        Assert.Equal(place, string.Create(CultureInfo.InvariantCulture, $"0x{register.Place.Offset:x} {register.Width} {register.Count} {register.Stride}"));
    }

    [Fact]
    public void Banks_lay_blocks_one_behind_another_and_several_maps_are_told_apart()
    {
        DeviceMap map = DeviceMap.Parse(Component("""
            <memoryMap><name>m</name><bank bankAlignment="serial"><name>k</name><baseAddress>0x1000</baseAddress>
              <addressBlock><name>a</name><range>0x100</range><register><name>R</name><addressOffset>4</addressOffset><size>32</size></register></addressBlock>
              <addressBlock><name>b</name><range>0x100</range><register><name>R</name><addressOffset>8</addressOffset><size>32</size></register></addressBlock></bank></memoryMap>
            <memoryMap><name>n</name><addressBlock><name>k</name><baseAddress>0</baseAddress><range>8</range><register><name>R</name><addressOffset>0</addressOffset><size>8</size></register></addressBlock>
              <memoryRemap state="s"><name>r</name><addressBlock><name>k</name><baseAddress>0</baseAddress><range>8</range><register><name>OTHER</name><addressOffset>0</addressOffset><size>8</size></register></addressBlock></memoryRemap></memoryMap>
            """));

        Assert.Equal(["m.k.a.R 1004 4 1 4", "m.k.b.R 1108 4 1 4", "n.k.R 0 1 1 1"], map.Registers.Select(Describe));
        Assert.Contains("in another state", Assert.Single(map.Problems).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("16", 16UL)]
    [InlineData(" 0x1F ", 0x1FUL)]
    [InlineData("#1F", 0x1FUL)]
    [InlineData("4K", 4096UL)]
    [InlineData("'h1_F", 0x1FUL)]
    [InlineData("8'b1010_0101", 0xA5UL)]
    [InlineData("32 'd 10", 10UL)]
    [InlineData("1 + 2 * 3", 7UL)]
    [InlineData("(1 + 2) * 3", 9UL)]
    [InlineData("2 ** 3 ** 1", 8UL)]
    [InlineData("1 << 4 | 1", 17UL)]
    [InlineData("7 / 2 - -1", 4UL)]
    [InlineData("7 % 4 == 3 && !(1 > 2) ? 5 : 6", 5UL)]
    [InlineData("~0 & 'hFF", 255UL)]
    [InlineData("$clog2(1) + $clog2(5) + $max(2, 3) + $min(2, 3) + $pow(2, 4)", 24UL)]
    [InlineData("3 >= 3 ? 1 != 1 ? 1 : 2 : 3", 2UL)]
    [InlineData("6 >> 1 ^ 1", 2UL)]
    [InlineData("true || false", 1UL)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    public void Expressions_come_to_their_value(string text, ulong value)
    {
        Assert.Null(new IpXactExpression(new System.Xml.Linq.XElement("component")).Read(text, out ulong result));
        Assert.Equal(value, result);
    }

    [Theory]
    [InlineData("", "is not a number or an expression")]
    [InlineData("1 +", "is not a number or an expression")]
    [InlineData("(1", "'(' without its ')'")]
    [InlineData("1 2", "is not a number or an expression of numbers, at '2'")]
    [InlineData("1 - 2", "comes to -1")]
    [InlineData("1 / 0", "divides by 0")]
    [InlineData("2 ** 200", "comes to more than any number")]
    [InlineData("1 << 64", "comes to more than any number")]
    [InlineData("'hZZ", "not a number")]
    [InlineData("NOTHING", "'NOTHING', which is no number and no parameter")]
    [InlineData("A", "whose value leads back to it")]
    [InlineData("$system(1)", "calls $system, which is not known here")]
    [InlineData("1 ? 2", "'?' without its ':'")]
    public void Expressions_that_come_to_nothing_say_why(string text, string why)
    {
        var component = System.Xml.Linq.XElement.Parse("<component><parameters><parameter parameterId='A'><value>B + 1</value></parameter><parameter parameterId='B'><value>A * 2</value></parameter></parameters></component>");
        Assert.Contains(why, new IpXactExpression(component).Read(text, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_and_long_expressions_end()
    {
        var expression = new IpXactExpression(System.Xml.Linq.XElement.Parse("<component>" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"<parameter parameterId='P{i}'><value>P{i + 1} + P{i + 1}</value></parameter>")) + "</component>"));
        Assert.Contains("nested more than", expression.Read(new string('(', 3000), out _), StringComparison.Ordinal);
        Assert.Contains("nested more than", expression.Read(new string('-', 3000) + "1", out _), StringComparison.Ordinal);
        Assert.Contains("is longer than", expression.Read(new string('1', 5000), out _), StringComparison.Ordinal);
        Assert.Contains("nested more than", expression.Read("P0", out _), StringComparison.Ordinal);
        Assert.Null(expression.Read("1", out _));
    }

    [Theory]
    [InlineData("<register><name>R</name><addressOffset>NOWHERE</addressOffset><size>32</size></register>", "its addressOffset 'NOWHERE' speaks of")]
    [InlineData("<register><name>R</name><addressOffset>0</addressOffset><size>128</size></register>", "its size is 128 bits, so that no bus access fits")]
    [InlineData("<register><name>R</name><addressOffset>2</addressOffset><size>32</size></register>", "no multiple of its 4 bytes")]
    [InlineData("<register><name>R</name><dim>2147483648</dim><addressOffset>0</addressOffset><size>32</size></register>", "makes more than 65536")]
    [InlineData("<register><name>R</name><dim>60000</dim><dim>60000</dim><addressOffset>0</addressOffset><size>32</size></register>", "makes more than 65536")]
    [InlineData("<register><addressOffset>0</addressOffset><size>32</size></register>", "it has no name")]
    [InlineData("<register><name>R</name><addressOffset>0</addressOffset><size>8</size><field><name>F</name><bitOffset>7</bitOffset><bitWidth>2</bitWidth></field></register>", "its bits 7 to 8 reach beyond the register's 8")]
    [InlineData("<register><name>R</name><addressOffset>0</addressOffset><size>8</size><access>sometimes</access></register>", "its access is 'sometimes'")]
    [InlineData("<registerFile><name>F</name><dim>2</dim><addressOffset>0</addressOffset><register><name>R</name><addressOffset>0</addressOffset><size>8</size></register></registerFile>", "neither a range nor a stride")]
    [InlineData("<registerFile><name>F</name><addressOffset>0</addressOffset><registerFileDefinitionRef>none</registerFileDefinitionRef></registerFile>", "is in another file")]
    public void What_cannot_be_used_is_left_out_with_its_line_and_reason(string registers, string reason)
    {
        DeviceMap map = DeviceMap.Parse(Component($"<memoryMap><name>m</name><addressBlock><name>b</name><baseAddress>0</baseAddress><range>4K</range>\n{registers}<register><name>GOOD</name><addressOffset>0x100</addressOffset><size>32</size></register></addressBlock></memoryMap>"));

        Assert.NotNull(map.Find("GOOD"));
        Assert.Equal(2, Assert.Single(map.Problems).Line);
        Assert.Contains(reason, map.Problems[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_in_files_without_end_are_refused()
    {
        string self = "<registerFileDefinition><name>D</name><range>4</range>" + string.Concat(Enumerable.Repeat("<registerFile><name>F</name><dim>16</dim><addressOffset>0</addressOffset><registerFileDefinitionRef>D</registerFileDefinitionRef></registerFile>", 8)) + "</registerFileDefinition>";
        Assert.Contains("with all rows counted out", Assert.Throws<FormatException>(() => DeviceMap.Parse($"<component><memoryMaps><memoryMap><name>m</name><addressBlock><name>b</name><range>4</range><registerFile><name>T</name><addressOffset>0</addressOffset><registerFileDefinitionRef>D</registerFileDefinitionRef></registerFile></addressBlock></memoryMap></memoryMaps>{self}</component>")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<design/>", "line 1: this XML is neither CMSIS-SVD (<device>) nor an IP-XACT component (<component>): it starts with <design>")]
    [InlineData("<component>\n<name>&x;</name></component>", "line 2: ")]
    public void What_is_no_component_is_refused(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => DeviceMap.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_component_without_registers_says_so() =>
        Assert.Equal("the component has no memory map with registers.", Assert.Single(DeviceMap.Parse("<component><name>c</name></component>").Notes));

    private static string Describe(NamedRegister r) => string.Create(CultureInfo.InvariantCulture, $"{r.Name} {r.Place.Offset:x} {r.Width} {r.Count} {r.Stride}");

    private static string Component(string maps) => $"<component xmlns='http://www.accellera.org/XMLSchema/IPXACT/1685-2014'><name>c</name><memoryMaps>{maps}</memoryMaps></component>";
}
