using RingThree.DefaultHosts;
using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Platform;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Cards that nothing enumerates, on the other roads: by name, in seeded runs, recorded and replayed.</summary>
public sealed class PlatformRoadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_seeded_run_takes_their_edges_in_simulated_time()
    {
        SoakResult result = SeededRun.Soak(async world =>
        {
            var model = new IsaCard();
            using SimulatedHost host = world.NewHost().Add(model);
            using PlatformDevice card = host.Open(model.Resources);
            await using InterruptSession session = card.Interrupts.Enable(new InterruptOptions());
            IReadOnlyList<byte> samples = await TakeBlock(card, session, TimeSpan.FromSeconds(1));
            Assert.Equal([0, 1, 2, 3], samples);
        }, TimeSpan.FromSeconds(0.5));

        Assert.Null(result.Failure);
        Assert.True(result.Seeds > 10);
    }

    [Fact]
    public async Task A_recorded_card_replays()
    {
        string path = Path.GetTempFileName();
        try
        {
            var model = new IsaCard();
            using (var recorded = new RecordingHost(new SimulatedHost().Add(model), path))
            {
                Assert.Equal([0, 1, 2, 3], await TakeBlock(recorded.Open(model.Resources)));
            }

            using var replay = new ReplayHost(path);
            Assert.Equal([0, 1, 2, 3], await TakeBlock(replay.Open(model.Resources)));
            Assert.Empty(replay.Departures);

            (IHost host, Device device) = HostNames.OpenAny("replay:" + path);
            using (host)
            {
                Assert.Equal([0, 1, 2, 3], await TakeBlock(Assert.IsType<PlatformDevice>(device)));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Names_open_them()
    {
        (IHost host, Device device) = HostNames.OpenAny("sim:isa-card");
        using (host) Assert.Equal([0, 1, 2, 3], await TakeBlock(Assert.IsType<PlatformDevice>(device)));
        (host, device) = HostNames.OpenAny("sim:button-card");
        using (host)
        using (device) Assert.Equal("button-card,gpio=3/both", device.Address);
        (host, device) = HostNames.OpenAny("sim:edu");
        using (host)
        using (device) Assert.IsType<PciDevice>(device);
        (host, PciDevice recorded) = HostNames.Open("replay:" + Path.Combine(Repository.Root, "tests", "RingThree.Tests", "Recording", "edu.r3rec"));
        using (host)
        using (recorded) Assert.Equal("1234:11e8", recorded.Id.ToString());
    }

    [Theory]
    [InlineData("sim:isa-card", "is no PCI function but a card without plug and play")]
    [InlineData("platform:adc,mem=0xd0000+16K", "is no PCI function but a card without plug and play")] // on any system, with any rights
    [InlineData("platform:adc,mem=5", "does not say where a card is")]
    [InlineData("neither", "platform:RESOURCES, replay:FILE")]
    public void A_name_that_opens_no_function_says_why(string name, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => HostNames.Open(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_recording_that_is_none_says_why()
    {
        var error = Assert.Throws<DeviceException>(() => HostNames.Open("replay:/no/such.r3rec"));
        Assert.Equal(DeviceStatus.NotFound, error.Status);
        Assert.Equal("replay:/no/such.r3rec: reading the recording failed: there is no such file. Give the path of a file that a RecordingHost wrote.", error.Message);
        error = Assert.Throws<DeviceException>(() => HostNames.Open("replay:"));
        Assert.Equal(DeviceStatus.NotFound, error.Status);
        Assert.Equal("replay:: reading the recording failed: no path is given. Give the path of a file that a RecordingHost wrote.", error.Message);
        error = Assert.Throws<DeviceException>(() => HostNames.Open("replay:" + Repository.Root));
        Assert.DoesNotContain("..", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<DeviceException>(() => HostNames.Open("replay:" + Path.Combine(Repository.Root, "README.md")));
        Assert.Equal(DeviceStatus.InvalidArgument, error.Status);
        Assert.DoesNotContain("..", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_without_such_cards_says_that_there_is_none()
    {
        using var host = new FakeDevice { Description = new DeviceDescription("0000:00:07.0", 1, 2) };

        var error = Assert.Throws<DeviceException>(() => PlatformHostExtensions.Open(host, new PlatformResources("adc").Memory(0xD_0000, 16)));

        Assert.Equal(DeviceStatus.NotSupported, error.Status);
        Assert.Contains("That is not what was asked for", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SimulatedHost().Open(new PlatformResources("adc").Irq(1), new DeviceOpenOptions { RemovalTime = TimeSpan.FromDays(25) }));
    }

    private static async Task<IReadOnlyList<byte>> TakeBlock(PlatformDevice card)
    {
        using (card)
        {
            await using InterruptSession session = card.Interrupts.Enable(new InterruptOptions());
            return await TakeBlock(card, session, Patience);
        }
    }

    private static async Task<IReadOnlyList<byte>> TakeBlock(PlatformDevice card, InterruptSession session, TimeSpan patience)
    {
        IsaCardRegisters ports = card.Region(1).As<IsaCardRegisters>();
        ports.Length.Write(4);
        ports.Control.Write(IsaControl.InterruptEnable | IsaControl.Start);
        await session.NextAsync(patience);
        byte[] samples = new byte[4];
        card.Region(0).ReadBlock<byte>(0, samples);
        return samples;
    }
}
