using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Mistakes in a card model are heard of where its author looks, and harm no other card.</summary>
public sealed class ModelMistakeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void What_a_models_later_work_throws_reaches_the_driver()
    {
        using SimulatedHost host = new SimulatedHost().Add(new WrongCard());
        using PciDevice device = host.Open("0000:00:02.0");
        device.Bar(0).Write(0, 1u);

        InvalidOperationException? error = null;
        Assert.True(SpinWait.SpinUntil(() => (error = Record.Exception(() => device.Bar(0).Read<uint>(0)) as InvalidOperationException) is not null, Patience));

        Assert.Contains("'wrong'", error!.Message, StringComparison.Ordinal);
        Assert.Contains("a model's mistake", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => device.IsPresent());
    }

    [Fact]
    public void A_reset_that_throws_leaves_the_card_decoding()
    {
        var card = new WrongCard();
        using SimulatedHost host = new SimulatedHost().Add(card);
        using PciDevice device = host.Open("0000:00:02.0");
        card.FailsToReset = true;

        Assert.Throws<NotSupportedException>(device.Reset);

        Assert.Equal(0u, device.Bar(0).Read<uint>(0));
    }

    [Fact]
    public void A_register_of_a_type_that_no_map_has_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new TypedCard<bool>());
        Assert.Contains("System.Boolean (1 byte) is not a type that a register can have", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("card 'typed'", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new TypedCard<float>());
        Assert.Throws<ArgumentException>(() => new TypedCard<char>());
        Assert.NotNull(new TypedCard<DayOfWeek>());
    }

    [Fact]
    public void A_message_with_a_negative_index_is_refused()
    {
        var neighbour = new BusCard();
        var card = new BusCard();
        using SimulatedHost host = new SimulatedHost().Add(neighbour).Add(card);
        using PciDevice first = host.Open("0000:00:02.0");
        using PciDevice second = host.Open("0000:00:03.0");
        using InterruptSession other = first.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Msi });
        using InterruptSession session = second.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Msi });

        Assert.Throws<ArgumentOutOfRangeException>(() => card.Send(-1));

        Assert.Equal(0, other.GetCounters().Signalled);
    }

    [Fact]
    public void A_closed_device_does_nothing_to_the_next_owners_interrupts()
    {
        using SimulatedHost host = new SimulatedHost().Add(new EduCard());
        IHostedDevice old = host.OpenDevice("0000:00:02.0", OpenOptions.Default);
        old.Dispose();
        using PciDevice device = host.Open("0000:00:02.0");
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Msi, Delivery = InterruptDelivery.CallerThread });

        old.Unbind(PciNumbering.Msi);
        old.Mask(PciNumbering.IntX, 0);
        Assert.Throws<ObjectDisposedException>(old.Reset);
        Assert.Throws<ObjectDisposedException>(() => old.Trigger(PciNumbering.Msi, 0, 1));
        Assert.Throws<ObjectDisposedException>(() => old.Bind(PciNumbering.Msi, []));

        session.Trigger(0);
        Assert.True(session.Wait(Patience, out _));
    }

    [Fact]
    public void Cards_may_be_plugged_in_from_several_threads()
    {
        for (int round = 0; round < 50; round++)
        {
            using var host = new SimulatedHost();
            Parallel.For(0, 8, _ => host.Add(new EduCard()));
            Assert.Equal(8, host.Scan().Count);
        }
    }

    [Fact]
    public void A_listener_that_throws_keeps_no_other_from_hearing()
    {
        using var host = new SimulatedHost();
        int heard = 0;
        using IDisposable wrong = host.Watch(_ => throw new InvalidOperationException("a listener's mistake"));
        using IDisposable right = host.Watch(_ => heard++);

        host.Add(new EduCard());

        Assert.Equal(1, heard);
    }

    private sealed class WrongCard() : SimulatedCard(new CardDefinition(0xFFFF, 3, "wrong")
    {
        Bars = new Dictionary<int, CardBar> { [0] = new(0x1000) },
        CanReset = true,
    })
    {
        protected internal override ulong Read(int bar, ulong offset, int width) => 0;

        protected internal override void Write(int bar, ulong offset, int width, ulong value) =>
            After(TimeSpan.Zero, () => throw new InvalidOperationException("a model's mistake"));

        internal bool FailsToReset { get; set; }

        protected internal override void OnReset()
        {
            if (FailsToReset) throw new NotSupportedException("a model's mistake");
        }
    }

    private sealed class TypedCard<T> : SimulatedCard
        where T : unmanaged
    {
        internal TypedCard()
            : base(new CardDefinition(0xFFFF, 1, "typed") { Bars = new Dictionary<int, CardBar> { [0] = new(0x10) } }) => Register<T>(0, 0).Holds();
    }
}
