using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Monitored;
using RingThree.Pci;
using RingThree.PlugIns;
using RingThree.Samples.Edu;
using RingThree.Sharing;
using RingThree.Simulation;

// Drives simulated cards until its standard input ends, over and over: an interrupt, a message to a plug-in, an access that fails, a
// card that is opened and closed. So whoever attaches, whenever, sees each of them.
var ended = new TaskCompletionSource();
_ = Task.Run(() =>
{
    while (Console.In.Read() >= 0)
    {
        // Nothing is said to this program.
    }

    ended.SetResult();
});

using SimulatedHost host = new SimulatedHost().Add(new EduCard()).Add(new EduCard());
using PciDevice card = host.Open("0000:00:02.0");
using IDisposable known = KernelPlugIns.Register("doubler", new Doubler());
using PlugInHandle plugIn = KernelPlugIns.Open("doubler", new PlugInDevice(card), 0);
await using var edu = new EduDriver(card);
Console.WriteLine("at work");
for (uint round = 1; !ended.Task.IsCompleted; round++)
{
    await edu.RaiseAsync((EduInterrupts)round);
    if (round % 10 == 0)
    {
        plugIn.Call(1, (nint)round);
        using (ResourceLocks.Acquire(card.Address, new ResourceClaim("sim", ResourceKind.Memory, 0x1000, 0x100, IsExclusive: true)))
        using (host.Open("0000:00:03.0"))
        {
            FailToWrite(card);
        }

        DebugMonitor.Write(System.Diagnostics.Tracing.EventLevel.Verbose, card.Address, "a round \e[31mis over");
    }

    await Task.Delay(10);
}

static void FailToWrite(PciDevice card)
{
    try
    {
        card.Config.Region.Write(0x40, 0UL);
    }
    catch (DeviceException)
    {
        // 64 bits of configuration space: that is what is to be seen.
    }
}
