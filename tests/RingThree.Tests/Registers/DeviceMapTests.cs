using System.Text;
using RingThree.Registers;
using RingThree.Registers.Files;
using RingThree.Samples.Edu;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>Registers by name from CMSIS-SVD and JSON files.</summary>
public sealed class DeviceMapTests
{
    [Fact]
    public void The_edu_samples_file_says_what_its_register_map_says()
    {
        DeviceMap map = DeviceMap.Load(Path.Combine(Repository.Root, "samples", "edu", "edu.svd"));

        Assert.Empty(map.Problems);
        Assert.Equal(Described<EduRegisters>().Select(r => (r.Offset, r.Width)), map.Registers.Select(r => ((uint)r.Place.Offset, r.Width)));
        Assert.Equal(
            Described<EduRegisters>().Select(r => r.Name.ToUpperInvariant()),
            map.Registers.Select(r => r.Name["EDU.".Length..].Replace("_", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_json_that_the_docs_show_is_a_map()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "registermaps.md"));
        string json = page.Split("```json\n")[1].Split("```")[0];

        DeviceMap map = DeviceMap.Parse(json);

        Assert.Equal(["CONTROL", "EVENTS", "CHANNEL"], map.Registers.Select(r => r.Name));
        Assert.Equal("reserved", map.Find("CONTROL")!.Field("MODE")!.NameOf(3));
        foreach (string word in Enum.GetValues<WriteEffect>().Select(JsonPart.NameOf).Concat(Enum.GetValues<ReadEffect>().Select(JsonPart.NameOf)).Concat(Enum.GetValues<RegisterAbility>().Select(JsonPart.NameOf)))
            Assert.Contains($"`{word}`", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Svd_gives_names_places_widths_abilities_and_fields()
    {
        DeviceMap map = Svd("""
            <register><name>CTRL</name><description>Of  the
                card</description><addressOffset>0x8</addressOffset><size>16</size><access>read-only</access><resetValue>0x1FFFF</resetValue>
              <fields>
                <field><name>A</name><bitRange>[3:0]</bitRange></field>
                <field><name>B</name><lsb>4</lsb><msb>7</msb><access>write-only</access></field>
                <field><name>C</name><bitOffset>8</bitOffset></field>
              </fields></register>
            """);

        NamedRegister register = Assert.Single(map.Registers);
        Assert.Equal(("CORE.CTRL", new RegionPlace(0, 0x1008), 2, "Of the card", RegisterAbility.ReadOnly, (ulong?)0xFFFF),
            (register.Name, register.Place, register.Width, register.Description, register.Ability, register.Reset));
        Assert.Equal([("A", "3:0", RegisterAbility.ReadOnly), ("B", "7:4", RegisterAbility.WriteOnly), ("C", "8", RegisterAbility.ReadOnly)],
            register.Fields.Select(f => (f.Name, f.Bits, f.Ability)));
        Assert.Equal(5UL, register.Field("b")!.Of(0x1250));
    }

    [Fact]
    public void Svd_is_placed_where_the_card_shows_it()
    {
        const string Register = "<register><name>R</name><addressOffset>4</addressOffset></register>";

        Assert.Equal(new RegionPlace(2, 0x104), Svd(Register, new SvdPlacing(new RegionPlace(2, 0x100), 0x1000)).Find("R")!.Place);
        Assert.Contains("below the map's base", Assert.Single(Svd(Register, new SvdPlacing(default, 0x2000)).Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Dimensions_make_rows_lists_and_clusters()
    {
        DeviceMap map = Svd("""
            <register><dim>4</dim><dimIncrement>8</dimIncrement><name>CH[%s]</name><addressOffset>0x40</addressOffset></register>
            <register><dim>3</dim><dimIncrement>4</dimIncrement><dimIndex>A-C</dimIndex><name>GP%s</name><addressOffset>0x80</addressOffset></register>
            <register><dim>2</dim><dimIncrement>4</dimIncrement><dimIndex>in, out</dimIndex><name>%s_LEN</name><addressOffset>0x90</addressOffset></register>
            <cluster><dim>2</dim><dimIncrement>0x100</dimIncrement><name>Q[%s]</name><addressOffset>0x200</addressOffset>
              <register><name>HEAD</name><addressOffset>0</addressOffset></register>
              <cluster><name>IRQ</name><addressOffset>0x20</addressOffset><register><name>MASK</name><addressOffset>4</addressOffset></register></cluster>
            </cluster>
            """);

        Assert.Empty(map.Problems);
        Assert.Equal(
            ["CORE.CH", "CORE.GPA", "CORE.GPB", "CORE.GPC", "CORE.in_LEN", "CORE.out_LEN", "CORE.Q[0].HEAD", "CORE.Q[0].IRQ.MASK", "CORE.Q[1].HEAD", "CORE.Q[1].IRQ.MASK"],
            map.Registers.Select(r => r.Name));
        Assert.Equal((4, 8UL), (map.Registers[0].Count, map.Registers[0].Stride));
        Assert.Equal(("CORE.CH[3]", new RegionPlace(0, 0x1058), 1), (map.Find("ch[3]")!.Name, map.Find("CH[3]")!.Place, map.Find("CH[3]")!.Count));
        Assert.Equal(0x1324UL, map.Find("Q[1].IRQ.MASK")!.Place.Offset);
    }

    [Fact]
    public void Derived_elements_say_only_what_differs()
    {
        DeviceMap map = DeviceMap.Parse("""
            <device><name>d</name><size>32</size><peripherals>
              <peripheral derivedFrom="A"><name>B</name><baseAddress>0x200</baseAddress>
                <registers><register><name>TWO</name><addressOffset>0x14</addressOffset></register></registers></peripheral>
              <peripheral><name>A</name><baseAddress>0x100</baseAddress><registers>
                <register><name>ONE</name><addressOffset>0</addressOffset><access>read-only</access>
                  <fields><field><name>F</name><bitRange>[1:0]</bitRange>
                    <enumeratedValues><name>Speeds</name><enumeratedValue><name>slow</name><value>#x0</value></enumeratedValue><enumeratedValue><name>fast</name><value>0b01</value></enumeratedValue>
                      <enumeratedValue><name>odd</name><isDefault>true</isDefault></enumeratedValue></enumeratedValues></field></fields></register>
                <register derivedFrom="ONE"><name>TWO</name><addressOffset>4</addressOffset></register>
                <register><name>THREE</name><addressOffset>8</addressOffset><fields>
                  <field derivedFrom="A.ONE.F"><name>G</name><bitRange>[5:4]</bitRange></field>
                  <field><name>H</name><bitRange>[7:6]</bitRange><enumeratedValues derivedFrom="Speeds"/></field></fields></register>
              </registers></peripheral>
            </peripherals></device>
            """);

        Assert.Empty(map.Problems);
        Assert.Equal([("B.ONE", 0x200UL), ("B.TWO", 0x214UL), ("B.THREE", 0x208UL), ("A.ONE", 0x100UL), ("A.TWO", 0x104UL), ("A.THREE", 0x108UL)],
            map.Registers.Select(r => (r.Name, r.Place.Offset)));
        Assert.Equal((RegisterAbility.ReadOnly, "F"), (map.Find("A.TWO")!.Ability, map.Find("A.TWO")!.Fields[0].Name));
        RegisterField derived = map.Find("A.THREE")!.Field("G")!;
        Assert.Equal(["slow", "fast", "slow", "odd"], Enumerable.Range(0, 4).Select(v => derived.NameOf((ulong)v)));
        Assert.Equal(["slow", "fast", "slow", "odd"], Enumerable.Range(0, 4).Select(v => map.Find("A.THREE")!.Field("H")!.NameOf((ulong)v)));
        Assert.Equal((1UL, (ulong?)null), (derived.ValueOf("FAST"), derived.ValueOf("slow")));
    }

    [Fact]
    public void A_name_is_found_whole_or_by_its_end_when_that_is_one_register_alone()
    {
        DeviceMap map = DeviceMap.Parse("""{"registers":[{"name":"RX.STATUS","at":"bar0+0"},{"name":"TX.STATUS","at":"bar0+4"},{"name":"TX.LEVEL","at":"bar0+8"},{"name":"level","at":"bar0+12"}]}""");

        Assert.Equal("TX.STATUS", map.Find("tx.status")!.Name);
        Assert.Equal("level", map.Find("level")!.Name);
        Assert.Equal("TX.LEVEL", map.Find("LEVEL")!.Name);
        Assert.Null(map.Find("STATUS"));
        Assert.Equal("'STATUS' is the end of 2 names: RX.STATUS, TX.STATUS. Give more of it.", map.Explain("STATUS"));
        Assert.Null(map.Find("TX.LEVEL[0]"));
        Assert.Equal("TX.LEVEL is a single register, not a row.", map.Explain("TX.LEVEL[0]"));
        Assert.Contains("it has RX.STATUS, TX.STATUS", map.Explain("stat"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WriteEffect.Stores, 0xF0F1, 0xF0F5)]
    [InlineData(WriteEffect.OneToClear, 0xF0F1, 0x0005)]
    [InlineData(WriteEffect.OneToSet, 0xF0F1, 0x0005)]
    [InlineData(WriteEffect.OneToToggle, 0xF0F1, 0x0005)]
    [InlineData(WriteEffect.ZeroToClear, 0x0000, 0xFFF5)]
    [InlineData(WriteEffect.ZeroToToggle, 0x0000, 0xFFF5)]
    public void One_field_is_written_so_that_the_others_keep_their_values(WriteEffect others, int current, int written)
    {
        var field = new RegisterField("F", 0, 4);
        var register = new NamedRegister("R", default, 2) { OnWrite = others, Fields = [field, new RegisterField("G", 4, 4) { OnWrite = others }] };

        Assert.Equal((ulong)written, register.Compose((ulong)current, field, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => register.Compose(0, field, 16));
    }

    [Fact]
    public void A_field_among_write_one_to_clear_fields_leaves_their_bits_alone()
    {
        var enable = new RegisterField("ENABLE", 0, 1);
        var register = new NamedRegister("R", default, 4) { Fields = [enable, new RegisterField("DONE", 8, 1) { OnWrite = WriteEffect.OneToClear }] };

        Assert.Equal(0xABCD_0001UL, register.Compose(0xABCD_0100, enable, 1));
        Assert.Throws<InvalidOperationException>(() => (register with { OnWrite = WriteEffect.AnyClears }).Compose(0, enable, 1));
        Assert.Throws<ArgumentException>(() => register.Compose(0, new RegisterField("FOREIGN", 40, 1), 1));
    }

    [Theory]
    [InlineData("<register><addressOffset>0</addressOffset></register>", "it has no name")]
    [InlineData("<register><name>R</name><size>24</size></register>", "no bus access fits")]
    [InlineData("<register><name>R</name><addressOffset>2</addressOffset></register>", "no multiple of its 4 bytes")]
    [InlineData("<register><name>R</name><addressOffset>two</addressOffset></register>", "'two', which is not a number")]
    [InlineData("<register><name>R</name><access>sometimes</access></register>", "its access is 'sometimes'")]
    [InlineData("<register derivedFrom='NONE'><name>R</name></register>", "which is not in the file")]
    [InlineData("<register derivedFrom='R'><name>R</name></register>", "leads back to it")]
    [InlineData("<cluster><name>C</name><register><name>A</name></register><cluster derivedFrom='C'><name>D</name></cluster></cluster>", "what it is derived from contains it")]
    [InlineData("<register derivedFrom='B'><name>A</name></register><register derivedFrom='A'><name>B</name></register>", "leads back to it")]
    [InlineData("<register><name>R</name></register><register><name>R</name><addressOffset>4</addressOffset></register>", "another of that name")]
    [InlineData("<register><dim>70000</dim><dimIncrement>4</dimIncrement><name>R%s</name></register>", "it can be 1 to 65536")]
    [InlineData("<register><dim>2</dim><dimIncrement>4</dimIncrement><name>R</name></register>", "its name has no %s")]
    [InlineData("<register><dim>2</dim><name>R%s</name></register>", "no dimIncrement")]
    [InlineData("<register><dim>2</dim><dimIncrement>4</dimIncrement><dimIndex>1-3</dimIndex><name>R%s</name></register>", "does not name 2")]
    [InlineData("<register><name>R</name><fields><field><name>F</name><bitRange>[32:31]</bitRange></field></fields></register>", "reach beyond the register's 32")]
    [InlineData("<register><name>R</name><fields><field><name>F</name><bitRange>[0:0]</bitRange></field><field><name>F</name><bitRange>[1:1]</bitRange></field></fields></register>", "R.F: there is another field of that name")]
    [InlineData("<register><name>R+</name></register>", "its name is needed, without '+'")]
    [InlineData("<register><name>R</name><addressOffset>0xfffffffffffffffc</addressOffset></register>", "it ends beyond any address")]
    [InlineData("<register><dim>2</dim><dimIncrement>0x100000000</dimIncrement><name>R[%s]</name></register>", "more than any card has")]
    [InlineData("<register><name>R</name><fields><field><name>F</name><bitRange>[1:2]</bitRange></field></fields></register>", "its bits are missing or wrong")]
    [InlineData("<register><name>R</name><fields><field><name>F</name><bitRange>[0:0]</bitRange><enumeratedValues><enumeratedValue><name>v</name><value>2</value></enumeratedValue></enumeratedValues></field></fields></register>", "does not fit into 1 bit(s)")]
    public void What_cannot_be_used_of_an_svd_file_is_left_out_with_its_line_and_reason(string registers, string reason)
    {
        DeviceMap map = Svd(registers + "<register><name>GOOD</name><addressOffset>0x100</addressOffset></register>");

        DeviceMapProblem problem = map.Problems[0];
        Assert.Contains(reason, problem.ToString(), StringComparison.Ordinal);
        Assert.True(problem.Line > 0);
        Assert.NotNull(map.Find("GOOD"));
    }

    [Theory]
    [InlineData("", "nor JSON")]
    [InlineData("<device", "line 1: this is no CMSIS-SVD")]
    [InlineData("<html/>", "starts with <html>")]
    [InlineData("<!DOCTYPE a [<!ENTITY a 'aaaa'>]><device>&a;</device>", "it has a document type")]
    [InlineData("\n\n\n<device>\n<\n", "line 5: this is no CMSIS-SVD")]
    [InlineData("<device>\n<addressUnitBits>24</addressUnitBits></device>", "8, 16, 32 and 64 are read")]
    [InlineData("{\"registers\":[],\"\\ud800\":1}", "not Unicode")]
    [InlineData("{\"name\":\"\\ud800\",\"registers\":[]}", "not Unicode")]
    [InlineData("""{"registers":[{"name":"A B","at":"bar0+0"}]}""", "its name is needed, without '+', white space")]
    [InlineData("""{"registers":[{"name":".","at":"bar0+0"}]}""", "its name is needed")]
    [InlineData("""{"registers":[{"name":"A","at":"bar0+0","fields":[{"name":"b.c","bits":"0"}]}]}""", "a field's without dots")]
    [InlineData("""{"registers":[{"name":"A","at":"bar0+0","count":2,"stride":4294967296}]}""", "4 to 4294967295 bytes")]
    [InlineData("""{"registers":[{"name":"A","at":"bar0+0","fields":[{"name":"F","bits":"0"},{"name":"F","bits":"1"}]}]}""", "another field called 'F'")]
    [InlineData("[]", "an object is needed here, not a list")]
    [InlineData("""{"name":"x"}""", "a list 'registers' is missing")]
    [InlineData("""{"registers":[{"at":"bar0+0"}]}""", "registers[0]: its name is needed")]
    [InlineData("""{"registers":[{"name":"A","at":"bar9+0"}]}""", "registers[0] (A): 'bar9+0' is no place")]
    [InlineData("""{"registers":[{"name":"A","adress":"bar0+0"}]}""", "'adress' is not known here")]
    [InlineData("""{"registers":[{"name":"A","at":"bar0+0"},{"name":"A","at":"bar0+4"}]}""", "another register called 'A'")]
    [InlineData("""{"registers":[{"name":"A","at":"bar0+2"}]}""", "multiples of its 4 bytes")]
    [InlineData("""{"registers":[{"name":"A","at":"bar0+0","width":24}]}""", "8, 16, 32 or 64 bits")]
    [InlineData("""{"registers":[{"name":"A","at":"bar0+0","count":0}]}""", "its count is 1 to")]
    [InlineData("""{"registers":[{"name":"A","at":"bar0+0","count":2,"stride":2}]}""", "its stride is 4 to 4294967295 bytes")]
    [InlineData("""{"registers":[{"name":"A","at":"bar0+0","access":"rw"}]}""", "it can be readWrite, readOnly, writeOnly")]
    [InlineData("""{"registers":[{"name":"A","at":"bar0+0","reset":"0x1ffffffff"}]}""", "more bits than it")]
    [InlineData("""{"registers":[{"name":"A","at":"bar0+0","fields":[{"name":"F","bits":"32"}]}]}""", "registers[0].fields[0] (F): its bits reach beyond")]
    [InlineData("""{"registers":[{"name":"A","at":"bar0+0","fields":[{"name":"F","bits":"3:1","values":{"v":9}}]}]}""", "fields[0].values.v: the value does not fit")]
    [InlineData("""{"registers":[],"registers":[]}""", "nor JSON")]
    [InlineData("""{"registers":[{"name":"A","at":"bar0+0xfffffffffffffffc","count":2}]}""", "beyond any address")]
    public void A_file_that_is_wrong_is_refused_with_where_and_why(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => DeviceMap.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_few_lines_cannot_ask_for_days_of_work()
    {
        string rows = "<name>C%s</name><dim>65536</dim><dimIncrement>8</dimIncrement><register><name>R</name></register>";
        string deep = string.Concat(Enumerable.Repeat($"<cluster>{rows}", 10)) + string.Concat(Enumerable.Repeat("</cluster>", 10));

        Assert.Contains("registers", Assert.Throws<FormatException>(() => Svd(deep)).Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => Svd(string.Concat(Enumerable.Repeat("<cluster>", 100_000)) + string.Concat(Enumerable.Repeat("</cluster>", 100_000))));
    }

    [Theory]
    [InlineData("<cluster><name>C%s</name><dim>65536</dim><dimIncrement>8</dimIncrement><register><name>R%s</name><addressOffset>1</addressOffset><dim>65536</dim><dimIncrement>4</dimIncrement></register></cluster>")]
    [InlineData("<cluster><name>C%s</name><dim>65536</dim><dimIncrement>8</dimIncrement><register><name>R[%s]</name><dim>65536</dim><dimIncrement>4</dimIncrement></register></cluster>")]
    public void Rows_in_rows_cannot_either(string registers) =>
        Assert.Contains("with all rows counted out", Assert.Throws<FormatException>(() => Svd(registers)).Message, StringComparison.Ordinal);

    [Fact]
    public void Neither_can_fields_junk_or_values()
    {
        string fields = string.Concat(Enumerable.Range(0, 2000).Select(i => $"<field><name>F{i}_%s</name><bitRange>[0:0]</bitRange><dim>65536</dim><dimIncrement>32</dimIncrement></field>"));
        Assert.Throws<FormatException>(() => Svd($"<register><name>R</name><fields>{fields}</fields></register>"));
        string junk = string.Concat(Enumerable.Repeat("<x/>", 20_000));
        Assert.Empty(DeviceMap.Parse($"<device><peripherals><peripheral><name>P%s</name><dim>65536</dim><dimIncrement>4</dimIncrement><registers>{junk}</registers></peripheral></peripherals></device>").Registers);
        string values = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"<enumeratedValue><name>v{i}</name><value>{i}</value></enumeratedValue>"));
        Assert.Equal(60_000, Svd($"<register><name>R</name><fields><field><name>F</name><bitRange>[31:0]</bitRange><enumeratedValues>{values}</enumeratedValues></field></fields></register>").Registers[0].Fields[0].Values.Count);
        string many = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"{{\"name\":\"F{i}\",\"bits\":\"0\"}},"));
        Assert.Equal(50_000, DeviceMap.Parse($"{{\"registers\":[{{\"name\":\"R\",\"at\":\"bar0+0\",\"fields\":[{many}]}}]}}").Registers[0].Fields.Count);
    }

    [Fact]
    public void No_address_wraps_round_to_another_register()
    {
        const string High = "<register><name>R</name><addressOffset>0x30</addressOffset></register>";
        DeviceMap map = DeviceMap.Parse($"<device><peripherals><peripheral><name>P</name><baseAddress>0xfffffffffffffff0</baseAddress><registers>{High}</registers></peripheral></peripherals></device>");
        Assert.Contains("beyond any address", Assert.Single(map.Problems).ToString(), StringComparison.Ordinal);
        Assert.Empty(map.Registers);
        Assert.Contains("beyond any address", Assert.Single(Svd(High, new SvdPlacing(new RegionPlace(0, ulong.MaxValue - 15))).Problems).ToString(), StringComparison.Ordinal);
        Assert.Single(DeviceMap.Parse("""{"registers":[{"name":"LAST","at":"bar0+0xfffffffffffffffc"}]}""").Registers);
    }

    [Fact]
    public void What_a_file_says_reaches_no_terminal_as_a_command()
    {
        DeviceMap map = DeviceMap.Parse("""{"name":"a\u001b[2Jb","registers":[{"name":"R","at":"bar0+0","description":"x\r\ny\u009bz","fields":[{"name":"F","bits":"0","values":{"\u202eon":1}}]}]}""");

        Assert.Equal(("a [2Jb", "x  y z", " on"), (map.Name, map.Registers[0].Description, map.Registers[0].Fields[0].Values[0].Name));
        Assert.Equal("a b", Svd("<register><name>R</name><description>a&#x9b;b</description></register>").Registers[0].Description);
    }

    [Fact]
    public void A_file_that_never_ends_is_read_as_far_as_a_map_may_go()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "needs /dev/zero");
        Assert.Contains("the most of a register map", Assert.Throws<FormatException>(() => DeviceMap.Load("/dev/zero")).Message, StringComparison.Ordinal);
        Assert.Contains("it is a folder", Assert.Throws<FormatException>(() => DeviceMap.Load("/tmp")).Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => DeviceMap.Load(""));
        Assert.Throws<FormatException>(() => DeviceMap.Load("a\0b"));
    }

    [Fact]
    public void Any_map_is_read_back_from_its_own_json()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            DeviceMap map = RandomMap(new Random(seed));

            string json = map.ToJson();
            DeviceMap again = DeviceMap.Parse(json);

            Assert.Equal(json, again.ToJson());
            Assert.Equal(map.Registers.Select(r => r with { Fields = [] }).Select(r => r.ToString()), again.Registers.Select(r => r with { Fields = [] }).Select(r => r.ToString()));
            foreach ((NamedRegister one, NamedRegister other) in map.Registers.Zip(again.Registers))
            {
                Assert.Equal(one.Fields.Select(f => (f.Name, f.Bits, f.Ability, f.OnWrite, f.OnRead)), other.Fields.Select(f => (f.Name, f.Bits, f.Ability, f.OnWrite, f.OnRead)));
                Assert.Equal(one.Fields.SelectMany(f => f.Values), other.Fields.SelectMany(f => f.Values));
            }
        }
    }

    [Fact]
    public void A_damaged_file_is_read_in_part_or_refused_and_never_breaks_the_reader()
    {
        string svd = File.ReadAllText(Path.Combine(Repository.Root, "samples", "edu", "edu.svd"));
        string json = DeviceMap.Parse(svd).ToJson();
        string[] pieces = ["<", ">", "</", "\"", "{", "}", "[", "]", ",", "-1", "99999999999999999999", "\0", "%s", "[%s]", "<dim>9</dim>", "derivedFrom=\"STATUS\"", "0x", "é", ":"];
        int refused = 0;
        for (int seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            var text = new StringBuilder(seed % 2 == 0 ? svd : json);
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                int at = random.Next(text.Length);
                int length = Math.Min(random.Next(0, 40), text.Length - at);
                if (random.Next(2) == 0) text.Remove(at, length);
                if (random.Next(2) == 0) text.Insert(at, pieces[random.Next(pieces.Length)]);
                if (random.Next(4) == 0) text.Insert(at, text.ToString(random.Next(text.Length / 2), random.Next(200)));
            }

            try
            {
                DeviceMap map = DeviceMap.Parse(text.ToString());
                Assert.All(map.Registers, r => Assert.True(r.Place.Offset % (ulong)r.Width == 0 && r.Fields.All(f => f.LowBit + f.BitCount <= 8 * r.Width)));
            }
            catch (FormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, 2999);
    }

    private static IReadOnlyList<RegisterDescription> Described<TMap>()
        where TMap : IRegisterMap<TMap> => TMap.Registers;

    private static DeviceMap Svd(string registers, SvdPlacing? placing = null) => DeviceMap.Parse(
        $"<?xml version='1.0'?>\n<device><name>d</name>\n<peripherals><peripheral><name>CORE</name><baseAddress>0x1000</baseAddress><registers>\n{registers}</registers></peripheral></peripherals></device>", placing);

    internal static DeviceMap RandomMap(Random random)
    {
        var registers = new List<NamedRegister>();
        for (int i = random.Next(6); i >= 0; i--)
        {
            int width = 1 << random.Next(4);
            var fields = new List<RegisterField>();
            for (int bit = random.Next(4); bit < 8 * width; bit += 1 + random.Next(20))
            {
                int count = random.Next(1, (8 * width) - bit + 1);
                var field = new RegisterField($"F{bit}", bit, count)
                {
                    Ability = (RegisterAbility)random.Next(3),
                    OnWrite = (WriteEffect)random.Next(9),
                    OnRead = (ReadEffect)random.Next(4),
                    Description = random.Next(2) == 0 ? "\"<&> é" : null,
                };
                var values = new List<FieldValue>();
                for (int v = random.Next(4); v > 0; v--)
                {
                    ulong cared = random.Next(2) == 0 ? ulong.MaxValue : ~((ulong)random.NextInt64() & field.Ones);
                    values.Add(new FieldValue($"v{v}", (ulong)random.NextInt64() & field.Ones & cared, cared));
                }

                fields.Add(field with { Values = values });
            }

            int row = random.Next(2) == 0 ? 1 : random.Next(2, 100);
            registers.Add(new NamedRegister($"B{i}.R", new RegionPlace(random.Next(12), (ulong)random.Next(1000) * (ulong)width), width)
            {
                Ability = (RegisterAbility)random.Next(3),
                OnWrite = (WriteEffect)random.Next(9),
                OnRead = (ReadEffect)random.Next(4),
                Reset = random.Next(2) == 0 ? (ulong)random.NextInt64() & (ulong.MaxValue >> (64 - (8 * width))) : null,
                Count = row,
                Stride = row == 1 ? (ulong)width : (ulong)(width * random.Next(1, 5)),
                Fields = fields,
            });
        }

        return new DeviceMap("random", registers);
    }
}
