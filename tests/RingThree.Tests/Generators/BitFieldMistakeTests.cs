using Xunit;

namespace RingThree.Tests.Generators;

/// <summary>Each mistake in a struct of bit fields is reported once, where it was made.</summary>
[Collection(nameof(RegisterMapBuild))]
public sealed class BitFieldMistakeTests(RegisterMapBuild build)
{
    [Fact]
    [MapSource("[BitFields(typeof(uint))] readonly partial record struct Value { [Bits(0)] public partial bool A { get; init; } }")]
    public void A_record_struct_holds_no_bit_fields() => build.AssertOnly("RT0017", at: "Value", compiler: ["CS9248"]);

    [Fact]
    [MapSource("[BitFields(typeof(uint))] partial class Value { [Bits(0)] public partial bool A { get; init; } }")]
    public void A_class_holds_no_bit_fields() => build.AssertOnly("RT0017", at: "Value", compiler: ["CS0592", "CS9248"]);

    [Fact]
    [MapSource("[BitFields(typeof(uint))] readonly partial struct Value { private readonly int _more; [Bits(0)] public partial bool A { get; init; } }")]
    public void A_field_beside_the_bits_would_change_the_width() =>
        Assert.Contains("'_more'", build.AssertOnly("RT0017", at: "Value", compiler: ["CS9248"]), StringComparison.Ordinal);

    [Fact]
    [MapSource("[BitFields(typeof(uint))] readonly partial struct Value { public int More { get; } [Bits(0)] public partial bool A { get; init; } }")]
    public void So_would_an_automatic_property() =>
        Assert.Contains("'More'", build.AssertOnly("RT0017", at: "Value", compiler: ["CS9248"]), StringComparison.Ordinal);

    [Fact]
    [MapSource("[BitFields(typeof(uint))] readonly struct Value { [Bits(0)] public partial bool A { get; init; } }")]
    public void Bit_fields_must_be_partial() => build.AssertOnly("RT0002", at: "Value", compiler: ["CS0751", "CS9248"]);

    [Fact]
    [MapSource("[BitFields(typeof(uint))] partial struct Value { [Bits(0)] public partial bool A { get; init; } }")]
    public void Bit_fields_must_be_readonly() => build.AssertOnly("RT0003", at: "Value");

    [Fact]
    [MapSource("[BitFields(typeof(int))] readonly partial struct Value { [Bits(0)] public partial bool A { get; init; } }")]
    public void The_storage_must_be_unsigned() =>
        Assert.Contains("'int'", build.AssertOnly("RT0018", at: "Value"), StringComparison.Ordinal);

    [Fact]
    [MapSource("[BitFields(typeof(nuint))] readonly partial struct Value { [Bits(0)] public partial bool A { get; init; } }")]
    public void The_storage_must_have_one_size_everywhere() => build.AssertOnly("RT0018", at: "Value");

    [Fact]
    [MapSource("[BitFields(typeof(uint))] readonly partial struct Value { [Bits(0)] public bool A => true; }")]
    public void A_field_must_be_partial() => build.AssertOnly("RT0019", at: "A");

    [Fact]
    [MapSource("[BitFields(typeof(uint))] readonly partial struct Value { [Bits(0)] public partial bool A { get; set; } }")]
    public void A_field_must_not_be_set_later() => build.AssertOnly("RT0019", at: "A");

    [Fact]
    [MapSource("[BitFields(typeof(uint))] readonly partial struct Value { [Bits(0)] public static partial bool A { get; } }")]
    public void A_field_must_not_be_static() => build.AssertOnly("RT0019", at: "A");

    [Fact]
    [MapSource("[BitFields(typeof(ushort))] readonly partial struct Value { [Bits(14, 3)] public partial byte A { get; init; } }")]
    public void A_field_must_lie_in_the_storage() =>
        Assert.Contains("takes bits 16:14, but 'Value' has bits 0 to 15", build.AssertOnly("RT0020", at: "A"), StringComparison.Ordinal);

    [Fact]
    [MapSource("[BitFields(typeof(ulong))] readonly partial struct Value { [Bits(-1)] public partial bool A { get; init; } }")]
    public void A_field_must_not_begin_before_the_storage() => build.AssertOnly("RT0020", at: "A");

    [Fact]
    [MapSource("[BitFields(typeof(ulong))] readonly partial struct Value { [Bits(1, int.MaxValue)] public partial ulong A { get; init; } }")]
    public void A_field_as_long_as_can_be_is_reported() => build.AssertOnly("RT0020", at: "A");

    [Fact]
    [MapSource("[BitFields(typeof(uint))] readonly partial struct Value { [Bits(3, 0)] public partial byte A { get; init; } }")]
    public void A_field_without_bits_is_reported() => build.AssertOnly("RT0020", at: "A");

    [Fact]
    [MapSource("[BitFields(typeof(byte), ReservedZero = 0x100)] readonly partial struct Value { [Bits(0)] public partial bool A { get; init; } }")]
    public void Reserved_bits_must_lie_in_the_storage() =>
        Assert.Contains("'ReservedZero' takes the mask 0x100", build.AssertOnly("RT0020", at: "Value"), StringComparison.Ordinal);

    [Fact]
    [MapSource("[BitFields(typeof(uint))] readonly partial struct Value { [Bits(0, 4)] public partial byte A { get; init; } [Bits(3)] public partial bool B { get; init; } }")]
    public void Fields_must_not_overlap() =>
        Assert.Contains("takes bit 3, which 'A' takes too", build.AssertOnly("RT0021", at: "B"), StringComparison.Ordinal);

    [Fact]
    [MapSource("[BitFields(typeof(uint), ReservedOne = 6)] readonly partial struct Value { [Bits(2)] public partial bool A { get; init; } }")]
    public void A_field_must_not_be_reserved() =>
        Assert.Contains("'ReservedOne'", build.AssertOnly("RT0021", at: "A"), StringComparison.Ordinal);

    [Fact]
    [MapSource("[BitFields(typeof(uint))] readonly partial struct Value { [Bits(0, 2)] public partial bool A { get; init; } }")]
    public void A_flag_has_one_bit() => build.AssertOnly("RT0022", at: "A");

    [Fact]
    [MapSource("[BitFields(typeof(uint))] readonly partial struct Value { [Bits(0, 9)] public partial byte A { get; init; } }")]
    public void A_fields_type_must_hold_its_bits() => build.AssertOnly("RT0022", at: "A");

    [Fact]
    [MapSource("[BitFields(typeof(uint))] readonly partial struct Value { [Bits(0, 9)] public partial float A { get; init; } }")]
    public void A_fields_type_must_be_an_integer() => build.AssertOnly("RT0022", at: "A");

    [Fact]
    [MapSource("readonly partial struct Value { [Bits(0)] public partial bool A { get; init; } }")]
    public void A_field_outside_any_bit_fields_is_reported() => build.AssertOnly("RT0023", at: "A", compiler: ["CS9248"]);

    [Fact]
    [MapSource("[BitFields(typeof(uint))] readonly partial struct Value { [Bits(0)] public partial bool Raw { get; init; } }")]
    public void A_field_cannot_have_a_generated_name() => build.AssertOnly("RT0005", at: "Raw", compiler: ["CS9248"]);

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial struct Map { [Register(2)] public partial Register<Value> A { get; } } [BitFields(typeof(uint))] readonly partial struct Value { [Bits(0)] public partial bool B { get; init; } }")]
    public void Bit_fields_in_a_map_have_their_storages_width() => build.AssertOnly("RT0010", at: "A");
}
