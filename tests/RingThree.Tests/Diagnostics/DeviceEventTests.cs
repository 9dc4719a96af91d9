using System.Diagnostics.Tracing;
using RingThree.Devices;
using RingThree.Diagnostics;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.PlugIns;
using RingThree.Sharing;
using RingThree.Simulation;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>What is told of hosts, devices, accesses, DMA, claims and plug-ins.</summary>
[Collection(nameof(Alone))]
public sealed class DeviceEventTests : IDisposable
{
    private const string Place = "0000:00:1b.0";
    private const string Next = "0000:00:1c.0";
    private const string Nowhere = "0000:00:1f.7";
    private readonly SimulatedHost _host = new SimulatedHost().Add(new EduCard(), Place);
    private readonly MonitorListener _listener = new(sections: MonitorSections.All & ~MonitorSections.Interrupts, devices: [Place, Next, Nowhere, FakeDevice.Place, "1111:2222", "one", "two"]);

    public void Dispose()
    {
        _listener.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void A_device_is_opened_reset_and_closed()
    {
        using (PciDevice device = _host.Open(new PciId(0x1234, 0x11E8))) Assert.Throws<DeviceException>(device.Reset);
        using var other = new SimulatedHost();
        using (PciDevice device = other.Add(MemoryCard.Nvme(), Place).Open(Place)) device.Reset();
        _host.Open(Place).Dispose();

        Assert.Equal(["HostOpened", "DeviceOpened", "DeviceResetFailed", "DeviceClosed", "DeviceArrived", "HostOpened", "DeviceOpened", "DeviceReset", "DeviceClosed", "DeviceOpened", "DeviceClosed"], _listener.Names);
        Assert.Equal($"{Place}: not reset: resetting it failed: it has no reset of its own. Bring it to a known state through its registers, or reset its bus (ResetBus).", _listener.Words("DeviceResetFailed"));
        Assert.All(_listener.Heard.Where(e => e.EventName == "HostOpened"), e => Assert.Equal(["sim", "SimulatedHost"], e.Payload!));
        Assert.Equal($"{Place}: reset", _listener.Words("DeviceReset"));
        Assert.Equal($"{Place} sim 1234:11e8", string.Join(' ', _listener.Heard.First(e => e.EventName == "DeviceOpened").Payload!));
    }

    [Fact]
    public void A_device_that_is_not_opened_has_a_reason()
    {
        Assert.Throws<DeviceException>(() => _host.Open(Nowhere));
        Assert.StartsWith($"{Nowhere} sim NotFound ", _listener.Fields("DeviceOpenFailed"), StringComparison.Ordinal);
        Assert.DoesNotContain(Nowhere, _listener.Words("DeviceOpenFailed")[Nowhere.Length..], StringComparison.Ordinal); // once is enough
    }

    [Fact]
    public void An_id_that_no_device_has_has_a_reason()
    {
        Assert.Throws<DeviceException>(() => _host.Open(new PciId(0x1111, 0x2222)));
        Assert.StartsWith("1111:2222 sim NotFound ", _listener.Fields("DeviceOpenFailed"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_is_taken_away_leaves_and_goes()
    {
        using PciDevice device = _host.Open(Place, new DeviceOpenOptions { RemovalTime = TimeSpan.FromSeconds(2) });
        device.RemovalRequested += n => n.Device.Dispose();
        _host.Add(new EduCard(), Next);
        _host.RequestRemoval(Place);
        Assert.True(SpinWait.SpinUntil(() => _listener.Names.Contains("DeviceClosed"), TimeSpan.FromSeconds(30)));
        _host.Remove(Place);

        Assert.Equal($"{Place}: leaves (Requested); its driver has 2 s", _listener.Words("DeviceLeaving"));
        Assert.Equal($"{Next} sim 1234:11e8", _listener.Fields("DeviceArrived"));
        Assert.Equal($"{Place} sim 1234:11e8", _listener.Fields("DeviceDeparted"));
    }

    [Fact]
    public void Accesses_that_fail_are_in_the_section_of_what_was_accessed()
    {
        using PciDevice device = _host.Open(Place);
        Assert.Throws<DeviceException>(() => device.Config.Region.Write(0x40, 0UL));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Bar(0).Read<uint>(1 << 30));
        Assert.Throws<DeviceException>(() => device.Prepare(new TransferProgramBuilder().Read32(1, 0).Build()));

        Assert.StartsWith($"{Place}: accessing 64 bits of configuration space at 0x40 failed", _listener.Words("ConfigurationTransferFailed"), StringComparison.Ordinal);
        string[] reasons = [.. _listener.Heard.Where(e => e.EventName == "MemoryTransferFailed").Select(e => (string)e.Payload![1]!)];
        Assert.StartsWith("BAR 0: 0x4 bytes at 0x40000000 were asked for", reasons[0], StringComparison.Ordinal);
        Assert.StartsWith("checking command 0 of the transfer program (Read, 32 bits, region 1, offset 0x0) failed", reasons[1], StringComparison.Ordinal);
        Assert.Equal(2, reasons.Length);
    }

    [Fact]
    public void Accesses_of_ports_that_fail_are_in_their_own_section()
    {
        var fake = new FakeDevice().Add(0, 16, RegionKind.Port);
        using PciDevice device = fake.Open();

        Assert.Throws<DeviceException>(() => device.Bar(0).Read<ulong>(0));

        Assert.StartsWith($"{FakeDevice.Place}: accessing 64 bits of BAR 0", _listener.Words("PortTransferFailed"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_finds_the_device_gone_says_which_command()
    {
        var fake = new FakeDevice().Add(0, 16);
        using PciDevice device = fake.Open();
        PreparedProgram program = device.Prepare(new TransferProgramBuilder().Read32(0, 0).Mask(1).Build());
        fake[0].Bytes[..4].Fill(0xFF);
        fake.Present = false;

        program.Run(new ulong[1]);

        Assert.StartsWith($"{FakeDevice.Place}: command 1 of a transfer program tests all ones", _listener.Words("MemoryTransferFailed"), StringComparison.Ordinal);
    }

    [Fact]
    public void Dma_is_mapped_refused_and_unmapped()
    {
        using PciDevice device = _host.Open(Place);
        ulong address;
        using (DmaBuffer buffer = device.Dma.Allocate(100, 28, DmaAccess.DeviceWrites)) address = buffer.Address.Value;
        Assert.Throws<DeviceException>(() => device.Dma.Allocate(1 << 20, 12));
        DmaBuffer left = device.Dma.Allocate(200, 28);
        device.Dispose();
        left.Dispose();

        Assert.Equal(["DmaMapped", "DmaUnmapped", "DmaRefused", "DmaMapped", "DmaUnmapped"], _listener.Names.Where(n => n.StartsWith("Dma", StringComparison.Ordinal)));
        Assert.Equal($"{Place}: 100 bytes are at bus address 0x{address:x} (DeviceWrites)", DebugMonitor.Describe("DmaMapped", _listener.Heard.First(e => e.EventName == "DmaMapped").Payload!));
        Assert.Contains("are free below 2^12", _listener.Fields("DmaRefused"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dma_fault_is_told_when_it_is_taken()
    {
        using var device = _host.Open(Place);
        var edu = new Samples.Edu.EduDriver(device, Interrupts.InterruptKinds.Level);
        device.Dma.Allocate(16, 28).Dispose(); // bus mastering is on
        edu.Registers.DmaSource.Write(0x10_0000);
        edu.Registers.DmaDestination.Write(Samples.Edu.EduDriver.CardBuffer);
        edu.Registers.DmaCount.Write(16);
        edu.Registers.DmaCommand.Write(Samples.Edu.EduDma.Start);

        Assert.True(SpinWait.SpinUntil(() => device.Dma.TakeFaults().Count > 0, TimeSpan.FromSeconds(30)));

        Assert.StartsWith($"{Place} 0x100000 read ", _listener.Fields("DmaFault"), StringComparison.Ordinal);
    }

    [Fact]
    public void Resources_are_claimed_refused_and_given_back()
    {
        var claim = new ResourceClaim("there", ResourceKind.Port, 0x300, 16, IsExclusive: true);
        using (ResourceLocks.Acquire("one", claim)) Assert.Throws<DeviceException>(() => ResourceLocks.Acquire("two", claim with { IsExclusive = false }));

        Assert.Equal(["ResourcesClaimed", "ResourcesRefused", "ResourcesReleased"], _listener.Names);
        Assert.Equal("one: has claimed ports 0x300+0x10 (exclusively)", _listener.Words("ResourcesClaimed"));
        Assert.Equal("two: claiming ports 0x300+0x10 was refused: one has ports 0x300+0x10 for itself", _listener.Words("ResourcesRefused"));
    }

    [Fact]
    public void A_plug_in_is_opened_called_and_closed_and_what_it_does_not_do_is_told()
    {
        using PciDevice device = _host.Open(Place);
        var card = new PlugInDevice(device);
        using IDisposable registered = KernelPlugIns.Register("monitored", new Contrary());
        using (PlugInHandle open = KernelPlugIns.Open("monitored", card, 1))
        {
            Assert.Equal(12u, open.Call(6, 0));
            Assert.Throws<InvalidOperationException>(() => open.Call(0, 0));
            Assert.False(open.IntEnable());
        }

        Assert.Throws<DeviceException>(() => KernelPlugIns.Open("monitored", card, 0));
        Assert.Throws<DeviceException>(() => KernelPlugIns.Open("nobody", card, 0));

        Assert.Equal(["PlugInOpened", "PlugInCalled", "PlugInThrew", "PlugInRefused", "PlugInClosed", "PlugInRefused", "PlugInRefused"],
            _listener.Names.Where(n => n.StartsWith("PlugIn", StringComparison.Ordinal)));
        Assert.Equal($"{Place} monitored 6 12", _listener.Fields("PlugInCalled"));
        Assert.Equal($"{Place} monitored Call InvalidOperationException: not that", _listener.Fields("PlugInThrew"));
        Assert.All(_listener.Heard.Where(e => e.EventName is "PlugInThrew" or "PlugInRefused"), e => Assert.Equal(EventLevel.Error, e.Level));
    }

    /// <summary>Opens for 1 alone, does not let interrupts be enabled, and does not like message 0.</summary>
    private sealed class Contrary : IKernelPlugIn
    {
        public uint InterfaceVersion => KernelPlugIns.InterfaceVersion;

        public IPlugInSession? Open(PlugInDevice device, nint openData) => openData == 1 ? new Session() : null;

        private sealed class Session : PlugInSession
        {
            public override uint Call(uint message, nint data) => message == 0 ? throw new InvalidOperationException("not that") : 2 * message;

            public override bool IntEnable() => false;
        }
    }
}
