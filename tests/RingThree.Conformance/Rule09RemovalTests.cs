using System.Diagnostics;
using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;

namespace RingThree.Conformance;

/// <summary>Rule 9: a device that is asked for, and one that has just gone.</summary>
public sealed class Rule09RemovalTests : RoadTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_removal_request_is_an_event_with_bounded_time_then_the_device_is_closed(bool driverCloses)
    {
        DeviceOpenOptions options = new() { RemovalTime = TimeSpan.FromMilliseconds(300) };
        (PciDevice device, EduRegisters edu) = OpenEdu(Machine.EduB, options);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Msi, Immediate = Acknowledge, Handler = (in Interrupt _) => { } });
        using var release = new ManualResetEventSlim();
        RemovalNotice? notice = null;
        bool usable = false;
        device.RemovalRequested += n =>
        {
            notice = n;
            usable = edu.Identification.Read() == 0x010000ED;
            if (driverCloses) device.Dispose();
            else release.Wait(Machine.Patience); // a driver that does not come to an end
        };
        using var reader = new Rule08OverlayTests.Reader(() => edu.Identification.Read(), 0x010000ED);
        Task unbound = RequestRemoval(Machine.EduB);
        try
        {
            Machine.Until(() => device.IsClosed, "the device is closed");
            Assert.True(unbound.Wait(Machine.Patience), "the kernel gets it back");
            Assert.Equal(RemovalReason.Requested, notice!.Reason);
            Assert.Same(device, notice.Device);
            Assert.True(usable, "during the event the device still answers");
            Machine.Until(() => !session.IsEnabled, "the session has ended");
            Machine.Until(() => edu.Identification.Read() == uint.MaxValue, "the registers are overlaid");
            reader.AssertSawOnlyDeviceAndOnes();
        }
        finally
        {
            release.Set();
            BringBack(Machine.EduB);
        }

        (PciDevice again, EduRegisters back) = OpenEdu(Machine.EduB);
        Assert.True(again.IsPresent());
        Assert.Equal(0x010000EDu, back.Identification.Read());
    }

    [Fact]
    public async Task A_card_that_has_gone_is_found_when_a_wait_times_out()
    {
        using var gone = new GoneCard(Machine);
        PciDevice device = gone.Device;
        using var noticed = new ManualResetEventSlim();
        RemovalNotice? notice = null;
        device.RemovalRequested += n =>
        {
            notice = n;
            noticed.Set();
        };
        InterruptSession session = device.Interrupts.Enable(new InterruptOptions());
        gone.Leave();
        DeviceException error = await Assert.ThrowsAsync<DeviceException>(() => session.NextAsync(TimeSpan.FromMilliseconds(200)).AsTask());
        Assert.Equal(DeviceStatus.DeviceGone, error.Status);
        Assert.Contains(device.Address, error.Message, StringComparison.Ordinal);
        Assert.True(noticed.Wait(Machine.Patience), "the event");
        Assert.Equal(RemovalReason.Gone, notice!.Reason);
        Machine.Until(() => device.IsClosed, "the device is closed");
        Assert.Equal(uint.MaxValue, device.Bar(0).Read<uint>(8));
    }

    [Fact]
    public void A_card_that_has_gone_is_found_by_IsPresent()
    {
        using var gone = new GoneCard(Machine);
        using var noticed = new ManualResetEventSlim();
        gone.Device.RemovalRequested += _ => noticed.Set();
        Assert.True(gone.Device.IsPresent());
        gone.Leave();
        Assert.False(gone.Device.IsPresent());
        Assert.True(noticed.Wait(Machine.Patience));
        Machine.Until(() => gone.Device.IsClosed, "the device is closed");
    }

    [Fact]
    public void A_masked_read_of_all_ones_from_a_card_that_has_gone_is_not_claimed_and_ends_the_session()
    {
        using var gone = new GoneCard(Machine);
        PciDevice device = gone.Device;
        int handled = 0;
        InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Immediate = new Transfers.TransferProgramBuilder().Read32(0, 8).Mask(0xFFFF_FFFF).Build(),
            Handler = (in Interrupt _) => handled++,
        });
        // QEMU reads 0 where metal reads ones; with decoding off both read ones.
        device.Config.ModifyCommand(PciCommand.MemorySpace, PciCommand.None);
        gone.Leave();
        session.Trigger(0);
        Machine.Until(() => session.Completion.IsCompleted, "the session ends");
        Assert.Equal(DeviceStatus.DeviceGone, Assert.IsType<DeviceException>(session.Error).Status);
        InterruptCounters c = session.GetCounters();
        Assert.Equal((1, 1, 0), (c.Signalled, c.Rejected, c.Claimed));
        Assert.Equal(0, handled);
        Machine.Until(() => device.IsClosed, "the device is closed");
    }

    private Task RequestRemoval(string card)
    {
        string address = Machine.AddressOf(card);
        if (Machine.Sim is { } sim)
        {
            sim.RequestRemoval(address);
            return Task.CompletedTask;
        }

        return Task.Run(() => Machine.Host.Binding!.SetDriver(address, null)); // blocks until the device is let go
    }

    private void BringBack(string card)
    {
        if (Machine.Sim is not null) return;
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                Machine.Host.Binding!.SetDriver(Machine.AddressOf(card), Machine.Host.Binding.RequiredDriver);
                return;
            }
            catch (DeviceException) when (Stopwatch.GetElapsedTime(started) < Machine.Patience)
            {
                Thread.Sleep(100);
            }
        }
    }

    /// <summary>
    /// A card that leaves without a word. On sim it is pulled out; in the guest its root port is told to pass on another
    /// bus number, after which its configuration space reads all ones (QEMU has no surprise removal). In the end it is
    /// back: what the kernel wrote while nothing answered is lost, and whether it is written again depends on the kernel.
    /// </summary>
    private sealed class GoneCard : IDisposable
    {
        private const int SecondaryBus = 0x19;
        private const int Header = 0x40; // identification, command, BARs, interrupt line
        private const int Command = 0x04;
        private readonly Machine _machine;
        private readonly GuestFunction _card;
        private readonly GuestFunction? _port;
        private readonly byte[] _header = [];
        private byte _bus;

        internal GoneCard(Machine machine)
        {
            _machine = machine;
            _card = new GuestFunction(machine.AddressOf(Machine.E1000e));
            if (machine.Sim is null)
            {
                string path = new DirectoryInfo(_card.Folder).ResolveLinkTarget(true)!.FullName;
                _port = new GuestFunction(Path.GetFileName(Path.GetDirectoryName(path)!));
                _header = _card.Configuration[..Header];
                Assert.Contains(_header[0x10..0x28], b => b > 0x0F); // addresses: no test before this one has lost them
            }

            Device = machine.Open(Machine.E1000e);
        }

        internal PciDevice Device { get; }

        internal void Leave()
        {
            if (_port is null)
            {
                _machine.Sim!.Remove(Device.Address);
                return;
            }

            _bus = _port.Configuration[SecondaryBus];
            _port.WriteConfiguration(SecondaryBus, [0x77, 0x77]);
        }

        public void Dispose()
        {
            if (_port is null || _bus == 0)
            {
                Device.Dispose();
                return;
            }

            _port.WriteConfiguration(SecondaryBus, [_bus, _bus]);
            Device.Dispose();
            IDriverBinding binding = _machine.Host.Binding!;
            binding.SetDriver(_card.Address, null);
            // A rescan takes over what it finds: the addresses go where they were.
            _card.WriteConfiguration(0x10, _header.AsSpan(0x10..Header));
            _card.WriteConfiguration(Command, _header.AsSpan(Command, 2));
            _card.Write("remove", "1");
            Assert.False(_card.IsThere);
            File.WriteAllText("/sys/bus/pci/rescan", "1");
            binding.SetDriver(_card.Address, binding.RequiredDriver);
            Assert.Equal(Convert.ToHexString(_header), Convert.ToHexString(_card.Configuration[..Header]));
        }
    }
}
