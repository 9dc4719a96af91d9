using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>The rules one by one, by hand.</summary>
public sealed class ProgramRunTests
{
    private const ulong Untouched = 0xABCD_ABCD_ABCD_ABCD;
    private readonly FakeDevice _fake = new FakeDevice().Add(0, 0x40);

    private static TransferProgramBuilder Builder => new();

    [Fact]
    public void A_first_test_that_fails_runs_its_read_and_nothing_else()
    {
        TransferProgram program = Builder.Read32(0, 0).Write32(0, 4, 1).Read32(0, 8).Mask(1).Write32(0, 12, 1).Build();
        ulong[] values = [Untouched, Untouched];

        Assert.Equal(ImmediateResult.NotOurs, Run(program, InterruptKind.Level, values));

        Assert.Equal([BusAccess.Read(4, 8, 0)], _fake.Accesses);
        Assert.Equal([Untouched, 0], values);
    }

    [Fact]
    public void A_first_test_that_succeeds_runs_what_stands_before_its_read_then_the_rest()
    {
        _fake[0].Bytes[8] = 3;
        TransferProgram program = Builder.Read32(0, 0).Write32(0, 4, 1).Read32(0, 8).Mask(2).Write32(0, 12, 7).Build();

        Assert.Equal(ImmediateResult.ClaimedAndDeferred, Run(program, InterruptKind.Level, new ulong[2]));

        Assert.Equal([BusAccess.Read(4, 8, 3), BusAccess.Read(4, 0, 0), BusAccess.Write(4, 4, 1), BusAccess.Write(4, 12, 7)], _fake.Accesses);
    }

    [Fact]
    public void A_later_test_that_fails_stops_only_what_follows_it()
    {
        _fake[0].Bytes[0] = 1;
        TransferProgram program = Builder.Read8(0, 0).Mask(1).Write8(0, 1, 9).Read8(0, 2).Compare(0xFF, 5).Write8(0, 3, 9).Read8(0, 4).Build();
        ulong[] values = [Untouched, Untouched, Untouched];

        Assert.Equal(ImmediateResult.ClaimedAndDeferred, Run(program, InterruptKind.Level, values));

        Assert.Equal([BusAccess.Read(1, 0, 1), BusAccess.Write(1, 1, 9), BusAccess.Read(1, 2, 0)], _fake.Accesses);
        Assert.Equal([1, 0, Untouched], values);
    }

    [Theory]
    [InlineData(InterruptKind.Msi)]
    [InlineData(InterruptKind.MsiX)]
    public void On_messages_no_test_rejects_or_stops(InterruptKind kind)
    {
        TransferProgram program = Builder.Write8(0, 0, 1).Read8(0, 1).Mask(1).Read8(0, 2).Compare(0xFF, 5).Write8(0, 3, 9).Build();

        Assert.Equal(ImmediateResult.ClaimedAndDeferred, Run(program, kind, new ulong[2]));

        Assert.Equal([BusAccess.Read(1, 1, 0), BusAccess.Write(1, 0, 1), BusAccess.Read(1, 2, 0), BusAccess.Write(1, 3, 9)], _fake.Accesses);
    }

    [Fact]
    public void A_mask_of_zero_never_succeeds_and_a_compare_of_nothing_always_does()
    {
        Assert.Equal(ImmediateResult.NotOurs, Run(Builder.Read8(0, 0).Mask(0).Build(), InterruptKind.Level, new ulong[1]));
        Assert.Equal(ImmediateResult.ClaimedAndDeferred, Run(Builder.Read8(0, 0).Compare(0, 0).Build(), InterruptKind.Level, new ulong[1]));
    }

    [Fact]
    public void A_write_back_keeps_some_bits_then_toggles_some()
    {
        _fake[0].Bytes[0] = 0b1010_1100;
        TransferProgram program = Builder.Read32(0, 0).WriteBack32(0, 4, and: 0b1111_0000, xor: 0b0001_0001).Build();

        Run(program, InterruptKind.Level, new ulong[1]);

        Assert.Equal(BusAccess.Write(4, 4, 0b1011_0001), _fake.Accesses[^1]);
    }

    [Fact]
    public void A_narrower_write_back_writes_the_low_part()
    {
        _fake[0].Bytes.Slice(0, 8).Fill(0x11);
        _fake[0].Bytes[0] = 0x42;
        TransferProgram program = Builder.Read64(0, 0).WriteBack8(0, 0x10).WriteBack16(0, 0x12, xor: 0xFFFF).Build();

        Run(program, InterruptKind.Level, new ulong[1]);

        Assert.Equal([BusAccess.Write(1, 0x10, 0x42), BusAccess.Write(2, 0x12, 0xEEBD)], _fake.Accesses.Skip(1));
    }

    [Fact]
    public void A_block_rises_and_a_fifo_stays()
    {
        TransferProgram program = Builder.WriteBlock(2, 0, 4, [1, 2, 3]).WriteBlock(4, 0, 0x20, [7, 8], sameAddress: true)
            .ReadBlock(2, 0, 4, 3).ReadBlock(4, 0, 0x20, 2, sameAddress: true).Build();
        ulong[] values = new ulong[5];

        Run(program, InterruptKind.Level, values);

        Assert.Equal(
            [
                BusAccess.Write(2, 4, 1), BusAccess.Write(2, 6, 2), BusAccess.Write(2, 8, 3), BusAccess.Write(4, 0x20, 7), BusAccess.Write(4, 0x20, 8),
                BusAccess.Read(2, 4, 1), BusAccess.Read(2, 6, 2), BusAccess.Read(2, 8, 3), BusAccess.Read(4, 0x20, 8), BusAccess.Read(4, 0x20, 8),
            ],
            _fake.Accesses);
        Assert.Equal([1UL, 2UL, 3UL, 8UL, 8UL], values);
    }

    [Theory]
    [InlineData(InterruptKind.Level)]
    [InlineData(InterruptKind.MsiX)]
    public void All_ones_of_an_absent_card_are_nobodys_interrupt(InterruptKind kind)
    {
        _fake[0].Bytes.Fill(0xFF);
        _fake.Present = false;
        TransferProgram program = Builder.Read32(0, 0).Mask(1).WriteBack32(0, 4).Build();

        Assert.Equal(ImmediateResult.DeviceGone, Run(program, kind, new ulong[1]));

        Assert.Equal([BusAccess.Read(4, 0, uint.MaxValue)], _fake.Accesses);
    }

    [Fact]
    public void All_ones_of_a_card_that_is_there_are_a_value_like_any_other()
    {
        _fake[0].Bytes.Fill(0xFF);

        Assert.Equal(ImmediateResult.ClaimedAndDeferred, Run(Builder.Read32(0, 0).Mask(1).Build(), InterruptKind.Level, new ulong[1]));

        Assert.Equal(1, _fake.PresenceChecks);
    }

    [Fact]
    public void Only_all_ones_of_the_full_width_cost_a_presence_check()
    {
        _fake[0].Bytes[..3].Fill(0xFF);

        Run(Builder.Read32(0, 0).Mask(1).Build(), InterruptKind.Level, new ulong[1]);
        Assert.Equal(0, _fake.PresenceChecks);

        Run(Builder.Read16(0, 0).Mask(1).Build(), InterruptKind.Level, new ulong[1]);
        Assert.Equal(1, _fake.PresenceChecks);
    }

    [Fact]
    public void Reads_that_no_test_looks_at_cost_no_presence_check()
    {
        _fake[0].Bytes.Fill(0xFF);

        Run(Builder.Read32(0, 0).ReadBlock(4, 0, 0, 4).Build(), InterruptKind.Level, new ulong[5]);

        Assert.Equal(0, _fake.PresenceChecks);
    }

    [Fact]
    public void Values_of_reads_that_were_not_reached_are_what_the_caller_left()
    {
        using PciDevice device = _fake.Open();
        PreparedProgram program = device.Prepare(Builder.ReadBlock(4, 0, 0x10, 2).Read32(0, 0).Mask(1).Read32(0, 4).Build());
        ulong[] values = [Untouched, Untouched, Untouched, Untouched, Untouched];

        Assert.False(program.Run(values));
        Assert.Equal([Untouched, Untouched, 0, Untouched, Untouched], values);

        _fake[0].Bytes[0] = 1;
        Assert.True(program.Run(values));
        Assert.Equal([0, 0, 1, 0, Untouched], values);
    }

    [Fact]
    public void Too_few_places_for_the_values_are_refused_before_anything_runs()
    {
        using PciDevice device = _fake.Open();
        PreparedProgram program = device.Prepare(Builder.Write8(0, 0, 1).ReadBlock(4, 0, 0, 3).Build());

        Assert.Throws<ArgumentException>("values", () => program.Run(new ulong[2]));
        Assert.Empty(_fake.Accesses);
    }

    [Fact]
    public void Running_allocates_nothing()
    {
        _fake[0].IsLogging = false;
        using PciDevice device = _fake.Open();
        PreparedProgram program = device.Prepare(Builder.Read32(0, 0).Compare(0, 0).WriteBack32(0, 4).ReadBlock(8, 0, 8, 4).WriteBlock(2, 0, 0x30, [1, 2]).Build());
        ulong[] values = new ulong[program.ValueCount];

        Assert.Equal(0, Allocations.OfSteady(() =>
        {
            for (int i = 0; i < 5000; i++) program.Run(values);
        }));
    }

    private ImmediateResult Run(TransferProgram program, InterruptKind kind, ulong[] values)
    {
        using PciDevice device = _fake.Open();
        return PreparedProgram.Stage(device, program).Run(vector: 0, count: 1, kind, values);
    }
}
