using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;
using RingThree.Transfers;

namespace RingThree.Conformance;

/// <summary>Rule 3 and M6: the order of a program on a card, its tests, and the presence check.</summary>
public sealed class Rule03ProgramTests : RoadTest
{
    private const uint Liveness = EduRegisters.Offsets.Liveness;

    [Fact]
    public void A_failing_first_mask_runs_nothing_else_and_the_interrupt_is_not_ours()
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        edu.Liveness.Write(0x1111);
        PreparedProgram program = device.Prepare(new TransferProgramBuilder()
            .Write32(0, Liveness, 0x2222)
            .Read32(0, EduRegisters.Offsets.InterruptStatus).Mask(0xFFFF_FFFF)
            .Write32(0, Liveness, 0x3333)
            .Build());
        ulong[] values = new ulong[1];
        Assert.False(program.Run(values));
        Assert.Equal(~0x1111u, edu.Liveness.Read());
    }

    [Fact]
    public void A_passing_first_mask_runs_its_read_first_then_what_stands_before_then_the_rest()
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        edu.Liveness.Write(0x1111);
        PreparedProgram program = device.Prepare(new TransferProgramBuilder()
            .Write32(0, Liveness, 0x2222)
            .Read32(0, Liveness).Mask(0xFFFF_FFFF) // must see what was there before the program
            .Read32(0, Liveness)
            .Build());
        ulong[] values = new ulong[2];
        Assert.True(program.Run(values));
        Assert.Equal([~0x1111u, ~0x2222u], values);
    }

    [Fact]
    public void A_later_test_that_fails_only_stops_what_follows_it()
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        PreparedProgram program = device.Prepare(new TransferProgramBuilder()
            .Read32(0, EduRegisters.Offsets.Identification).Compare(0xFF, 0xED)
            .Write32(0, Liveness, 0xAAAA)
            .Read32(0, EduRegisters.Offsets.InterruptStatus).Mask(0xFFFF_FFFF)
            .Write32(0, Liveness, 0xBBBB)
            .Build());
        ulong[] values = new ulong[2];
        Assert.True(program.Run(values));
        Assert.Equal(~0xAAAAu, edu.Liveness.Read());
    }

    [Theory]
    [InlineData(InterruptKinds.Level, 0x0)]
    [InlineData(InterruptKinds.Msi, 0xBBBB)]
    public async Task On_a_message_no_mask_rejects_and_on_a_line_it_does(InterruptKinds kind, uint expected)
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        edu.Liveness.Write(0);
        var program = new TransferProgramBuilder()
            .Read32(0, EduRegisters.Offsets.InterruptStatus).Mask(0x8000_0000) // never set here
            .WriteBack32(0, EduRegisters.Offsets.AcknowledgeInterrupt)
            .Write32(0, Liveness, 0xBBBB)
            .Build();
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = kind, Immediate = program });
        Raise(edu, 0x10);
        if (kind == InterruptKinds.Msi)
        {
            Interrupt interrupt = await session.NextAsync(Machine.Patience);
            Assert.Equal(0x10u, interrupt.Values.Span[0]);
            Assert.Equal(EduInterrupts.None, edu.InterruptStatus.Read());
        }
        else
        {
            Machine.Until(() => session.GetCounters().Rejected > 0, "the line's signal is rejected");
            Assert.Equal(0, session.GetCounters().Claimed);
        }

        Assert.Equal(~expected, edu.Liveness.Read());
        edu.AcknowledgeInterrupt.Write(EduInterrupts.All);
    }

    [Fact]
    public async Task Values_read_at_interrupt_level_reach_the_handler()
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        var program = new TransferProgramBuilder()
            .Read32(0, EduRegisters.Offsets.InterruptStatus).Mask(0xFFFF_FFFF)
            .WriteBack32(0, EduRegisters.Offsets.AcknowledgeInterrupt)
            .Read32(0, EduRegisters.Offsets.Identification)
            .ReadBlock(4, 0, Liveness, 2)
            .Build();
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Immediate = program });
        edu.Liveness.Write(7);
        edu.Status.Write(EduStatus.None);
        Raise(edu, 0xCAFE);
        Interrupt interrupt = await session.NextAsync(Machine.Patience);
        Assert.Equal([0xCAFE, 0x010000ED, ~7u, edu.Factorial.Read()], interrupt.Values.ToArray());
    }

    [Fact]
    public async Task All_ones_from_a_device_that_is_there_are_believed()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        var program = new TransferProgramBuilder().Read32(0, 0).Mask(0xFFFF_FFFF).Build();
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Immediate = program });
        device.Config.ModifyCommand(PciCommand.MemorySpace, PciCommand.None); // reads all ones now, and is there
        session.Trigger(0);
        Interrupt interrupt = await session.NextAsync(Machine.Patience);
        Assert.Equal(0xFFFF_FFFFu, interrupt.Values.Span[0]);
        Assert.True(device.IsPresent());
        Assert.Null(session.Error);
    }

    [Fact]
    public void A_program_that_does_not_fit_the_card_is_refused_when_it_is_enabled()
    {
        PciDevice device = Machine.Open(Machine.E1000e);
        (TransferProgram Program, string Words)[] cases =
        [
            (new TransferProgramBuilder().Read32(4, 0).Build(), "no such region"),
            (new TransferProgramBuilder().Read32(0, device.Bar(0).Size).Build(), "reaches beyond BAR 0"),
            (new TransferProgramBuilder().Read64(2, 0).Build(), "at most 32 bits"),
            (new TransferProgramBuilder().Write32(3, 0, 1).Build(), "MSI-X table"),
        ];
        foreach ((TransferProgram program, string words) in cases)
        {
            DeviceException error = Assert.Throws<DeviceException>(() => device.Interrupts.Enable(new InterruptOptions { Immediate = program }));
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
            Assert.Contains(device.Address, error.Message, StringComparison.Ordinal);
            Assert.Null(device.Interrupts.Current);
        }
    }
}
