using System.Text;
using RingThree.Registers.Files;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>SVD files as they are found: address units, alternate registers, encodings, the same fault many times.</summary>
public sealed class SvdFileTests
{
    [Theory]
    [InlineData(8, "0,4,8", "0,4,8")]
    [InlineData(32, "0,4,8", "0,4,8")]
    [InlineData(32, "0,1,2", "0,4,8")]
    [InlineData(32, "1,2,17", "4,8,5c")]
    [InlineData(16, "0,2,4", "0,4,8")]
    [InlineData(16, "0,4,8", "0,4,8")]
    [InlineData(64, "0,1,2", "0,8,10")]
    public void Addresses_count_the_units_that_the_file_means(int bits, string stated, string bytes)
    {
        string registers = string.Concat(stated.Split(',').Select((offset, i) => $"<register><name>R{i}</name><addressOffset>0x{offset}</addressOffset></register>"));

        DeviceMap map = DeviceMap.Parse(Device($"<peripheral><name>P</name><baseAddress>0x100</baseAddress><registers>{registers}</registers></peripheral>", $"<addressUnitBits>{bits}</addressUnitBits>"));

        bool areUnits = stated != bytes;
        Assert.Empty(map.Problems);
        Assert.Equal(bytes.Split(',').Select(b => (areUnits ? 0x100UL * (ulong)bits / 8 : 0x100) + Convert.ToUInt64(b, 16)), map.Registers.Select(r => r.Place.Offset));
        Assert.Equal(bits > 8 && !areUnits, map.Notes.Count == 1);
    }

    [Fact]
    public void In_units_increments_and_clusters_count_too()
    {
        DeviceMap map = DeviceMap.Parse(Device("""
            <peripheral><name>P%s</name><dim>2</dim><dimIncrement>0x100</dimIncrement><baseAddress>0x1000</baseAddress><registers>
              <register><dim>3</dim><dimIncrement>1</dimIncrement><name>CH[%s]</name><addressOffset>1</addressOffset></register>
              <cluster><dim>2</dim><dimIncrement>5</dimIncrement><name>Q%s</name><addressOffset>0x11</addressOffset><register><name>R</name><addressOffset>2</addressOffset></register></cluster>
            </registers></peripheral>
            """, "<addressUnitBits>0x20</addressUnitBits>"));

        Assert.Empty(map.Problems);
        Assert.Equal(
            [("P0.CH", 0x4004UL, 4UL), ("P0.Q0.R", 0x404CUL, 4UL), ("P0.Q1.R", 0x4060UL, 4UL), ("P1.CH", 0x4404UL, 4UL), ("P1.Q0.R", 0x444CUL, 4UL), ("P1.Q1.R", 0x4460UL, 4UL)],
            map.Registers.Select(r => (r.Name, r.Place.Offset, r.Stride)));
    }

    [Fact]
    public void One_wrong_address_does_not_turn_bytes_into_units()
    {
        string good = string.Concat(Enumerable.Range(0, 20).Select(i => $"<register><name>R{i}</name><addressOffset>{4 * i}</addressOffset></register>"));

        DeviceMap map = DeviceMap.Parse(Device($"<peripheral><name>P</name><registers>{good}<register><name>BAD</name><addressOffset>0x102</addressOffset></register></registers></peripheral>", "<addressUnitBits>32</addressUnitBits>"));

        Assert.Equal(76UL, map.Registers[^1].Place.Offset);
        Assert.Equal("P.BAD", Assert.Single(map.Problems).Register);
    }

    [Fact]
    public void Alternate_registers_of_one_name_and_place_are_all_there()
    {
        DeviceMap map = DeviceMap.Parse(Device("""
            <peripheral><name>P</name><registers>
              <register><name>CCMR</name><addressOffset>0x18</addressOffset><fields><field><name>OC</name><bitRange>[1:0]</bitRange></field></fields></register>
              <register><name>CCMR</name><alternateGroup>INPUT</alternateGroup><addressOffset>0x18</addressOffset><fields><field><name>IC</name><bitRange>[3:0]</bitRange></field></fields></register>
              <register><name>CR</name><alternateGroup>MODE_A</alternateGroup><addressOffset>0</addressOffset></register>
              <register><name>CR</name><alternateGroup>MODE_B</alternateGroup><addressOffset>0</addressOffset></register>
              <register><name>D[%s]</name><dim>2</dim><dimIncrement>4</dimIncrement><alternateGroup>MODE_A</alternateGroup><addressOffset>0x20</addressOffset></register>
              <register><name>D[%s]</name><dim>2</dim><dimIncrement>4</dimIncrement><alternateGroup>MODE_B</alternateGroup><addressOffset>0x20</addressOffset></register>
              <register><name>ALONE</name><alternateGroup>MODE_A</alternateGroup><addressOffset>4</addressOffset></register>
              <register><name>OTHER</name><alternateRegister>ALONE</alternateRegister><addressOffset>4</addressOffset></register>
              <cluster><name>ONE</name><addressOffset>0x40</addressOffset><register><name>R</name><addressOffset>0</addressOffset></register></cluster>
              <cluster><name>TWO</name><alternateCluster>ONE</alternateCluster><addressOffset>0x40</addressOffset><register><name>R</name><addressOffset>0</addressOffset></register></cluster>
            </registers></peripheral>
            <peripheral derivedFrom="P"><name>Q</name><baseAddress>0x100</baseAddress><registers><register><name>CR</name><alternateGroup>MODE_B</alternateGroup><addressOffset>8</addressOffset></register></registers></peripheral>
            """));

        Assert.Empty(map.Problems);
        Assert.Equal(
            [("P.CCMR", 0x18UL), ("P.CCMR_INPUT", 0x18UL), ("P.CR_MODE_A", 0UL), ("P.CR_MODE_B", 0UL), ("P.D_MODE_A", 0x20UL), ("P.D_MODE_B", 0x20UL), ("P.ALONE", 4UL), ("P.OTHER", 4UL), ("P.ONE.R", 0x40UL), ("P.TWO.R", 0x40UL)],
            map.Registers.Where(r => r.Name[0] == 'P').Select(r => (r.Name, r.Place.Offset)));
        Assert.Equal(("OC", "IC"), (map.Find("CCMR".Insert(0, "P."))!.Fields[0].Name, map.Find("P.CCMR_INPUT")!.Fields[0].Name));
        Assert.Equal((0x100UL, 0x108UL), (map.Find("Q.CR_MODE_A")!.Place.Offset, map.Find("Q.CR_MODE_B")!.Place.Offset));
    }

    [Fact]
    public void A_rows_names_for_its_indices_do_no_harm()
    {
        DeviceMap map = DeviceMap.Parse(Device("""
            <peripheral><name>P</name><registers><register><dim>2</dim><dimIncrement>4</dimIncrement><dimArrayIndex><headerEnumName>Lanes</headerEnumName>
              <enumeratedValue><name>RX</name><value>0</value></enumeratedValue><enumeratedValue><name>TX</name><value>1</value></enumeratedValue></dimArrayIndex>
              <name>CH[%s]</name><addressOffset>0</addressOffset></register></registers></peripheral>
            """));

        Assert.Empty(map.Problems);
        Assert.Equal(("P.CH", 2), (map.Registers[0].Name, map.Registers[0].Count));
    }

    [Fact]
    public void A_fault_that_is_made_a_thousand_times_is_told_once_with_its_count()
    {
        string odd = string.Concat(Enumerable.Range(0, 1000).Select(i => $"<register><name>ODD{i}</name><size>24</size><addressOffset>{4 * i}</addressOffset><fields><field><name>F</name><bitRange>[1:0]</bitRange></field></fields></register>\n"));
        string away = string.Concat(Enumerable.Range(0, 1000).Select(i => $"<register derivedFrom='NONE{i}'><name>AWAY{i}</name></register>"));

        DeviceMap map = DeviceMap.Parse(Device($"<peripheral><name>P</name><registers>{odd}{away}<register><name>LAST</name></register></registers></peripheral>"));

        Assert.Equal([1000, 1000], map.Problems.Select(p => p.Count));
        Assert.EndsWith("(and 999 more of this kind)", map.Problems[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("'ODD700' was left out of the map: line 701: P.ODD700: its size is not 8", map.Explain("ODD700"), StringComparison.Ordinal);
        Assert.Contains("it is derived from 'NONE700'", map.Explain("AWAY700"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ISO-8859-1", "ISO-8859-1")]
    [InlineData("iso8859-1", "ISO-8859-1")]
    [InlineData("Windows-1252", "ISO-8859-1")]
    [InlineData("utf-8", "ISO-8859-1")]
    [InlineData("gb2312", "ISO-8859-1")]
    [InlineData("UTF-8", "UTF-8")]
    [InlineData("us-ascii", "UTF-8")]
    [InlineData("ISO-8859-1", "UTF-8 with a mark")]
    [InlineData("UTF-16", "UTF-16 with a mark")]
    [InlineData("UTF-16", "UTF-16")]
    [InlineData("UTF-16", "UTF-16BE")]
    public void Files_are_read_in_the_encoding_they_have(string declared, string actual)
    {
        string text = $"<?xml version=\"1.0\" encoding=\"{declared}\" standalone=\"no\"?>\n" + Device("<peripheral><name>P</name><registers><register><name>R</name><description>Dämpfung in µs</description></register></registers></peripheral>");
        Encoding encoding = actual switch
        {
            "ISO-8859-1" => Encoding.Latin1,
            "UTF-8" => new UTF8Encoding(false),
            "UTF-8 with a mark" => new UTF8Encoding(true),
            "UTF-16" => new UnicodeEncoding(false, false),
            "UTF-16BE" => new UnicodeEncoding(true, false),
            _ => Encoding.Unicode,
        };
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, text, encoding);
            Assert.Equal("Dämpfung in µs", Assert.Single(DeviceMap.Load(file).Registers).Description);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void An_xml_declaration_behind_empty_lines_is_passed_over_and_lines_still_count() =>
        Assert.Equal(5, Assert.Single(DeviceMap.Parse("\n\n<?xml version='1.0'?>\n\n" + Device("<peripheral derivedFrom='X'><name>P</name></peripheral>")).Problems).Line);

    [Theory]
    [InlineData("\n<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><device>&b;</device>", "line 2: it has a document type")]
    [InlineData("<device>\n<name>&undefined;</name></device>", "line 2: ")]
    [InlineData("<device>\n<name>\u0001</name></device>", "line 2: ")]
    [InlineData("<device>\n<name>a</nam></device>", "line 2: ")]
    [InlineData("<device>\n<addressUnitBits>4294967296</addressUnitBits></device>", "line 1: its addressUnitBits")]
    public void A_harmful_file_is_refused_with_its_line(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => DeviceMap.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("2147483648")]
    [InlineData("0xffffffffffffffff")]
    [InlineData("4294967296")]
    [InlineData("-1")]
    public void A_dimension_that_nobody_has_costs_its_register_alone(string dim)
    {
        DeviceMap map = DeviceMap.Parse(Device($"<peripheral><name>P</name><registers><register><name>R%s</name><dim>{dim}</dim><dimIncrement>4</dimIncrement></register><register><name>GOOD</name></register></registers></peripheral>"));

        Assert.Equal("P.GOOD", Assert.Single(map.Registers).Name);
        Assert.Single(map.Problems);
    }

    private static string Device(string peripherals, string head = "") => $"<device><name>d</name>{head}<peripherals>{peripherals}</peripherals></device>";
}
