using RingThree.Devices;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>What a host can do beside accesses and one vector: all of it is recorded, and comes again.</summary>
public sealed class RecordedAbilitiesTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Vectors_of_several_waiters_masks_resets_and_presence_come_again()
    {
        static string Drive(PciDevice card)
        {
            var log = new List<string>();
            using InterruptSession session = card.Interrupts.Enable(new InterruptOptions { Slots = 6, Waiters = 2, Delivery = InterruptDelivery.CallerThread });
            foreach (int vector in (int[])[0, 3, 5, 2, 2, 1])
            {
                session.Trigger(vector);
                Assert.True(session.Wait(vector % 2, Patience, out Interrupt interrupt));
                log.Add($"{interrupt.Kind} {interrupt.Vector} x {interrupt.Count}");
            }

            session.Trigger(0, 6);
            for (int i = 0; i < 6; i++)
            {
                Assert.True(session.Wait(i % 2, Patience, out Interrupt interrupt));
                log.Add($"{interrupt.Vector}");
            }

            log.Add($"{session.TrySetAffinity(0, [0], out string answer)} {answer} {card.IsPresent()}");
            card.Reset();
            card.Bar(0).Write(0x20, 7u);
            log.Add($"{card.Bar(0).Read<uint>(0x20):x} {card.Config.Read32(0):x8} {string.Join(' ', card.Config.Capabilities.Select(c => c.Id))}");
            return string.Join('\n', log);
        }

        string recorded;
        using (var host = new RecordingHost(new SimulatedHost().Add(MemoryCard.Nvme()), _path))
        using (PciDevice card = host.Open("0000:00:02.0")) recorded = Drive(card);

        using var replay = new ReplayHost(_path);
        string replayed;
        using (PciDevice card = replay.Open("0000:00:02.0")) replayed = Drive(card);
        Assert.Equal(recorded, replayed);
        Assert.Empty(replay.Departures);
    }

    [Fact]
    public void A_removal_request_comes_again()
    {
        static RemovalReason Drive(PciDevice card, Action request)
        {
            using var told = new ManualResetEventSlim();
            RemovalReason reason = default;
            card.RemovalRequested += notice =>
            {
                reason = notice.Reason;
                told.Set();
            };
            card.Bar(0).Write(0x04, 1u);
            request();
            Assert.True(told.Wait(Patience));
            Assert.True(SpinWait.SpinUntil(() => card.IsClosed, Patience));
            return reason;
        }

        var sim = new SimulatedHost().Add(new EduCard());
        using (var host = new RecordingHost(sim, _path))
        using (PciDevice card = host.Open(EduDriver.Id)) Assert.Equal(RemovalReason.Requested, Drive(card, () => sim.RequestRemoval(card.Address)));

        using var replay = new ReplayHost(_path);
        using (PciDevice card = replay.Open(EduDriver.Id)) Assert.Equal(RemovalReason.Requested, Drive(card, () => { }));
        Assert.Empty(replay.Departures);
    }

    [Fact]
    public async Task Two_cards_in_one_address_space_are_recorded_together()
    {
        static async Task<bool> Drive(IHost host)
        {
            using PciDevice a = host.Open("0000:00:02.0");
            using PciDevice b = host.Open("0000:00:03.0", new DeviceOpenOptions { Host = new OpenOptions { ShareAddressSpace = a.Dma.AddressSpace } });
            Assert.Same(a.Dma.AddressSpace, b.Dma.AddressSpace);
            await using var first = new EduDriver(a);
            await using var second = new EduDriver(b);
            using DmaBuffer shared = first.Allocate(256);
            using DmaBuffer other = second.Allocate(256);
            new Random(6).NextBytes(shared.Span);
            await second.ToCardAsync(shared, 256);
            await second.FromCardAsync(other, 256);
            return shared.Span.SequenceEqual(other.Span);
        }

        using (var host = new RecordingHost(new SimulatedHost().Add(new EduCard()).Add(new EduCard()), _path)) Assert.True(await Drive(host));

        using var replay = new ReplayHost(_path);
        Assert.True(await Drive(replay));
        Assert.Empty(replay.Departures);
    }

    [Fact]
    public async Task A_device_that_is_opened_twice_is_two_recordings_in_one_file()
    {
        static async Task<string> Drive(IHost host)
        {
            string results = "";
            for (uint n = 5; n < 8; n++)
            {
                using PciDevice card = host.Open(EduDriver.Id);
                await using var edu = new EduDriver(card);
                results += $"{await edu.FactorialAsync(n)} ";
            }

            return results;
        }

        using (var host = new RecordingHost(new SimulatedHost().Add(new EduCard()), _path)) Assert.Equal("120 720 5040 ", await Drive(host));

        using var replay = new ReplayHost(_path);
        Assert.Equal("120 720 5040 ", await Drive(replay));
        Assert.Empty(replay.Departures);
    }

    [Fact]
    public void Recording_shows_every_access_and_nothing_that_would_hide_one()
    {
        using var host = new RecordingHost(new SimulatedHost().Add(new EduCard()), _path);
        using IHostedDevice device = host.OpenDevice("0000:00:02.0", OpenOptions.Default);

        Assert.All(device.Regions, r => Assert.Equal(RegionAbilities.None, r.Abilities & RegionAbilities.Map));
        Assert.Empty(device.Map(0));
        Assert.False(device.CanRunNear(EduDriver.Acknowledge()));
        Assert.Null(device.InstallNear(1, EduDriver.Acknowledge()));
        Assert.Null(device.Export());
    }
}
