using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>The device is closed, looked at or closed again while interrupts are being enabled.</summary>
public sealed class EnablingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly PciId Edu = new(0x1234, 0x11E8);

    [Fact]
    public void A_report_may_close_the_device()
    {
        var card = new BusCard();
        using SimulatedHost host = new SimulatedHost().Add(card);
        PciDevice device = host.Open("0000:00:02.0");
        card.Assert(true); // pending, so that there is something to report

        InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Level, Report = _ => device.Dispose() });

        Assert.False(session.IsEnabled);
        Assert.True(session.Completion.IsCompleted);
        using PciDevice again = host.Open("0000:00:02.0");
        using InterruptSession next = again.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Msi, Delivery = InterruptDelivery.CallerThread });
        session.Dispose();
        next.Trigger(0);
        Assert.True(next.Wait(Patience, out _));
    }

    [Fact]
    public void A_report_that_throws_leaves_nothing_enabled()
    {
        var card = new BusCard();
        using SimulatedHost host = new SimulatedHost().Add(card);
        using PciDevice device = host.Open("0000:00:02.0");
        card.Assert(true);

        Assert.Throws<InvalidOperationException>(() => device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Level,
            Report = _ => throw new InvalidOperationException("a listener's mistake"),
        }));

        Assert.Null(device.Interrupts.Current);
    }

    [Fact]
    public void A_device_closed_by_its_quiet_program_is_not_enabled_any_more()
    {
        PciDevice? device = null;
        using SimulatedHost host = new SimulatedHost().Add(new ClosingCard(() => device!.Dispose()));
        device = host.Open("0000:00:02.0");

        Assert.ThrowsAny<ObjectDisposedException>(() => device.Interrupts.Enable(new InterruptOptions
        {
            Quiet = new TransferProgramBuilder().Write32(bar: 0, 0, 1).Build(),
        }));

        using PciDevice again = host.Open("0000:00:02.0");
        using InterruptSession session = again.Interrupts.Enable(new InterruptOptions());
        Assert.True(session.IsEnabled);
    }

    [Fact]
    public void Another_thread_may_ask_what_is_enabled_while_a_report_runs()
    {
        var card = new BusCard();
        using SimulatedHost host = new SimulatedHost().Add(card);
        using PciDevice device = host.Open("0000:00:02.0");
        card.Assert(true);
        bool asked = false;

        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Level,
            Report = _ =>
            {
                var other = new Thread(() => Volatile.Write(ref asked, device.Interrupts.Current is not null));
                other.Start();
                other.Join(Patience);
            },
        });

        Assert.True(asked);
    }

    [Fact]
    public async Task Blocking_on_an_interrupt_that_has_not_come_says_how_to_and_spoils_nothing()
    {
        using SimulatedHost host = new SimulatedHost().Add(new EduCard());
        using PciDevice device = host.Open(Edu);
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions());
        ValueTask<Interrupt> waiting = session.NextAsync(Patience);

#pragma warning disable CA2012 // the mistake is the test
        var error = Assert.Throws<InvalidOperationException>(() => waiting.GetAwaiter().GetResult());
#pragma warning restore CA2012

        Assert.Contains("AsTask", error.Message, StringComparison.Ordinal);
        session.Trigger(0);
        Assert.Equal(1, (await waiting).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_callback_that_throws_what_a_wait_throws_ends_the_session_like_any_other(bool cancelled)
    {
        Exception mistake = cancelled ? new OperationCanceledException("a driver's mistake") : new ObjectDisposedException("a driver's mistake");
        using SimulatedHost host = new SimulatedHost().Add(new EduCard());
        using PciDevice device = host.Open(Edu);
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Deferred = (in Interrupt _) => throw mistake });
        session.Trigger(0);
        Assert.True(SpinWait.SpinUntil(() => session.GetCounters().Claimed == 1 || session.Error is not null, Patience));

        await Assert.ThrowsAnyAsync<Exception>(async () => await session.NextAsync(Patience));

        Assert.False(session.IsEnabled);
        Assert.Same(mistake, session.Error);
    }

    [Fact]
    public void A_callback_that_throws_in_a_callers_wait_ends_the_session_whatever_it_throws()
    {
        var mistake = new ObjectDisposedException("a driver's mistake");
        using SimulatedHost host = new SimulatedHost().Add(new EduCard());
        using PciDevice device = host.Open(Edu);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Delivery = InterruptDelivery.CallerThread,
            Immediate = ImmediateStage.FromCallback(_ => throw mistake),
        });
        session.Trigger(0);

        Assert.Same(mistake, Assert.Throws<ObjectDisposedException>(() => session.Wait(Patience, out _)));

        Assert.Same(mistake, session.Error);
    }

    [Fact]
    public void The_quiet_program_runs_once_however_many_kinds_are_tried()
    {
        var fake = new FakeDevice
        {
            InterruptGroups =
            [
                new(InterruptGroupKind.Level, 1, InterruptGroupAbilities.Maskable, "INTx"),
                new(InterruptGroupKind.Msi, 1, InterruptGroupAbilities.None, "MSI"),
                .. Enumerable.Repeat(InterruptGroupDescription.Absent, 3),
            ],
            Refused = PciNumbering.Msi,
        };
        fake.Add(0, 0x10);
        using PciDevice device = fake.Open();
        fake.Accesses.Clear();

        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Quiet = new TransferProgramBuilder().Write32(bar: 0, 0, 1).Build() });

        Assert.Equal(InterruptKind.Level, session.Kind);
        Assert.Single(fake.Accesses);
    }

    [Fact]
    public void A_disposal_that_leaves_a_callback_running_is_reported()
    {
        using SimulatedHost host = new SimulatedHost().Add(new EduCard());
        using PciDevice device = host.Open(Edu);
        using var inside = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var reports = new List<InterruptReport>();
        InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            DisableTime = TimeSpan.FromMilliseconds(50),
            Report = reports.Add,
            Handler = (in Interrupt _) =>
            {
                inside.Set();
                go.Wait();
            },
        });
        session.Trigger(0);
        Assert.True(inside.Wait(Patience, TestContext.Current.CancellationToken));

        session.Dispose();

        go.Set();
        Assert.Equal(InterruptReportKind.CallbackStillRuns, Assert.Single(reports).Kind);
    }

    private sealed class ClosingCard(Action close) : SimulatedCard(new CardDefinition(0xFFFF, 2, "closing")
    {
        Bars = new Dictionary<int, CardBar> { [0] = new(0x1000) },
        MsiVectors = 1,
    })
    {
        protected internal override ulong Read(int bar, ulong offset, int width) => 0;

        protected internal override void Write(int bar, ulong offset, int width, ulong value) => close();
    }
}
