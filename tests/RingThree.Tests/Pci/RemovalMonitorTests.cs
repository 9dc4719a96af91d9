using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>A device leaves while its host misbehaves: the driver is told, the device is closed, the program lives on.</summary>
public sealed class RemovalMonitorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(-2)]
    [InlineData(1e10)]
    public void A_time_that_no_wait_takes_is_refused_at_open(double seconds)
    {
        var fake = new FakeDevice();

        var error = Assert.Throws<ArgumentOutOfRangeException>(() =>
            PciHostExtensions.Open(fake, FakeDevice.Place, new DeviceOpenOptions { RemovalTime = TimeSpan.FromSeconds(seconds) }));

        Assert.Contains(nameof(DeviceOpenOptions.RemovalTime), error.Message, StringComparison.Ordinal);
        Assert.Empty(fake.Events);
    }

    [Fact]
    public void A_host_that_cannot_unbind_does_not_keep_the_device_from_closing()
    {
        var fake = new FakeDevice { Present = false, InterruptGroups = Groups(InterruptGroupKind.Msi) };
        PciDevice device = fake.Open();
        InterruptSession session = device.Interrupts.Enable(new InterruptOptions());
        fake.Unbinding = _ => throw new DeviceException(DeviceStatus.IoError, FakeDevice.Place, "unbinding", "no", "Nothing.");

        device.IsPresent();

        Assert.True(SpinWait.SpinUntil(() => fake.Events.Contains("dispose"), Patience));
        Assert.True(device.IsClosed);
        Assert.False(session.IsEnabled);
    }

    [Fact]
    public void A_request_that_comes_during_open_closes_the_device_in_order()
    {
        for (int round = 0; round < 200; round++)
        {
            var waiter = new SimulatedWaiter();
            waiter.Prepare(1);
            waiter.Signal(1);
            var fake = new FakeDevice
            {
                InterruptGroups = Groups(InterruptGroupKind.RemovalRequest),
                NewWaiter = () => waiter,
                AddressSpace = new FakeAddressSpace((0, uint.MaxValue)),
                Scheduler = new PatientScheduler(), // what is tested is the order, not whether this thread subscribes within half a second
            };

            PciDevice device = fake.Open();
            RemovalNotice? seen = null;
            device.RemovalRequested += notice => Volatile.Write(ref seen, notice);

            Assert.True(SpinWait.SpinUntil(() => fake.Events.Contains("dispose"), Patience));
            Assert.Equal(RemovalReason.Requested, Volatile.Read(ref seen)?.Reason);
            Assert.Equal(["bind RemovalRequest with 1", "unbind RemovalRequest", "dispose"], fake.Events);
        }
    }

    [Fact]
    public void A_device_that_cannot_be_completed_gives_its_mappings_back()
    {
        var fake = new FakeDevice
        {
            InterruptGroups = Groups(InterruptGroupKind.RemovalRequest),
            NewWaiter = () => throw new DeviceException(DeviceStatus.NoResources, FakeDevice.Place, "making a waiter", "EMFILE", "Close files."),
        };
        fake.Add(0, 0x1000, mapped: [(0, 0x1000)]);

        Assert.Throws<DeviceException>(fake.Open);

        Assert.Equal(["give back BAR 0", "dispose"], fake.Events.Where(e => !e.StartsWith("write", StringComparison.Ordinal) && !e.StartsWith("overlay", StringComparison.Ordinal) && !e.StartsWith("restore", StringComparison.Ordinal)));
    }

    [Fact]
    public void Waiters_of_an_enable_that_fails_are_given_back()
    {
        int made = 0;
        int open = 0;
        var fake = new FakeDevice
        {
            InterruptGroups = [InterruptGroupDescription.Absent, new(InterruptGroupKind.Msi, 4, InterruptGroupAbilities.None, "MSI"), .. Enumerable.Repeat(InterruptGroupDescription.Absent, 3)],
            NewWaiter = () => ++made > 3 ? throw new InvalidOperationException("no more") : new CountedWaiter(() => open++, () => open--),
        };
        using PciDevice device = fake.Open();

        Assert.Throws<InvalidOperationException>(() => device.Interrupts.Enable(new InterruptOptions { Slots = 4, Waiters = 4 }));

        Assert.Equal(0, open);
    }

    [Fact]
    public void A_host_that_cannot_wait_counts_as_an_error_of_the_device()
    {
        var fail = new ManualResetEventSlim();
        var fake = new FakeDevice { InterruptGroups = Groups(InterruptGroupKind.RemovalRequest), NewWaiter = () => new FailingWaiter(fail) };
        PciDevice device = fake.Open();
        using var told = new ManualResetEventSlim();
        RemovalReason? reason = null;
        device.RemovalRequested += notice =>
        {
            reason = notice.Reason;
            told.Set();
        };

        fail.Set();

        Assert.True(told.Wait(Patience));
        Assert.Equal(RemovalReason.Error, reason);
        Assert.True(SpinWait.SpinUntil(() => fake.Events.Contains("dispose"), Patience));
    }

    private static InterruptGroupDescription[] Groups(InterruptGroupKind kind)
    {
        InterruptGroupDescription[] groups = [.. Enumerable.Repeat(InterruptGroupDescription.Absent, PciNumbering.RemovalRequest + 1)];
        groups[kind == InterruptGroupKind.Msi ? PciNumbering.Msi : PciNumbering.RemovalRequest] = new(kind, 1, InterruptGroupAbilities.None, kind.ToString());
        return groups;
    }

    private sealed class CountedWaiter : IInterruptWaiter
    {
        private readonly Action _closed;

        internal CountedWaiter(Action opened, Action closed)
        {
            _closed = closed;
            opened();
        }

        public int Wait(Span<InterruptSignal> signals, TimeSpan timeout) => 0;

        public void Wake()
        {
        }

        public void Dispose() => _closed();
    }

    private sealed class FailingWaiter(ManualResetEventSlim fail) : IInterruptWaiter
    {
        public int Wait(Span<InterruptSignal> signals, TimeSpan timeout)
        {
            fail.Wait();
            throw new InvalidOperationException("a host's mistake");
        }

        public void Wake() => fail.Set();

        public void Dispose()
        {
        }
    }
}
