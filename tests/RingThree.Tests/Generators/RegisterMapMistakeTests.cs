using Xunit;

namespace RingThree.Tests.Generators;

/// <summary>Each mistake in a register map is reported once, where it was made.</summary>
[Collection(nameof(RegisterMapBuild))]
public sealed class RegisterMapMistakeTests(RegisterMapBuild build)
{
    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial record struct Map { [Register(0)] public partial Register<uint> Value { get; } }")]
    public void A_record_struct_is_no_map() => build.AssertOnly("RT0001", at: "Map", compiler: ["CS9248"]);

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] partial class Map { [Register(0)] public partial Register<uint> Value { get; } }")]
    public void A_class_is_no_map() => build.AssertOnly("RT0001", at: "Map", compiler: ["CS0592", "CS9248"]);

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] partial record Map { [Register(0)] public partial Register<uint> Value { get; } }")]
    public void A_record_class_is_no_map() => build.AssertOnly("RT0001", at: "Map", compiler: ["CS0592", "CS9248"]);

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly ref partial struct Map { [Register(0)] public partial Register<uint> Value { get; } }")]
    public void A_ref_struct_is_no_map() => build.AssertOnly("RT0001", at: "Map", compiler: ["CS9248"]);

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] file readonly partial struct Map { [Register(0)] public partial Register<uint> Value { get; } }")]
    public void A_file_local_struct_is_no_map() => build.AssertOnly("RT0001", at: "Map", compiler: ["CS9248"]);

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly struct Map { [Register(0)] public partial Register<uint> Value { get; } }")]
    public void A_map_must_be_partial() => build.AssertOnly("RT0002", at: "Map", compiler: ["CS0751", "CS9248"]);

    [Fact]
    [MapSource("static class Outer { [RegisterMap(Size = 8)] internal readonly partial struct Map { [Register(0)] public partial Register<uint> Value { get; } } }")]
    public void A_type_around_a_map_must_be_partial() =>
        Assert.Contains("'Outer'", build.AssertOnly("RT0002", at: "Map", compiler: ["CS9248"]), StringComparison.Ordinal);

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] partial struct Map { [Register(0)] public partial Register<uint> Value { get; } }")]
    public void A_map_must_be_readonly() => build.AssertOnly("RT0003", at: "Map");

    [Fact]
    [MapSource("[RegisterMap] readonly partial struct Map { [Register(0)] public partial Register<uint> Value { get; } }")]
    public void A_map_without_a_size_is_reported() => build.AssertOnly("RT0004", at: "Map");

    [Fact]
    [MapSource("[RegisterMap(Size = 0)] readonly partial struct Map { [Register(0)] public partial Register<uint> Value { get; } }")]
    public void A_map_of_size_zero_is_reported() => build.AssertOnly("RT0004", at: "Map");

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial struct Map { [Register(0)] public partial Register<uint> Offsets { get; } }")]
    public void A_register_cannot_have_a_generated_name() => build.AssertOnly("RT0005", at: "Offsets", compiler: ["CS9248"]);

    [Fact]
    [MapSource("readonly partial struct Map { [Register(0)] public partial Register<uint> Value { get; } }")]
    public void A_register_outside_a_map_is_reported() => build.AssertOnly("RT0006", at: "Value", compiler: ["CS9248"]);

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial struct Map { [Register(0)] public Register<uint> Value => default; }")]
    public void A_register_must_be_partial() => build.AssertOnly("RT0007", at: "Value");

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial struct Map { [Register(0)] public partial Register<uint> Value { get; init; } }")]
    public void A_register_must_have_no_setter() => build.AssertOnly("RT0007", at: "Value");

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial struct Map { [Register(0)] public static partial Register<uint> Value { get; } }")]
    public void A_register_must_not_be_static() => build.AssertOnly("RT0007", at: "Value");

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial struct Map { [Register(0)] public partial Register<uint> this[int index] { get; } }")]
    public void A_register_must_not_be_an_indexer() => build.AssertOnly("RT0007", at: "this", compiler: ["CS9248"]);

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial struct Map { [Register(0)] public partial uint Value { get; } }")]
    public void A_register_must_have_a_register_type() => build.AssertOnly("RT0008", at: "Value");

    [Fact]
    [MapSource("struct Register<T>; [RegisterMap(Size = 8)] readonly partial struct Map { [Register(0)] public partial Register<uint> Value { get; } }")]
    public void A_type_that_only_has_a_register_types_name_is_reported() => build.AssertOnly("RT0008", at: "Value");

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial struct Map { [Register(0)] public partial Register<float> Value { get; } }")]
    public void A_registers_value_must_be_an_integer() => build.AssertOnly("RT0009", at: "Value");

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial struct Map { [Register(0)] public partial Register<nuint> Value { get; } }")]
    public void A_registers_value_must_have_one_size_everywhere() => build.AssertOnly("RT0009", at: "Value");

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial struct Map { [Register(2)] public partial Register<uint> Value { get; } }")]
    public void An_offset_must_be_a_multiple_of_the_width() => Assert.Equal(
        "The register 'Value' is 4 bytes wide, and its offset 0x2 is not a multiple of that. Correct the offset, or use a narrower value type.",
        build.AssertOnly("RT0010", at: "Value"));

    [Fact]
    [MapSource("""
        enum Mode : ulong { Off }
        [RegisterMap(Size = 16)] readonly partial struct Map { [Register(4)] public partial Register<Mode> Value { get; } }
        """)]
    public void An_enums_offset_must_be_a_multiple_of_its_underlying_types_width() => build.AssertOnly("RT0010", at: "Value");

    [Fact]
    [MapSource("[RegisterMap(Size = 6)] readonly partial struct Map { [Register(4)] public partial Register<uint> Value { get; } }")]
    public void A_register_must_end_in_its_map() => build.AssertOnly("RT0011", at: "Value");

    [Fact]
    [MapSource("[RegisterMap(Size = 0x1f)] readonly partial struct Map { [Register(0, Count = 2, Stride = 0x1c)] public partial RegisterArray<uint> Row { get; } }")]
    public void A_rows_last_register_must_end_in_its_map() => build.AssertOnly("RT0011", at: "Row");

    [Fact]
    [MapSource("[RegisterMap(Size = 0x100)] readonly partial struct Map { [Register(0xfffffff8, Count = 0x40000001, Stride = 8)] public partial RegisterArray<uint> Row { get; } }")]
    public void An_end_beyond_32_bits_is_still_beyond_the_map() =>
        Assert.Contains("0x2fffffffc", build.AssertOnly("RT0011", at: "Row"), StringComparison.Ordinal);

    [Fact]
    [MapSource("""
        [RegisterMap(Size = 16)]
        readonly partial struct Map
        {
            [Register(8)] public partial Register<ulong> Wide { get; }
            [Register(12)] public partial Register<uint> Narrow { get; }
        }
        """)]
    public void Registers_that_overlap_are_reported_at_the_later_one() =>
        Assert.Contains("nameof(Wide)", build.AssertOnly("RT0012", at: "Narrow"), StringComparison.Ordinal);

    [Fact]
    [MapSource("""
        [RegisterMap(Size = 0x100)]
        readonly partial struct Map
        {
            [Register(0x00, Count = 8, Stride = 16)] public partial RegisterArray<uint> Heads { get; }
            [Register(0x04, Count = 8, Stride = 12)] public partial RegisterArray<uint> Tails { get; }
        }
        """)]
    public void Rows_that_meet_only_further_down_are_reported() => build.AssertOnly("RT0012", at: "Tails");

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial struct Map { [Register(0, Overlaps = \"Data\")] public partial Register<uint> Value { get; } }")]
    public void An_overlap_with_an_unknown_register_is_reported() => build.AssertOnly("RT0013", at: "Value");

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial struct Map { [Register(0, Overlaps = \"Value\")] public partial Register<uint> Value { get; } }")]
    public void An_overlap_with_itself_is_reported() => build.AssertOnly("RT0013", at: "Value");

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial struct Map { [Register(0)] public partial RegisterArray<uint> Row { get; } }")]
    public void A_row_must_have_a_count() => build.AssertOnly("RT0014", at: "Row");

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial struct Map { [Register(0, Count = -1)] public partial RegisterArray<uint> Row { get; } }")]
    public void A_rows_count_must_be_positive() => build.AssertOnly("RT0014", at: "Row");

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial struct Map { [Register(0, Count = 1)] public partial Register<uint> Value { get; } }")]
    public void A_single_register_must_have_no_count() => build.AssertOnly("RT0015", at: "Value");

    [Fact]
    [MapSource("[RegisterMap(Size = 8)] readonly partial struct Map { [Register(0, Stride = 4)] public partial Register<uint> Value { get; } }")]
    public void A_single_register_must_have_no_stride() => build.AssertOnly("RT0015", at: "Value");

    [Fact]
    [MapSource("[RegisterMap(Size = 16)] readonly partial struct Map { [Register(0, Count = 2, Stride = 2)] public partial RegisterArray<uint> Row { get; } }")]
    public void A_stride_must_not_be_below_the_width() => build.AssertOnly("RT0016", at: "Row");

    [Fact]
    [MapSource("[RegisterMap(Size = 16)] readonly partial struct Map { [Register(0, Count = 2, Stride = 6)] public partial RegisterArray<uint> Row { get; } }")]
    public void A_stride_must_be_a_multiple_of_the_width() => build.AssertOnly("RT0016", at: "Row");

    [Fact]
    [MapSource("[RegisterMap(Size = 16)] readonly partial struct Map { [Register(0, Count = 2, Stride = 0)] public partial RegisterArray<uint> Row { get; } }")]
    public void A_stride_of_zero_is_reported() => build.AssertOnly("RT0016", at: "Row");
}
