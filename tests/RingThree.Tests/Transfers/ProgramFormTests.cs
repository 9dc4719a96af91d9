using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>What the builder refuses as it is written down, and what a finished program says of itself.</summary>
public sealed class ProgramFormTests
{
    private static TransferProgramBuilder Builder => new();

    [Fact]
    public void An_empty_program_is_refused() => Assert.Throws<InvalidOperationException>(() => Builder.Build());

    [Fact]
    public void A_mask_without_a_read_is_refused() => AssertNeedsRead(() => Builder.Mask(1), "Command 0 is a Mask");

    [Fact]
    public void A_compare_without_a_read_is_refused() => AssertNeedsRead(() => Builder.Compare(1, 1), "Command 0 is a Compare");

    [Fact]
    public void A_mask_after_a_write_is_refused() => AssertNeedsRead(() => Builder.Read32(0, 0).Write32(0, 4, 1).Mask(1), "Command 2");

    [Fact]
    public void A_mask_after_a_write_back_is_refused() => AssertNeedsRead(() => Builder.Read32(0, 0).WriteBack32(0, 4).Mask(1), "Command 2");

    [Fact]
    public void A_mask_after_a_block_is_refused() => AssertNeedsRead(() => Builder.ReadBlock(4, 0, 0, 1).Mask(1), "Command 1");

    [Fact]
    public void Two_tests_may_look_at_one_read() => Assert.Equal([0, 0, 0], Builder.Read32(0, 0).Mask(1).Compare(6, 4).Build().Commands.Select(c => c.ValueIndex));

    [Fact]
    public void An_expected_value_outside_its_mask_is_refused()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Builder.Read32(0, 0).Compare(0x0F, 0x10));
        Assert.Contains("0x10", error.Message, StringComparison.Ordinal);
        Assert.Contains("0xf", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0x100)]
    [InlineData(2, 0x1_0000)]
    [InlineData(4, 0x1_0000_0000)]
    public void A_value_wider_than_its_access_is_refused(int width, ulong value)
    {
        Assert.Throws<ArgumentOutOfRangeException>(nameof(value), () => Builder.Write(width, 0, 0, value));
        Assert.Throws<ArgumentOutOfRangeException>("values", () => Builder.WriteBlock(width, 0, 0, [1, value]));
        Assert.Throws<ArgumentOutOfRangeException>("and", () => Builder.Read64(0, 0).WriteBack(width, 0, 0, value, 0));
        Assert.Throws<ArgumentOutOfRangeException>("xor", () => Builder.Read64(0, 0).WriteBack(width, 0, 0, 0, value));
        Assert.Throws<ArgumentOutOfRangeException>("mask", () => Builder.Read(width, 0, 0).Mask(value));
        Assert.Throws<ArgumentOutOfRangeException>("mask", () => Builder.Read(width, 0, 0).Compare(value, 0));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    [InlineData(8, 4)]
    [InlineData(8, ulong.MaxValue)]
    public void An_offset_that_is_no_multiple_of_the_width_is_refused(int width, ulong offset)
    {
        Assert.Throws<ArgumentOutOfRangeException>(nameof(offset), () => Builder.Read(width, 0, offset));
        Assert.Throws<ArgumentOutOfRangeException>(nameof(offset), () => Builder.Write(width, 0, offset, 0));
        Assert.Throws<ArgumentOutOfRangeException>(nameof(offset), () => Builder.ReadBlock(width, 0, offset, 1));
        Assert.Throws<ArgumentOutOfRangeException>(nameof(offset), () => Builder.WriteBlock(width, 0, offset, [0]));
        Assert.Throws<ArgumentOutOfRangeException>(nameof(offset), () => Builder.Read8(0, 0).WriteBack(width, 0, offset, 0, 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(16)]
    public void A_width_that_no_bus_has_is_refused(int width) => Assert.Throws<ArgumentOutOfRangeException>(nameof(width), () => Builder.Read(width, 0, 0));

    [Fact]
    public void A_negative_region_is_refused() => Assert.Throws<ArgumentOutOfRangeException>("bar", () => Builder.Read8(-1, 0));

    [Fact]
    public void A_block_without_values_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("count", () => Builder.ReadBlock(4, 0, 0, 0));
        Assert.Throws<ArgumentException>("values", () => Builder.WriteBlock(4, 0, 0, []));
    }

    [Fact]
    public void A_write_back_without_a_read_is_refused() => Assert.Throws<InvalidOperationException>(() => Builder.Write8(0, 0, 1).WriteBack8(0, 0));

    [Fact]
    public void A_write_back_of_a_block_is_refused()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Builder.Read32(0, 0).ReadBlock(4, 0, 0, 2).WriteBack32(0, 0));
        Assert.Contains("Command 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_write_back_names_the_nearest_read_before_it()
    {
        TransferProgram program = Builder.Read32(0, 0).ReadBlock(4, 0, 0, 3).Read32(0, 8).Write32(0, 0, 1).WriteBack32(0, 4).Build();

        Assert.Equal(5, program.ValueCount);
        Assert.Equal([0, 1, 4, -1, 4], program.Commands.Select(c => c.ValueIndex));
    }

    [Fact]
    public void Values_of_a_block_are_copied()
    {
        ulong[] values = [1, 2];
        TransferProgram program = Builder.WriteBlock(4, 0, 0, values).Build();

        values[0] = 9;

        Assert.Equal([1UL, 2UL], program.Commands[0].Data.ToArray());
    }

    [Fact]
    public void A_builder_that_goes_on_does_not_change_what_it_built()
    {
        TransferProgramBuilder builder = Builder.Read32(0, 0);
        TransferProgram first = builder.Build();

        TransferProgram second = builder.Mask(1).ReadBlock(4, 0, 0, 2).Build();

        Assert.Single(first.Commands);
        Assert.Equal(1, first.ValueCount);
        Assert.Equal(3, second.Commands.Count);
        Assert.Equal(3, second.ValueCount);
    }

    [Fact]
    public void The_first_tests_read_runs_first_then_what_stands_before_it_then_the_rest()
    {
        TransferProgram program = Builder.Write8(0, 0, 1).Read8(0, 1).Read8(0, 2).Mask(1).Write8(0, 3, 1).Read8(0, 4).Mask(1).Build();

        Assert.Equal([2, 3, 0, 1, 4, 5, 6], program.ExecutionOrder());
    }

    private static void AssertNeedsRead(Action build, string command) =>
        Assert.Contains(command, Assert.Throws<InvalidOperationException>(build).Message, StringComparison.Ordinal);
}
