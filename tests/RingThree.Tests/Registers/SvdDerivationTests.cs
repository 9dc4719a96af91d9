using System.Diagnostics;
using RingThree.Registers.Files;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>What <c>derivedFrom</c> takes over, and whose word counts.</summary>
public sealed class SvdDerivationTests
{
    [Theory]
    [InlineData("<bitRange>[3:0]</bitRange>", "<bitOffset>8</bitOffset><bitWidth>2</bitWidth>", "9:8")]
    [InlineData("<bitRange>[3:0]</bitRange>", "<lsb>8</lsb><msb>11</msb>", "11:8")]
    [InlineData("<lsb>0</lsb><msb>3</msb>", "<bitOffset>8</bitOffset><bitWidth>1</bitWidth>", "8")]
    [InlineData("<lsb>0</lsb><msb>3</msb>", "<bitRange>[8:7]</bitRange>", "8:7")]
    [InlineData("<bitOffset>0</bitOffset><bitWidth>4</bitWidth>", "<lsb>8</lsb><msb>9</msb>", "9:8")]
    [InlineData("<bitOffset>0</bitOffset><bitWidth>4</bitWidth>", "<bitRange>[31:31]</bitRange>", "31")]
    [InlineData("<bitOffset>0</bitOffset><bitWidth>4</bitWidth>", "<bitOffset>8</bitOffset>", "11:8")]
    [InlineData("<bitRange>[3:0]</bitRange>", "<bitOffset>8</bitOffset>", "11:8")]
    [InlineData("<lsb>4</lsb><msb>7</msb>", "<bitWidth>2</bitWidth>", "5:4")]
    [InlineData("<lsb>4</lsb><msb>7</msb>", "<msb>9</msb>", "9:4")]
    [InlineData("<bitOffset>4</bitOffset><bitWidth>4</bitWidth>", "<lsb>6</lsb>", "7:6")]
    [InlineData("<bitRange>[3:0]</bitRange>", "", "3:0")]
    [InlineData("<bitOffset>5</bitOffset>", "", "5")]
    public void A_derived_fields_own_bits_win_in_whichever_notation(string theirs, string own, string bits)
    {
        DeviceMap map = Svd($"<register><name>R</name><fields><field><name>F</name>{theirs}</field><field derivedFrom='F'><name>G</name>{own}</field></fields></register>");

        Assert.Empty(map.Problems);
        Assert.Equal(bits, map.Find("R")!.Field("G")!.Bits);
    }

    [Fact]
    public void Bits_hold_over_several_derivations_and_a_wrong_notation_is_not_mended_by_the_base()
    {
        DeviceMap map = Svd("""
            <register><name>R</name><fields>
              <field derivedFrom="H"><name>I</name></field>
              <field derivedFrom="G"><name>H</name><lsb>16</lsb><msb>17</msb></field>
              <field derivedFrom="F"><name>G</name><bitOffset>8</bitOffset><bitWidth>8</bitWidth></field>
              <field><name>F</name><bitRange>[3:0]</bitRange></field>
              <field derivedFrom="F"><name>J</name><bitRange>[1:2]</bitRange></field>
            </fields></register>
            """);

        Assert.Equal(["I 17:16", "H 17:16", "G 15:8", "F 3:0"], map.Find("R")!.Fields.Select(f => $"{f.Name} {f.Bits}"));
        Assert.Contains("R.J: its bits are missing or wrong", Assert.Single(map.Problems).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X2")]
    [InlineData("X%s")]
    [InlineData("CORE.X2")]
    [InlineData("Y[1]")]
    [InlineData("Y[%s]")]
    [InlineData("Y")]
    [InlineData("CORE.Y[0]")]
    [InlineData("Zin")]
    [InlineData("Q[1].W")]
    [InlineData("CORE.Q[0].W")]
    [InlineData("Q[%s].V1")]
    public void A_member_of_a_list_can_be_derived_from(string source)
    {
        DeviceMap map = Svd($"""
            <register derivedFrom="{source}"><name>DERIVED</name><addressOffset>0x400</addressOffset></register>
            <register><dim>4</dim><dimIncrement>4</dimIncrement><name>X%s</name><addressOffset>0x10</addressOffset><access>read-only</access>{Field}</register>
            <register><dim>2</dim><dimIncrement>4</dimIncrement><name>Y[%s]</name><addressOffset>0x40</addressOffset><access>read-only</access>{Field}</register>
            <register><dim>2</dim><dimIncrement>4</dimIncrement><dimIndex>in,out</dimIndex><name>Z%s</name><addressOffset>0x60</addressOffset><access>read-only</access>{Field}</register>
            <cluster><dim>2</dim><dimIncrement>0x100</dimIncrement><name>Q[%s]</name><addressOffset>0x100</addressOffset>
              <register><name>W</name><addressOffset>0x10</addressOffset><access>read-only</access>{Field}</register>
              <register><dim>2</dim><dimIncrement>4</dimIncrement><name>V%s</name><addressOffset>0x20</addressOffset><access>read-only</access>{Field}</register>
            </cluster>
            """);

        Assert.Empty(map.Problems);
        NamedRegister derived = map.Find("CORE.DERIVED")!;
        Assert.Equal((0x1400UL, 1, RegisterAbility.ReadOnly, "5:2"), (derived.Place.Offset, derived.Count, derived.Ability, derived.Field("F")!.Bits));
    }

    [Fact]
    public void What_is_derived_from_a_member_without_a_place_of_its_own_is_where_the_member_is()
    {
        DeviceMap map = Svd("""
            <register><dim>4</dim><dimIncrement>8</dimIncrement><name>X%s</name><addressOffset>0x10</addressOffset></register>
            <register derivedFrom="X2"><name>ALIAS</name></register>
            <register><name>M</name><addressOffset>0x80</addressOffset><fields>
              <field><dim>4</dim><dimIncrement>3</dimIncrement><name>F%s</name><bitRange>[1:0]</bitRange></field></fields></register>
            <register><name>N</name><addressOffset>0x84</addressOffset><fields>
              <field derivedFrom="M.F2"><name>G</name></field><field derivedFrom="M.F2"><name>H</name><bitOffset>30</bitOffset></field></fields></register>
            """);

        Assert.Empty(map.Problems);
        Assert.Equal((0x1020UL, 1), (map.Find("ALIAS")!.Place.Offset, map.Find("ALIAS")!.Count));
        Assert.Equal(["7:6", "31:30"], map.Find("N")!.Fields.Select(f => f.Bits));
    }

    [Fact]
    public void What_a_derived_element_says_of_one_member_of_a_list_holds_for_that_member()
    {
        DeviceMap map = DeviceMap.Parse("""
            <device><name>d</name><peripherals>
              <peripheral><name>A</name><baseAddress>0</baseAddress><registers>
                <register><dim>3</dim><dimIncrement>4</dimIncrement><name>CH%s</name><addressOffset>0</addressOffset><fields>
                  <field><name>F%s</name><bitRange>[0:0]</bitRange><dim>3</dim><dimIncrement>1</dimIncrement></field></fields></register></registers></peripheral>
              <peripheral derivedFrom="A"><name>B</name><baseAddress>0x100</baseAddress><registers>
                <register derivedFrom="A.CH%s"><name>CH1</name><addressOffset>0x40</addressOffset><fields><field><name>F1</name><bitRange>[9:8]</bitRange></field></fields></register></registers></peripheral>
            </peripherals></device>
            """);

        Assert.Empty(map.Problems);
        Assert.Equal([("B.CH0", 0x100UL), ("B.CH2", 0x108UL), ("B.CH1", 0x140UL)], map.Registers.Where(r => r.Name[0] == 'B').Select(r => (r.Name, r.Place.Offset)));
        Assert.Equal(["F0 0", "F2 2", "F1 9:8"], map.Find("B.CH1")!.Fields.Select(f => $"{f.Name} {f.Bits}"));
    }

    [Fact]
    public void What_is_derived_from_a_row_is_one_register_unless_it_says_that_it_is_a_row_too()
    {
        DeviceMap map = Svd("""
            <register><dim>4</dim><dimIncrement>8</dimIncrement><name>X[%s]</name><addressOffset>0</addressOffset></register>
            <register derivedFrom="X[%s]"><name>ONE</name><addressOffset>0x40</addressOffset></register>
            <register derivedFrom="X[%s]"><name>Y[%s]</name><addressOffset>0x80</addressOffset></register>
            <register derivedFrom="X[%s]"><name>Z[%s]</name><dim>2</dim><addressOffset>0xC0</addressOffset></register>
            """);

        Assert.Empty(map.Problems);
        Assert.Equal([("CORE.X", 4, 8UL), ("CORE.ONE", 1, 4UL), ("CORE.Y", 4, 8UL), ("CORE.Z", 2, 8UL)], map.Registers.Select(r => (r.Name, r.Count, r.Stride)));
    }

    [Fact]
    public void Every_kind_of_element_derives_forwards_and_by_path()
    {
        DeviceMap map = DeviceMap.Parse("""
            <device><name>d</name><peripherals>
              <peripheral derivedFrom="LAST1"><name>FIRST</name><baseAddress>0x100</baseAddress></peripheral>
              <peripheral><name>MID</name><baseAddress>0x200</baseAddress><registers>
                <cluster derivedFrom="LAST1.OUTER.INNER"><name>C</name><addressOffset>0x10</addressOffset></cluster>
                <register derivedFrom="FIRST.OUTER.INNER.R"><name>R2</name><addressOffset>0x20</addressOffset></register>
                <register><name>R3</name><addressOffset>0x24</addressOffset><fields>
                  <field derivedFrom="LAST0.OUTER.INNER.R.F"><name>G</name><bitOffset>16</bitOffset></field>
                  <field><name>H</name><bitRange>[1:1]</bitRange><enumeratedValues derivedFrom="LAST%s.OUTER.INNER.R.F.Onoff"/></field>
                  <field><name>I</name><bitRange>[2:2]</bitRange><enumeratedValues derivedFrom="Onoff"/></field>
                </fields></register>
              </registers></peripheral>
              <peripheral><name>LAST%s</name><dim>2</dim><dimIncrement>0x1000</dimIncrement><baseAddress>0x10000</baseAddress><registers>
                <cluster><name>OUTER</name><addressOffset>4</addressOffset><cluster><name>INNER</name><addressOffset>4</addressOffset>
                  <register><name>R</name><addressOffset>4</addressOffset><access>write-only</access><fields>
                    <field><name>F</name><bitRange>[4:4]</bitRange><enumeratedValues><name>Onoff</name><enumeratedValue><name>off</name><value>0</value></enumeratedValue><enumeratedValue><name>on</name><value>1</value></enumeratedValue></enumeratedValues></field>
                  </fields></register></cluster></cluster>
              </registers></peripheral>
            </peripherals></device>
            """);

        Assert.Empty(map.Problems);
        Assert.Equal(
            [("FIRST.OUTER.INNER.R", 0x10CUL), ("MID.C.R", 0x214UL), ("MID.R2", 0x220UL), ("MID.R3", 0x224UL), ("LAST0.OUTER.INNER.R", 0x1000CUL), ("LAST1.OUTER.INNER.R", 0x1100CUL)],
            map.Registers.Select(r => (r.Name, r.Place.Offset)));
        Assert.Equal(RegisterAbility.WriteOnly, map.Find("MID.R2")!.Ability);
        Assert.Equal([("G", "16", "on"), ("H", "1", "on"), ("I", "2", "on")], map.Find("MID.R3")!.Fields.Select(f => (f.Name, f.Bits, f.NameOf(1)!)));
    }

    [Fact]
    public void Values_of_one_name_in_two_fields_are_told_apart_by_their_path()
    {
        DeviceMap map = Svd("""
            <register><name>A</name><fields><field><name>F</name><bitRange>[0:0]</bitRange><enumeratedValues><name>V</name><enumeratedValue><name>first</name><value>1</value></enumeratedValue></enumeratedValues></field></fields></register>
            <register><name>B</name><addressOffset>4</addressOffset><fields><field><name>F</name><bitRange>[0:0]</bitRange><enumeratedValues><name>V</name><enumeratedValue><name>second</name><value>1</value></enumeratedValue></enumeratedValues></field></fields></register>
            <register><name>C</name><addressOffset>8</addressOffset><fields>
              <field><name>F</name><bitRange>[0:0]</bitRange><enumeratedValues derivedFrom="B.F.V"/></field>
              <field><name>G</name><bitRange>[1:1]</bitRange><enumeratedValues derivedFrom="NOWHERE.F.V"/></field></fields></register>
            """);

        Assert.Equal(["second", null], map.Find("C")!.Fields.Select(f => f.NameOf(1)));
        Assert.Contains("'NOWHERE.F.V', which is not in the file", Assert.Single(map.Problems).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<peripheral derivedFrom='A.X'><name>A</name></peripheral>")]
    [InlineData("<peripheral><name>A</name><registers><cluster><name>C</name><register><name>R</name></register><cluster><name>D</name><cluster derivedFrom='C'><name>E</name></cluster></cluster></cluster></registers></peripheral>")]
    [InlineData("<peripheral derivedFrom='B'><name>A</name></peripheral><peripheral derivedFrom='A'><name>B</name></peripheral>")]
    [InlineData("<peripheral derivedFrom='B.Y'><name>A</name></peripheral><peripheral derivedFrom='A.X'><name>B</name></peripheral>")]
    [InlineData("<peripheral><name>A</name><registers><cluster derivedFrom='C.C'><name>C</name></cluster></registers></peripheral>")]
    [InlineData("<peripheral><name>A</name><registers><register derivedFrom='R.R.R.R'><name>R</name></register><register derivedFrom='.'><name>S</name></register></registers></peripheral>")]
    [InlineData("<peripheral><name>A</name><registers><register><name>R</name><fields><field derivedFrom='F'><name>F</name></field></fields></register></registers></peripheral>")]
    public void Circles_are_told_with_their_line(string peripherals)
    {
        DeviceMap map = DeviceMap.Parse($"<device><name>d</name><peripherals>\n{peripherals}</peripherals></device>");

        Assert.NotEmpty(map.Problems);
        Assert.All(map.Problems, p => Assert.Equal(2, p.Line));
    }

    [Fact]
    public void Thousands_of_derivations_by_names_that_are_not_there_end_soon()
    {
        string chain = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"<peripheral derivedFrom='P{i + 1}.X.Y.Z'><name>P{i}</name></peripheral>"));
        string lists = string.Concat(Enumerable.Range(0, 1000).Select(i => $"<register><name>L{i}_%s</name><dim>65536</dim><dimIncrement>4</dimIncrement></register><register derivedFrom='NONE{i}'><name>D{i}</name></register>"));
        long start = Stopwatch.GetTimestamp();

        Assert.Equal(20_000, DeviceMap.Parse($"<device><peripherals>{chain}</peripherals></device>").Problems.Sum(p => p.Count));
        Assert.Throws<FormatException>(() => Svd(lists));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1), "it hung");
    }

    private const string Field = "<fields><field><name>F</name><bitRange>[5:2]</bitRange></field></fields>";

    private static DeviceMap Svd(string registers) => DeviceMap.Parse(
        $"<?xml version='1.0'?>\n<device><name>d</name>\n<peripherals><peripheral><name>CORE</name><baseAddress>0x1000</baseAddress><registers>\n{registers}</registers></peripheral></peripherals></device>");
}
