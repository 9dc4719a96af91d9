using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Plugging cards in and pulling them out.</summary>
public sealed class SimulatedHostTests : IDisposable
{
    private readonly SimulatedHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Cards_take_the_next_free_slot_from_two_on()
    {
        _host.Add(new BusCard(), "0000:00:03.0").Add(new BusCard()).Add(new BusCard());

        Assert.Equal(["0000:00:02.0", "0000:00:03.0", "0000:00:04.0"], _host.Scan().Select(d => d.Address));
    }

    [Fact]
    public void A_scan_describes_cards_in_address_order()
    {
        _host.Add(new EduCard(), "0001:00:00.0").Add(MemoryCard.Nvme(), "0000:ff:1f.7");

        Assert.Equal(["nvme", "edu"], _host.Scan().Select(d => d.Name));
        Assert.Equal(
            new DeviceDescription("0001:00:00.0", 0x1234, 0x11E8) { SubsystemVendorId = 0x1AF4, SubsystemId = 0x1100, ClassCode = 0x00FF00, Revision = 0x10, Name = "edu", IsolationGroup = 0 },
            _host.Scan()[1]);
    }

    [Fact]
    public void When_all_slots_are_taken_there_is_no_more_room()
    {
        for (int i = 0; i < 30; i++) _host.Add(new BusCard());

        Assert.Equal("0000:00:1f.0", _host.Scan()[^1].Address);
        Assert.Throws<InvalidOperationException>(() => _host.Add(new BusCard()));
        _host.Remove("0000:00:11.0");
        _host.Add(new EduCard());
        Assert.Equal("0000:00:11.0", _host.Scan().Single(d => d.Name == "edu").Address);
    }

    [Fact]
    public void An_address_that_is_taken_is_refused()
    {
        _host.Add(new BusCard(), "00:05.0");

        Assert.Throws<ArgumentException>("address", () => _host.Add(new EduCard(), "0000:00:05.0"));
        Assert.Equal("bus", Assert.Single(_host.Scan()).Name);
    }

    [Fact]
    public void An_address_that_is_none_is_refused() => Assert.Throws<FormatException>(() => _host.Add(new BusCard(), "slot 3"));

    [Fact]
    public void A_card_has_one_slot()
    {
        var card = new BusCard();
        _host.Add(card);

        Assert.Throws<InvalidOperationException>(() => _host.Add(card));
        Assert.Single(_host.Scan());
    }

    [Fact]
    public void What_is_not_there_cannot_be_removed_asked_or_opened()
    {
        _host.Add(new BusCard());
        foreach (string address in new[] { "0000:00:09.0", "", "nonsense" })
        {
            var error = Assert.Throws<DeviceException>(() => _host.Remove(address));
            Assert.Equal(DeviceStatus.NotFound, error.Status);
            Assert.Contains("0000:00:02.0", error.Advice, StringComparison.Ordinal);
            Assert.Throws<DeviceException>(() => _host.RequestRemoval(address));
            Assert.Throws<DeviceException>(() => _host.OpenDevice(address, OpenOptions.Default));
        }
    }

    [Fact]
    public void Watchers_hear_of_power_states_that_change_and_of_no_others()
    {
        using var host = new SimulatedHost();
        host.Add(MemoryCard.Nvme());
        var heard = new List<string>();
        using IDisposable watch = host.Watch(c => heard.Add($"{c.Kind} {c.Device.Name}"))!;
        using PciDevice device = host.Open("0000:00:02.0");
        heard.Clear(); // opening may reset it by its power state
        int control = device.Config.FindCapability(PciCapabilityId.PowerManagement)!.Value.Offset + 4;

        device.Config.Write16(control, 3); // D3hot
        device.Config.Write16(control, 3);
        device.Config.Write16(control, 0);

        Assert.Equal(["PowerChanged nvme", "PowerChanged nvme"], heard);
        Assert.Equal(256, new SimulatedHost().Add(new EduCard()).PeekConfiguration("0000:00:02.0")!.Value.Length);
        Assert.Null(host.PeekConfiguration("0000:00:1f.0"));
        Assert.Null(host.PeekConfiguration("nothing"));
    }

    [Fact]
    public void Watchers_hear_of_arrivals_and_departures_until_they_stop()
    {
        var one = new List<string>();
        var other = new List<string>();
        IDisposable first = _host.Watch(c => one.Add($"{c.Kind} {c.Device.Address}"))!;
        using IDisposable second = _host.Watch(c => other.Add($"{c.Kind} {c.Device.Name}"))!;

        _host.Add(new BusCard());
        _host.Remove("0000:00:02.0");
        first.Dispose();
        first.Dispose();
        _host.Add(new EduCard());

        Assert.Equal(["Arrived 0000:00:02.0", "Departed 0000:00:02.0"], one);
        Assert.Equal(["Arrived bus", "Departed bus", "Arrived edu"], other);
    }

    [Fact]
    public void A_device_has_one_user_at_a_time()
    {
        _host.Add(new BusCard());
        IHostedDevice open = _host.OpenDevice("0000:00:02.0", OpenOptions.Default);

        Assert.Equal(DeviceStatus.Busy, Assert.Throws<DeviceException>(() => _host.OpenDevice("00:02.0", OpenOptions.Default)).Status);

        open.Dispose();
        open.Dispose();
        _host.OpenDevice("0000:00:02.0", OpenOptions.Default).Dispose();
    }

    [Fact]
    public void Another_hosts_address_space_cannot_be_shared()
    {
        _host.Add(new BusCard());

        var error = Assert.Throws<DeviceException>(() => _host.OpenDevice("00:02.0", new OpenOptions { ShareAddressSpace = new FakeAddressSpace((0, 1)) }));

        Assert.Equal(DeviceStatus.InvalidArgument, error.Status);
        _host.OpenDevice("00:02.0", OpenOptions.Default).Dispose();
    }

    [Fact]
    public void A_card_pulled_out_answers_all_ones()
    {
        _host.Add(MemoryCard.Nvme());
        using IHostedDevice device = _host.OpenDevice("00:02.0", OpenOptions.Default);
        Assert.True(device.IsPresent());

        _host.Remove("00:02.0");

        Assert.False(device.IsPresent());
        Assert.Equal(0x0010_1B36u, Read32(device, PciNumbering.Configuration, 0)); // a kernel answers the ids from its own copy
        Assert.Equal(uint.MaxValue, Read32(device, PciNumbering.Configuration, 8));
        Assert.Equal(uint.MaxValue, Read32(device, 0, 0));
        Assert.Equal(uint.MaxValue, Read32(device, 0, 0x2000));
    }

    [Fact]
    public void A_card_pulled_out_has_no_pending_bits_to_read()
    {
        _host.Add(MemoryCard.Nvme());
        using IHostedDevice device = _host.OpenDevice("00:02.0", OpenOptions.Default);
        RegionPart pending = device.Regions[0].Parts.Single(p => p.Kind == RegionPartKind.MsixPending);
        Assert.Equal(0u, Read32(device, 0, pending.Offset));

        _host.Remove("00:02.0");

        Assert.Equal(uint.MaxValue, Read32(device, 0, pending.Offset));
    }

    [Fact]
    public void A_closed_device_answers_all_ones_and_takes_nothing()
    {
        _host.Add(new BusCard());
        IHostedDevice device = _host.OpenDevice("00:02.0", OpenOptions.Default);

        device.Dispose();
        device.Write(PciNumbering.Configuration, 0x04, [0, 0]);

        Assert.Equal(uint.MaxValue, Read32(device, PciNumbering.Configuration, 0));
        Assert.Equal(uint.MaxValue, Read32(device, 0, 0));
        using IHostedDevice again = _host.OpenDevice("00:02.0", OpenOptions.Default);
        Assert.Equal(2u, Read32(again, PciNumbering.Configuration, 0x04) & 0xFFFF);
    }

    [Fact]
    public void A_request_for_removal_reaches_the_driver_which_is_then_closed()
    {
        _host.Add(new BusCard());
        using PciDevice device = _host.Open("0000:00:02.0");
        using var told = new ManualResetEventSlim();
        RemovalReason? reason = null;
        device.RemovalRequested += notice =>
        {
            reason = notice.Reason;
            told.Set();
        };

        _host.RequestRemoval("0000:00:02.0");

        Assert.True(told.Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal(RemovalReason.Requested, reason);
        Assert.True(SpinWait.SpinUntil(() => device.IsClosed, TimeSpan.FromSeconds(30)));
    }

    private static uint Read32(IHostedDevice device, int region, ulong offset)
    {
        byte[] data = new byte[4];
        device.Read(region, offset, data);
        return BitConverter.ToUInt32(data);
    }
}
