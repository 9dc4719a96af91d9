using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Registers;
using RingThree.Samples.Edu;
using RingThree.Tests;
using RingThree.Transfers;

namespace RingThree.Conformance;

/// <summary>Rule 7: the steady state allocates nothing, and vectors of different waiters do not wait for each other.</summary>
public sealed class Rule07HotPathTests : RoadTest
{
    [Theory]
    [InlineData(InterruptKinds.Level)]
    [InlineData(InterruptKinds.Msi)]
    public void An_interrupt_on_the_callers_thread_allocates_nothing(InterruptKinds kind)
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = kind, Delivery = InterruptDelivery.CallerThread, Immediate = Acknowledge });
        long allocated = Allocations.OfSteady(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                Raise(edu);
                Assert.True(session.Wait(Machine.Patience, out _));
            }
        });
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_program_and_a_register_access_allocate_nothing()
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        PreparedProgram program = device.Prepare(Acknowledge);
        ulong[] values = new ulong[1];
        bool answers = true;
        long allocated = Allocations.OfSteady(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                program.Run(values);
                edu.Liveness.Write((uint)i);
                answers &= edu.Liveness.Read() == ~(uint)i;
            }
        });
        Assert.Equal(0, allocated);
        Assert.True(answers);
    }

    [Fact]
    public void An_access_beside_an_msi_x_table_allocates_nothing()
    {
        DeviceRegion region = Machine.Open(Machine.Nvme).Bar(0);
        uint sum = 0;
        long allocated = Allocations.OfSteady(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                region.Write(0x0Cu, 0u); // interrupt mask set: no bits
                sum += region.Read<uint>(0x14);
            }
        });
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_vector_whose_handler_blocks_does_not_hold_up_another_waiters()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        using var leave = new ManualResetEventSlim();
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Slots = 2,
            Waiters = 2,
            Delivery = InterruptDelivery.Inline,
            Handler = (in Interrupt i) =>
            {
                if (i.Vector == 0) leave.Wait(Machine.Patience);
            },
        });
        session.Trigger(0);
        for (int i = 1; i <= 100; i++)
        {
            session.Trigger(1);
            Machine.Until(() => session.GetCounters(1).HandlerCalls > 0 && session.GetCounters(1).Pending == 0, "the other vector goes on");
        }

        leave.Set();
    }
}
