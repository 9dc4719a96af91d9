using System.Reflection;
using RingThree.Registers;
using RingThree.Registers.Files;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests.Generators;

/// <summary><c>ring3 map --csharp</c>: what it makes of every kind of file, compiled with the generator, says what the map says.</summary>
[Collection(nameof(RegisterMapBuild))]
public sealed class CSharpMapTests(RegisterMapBuild build)
{
    private const BindingFlags Anything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static;

    /// <summary>Names that C# would take amiss, registers over one another, every width and access.</summary>
    private const string Awkward = """
        <device><name>System</name><peripherals>
          <peripheral><name>class</name><baseAddress>0x104</baseAddress><registers>
            <register><name>Size</name><addressOffset>0</addressOffset></register>
            <register><name>CREATE</name><addressOffset>4</addressOffset></register>
            <register><name>offsets</name><addressOffset>8</addressOffset></register>
            <register><name>Base</name><addressOffset>12</addressOffset></register>
            <register><name>Equals</name><addressOffset>16</addressOffset></register>
            <register><name>get_type</name><addressOffset>20</addressOffset></register>
            <register><name>ClassRegisters</name><addressOffset>24</addressOffset></register>
            <register><name>_window</name><addressOffset>28</addressOffset></register>
            <register><name>9LIVES</name><addressOffset>32</addressOffset></register>
            <register><name>A_1_2</name><addressOffset>36</addressOffset></register><register><name>A_12</name><addressOffset>40</addressOffset></register>
            <register><name>a-12</name><addressOffset>44</addressOffset></register><register><name>ÄÖ</name><addressOffset>48</addressOffset></register>
            <register><name>event</name><addressOffset>52</addressOffset><description>&lt;/summary&gt; */ &amp; "x" &#x2028; y \u</description></register>
            <register><name>F</name><addressOffset>56</addressOffset><fields>
              <field><name>None</name><bitRange>[0:0]</bitRange></field><field><name>value__</name><bitRange>[1:1]</bitRange></field>
              <field><name>GetType</name><bitRange>[3:2]</bitRange></field><field><name>get-type</name><bitRange>[5:4]</bitRange></field>
              <field><name>DIV</name><bitRange>[8:6]</bitRange><enumeratedValues><enumeratedValue><name>1</name><value>0</value></enumeratedValue><enumeratedValue><name>2</name><value>1</value></enumeratedValue>
                <enumeratedValue><name>!</name><value>2</value></enumeratedValue><enumeratedValue><name>?</name><value>3</value></enumeratedValue><enumeratedValue><name>rest</name><value>#1xx</value></enumeratedValue></enumeratedValues></field>
              <field><name>R</name><bitRange>[10:9]</bitRange><access>read-only</access></field><field><name>W</name><bitRange>[12:11]</bitRange><access>write-only</access></field>
              <field><name>T%s</name><bitRange>[13:13]</bitRange><dim>3</dim><dimIncrement>1</dimIncrement></field>
            </fields></register>
            <register><name>F</name><alternateGroup>OTHER</alternateGroup><addressOffset>56</addressOffset><fields><field><name>ALL</name><bitRange>[31:0]</bitRange></field></fields></register>
          </registers></peripheral>
          <peripheral><name>CLASS_</name><baseAddress>0x400</baseAddress><registers>
            <register><name>B</name><size>8</size><addressOffset>3</addressOffset><access>read-only</access><fields><field><name>X</name><bitRange>[7:4]</bitRange></field></fields></register>
            <register><name>H</name><size>16</size><addressOffset>6</addressOffset><modifiedWriteValues>oneToClear</modifiedWriteValues><fields><field><name>X</name><bitRange>[15:1]</bitRange></field></fields></register>
            <register><name>Q</name><size>64</size><addressOffset>8</addressOffset><fields><field><name>X</name><bitRange>[63:1]</bitRange></field><field><name>WHOLE</name><bitRange>[63:0]</bitRange></field></fields></register>
            <register><name>HEAD[%s]</name><dim>8</dim><dimIncrement>16</dimIncrement><addressOffset>0x100</addressOffset><access>read-only</access></register>
            <register><name>TAIL[%s]</name><dim>8</dim><dimIncrement>16</dimIncrement><addressOffset>0x104</addressOffset><access>write-only</access></register>
            <register><name>DONE[%s]</name><dim>8</dim><dimIncrement>16</dimIncrement><addressOffset>0x108</addressOffset><fields><field><name>X</name><bitRange>[0:0]</bitRange><modifiedWriteValues>oneToClear</modifiedWriteValues></field></fields></register>
            <register><name>OVER[%s]</name><dim>4</dim><dimIncrement>12</dimIncrement><addressOffset>0x10C</addressOffset></register>
            <register><name>LOW</name><size>16</size><addressOffset>8</addressOffset></register>
          </registers></peripheral>
          <peripheral><name>Register</name><baseAddress>0xffffffff00</baseAddress><registers><register><name>R</name><addressOffset>0</addressOffset></register></registers></peripheral>
          <peripheral><name>P</name><baseAddress>0xffffffff40</baseAddress><registers><register><name>R</name><addressOffset>0</addressOffset><fields>
            <field><name>PFields</name><bitRange>[1:0]</bitRange></field></fields></register></registers></peripheral>
          <peripheral><name>WithA</name><baseAddress>0xffffffff80</baseAddress><registers><register><name>R</name><addressOffset>0</addressOffset><fields>
            <field><name>AFields</name><bitRange>[1:0]</bitRange></field></fields></register></registers></peripheral>
          <peripheral><name>FAR</name><baseAddress>0</baseAddress><registers><register><name>A</name><addressOffset>0x1000</addressOffset></register><register><name>B</name><addressOffset>0x800000000</addressOffset></register></registers></peripheral>
        </peripherals></device>
        """;

    [Fact]
    public void Each_register_has_its_offset_width_and_access()
    {
        Assembly generated = build.Generated();
        foreach ((string name, DeviceMap map) in Maps())
        {
            string[] expected = [.. map.Registers.SelectMany(Expected).Order(StringComparer.Ordinal)];
            string[] actual = [.. generated.GetTypes().Where(t => t.Namespace == $"Generated.{name}" && t.IsValueType && !t.IsEnum).SelectMany(Actual).Order(StringComparer.Ordinal)];
            Assert.NotEmpty(expected);
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Fields_are_enums_and_methods_that_take_them_out_and_put_them_in()
    {
        Type[] types = [.. build.Generated().GetTypes().Where(t => t.Namespace == "Generated.Awkward")];
        Type bits = types.Single(t => t.Name == "ClassFBits");
        Type div = types.Single(t => t.Name == "ClassFDiv");
        Type methods = types.Single(t => t.Name == "ClassFields");

        Assert.Equal(
            ["None=0", "None_2=1", "Value=2", "GetType=c", "GetType_2=30", "Div=1c0", "R=600", "W=1800", "T0=2000", "T1=4000", "T2=8000"],
            Enum.GetNames(bits).Select(n => $"{n}={Convert.ToUInt64(Enum.Parse(bits, n), null):x}").Order(Comparer<string>.Create((a, b) => Number(a).CompareTo(Number(b)))));
        Assert.Equal(["_1=0", "_2=1", "Value=2", "Value_2=3"], Enum.GetNames(div).Select(n => $"{n}={Convert.ToUInt64(Enum.Parse(div, n), null)}"));
        Assert.Equal(
            ["Div", "GetType_2", "GetType_3", "R", "WithDiv", "WithGetType_2", "WithGetType_3", "WithW"],
            methods.GetMethods(Anything).Where(m => m.GetParameters() is [{ } first, ..] && first.ParameterType == bits).Select(m => m.Name).Order(StringComparer.Ordinal));

        object all = Enum.ToObject(bits, 0xFFFF_FFFFu);
        object changed = methods.GetMethod("WithDiv")!.Invoke(null, [all, Enum.ToObject(div, 2u)])!;
        Assert.Equal(0xFFFF_FEBFu, Convert.ToUInt32(changed, null));
        Assert.Equal("Value", methods.GetMethod("Div")!.Invoke(null, [changed])!.ToString());
        Type wide = types.Single(t => t.Name == "Class2QBits");
        Assert.Equal(ulong.MaxValue, methods.Assembly.GetTypes().SelectMany(t => t.GetMethods(Anything)).Single(m => m.Name == "Whole" && m.GetParameters()[0].ParameterType == wide).Invoke(null, [Enum.ToObject(wide, ulong.MaxValue)]));
    }

    [Fact]
    public void Constants_and_memories_come_too()
    {
        Type[] types = [.. build.Generated().GetTypes().Where(t => t.Namespace == "Generated.LiteX")];

        Type constants = types.Single(t => t.Name == "BenchConstants");
        Assert.Equal((125000000, "Bench, of one", true), (constants.GetField("ConfigClockFrequency")!.GetRawConstantValue(), constants.GetField("ConfigIdentifier")!.GetRawConstantValue(), constants.GetField("ConfigCpuTypeNone")!.GetRawConstantValue()));
        Assert.Equal((0x40000000UL, 268435456UL), (types.Single(t => t.Name == "BenchMemories").GetField("MainRamBase")!.GetRawConstantValue(), types.Single(t => t.Name == "BenchMemories").GetField("MainRamSize")!.GetRawConstantValue()));
    }

    [Theory]
    [InlineData("1x")]
    [InlineData("")]
    [InlineData("Acme..Card")]
    [InlineData("Acme.class")]
    [InlineData("Acme;class X{}")]
    public void A_namespace_that_is_none_is_refused(string space) =>
        Assert.Contains("is not a C# namespace", Assert.Throws<FormatException>(() => DeviceMap.Parse(LiteXFileTests.Csv).ToCSharp(space)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task The_tool_writes_it()
    {
        string edu = Path.Combine(Repository.Root, "samples", "edu", "edu.svd");

        (int status, string output, string errors) = await CommandTests.Run("map", edu, "--csharp", "--namespace", "Acme.Edu", "--map-at", "bar2+0x100");

        Assert.Equal((0, ""), (status, errors));
        Assert.Equal(DeviceMap.Load(edu, new SvdPlacing(new RegionPlace(2, 0x100))).ToCSharp("Acme.Edu"), output);
        Assert.Contains("namespace Acme.Edu;", output, StringComparison.Ordinal);
        Assert.Contains("public const ulong Base = 0x100;", output, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandTests.Run("map", edu, "--csharp", "--json")).Status);
        Assert.Equal(2, (await CommandTests.Run("map", edu, "--namespace", "Acme")).Status);
        Assert.Equal(2, (await CommandTests.Run("map", edu, "--csharp", "--namespace", "2")).Status);
    }

    /// <summary>The maps whose C# is compiled: a file of each kind, and what random maps can have.</summary>
    internal static IEnumerable<(string Name, DeviceMap Map)> Maps()
    {
        yield return ("Svd", DeviceMap.Load(Path.Combine(Repository.Root, "samples", "edu", "edu.svd")));
        yield return ("Json", DeviceMap.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "registermaps.md")).Split("```json\n")[1].Split("```")[0]));
        yield return ("LiteX", DeviceMap.Parse(LiteXFileTests.Csv));
        yield return ("LiteXBytes", DeviceMap.Parse(LiteXFileTests.Csv.Replace("data_width,32", "data_width,8", StringComparison.Ordinal).Replace("ordering_big", "ordering_little", StringComparison.Ordinal)));
        yield return ("IpXact2009", DeviceMap.Parse(IpXactFileTests.Of2009));
        yield return ("IpXact2014", DeviceMap.Parse(IpXactFileTests.Of2014));
        yield return ("IpXact2022", DeviceMap.Parse(IpXactFileTests.Of2022));
        yield return ("Awkward", DeviceMap.Parse(Awkward));
        for (int seed = 0; seed < 8; seed++) yield return ($"Random{seed}", DeviceMapTests.RandomMap(new Random(seed)));
    }

    private static ulong Number(string member) => Convert.ToUInt64(member[(member.IndexOf('=', StringComparison.Ordinal) + 1)..], 16);

    private static IEnumerable<string> Expected(NamedRegister register)
    {
        bool isCleared = register.OnWrite == WriteEffect.OneToClear || (register.Fields.Count > 0 && register.Fields.All(f => f.OnWrite == WriteEffect.OneToClear));
        string access = register.Ability switch
        {
            RegisterAbility.ReadOnly => "ReadOnlyRegister",
            RegisterAbility.WriteOnly => "WriteOnlyRegister",
            _ => isCleared ? "WriteOneToClearRegister" : "Register",
        };
        for (int word = 0; word < register.Words; word++)
            yield return $"{register.PlaceOf(word).Offset:x10} {register.Width} {register.Count} {(register.Count == 1 ? (ulong)register.Width : register.Stride)} {access}{(register.Count > 1 ? "Array" : "")}";
    }

    private static IEnumerable<string> Actual(Type map)
    {
        ulong start = (ulong)map.GetField("Base")!.GetRawConstantValue()!;
        var registers = (IReadOnlyList<RegisterDescription>)map.GetProperties(Anything).Single(p => p.Name.EndsWith(".Registers", StringComparison.Ordinal)).GetValue(null)!;
        return registers.Select(r => $"{start + r.Offset:x10} {r.Width} {r.Count} {r.Stride} {map.GetProperty(r.Name)!.PropertyType.Name.Split('`')[0]}");
    }
}
