using RingThree.Devices;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

public sealed class PciDeviceTests
{
    private static readonly InterruptGroupDescription Absent = InterruptGroupDescription.Absent;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_bar_that_is_not_there_is_refused_with_what_there_is()
    {
        using PciDevice device = new FakeDevice().Add(0, 0x100).Add(3, 0x20, RegionKind.Port).Open();

        var error = Assert.Throws<DeviceException>(() => device.Bar(1));

        Assert.Equal(DeviceStatus.NotFound, error.Status);
        Assert.Contains("BAR 1", error.Operation, StringComparison.Ordinal);
        Assert.Contains("BAR 0 (Memory, 0x100 bytes), BAR 3 (Port, 0x20 bytes)", error.Advice, StringComparison.Ordinal);
        Assert.Null(device.Bars[1]);
        Assert.Null(device.Rom);
        Assert.NotNull(device.Bars[3]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(6)]
    [InlineData(int.MaxValue)]
    public void A_bar_number_that_no_card_has_is_refused(int number)
    {
        using PciDevice device = new FakeDevice().Open();

        Assert.Throws<ArgumentOutOfRangeException>("index", () => device.Bar(number));
    }

    [Fact]
    public void Decoding_is_switched_on_for_the_kinds_of_bars_there_are()
    {
        using PciDevice ports = new FakeDevice().Add(0, 0x20, RegionKind.Port).Open();
        using PciDevice both = new FakeDevice().Add(0, 0x20, RegionKind.Port).Add(1, 0x20).Open();
        using PciDevice none = new FakeDevice().Open();

        Assert.Equal(PciCommand.IoSpace, ports.Config.ReadCommand());
        Assert.Equal(PciCommand.IoSpace | PciCommand.MemorySpace, both.Config.ReadCommand());
        Assert.Equal(PciCommand.None, none.Config.ReadCommand());
    }

    [Fact]
    public void A_device_without_configuration_space_is_no_pci_function()
    {
        var fake = new FakeDevice(configurationSize: 32);

        var error = Assert.Throws<DeviceException>(() => fake.Open());

        Assert.Equal(DeviceStatus.NotSupported, error.Status);
        Assert.Equal(["dispose"], fake.Events);
    }

    [Fact]
    public void Closing_ends_the_session_then_dma_then_mastering_then_covers_then_lets_go()
    {
        FakeDevice fake = Full(out _);
        PciDevice device = fake.Open();
        InterruptSession session = device.Interrupts.Enable(new InterruptOptions());
        using DmaBuffer buffer = device.Dma.Allocate(4096);
        fake.ForgetEvents();

        device.Dispose();

        Assert.Equal(["unbind MSI", "write 2 at 0x4: 0x2", "unmap 4096", "overlay BAR 0", "dispose"], fake.Events);
        Assert.False(session.IsEnabled);
        Assert.True(device.IsClosed);
        Assert.Equal(uint.MaxValue, device.Bar(0).Read<uint>(0));
    }

    [Fact]
    public void Closing_again_does_nothing()
    {
        FakeDevice fake = Full(out _);
        PciDevice device = fake.Open();
        device.Dispose();
        fake.ForgetEvents();

        device.Dispose();

        Assert.Empty(fake.Events);
    }

    [Fact]
    public void Two_threads_that_close_at_once_close_once()
    {
        for (int round = 0; round < 50; round++)
        {
            FakeDevice fake = Full(out _);
            PciDevice device = fake.Open();

            Parallel.Invoke(device.Dispose, device.Dispose, device.Dispose);

            Assert.Single(fake.Events, e => e == "dispose");
        }
    }

    [Fact]
    public void A_closed_device_refuses_what_would_need_it()
    {
        FakeDevice fake = Full(out _);
        PciDevice device = fake.Open();
        device.Dispose();
        fake.ForgetEvents();

        Assert.Throws<ObjectDisposedException>(() => device.Interrupts.Enable(new InterruptOptions()));
        Assert.Throws<ObjectDisposedException>(() => device.Dma.Allocate(1));
        Assert.Throws<ObjectDisposedException>(device.Reset);
        Assert.False(device.IsPresent());
        Assert.Equal(0, fake.PresenceChecks);
        Assert.Empty(fake.Events);
    }

    [Fact]
    public void A_reset_that_the_card_lacks_is_refused()
    {
        using PciDevice device = new FakeDevice().Open();

        Assert.Equal(DeviceStatus.NotSupported, Assert.Throws<DeviceException>(device.Reset).Status);
    }

    [Fact]
    public void Dma_that_the_host_lacks_is_refused()
    {
        using PciDevice device = new FakeDevice().Open();

        Assert.False(device.HasDma);
        Assert.Equal(DeviceStatus.NotSupported, Assert.Throws<DeviceException>(() => device.Dma).Status);
    }

    [Fact]
    public void A_device_that_does_not_respond_is_gone_at_open()
    {
        var fake = new FakeDevice();
        fake.Add(0, 0x1000, mapped: [(0, 0x1000)]).Configuration.Bytes.Fill(0xFF);

        DeviceException error = Assert.Throws<DeviceException>(fake.Open);

        Assert.Equal((DeviceStatus.DeviceGone, FakeDevice.Place, "opening"), (error.Status, error.Device, error.Operation));
        Assert.Contains("reads all ones", error.Answer, StringComparison.Ordinal);
        Assert.Equal(["dispose"], fake.Events); // and nothing was written
    }

    [Fact]
    public void A_simulated_card_that_does_not_respond_is_gone_at_open()
    {
        using var host = new SimulatedHost().Add(new SilentCard(), "0000:00:09.0");

        Assert.Equal(DeviceStatus.DeviceGone, Assert.Throws<DeviceException>(() => host.Open("0000:00:09.0")).Status);
        Assert.Equal(DeviceStatus.DeviceGone, Assert.Throws<DeviceException>(() => host.Open("0000:00:09.0")).Status); // not Busy: the host has it back
    }

    [Fact]
    public void A_BAR_without_room_says_so_and_not_that_the_card_has_none()
    {
        using PciDevice device = new FakeDevice().Add(0, 0x1000).AddUnreachable(2, new RegionObstacle("the kernel found no room for it", "Boot with pci=realloc.")).Open();

        DeviceException bar = Assert.Throws<DeviceException>(() => device.Bar(2));
        DeviceException program = Assert.Throws<DeviceException>(() => device.Prepare(new TransferProgramBuilder().Read32(bar: 2, 0).Build()));

        Assert.All([bar, program], e => Assert.Equal((DeviceStatus.NoResources, "the kernel found no room for it", "Boot with pci=realloc."), (e.Status, e.Answer, e.Advice)));
        Assert.Null(device.Bars[2]);
        Assert.Equal(DeviceStatus.NotFound, Assert.Throws<DeviceException>(() => device.Bar(3)).Status);
    }

    [Fact]
    public void A_device_found_gone_tells_its_driver_and_closes()
    {
        var fake = new FakeDevice { Present = false };
        PciDevice device = fake.Open();
        using var told = new ManualResetEventSlim();
        RemovalNotice? seen = null;
        device.RemovalRequested += notice =>
        {
            seen = notice;
            told.Set();
        };

        Assert.False(device.IsPresent());

        Assert.True(told.Wait(Patience));
        Assert.True(SpinWait.SpinUntil(() => fake.Events.Contains("dispose"), Patience));
        Assert.Equal(RemovalReason.Gone, seen!.Reason);
        Assert.Same(device, seen.Device);
    }

    [Fact]
    public void A_handler_that_throws_keeps_no_other_from_hearing()
    {
        PciDevice device = new FakeDevice { Present = false }.Open();
        using var told = new ManualResetEventSlim();
        device.RemovalRequested += _ => throw new InvalidOperationException("a driver's mistake");
        device.RemovalRequested += _ => told.Set();

        device.IsPresent();

        Assert.True(told.Wait(Patience));
    }

    [Fact]
    public void Opening_by_id_needs_exactly_one()
    {
        using var host = new SimulatedHost();
        var none = Assert.Throws<DeviceException>(() => host.Open(new PciId(0x1234, 0x11E8)));
        host.Add(new EduCard());
        host.Open(new PciId(0x1234, 0x11E8)).Dispose();
        host.Add(new EduCard());
        var several = Assert.Throws<DeviceException>(() => host.Open(new PciId(0x1234, 0x11E8)));

        Assert.Equal(DeviceStatus.NotFound, none.Status);
        Assert.Equal(DeviceStatus.InvalidArgument, several.Status);
        Assert.Contains("0000:00:02.0, 0000:00:03.0", several.Message, StringComparison.Ordinal);
    }

    private static FakeDevice Full(out FakeAddressSpace space)
    {
        space = new FakeAddressSpace((0, uint.MaxValue));
        FakeDevice fake = new FakeDevice
        {
            AddressSpace = space,
            CanReset = true,
            InterruptGroups = [Absent, new(InterruptGroupKind.Msi, 1, InterruptGroupAbilities.FixedOnceBound, "MSI"), Absent, Absent, Absent],
        }.Add(0, 0x1000, mapped: [(0, 0x1000)]);
        space.Note = fake.Note;
        return fake;
    }

    /// <summary>Behind a link that is down a card looks so.</summary>
    private sealed class SilentCard() : SimulatedCard(new CardDefinition(0x1234, 0x11E8, "silent") { ClassCode = 0xFF_FFFF, Revision = 0xFF });
}
