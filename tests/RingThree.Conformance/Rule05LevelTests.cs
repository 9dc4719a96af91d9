using System.Collections.Concurrent;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;
using RingThree.Transfers;

namespace RingThree.Conformance;

/// <summary>Rule 5 and M8: level lines, shared ones, and those that nothing quiets.</summary>
public sealed class Rule05LevelTests : RoadTest
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void A_line_is_open_again_once_the_immediate_stage_has_run()
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Level, Immediate = Acknowledge, Handler = (in Interrupt _) => { } });
        for (int i = 1; i <= 500; i++)
        {
            Raise(edu);
            Machine.Until(() => session.GetCounters().Handled == i, $"interrupt {i}");
        }

        AssertIdentity(session.GetCounters());
    }

    [Theory]
    [InlineData(InterruptDelivery.Inline)]
    [InlineData(InterruptDelivery.OwnThread)]
    public void Without_an_immediate_stage_the_line_stays_masked_until_the_handler_has_returned(InterruptDelivery delivery)
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        using var leave = new ManualResetEventSlim();
        int calls = 0;
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Level,
            Delivery = delivery,
            Handler = (in Interrupt _) =>
            {
                Interlocked.Increment(ref calls);
                leave.Wait(Machine.Patience);
                edu.AcknowledgeInterrupt.Write(EduInterrupts.All);
            },
        });
        Raise(edu);
        Machine.Until(() => Volatile.Read(ref calls) == 1, "the handler is in");
        Thread.Sleep(Quiet); // still asserted: an open line would signal now
        Assert.Equal(1, session.GetCounters().Signalled);
        leave.Set();
        Machine.Until(() => edu.InterruptStatus.Read() == 0, "the handler acknowledges");
        Raise(edu);
        Machine.Until(() => Volatile.Read(ref calls) == 2, "the line is open again");
    }

    [Fact]
    public async Task Without_an_immediate_stage_the_line_stays_masked_until_the_next_wait_begins()
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Level });
        for (int i = 1; i <= 20; i++)
        {
            Raise(edu);
            Interrupt interrupt = await session.NextAsync(Machine.Patience);
            Assert.Equal((InterruptKind.Level, 1L), (interrupt.Kind, interrupt.Count));
            await Task.Delay(5);
            Assert.Equal(i, session.GetCounters().Signalled);
            edu.AcknowledgeInterrupt.Write(EduInterrupts.All);
        }
    }

    [Fact]
    public void A_stage_that_acknowledges_but_never_claims_is_no_storm()
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        var reports = new ConcurrentQueue<InterruptReport>();
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Level,
            Report = reports.Enqueue,
            Immediate = ImmediateStage.FromCallback(_ =>
            {
                edu.AcknowledgeInterrupt.Write(EduInterrupts.All);
                return ImmediateResult.NotOurs;
            }),
        });
        for (int i = 1; i <= 1000; i++)
        {
            Raise(edu);
            Machine.Until(() => session.GetCounters().Rejected >= i, $"rejection {i}");
        }

        Assert.Empty(reports);
        Assert.Equal(0, session.GetCounters().Claimed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_line_that_stays_asserted_is_found_masked_and_reported_and_works_again_later(bool claims)
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        using var reported = new ManualResetEventSlim();
        InterruptReport? report = null;
        bool acknowledge = false;
        int handled = 0;
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Level,
            StormLimit = 60,
            Report = r =>
            {
                report = r;
                reported.Set();
            },
            Immediate = ImmediateStage.FromCallback(_ =>
            {
                if (Volatile.Read(ref acknowledge)) edu.AcknowledgeInterrupt.Write(EduInterrupts.All);
                return claims || Volatile.Read(ref acknowledge) ? ImmediateResult.ClaimedAndDeferred : ImmediateResult.NotOurs;
            }),
            Handler = (in Interrupt _) => Interlocked.Increment(ref handled),
        });
        Raise(edu);
        Assert.True(reported.Wait(Machine.Patience));
        Assert.Equal(InterruptReportKind.Storm, report!.Kind);
        Assert.Contains(device.Address, report.Message, StringComparison.Ordinal);
        Assert.Contains("INTA#", report.Message, StringComparison.Ordinal);
        Assert.Contains(claims ? "does not clear the source" : "never claims it", report.Message, StringComparison.Ordinal);
        Thread.Sleep(Quiet); // the report comes before its own signal is booked
        long then = session.GetCounters().Signalled;
        Assert.InRange(then, 60, 10_000);
        Thread.Sleep(Quiet);
        Assert.Equal(then, session.GetCounters().Signalled); // masked at the device
        Assert.True(session.IsEnabled);
        Assert.Null(session.Error);

        // Mended, unmasked: the pending interrupt arrives, and further ones do.
        Volatile.Write(ref acknowledge, true);
        long before = session.GetCounters().Handled;
        session.Unmask(0);
        Machine.Until(() => session.GetCounters().Handled > before, "the pending one arrives");
        Machine.Until(() => edu.InterruptStatus.Read() == 0, "it is acknowledged");
        before = session.GetCounters().Handled;
        Raise(edu);
        Machine.Until(() => session.GetCounters().Handled > before, "the next one arrives");
        Assert.True(handled > 0);
    }

    [Fact]
    public async Task A_wait_on_a_line_that_was_left_masked_says_so_when_time_is_up()
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Level,
            StormLimit = 20,
            Immediate = new TransferProgramBuilder().Read32(0, EduRegisters.Offsets.InterruptStatus).Mask(0x8000_0000).Build(),
        });
        Raise(edu);
        DeviceException error = await Assert.ThrowsAsync<DeviceException>(() => session.NextAsync(TimeSpan.FromSeconds(1)).AsTask());
        Assert.Equal(DeviceStatus.InterruptStorm, error.Status);
        Assert.Contains("left masked at this device", error.Message, StringComparison.Ordinal);
        Assert.Contains("never claims it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_cards_on_one_line_each_driver_claims_only_its_own()
    {
        (PciDevice a, EduRegisters eduA) = OpenEdu();
        (PciDevice b, EduRegisters eduB) = OpenEdu(Machine.EduB);
        using InterruptSession sessionA = a.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Level, Immediate = Acknowledge, Handler = (in Interrupt _) => { } });
        using InterruptSession sessionB = b.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Level, Immediate = Acknowledge, Handler = (in Interrupt _) => { } });
        for (int i = 1; i <= 100; i++)
        {
            Raise(eduA);
            Raise(eduB);
            Machine.Until(() => sessionA.GetCounters().Claimed == i && sessionB.GetCounters().Claimed == i, $"both, round {i}");
        }

        for (int i = 1; i <= 100; i++)
        {
            Raise(eduA);
            Machine.Until(() => sessionA.GetCounters().Claimed == 100 + i, $"card A alone, {i}");
        }

        Assert.Equal(100, sessionB.GetCounters().Signalled);
    }

    [Fact]
    public void Two_cards_on_one_line_one_storms_and_the_other_works_on()
    {
        (PciDevice a, EduRegisters eduA) = OpenEdu();
        (PciDevice b, EduRegisters eduB) = OpenEdu(Machine.EduB);
        using var reported = new ManualResetEventSlim();
        using InterruptSession good = a.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Level, Immediate = Acknowledge, Handler = (in Interrupt _) => { } });
        using InterruptSession bad = b.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Level,
            Immediate = ClaimOnly,
            Handler = (in Interrupt _) => { },
            Report = _ => reported.Set(),
        });
        Raise(eduB);
        for (int i = 1; i <= 200; i++)
        {
            Raise(eduA);
            Machine.Until(() => good.GetCounters().Handled == i, $"the good card's interrupt {i}");
        }

        Assert.True(reported.Wait(Machine.Patience));
        Assert.True(bad.IsEnabled);
        Assert.Equal(200, good.GetCounters().Signalled);
    }

    [Fact]
    public void The_quiet_program_runs_before_the_line_is_connected()
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        var reports = new ConcurrentQueue<InterruptReport>();
        device.Config.ModifyCommand(PciCommand.None, PciCommand.InterruptDisable);
        Raise(edu, 0x99);
        using (InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Level,
            Quiet = EduDriver.Quiet(),
            Immediate = Acknowledge,
            Handler = (in Interrupt _) => { },
            Report = reports.Enqueue,
        }))
        {
            Thread.Sleep(Quiet);
            Assert.Equal(0, session.GetCounters().Signalled);
            Assert.Empty(reports);
        }
    }

    [Fact]
    public void An_interrupt_that_pends_before_enable_is_warned_of_and_arrives()
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        var reports = new ConcurrentQueue<InterruptReport>();
        device.Config.ModifyCommand(PciCommand.None, PciCommand.InterruptDisable); // so that the line is not asserted meanwhile
        Raise(edu, 0x77);
        Assert.Equal(PciStatus.InterruptPending, device.Config.ReadStatus() & PciStatus.InterruptPending);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Level,
            Immediate = Acknowledge,
            Handler = (in Interrupt _) => { },
            Report = reports.Enqueue,
        });
        Machine.Until(() => session.GetCounters().Handled == 1, "the pending one");
        InterruptReport report = Assert.Single(reports);
        Assert.Equal(InterruptReportKind.PendingAtEnable, report.Kind);
        Assert.Contains(device.Address, report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_masked_by_the_user_is_silent_until_it_is_unmasked()
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Level, Immediate = Acknowledge, Handler = (in Interrupt _) => { } });
        session.Mask(0);
        Raise(edu);
        Thread.Sleep(Quiet);
        Assert.Equal(0, session.GetCounters().Signalled);
        session.Unmask(0);
        Machine.Until(() => session.GetCounters().Handled == 1, "it arrives after unmask");
        Raise(edu);
        Machine.Until(() => session.GetCounters().Handled == 2, "and the next one");
    }
}
