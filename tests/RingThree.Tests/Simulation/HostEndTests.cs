using RingThree.Devices;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Platform;
using RingThree.Registers;
using RingThree.Samples.Edu;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Every order in which a host, its devices, their sessions and buffers can be disposed.</summary>
public sealed class HostEndTests : IDisposable
{
    private const string Place = "0000:00:02.0";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly SimulatedHost _host = new SimulatedHost().Add(new EduCard()).Add(new IsaCard(memory: 0xD_8000, irq: 10));
    private readonly PciDevice _device;

    public HostEndTests() => _device = _host.Open(Place);

    public void Dispose()
    {
        _device.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void A_host_that_is_disposed_closes_its_devices_and_their_registers_read_ones()
    {
        EduRegisters registers = _device.Bar(0).As<EduRegisters>();
        using PlatformDevice isa = _host.Open(new PlatformResources("isa").Memory(0xD_8000, 0x4000));
        isa.Region(0).Write(0, 0x12);

        _host.Dispose();

        Assert.True(_device.IsClosed);
        Assert.True(isa.IsClosed);
        Assert.Equal(uint.MaxValue, registers.Identification.Read());
        Assert.Equal(uint.MaxValue, _device.Config.Read32(0));
        Assert.Equal(byte.MaxValue, isa.Region(0).Read<byte>(0));
        registers.Factorial.Write(5); // goes nowhere
        Assert.False(_device.IsPresent());
    }

    [Fact]
    public async Task Its_sessions_end_and_whoever_waits_hears_why()
    {
        await using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions());
        Task<Interrupt> waiting = session.NextAsync(Timeout.InfiniteTimeSpan, TestContext.Current.CancellationToken).AsTask();

        _host.Dispose();

        var error = await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Contains($"{Place}: its interrupts are disabled, as its host has been disposed", error.Message, StringComparison.Ordinal);
        Assert.False(session.IsEnabled);
        Assert.Throws<ObjectDisposedException>(() => session.Trigger(0));
    }

    [Fact]
    public void What_needs_the_device_says_that_the_host_was_disposed()
    {
        DmaBuffer buffer = _device.Dma.Allocate(4096);
        buffer.Span[0] = 0x5A;

        _host.Dispose();

        AssertSays(() => _device.Reset(), nameof(PciDevice), $"{Place}: resetting it failed", "host has been disposed");
        AssertSays(() => _device.Interrupts.Enable(new InterruptOptions()), nameof(PciDevice), "enabling interrupts", "host has been disposed");
        AssertSays(() => _device.Dma.Allocate(100), nameof(PciDevice), "mapping 100 bytes for DMA", "host has been disposed");
        AssertSays(() => _device.Prepare(EduDriver.Acknowledge()), nameof(PciDevice), "preparing a transfer program", "host has been disposed");
        AssertSays(() => _host.Open(Place), "sim", $"opening {Place}", "Make another");
        AssertSays(() => _host.Add(new BusCard()), "sim", "adding card 'bus'", "Make another");
        AssertSays(() => _host.Add(new ButtonCard()), "sim", "adding card 'button-card'", "Make another");
        AssertSays(() => _host.AddBridge("0000:00:1c.0"), "sim", "adding a bridge", "Make another");
        Assert.Equal(0x5A, buffer.Span[0]); // the memory is the program's still
        buffer.Dispose();
        Assert.NotEmpty(_host.Scan());
    }

    [Fact]
    public void Disposing_is_idempotent_in_every_order()
    {
        InterruptSession session = _device.Interrupts.Enable(new InterruptOptions { Handler = (in Interrupt _) => { } });
        DmaBuffer buffer = _device.Dma.Allocate(4096);
        IDisposable[] all = [session, buffer, _device, _host];
        foreach (IDisposable one in all.Reverse().Concat(all)) one.Dispose();

        Assert.False(session.IsEnabled);
        Assert.True(_device.IsClosed);
        AssertSays(() => buffer.Span.Clear(), nameof(DmaBuffer), $"{Place}: the buffer of 4096 bytes at iova 0x1000", "disposed");
    }

    [Fact]
    public void A_host_may_be_disposed_inside_a_handler()
    {
        using var done = new ManualResetEventSlim();
        Exception? thrown = null;
        InterruptSession session = _device.Interrupts.Enable(new InterruptOptions
        {
            Handler = (in Interrupt _) =>
            {
                thrown = Record.Exception(_host.Dispose);
                done.Set();
            },
        });

        session.Trigger(0);

        Assert.True(done.Wait(Patience));
        Assert.Null(thrown);
        Assert.True(_device.IsClosed);
        Assert.False(session.IsEnabled);
    }

    [Fact]
    public void No_callback_runs_after_a_host_was_disposed()
    {
        int calls = 0;
        InterruptSession session = _device.Interrupts.Enable(new InterruptOptions { Handler = (in Interrupt _) => Interlocked.Increment(ref calls) });
        using var stop = new CancellationTokenSource();
        Task signals = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested && session.IsEnabled) Record.Exception(() => session.Trigger(0));
        }, TestContext.Current.CancellationToken);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref calls) > 0, Patience));

        _host.Dispose();

        int after = Volatile.Read(ref calls);
        Thread.Sleep(20);
        Assert.Equal(after, Volatile.Read(ref calls));
        stop.Cancel();
        Assert.True(signals.Wait(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_device_that_was_closed_or_left_is_not_the_hosts_any_more()
    {
        _device.Dispose();
        AssertSays(() => _device.Reset(), nameof(PciDevice), "the device has been closed", "Open it again");
        _host.Add(new BusCard(), "0000:00:09.0");
        using PciDevice other = _host.Open("0000:00:09.0", new DeviceOpenOptions { RemovalTime = TimeSpan.Zero });
        _host.RequestRemoval("0000:00:09.0");
        Assert.True(SpinWait.SpinUntil(() => other.IsClosed, Patience));
        AssertSays(() => other.Reset(), nameof(PciDevice), "0000:00:09.0: resetting it failed", "asked for the device back");

        _host.Dispose();

        AssertSays(() => other.Reset(), nameof(PciDevice), "asked for the device back");
        AssertSays(() => _device.Reset(), nameof(PciDevice), "the device has been closed");
    }

    [Fact]
    public void A_recording_has_how_its_devices_were_closed_by_the_host()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("ringthree-end-").FullName, "card.r3rec");
        try
        {
            using (var host = new RecordingHost(new SimulatedHost().Add(new EduCard()), file))
            {
                PciDevice card = host.Open(Place);
                card.Bar(0).Read<uint>(0);
                host.Dispose();
                Assert.True(card.IsClosed);
                AssertSays(() => host.Open(Place), "sim", $"opening {Place}");
            }

            var replay = new ReplayHost(file);
            PciDevice again = replay.Open(Place);
            Assert.Equal(0x010000EDu, again.Bar(0).Read<uint>(0));
            replay.Dispose();
            Assert.True(again.IsClosed);
            Assert.True(replay.IsComplete);
            Assert.Empty(replay.Departures);
            AssertSays(() => replay.Open(Place), "replay", $"opening {Place}");
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    private static void AssertSays(Action use, string name, params string[] words)
    {
        var error = Assert.Throws<ObjectDisposedException>(use);
        Assert.Equal(name, error.ObjectName);
        foreach (string word in words) Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }
}
