using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Linux;
using Xunit;

namespace RingThree.Tests;

/// <summary>The waiter on event descriptors, signalled as the kernel signals them.</summary>
public sealed class EventWaiterTests : InterruptWaiterTests
{
    private EventWaiter? _events;

    [Fact]
    public void A_tag_keeps_its_descriptor()
    {
        _ = Waiter;

        Assert.Same(_events!.EventOf(5), _events.EventOf(5));
        Assert.NotSame(_events.EventOf(5), _events.EventOf(0));
    }

    [Fact]
    public void A_count_that_the_kernel_added_up_arrives_whole()
    {
        _ = Waiter;
        Add(_events!.EventOf(1), 1UL << 40);
        Add(_events.EventOf(1), 3);
        var signals = new InterruptSignal[1];

        Assert.Equal(1, Waiter.Wait(signals, TimeSpan.Zero));

        Assert.Equal(new InterruptSignal(1, (1L << 40) + 3), signals[0]);
    }

    private protected override IInterruptWaiter CreateWaiter()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        return _events = new EventWaiter("0000:00:07.0");
    }

    private protected override Action Route(int tag)
    {
        FileDescriptor source = _events!.EventOf(tag);
        return () => Add(source, 1);
    }

    private static unsafe void Add(FileDescriptor source, ulong count)
    {
        if (Libc.WriteFast(source.Number, &count, sizeof(ulong)) != sizeof(ulong)) throw new InvalidOperationException("The event descriptor took no count.");
    }
}
