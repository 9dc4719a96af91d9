using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Models that act while somebody opens their card, with faults that reach the host: nobody waits for the other.</summary>
public sealed class LockOrderTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("fail")]
    [InlineData("remove")]
    [InlineData("alter")]
    public async Task A_card_that_sends_while_it_is_opened_does_not_hold_the_machine(string fault)
    {
        using var host = new SimulatedHost();
        host.Add(new TickingCard("one")).Add(new TickingCard("two"));
        FaultRule rule = host.Faults.OnMessage("one").After(fault == "remove" ? 200 : 0);
        _ = fault switch
        {
            "fail" => rule.Fail(),
            "remove" => rule.RemoveCard(),
            _ => rule.Alter(data => data | host.RootComplex.ReadMemory(0xC000_0000, 4)), // another card's model may be behind it
        };
        Task work = Task.Run(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                foreach (DeviceDescription card in host.Scan())
                {
                    try
                    {
                        using PciDevice device = host.Open(card.Address);
                        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Handler = (in Interrupt _) => { } });
                        Thread.Sleep(1);
                    }
                    catch (Exception error) when (error is DeviceException or ObjectDisposedException)
                    {
                        // Taken away, or ended by its error, while it was being opened.
                    }
                }
            }
        }, TestContext.Current.CancellationToken);

        await work.WaitAsync(Limit, TestContext.Current.CancellationToken);
        host.Add(new TickingCard("three"));
    }

    /// <summary>Sends a message every 100 microseconds, reset or not.</summary>
    private sealed class TickingCard : SimulatedCard
    {
        private bool _ticks;

        internal TickingCard(string name)
            : base(new CardDefinition(0x1234, 0x0001, name) { Bars = new Dictionary<int, CardBar> { [0] = new(0x1000) }, MsiVectors = 1, Express = new ExpressDefinition() })
        {
            Register<uint>(0, 0).OnRead(() => 0u);
        }

        protected internal override void OnReset()
        {
            if (_ticks) return;
            _ticks = true;
            Tick();
        }

        private void Tick()
        {
            SendMessage(0);
            After(TimeSpan.FromMilliseconds(0.1), Tick, survivesReset: true);
        }
    }
}
