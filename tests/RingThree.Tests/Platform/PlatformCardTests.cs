using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Platform;
using RingThree.Simulation;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>Cards that nothing enumerates, on the simulated machine: what is at an address answers, and edges are edges.</summary>
public sealed class PlatformCardTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);
    private static readonly PlatformResources Definition = new PlatformResources("adc").Memory(0xD_0000, IsaCard.BufferSize).Ports(0x300, 16).Irq(5);
    private readonly SimulatedHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_card_defined_by_hand_takes_a_block_and_interrupts()
    {
        _host.Add(new IsaCard());
        using PlatformDevice card = _host.Open(Definition);
        IsaCardRegisters ports = card.Region(1).As<IsaCardRegisters>();
        await using InterruptSession interrupts = card.Interrupts.Enable(new InterruptOptions());

        Assert.Equal(0x4953, ports.Identification.Read());
        for (byte block = 0; block < 3; block++)
        {
            ports.Length.Write(1000);
            ports.Control.Write(IsaControl.InterruptEnable | IsaControl.Start);
            Interrupt interrupt = await interrupts.NextAsync(Patience, TestContext.Current.CancellationToken);

            Assert.Equal(InterruptKind.Edge, interrupt.Kind);
            Assert.Equal(IsaStatus.Done, ports.Status.Read());
            byte[] samples = new byte[1000];
            card.Region(0).ReadBlock<byte>(0, samples);
            Assert.Equal([.. Enumerable.Range(block, 1000).Select(i => (byte)i)], samples);
            ports.Status.Clear(IsaStatus.Done);
        }

        Assert.Equal((3, 3), (interrupts.GetCounters().Signalled, interrupts.GetCounters().Claimed));
        Assert.Equal(InterruptKinds.Edge, card.Interrupts.Supported);
        Assert.Equal(InterruptKind.Edge, interrupts.Kind);
    }

    [Fact]
    public async Task A_transfer_program_runs_on_its_ports_at_interrupt_level()
    {
        _host.Add(new IsaCard());
        using PlatformDevice card = _host.Open(Definition);
        await using InterruptSession interrupts = card.Interrupts.Enable(new InterruptOptions
        {
            Immediate = new TransferProgramBuilder().Read8(1, 1).Mask((byte)IsaStatus.Done).WriteBack8(1, 1).Build(),
        });

        card.Region(1).Write<ushort>(2, 16);
        card.Region(1).Write(0, IsaControl.InterruptEnable | IsaControl.Start);
        Interrupt interrupt = await interrupts.NextAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal((ulong)IsaStatus.Done, interrupt.Values.Span[0]);
        Assert.Equal(IsaStatus.None, card.Region(1).Read<IsaStatus>(1));
    }

    [Fact]
    public void A_program_that_does_not_fit_names_the_range()
    {
        using PlatformDevice card = _host.Open(Definition);

        var error = Assert.Throws<DeviceException>(() => card.Prepare(new TransferProgramBuilder().Read32(1, 16).Build()));
        Assert.Contains("ports 0x300, which has 0x10 bytes", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<DeviceException>(() => card.Prepare(new TransferProgramBuilder().Read32(2, 0).Build()));
        Assert.Contains("memory 0xd0000 (Memory, 0x4000 bytes), ports 0x300 (Port, 0x10 bytes)", error.Message, StringComparison.Ordinal);
        Assert.Equal(DeviceStatus.NotFound, Assert.Throws<DeviceException>(() => card.Region(2)).Status);
        Assert.False(card.HasDma);
        Assert.Equal(DeviceStatus.NotSupported, Assert.Throws<DeviceException>(() => card.Dma).Status);
        Assert.Equal(DeviceStatus.NotSupported, Assert.Throws<DeviceException>(card.Reset).Status);
    }

    [Fact]
    public async Task With_the_wrong_jumpers_everything_reads_ones_and_nothing_comes()
    {
        _host.Add(new IsaCard(memory: 0xD_8000, port: 0x320, irq: 10));
        using PlatformDevice card = _host.Open(Definition);
        await using InterruptSession interrupts = card.Interrupts.Enable(new InterruptOptions());

        card.Region(1).Write(0, IsaControl.InterruptEnable | IsaControl.Start);

        Assert.Equal(ushort.MaxValue, card.Region(1).Read<ushort>(4));
        Assert.Equal(ulong.MaxValue, card.Region(0).Read<ulong>(0));
        var error = await Assert.ThrowsAsync<DeviceException>(() => interrupts.NextAsync(Quiet, TestContext.Current.CancellationToken).AsTask());
        Assert.Equal(DeviceStatus.TimedOut, error.Status);
        Assert.Contains("has not signalled", error.Message, StringComparison.Ordinal);
        Assert.True(card.IsPresent()); // nothing tells
        Assert.Empty(_host.Scan());
    }

    [Fact]
    public void Two_cards_cannot_answer_at_one_address()
    {
        _host.Add(new IsaCard());

        var error = Assert.Throws<InvalidOperationException>(() => _host.Add(new IsaCard(memory: 0xE_0000, port: 0x308)));

        Assert.Contains("'isa-card' is at io=0x300+0x10", error.Message, StringComparison.Ordinal);
        _host.Add(new IsaCard(memory: 0xE_0000, port: 0x310));
        var card = new IsaCard(memory: 0xF_0000, port: 0x320);
        _host.Add(card);
        Assert.Contains("plugged in already", Assert.Throws<InvalidOperationException>(() => new SimulatedHost().Add(card)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_edge_line_has_one_user()
    {
        using PlatformDevice one = _host.Open(new PlatformResources("one").Irq(5));
        using PlatformDevice two = _host.Open(new PlatformResources("two").Irq(5));
        using PlatformDevice level = _host.Open(new PlatformResources("level").Irq(5, LineTrigger.Level));
        InterruptSession first = one.Interrupts.Enable(new InterruptOptions());

        foreach (PlatformDevice other in (PlatformDevice[])[two, level])
        {
            var error = Assert.Throws<DeviceException>(() => other.Interrupts.Enable(new InterruptOptions()));
            Assert.Equal(DeviceStatus.Busy, error.Status);
            Assert.Contains("IRQ 5: 'one' has it", error.Message, StringComparison.Ordinal);
        }

        first.Dispose();
        using InterruptSession second = two.Interrupts.Enable(new InterruptOptions());
        second.Trigger(0);
        Assert.True(SpinWait.SpinUntil(() => second.GetCounters().Claimed == 1, Patience));
    }

    [Fact]
    public void A_button_signals_both_ways_and_each_bounce()
    {
        var button = new ButtonCard();
        _host.Add(button);
        using PlatformDevice card = _host.Open(button.Resources);
        long calls = 0;
        using InterruptSession session = card.Interrupts.Enable(new InterruptOptions { Handler = (in Interrupt i) => Interlocked.Add(ref calls, i.Count) });
        void Expect(long count) => Assert.True(SpinWait.SpinUntil(() => Interlocked.Read(ref calls) == count, Patience), $"{calls} of {count}");

        button.Press();
        Expect(1);
        button.Press(); // it is pressed already
        button.Release();
        Expect(2);
        button.Press(bounces: 3);
        Expect(9);
        Assert.Equal(9, session.GetCounters().Signalled);

        session.Mask(0); // it has no register that would hold it back: the road does
        button.Release();
        Assert.True(SpinWait.SpinUntil(() => session.GetCounters().Held == 1, Patience));
        session.Unmask(0);
        Expect(10);
    }

    [Fact]
    public void A_line_that_two_cards_pull_is_active_until_both_let_go()
    {
        var one = new ButtonCard();
        var two = new ButtonCard();
        _host.Add(one).Add(two);
        using PlatformDevice edge = _host.Open(new PlatformResources("edge").Gpio(3));
        using InterruptSession session = edge.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.CallerThread });

        one.Press();
        two.Press(); // hidden: the line is active already
        one.Release();
        two.Release();
        two.Press();

        Assert.True(session.Wait(Patience, out _));
        Assert.Equal(2, session.GetCounters().Signalled);
    }

    [Fact]
    public void Drivers_of_a_level_line_are_asked_until_the_card_is_quiet()
    {
        var card = new LevelCard();
        _host.Add(card);
        using PlatformDevice driver = _host.Open(card.Resources);
        using PlatformDevice bystander = _host.Open(new PlatformResources("bystander").Irq(11, LineTrigger.Level));
        TransferProgram acknowledge = new TransferProgramBuilder().Read32(0, 0).Mask(1).Write32(0, 0, 1).Build();
        using InterruptSession mine = driver.Interrupts.Enable(new InterruptOptions { Immediate = acknowledge, Handler = (in Interrupt _) => { } });
        using InterruptSession other = bystander.Interrupts.Enable(new InterruptOptions { Immediate = ImmediateStage.FromCallback(_ => ImmediateResult.NotOurs), Handler = (in Interrupt _) => { } });

        for (int i = 1; i <= 50; i++)
        {
            card.Raise();
            Assert.True(SpinWait.SpinUntil(() => mine.GetCounters().Handled == i, Patience), $"interrupt {i}");
        }

        Assert.True(SpinWait.SpinUntil(() => other.GetCounters().Rejected >= 50, Patience));
        Assert.Equal(0, other.GetCounters().Claimed);
    }

    [Fact]
    public void A_level_line_that_nothing_quiets_is_found_and_left_masked()
    {
        var card = new LevelCard();
        _host.Add(card);
        using PlatformDevice driver = _host.Open(card.Resources);
        using var reported = new ManualResetEventSlim();
        InterruptReport? report = null;
        using InterruptSession session = driver.Interrupts.Enable(new InterruptOptions
        {
            Immediate = new TransferProgramBuilder().Read32(0, 0).Mask(2).Build(),
            Handler = (in Interrupt _) => { },
            StormLimit = 10,
            Report = r =>
            {
                report = r;
                reported.Set();
            },
        });

        card.Raise();

        Assert.True(reported.Wait(Patience));
        Assert.Equal(InterruptReportKind.Storm, report!.Kind);
        Assert.Contains("its interrupt line IRQ 11 signalled", report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_match_its_registers_and_its_edges()
    {
        var button = new ButtonCard();
        _host.Add(new IsaCard()).Add(button);
        using PlatformDevice card = _host.Open(Definition);
        using PlatformDevice input = _host.Open(button.Resources);
        using InterruptSession session = input.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.CallerThread });
        _host.Faults.OnRead("isa-card", "Identification").Once().Answer(0x1234);
        _host.Faults.OnMessage("button-card").Once().Drop();
        _host.Faults.OnMessage("button-card").After(1).Once().Repeat(3);

        Assert.Equal(0x1234, card.Region(1).Read<ushort>(4));
        Assert.Equal(0x4953, card.Region(1).Read<ushort>(4));
        button.Press(); // lost
        button.Release(); // the line never was active: nothing to see
        button.Press(); // bounces
        Assert.True(session.Wait(Patience, out _));
        Assert.Equal(5, session.GetCounters().Signalled);

        _host.Faults.OnWrite("isa-card").Once().RemoveCard();
        card.Region(1).Write<byte>(0, 0);
        Assert.Equal(ushort.MaxValue, card.Region(1).Read<ushort>(4));
    }

    [Fact]
    public void A_driver_reaches_what_is_at_an_address_whatever_it_is()
    {
        _host.Add(new EduCard());
        var place = new Pci.PciAddress(0, 0, 2, 0);
        uint bar = _host.RootComplex.ReadConfiguration(place, 0x10, 4) & ~15u;
        _host.RootComplex.WriteConfiguration(place, 4, 2, 2);
        using PlatformDevice window = _host.Open(new PlatformResources("window").Memory(bar, 0x100));

        Assert.Equal(0x0100_00EDu, window.Region(0).Read<uint>(0));
        Assert.Equal(0x4953u, new SimulatedHost().Add(new IsaCard()).RootComplex.ReadPort(0x304, 2));
    }

    [Fact]
    public void What_the_model_does_not_describe_is_named_by_its_range()
    {
        _host.Add(new IsaCard());
        using PlatformDevice card = _host.Open(Definition);

        var error = Assert.Throws<SimulationException>(() => card.Region(1).Read<byte>(8));

        Assert.Contains("isa-card,mem=0xd0000+0x4000,io=0x300+0x10,irq=5 ('isa-card'): 8 bits at io=0x300+0x10 + 0x8 are read", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ports_at_odd_addresses_are_read_in_bytes_as_a_processor_splits_them()
    {
        _host.Add(new IsaCard(port: 0x301));
        using PlatformDevice card = _host.Open(new PlatformResources("odd").Ports(0x301, 16));

        Assert.Throws<SimulationException>(() => card.Region(0).Read<ushort>(4)); // two byte accesses, which this register does not take
    }

    [Fact]
    public void A_closed_card_reads_ones_and_hears_nothing()
    {
        var button = new ButtonCard();
        _host.Add(new IsaCard()).Add(button);
        PlatformDevice card = _host.Open(Definition);
        PlatformDevice input = _host.Open(button.Resources);
        InterruptSession session = input.Interrupts.Enable(new InterruptOptions());

        card.Dispose();
        input.Dispose();
        button.Press();

        Assert.Equal(ushort.MaxValue, card.Region(1).Read<ushort>(4));
        Assert.False(session.IsEnabled);
        Assert.Equal(0, session.GetCounters().Signalled);
        using PlatformDevice again = _host.Open(button.Resources);
        using InterruptSession second = again.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.CallerThread });
        button.Release();
        Assert.True(second.Wait(Patience, out _));
    }

    /// <summary>Asserts IRQ 11 until bit 0 of its register is cleared by a one.</summary>
    private sealed class LevelCard : SimulatedPlatformCard
    {
        private readonly CardRegister<uint> _pending;

        internal LevelCard()
            : base(new PlatformResources("level-card").Memory(0xFED0_0000, 8).Irq(11, LineTrigger.Level))
        {
            _pending = Register<uint>(0, 0, "Pending").ClearedByOnes().OnWrite(_ => SetLine(_pending!.Value != 0));
        }

        internal void Raise()
        {
            lock (ModelGate)
            {
                _pending.Value = 1;
                SetLine(true);
            }
        }
    }
}
