using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Registers;
using RingThree.Samples.Edu;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>A driver that runs again from a recording: the unchanged one does not notice, of a changed one each departure is named.</summary>
public sealed class RecordReplayTests : IDisposable
{
    private const string Address = "0000:00:02.0";
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task The_unchanged_driver_gets_the_same_results_and_departs_nowhere()
    {
        IReadOnlyList<string> recorded = await Record(EduScenario.Run);

        (IReadOnlyList<string> replayed, IReadOnlyList<Departure> departures) = await Replay(EduScenario.Run);

        Assert.Equal(recorded, replayed);
        Assert.Empty(departures);
    }

    [Fact]
    public async Task A_recording_of_qemus_card_replays_where_there_is_no_qemu()
    {
        using var host = new ReplayHost(Path.Combine(Repository.Root, "tests", "RingThree.Tests", "Recording", "edu.r3rec"));
        IReadOnlyList<string> results;
        using (PciDevice card = host.Open(EduDriver.Id)) results = await EduScenario.Run(card);

        Assert.Empty(host.Departures);
        Assert.True(host.IsComplete);
        foreach (string kind in (string[])["Level: True", "Msi: True"]) Assert.Contains(kind, results);
        Assert.Equal(2, results.Count(r => r == "12! = 479001600"));
        Assert.Equal(2, results.Count(r => r == "1900 bytes back: True, beyond them -1"));
    }

    [Fact]
    public void The_replayed_device_has_the_recorded_shape()
    {
        DeviceDescription description;
        using (var host = new RecordingHost(new SimulatedHost().Add(MemoryCard.Nvme()), _path))
        using (IHostedDevice device = host.OpenDevice(Address, OpenOptions.Default))
        {
            description = device.Description;
        }

        using IHostedDevice card = new SimulatedHost().Add(MemoryCard.Nvme()).OpenDevice(Address, OpenOptions.Default);
        using var replay = new ReplayHost(_path);
        using IHostedDevice again = replay.OpenDevice(Address, OpenOptions.Default);
        Assert.Equal(description, Assert.Single(replay.Scan()));
        Assert.Equal(card.InterruptGroups, again.InterruptGroups);
        Assert.Equal(card.Regions.Select(r => (r.Kind, r.Size, r.Abilities, r.Name, Parts: string.Join(' ', r.Parts))), again.Regions.Select(r => (r.Kind, r.Size, r.Abilities, r.Name, Parts: string.Join(' ', r.Parts))));
        Assert.Equal(card.AddressSpace!.UsableRanges, again.AddressSpace!.UsableRanges);
        Assert.Equal(card.CanReset, again.CanReset);
    }

    [Fact]
    public async Task Another_value_is_named_with_both()
    {
        await Record(card => Factorial(card, 10));

        (_, IReadOnlyList<Departure> departures) = await Replay(card => Factorial(card, 12));

        Departure departure = Assert.Single(departures);
        Assert.Equal((DepartureKind.DifferentValue, Address), (departure.Kind, departure.Device));
        Assert.Contains("write 0xa, 32 bits, to BAR 0 + 0x8", departure.Expected, StringComparison.Ordinal);
        Assert.Contains("write 0xc, 32 bits, to BAR 0 + 0x8", departure.Actual, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_is_left_out_is_missing()
    {
        await Record(card => Write(card, (0x04, 1), (0x20, 0x80), (0x04, 2)));

        (_, IReadOnlyList<Departure> departures) = await Replay(card => Write(card, (0x04, 1), (0x04, 2)));

        Departure departure = Assert.Single(departures);
        Assert.Equal(DepartureKind.Missing, departure.Kind);
        Assert.Contains("0x20", departure.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_was_not_recorded_is_named()
    {
        await Record(card => Write(card, (0x04, 1)));

        (_, IReadOnlyList<Departure> departures) = await Replay(card => Write(card, (0x64, 5), (0x04, 1)));

        Departure departure = Assert.Single(departures);
        Assert.Equal(DepartureKind.NotRecorded, departure.Kind);
        Assert.Contains("write 0x5, 32 bits, to BAR 0 + 0x64", departure.Actual, StringComparison.Ordinal);
        Assert.Contains("write 0x1, 32 bits, to BAR 0 + 0x4", departure.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_writes_that_one_thread_swaps_are_out_of_order()
    {
        await Record(card => Write(card, (0x80, 1), (0x88, 2), (0x90, 3)));

        (_, IReadOnlyList<Departure> departures) = await Replay(card => Write(card, (0x88, 2), (0x80, 1), (0x90, 3)));

        Departure departure = Assert.Single(departures);
        Assert.Equal(DepartureKind.OutOfOrder, departure.Kind);
        Assert.Contains("0x80", departure.Expected, StringComparison.Ordinal);
        Assert.Contains("0x88", departure.Actual, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_driver_that_closes_too_soon_is_told_what_was_to_come()
    {
        await Record(card => Write(card, (0x04, 1), (0x04, 2), (0x04, 3)));

        (_, IReadOnlyList<Departure> departures) = await Replay(card => Write(card, (0x04, 1)));

        Departure departure = Assert.Single(departures);
        Assert.Equal(DepartureKind.EndedEarly, departure.Kind);
        Assert.Contains("0x2", departure.Expected, StringComparison.Ordinal);
        Assert.Contains("2 recorded step(s)", departure.Actual, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(50)]
    [InlineData(500)]
    public async Task A_poll_may_be_shorter_or_longer(int times)
    {
        static Func<PciDevice, Task<string>> Poll(int times) => async card =>
        {
            await Write(card, (0x04, 1));
            for (int i = 0; i < times; i++) Assert.Equal(~1u, card.Bar(0).Read<uint>(0x04));
            return await Write(card, (0x04, 2)) + card.Bar(0).Read<uint>(0x04);
        };
        string recorded = await Record(Poll(50));

        (string replayed, IReadOnlyList<Departure> departures) = await Replay(Poll(times));

        Assert.Equal(recorded, replayed);
        Assert.Empty(departures);
    }

    [Fact]
    public async Task A_poll_that_stops_before_the_value_it_waited_for_is_a_departure()
    {
        static async Task<string> Poll(PciDevice card, bool patient)
        {
            DeviceRegion bar = card.Bar(0);
            using DmaBuffer buffer = card.Dma.Allocate(4096, EduDriver.AddressBits);
            bar.Write(0x80, buffer.Address.Value);
            bar.Write(0x88, EduDriver.CardBuffer);
            bar.Write(0x90, 64UL);
            bar.Write(0x98, 1UL);
            while ((bar.Read<ulong>(0x98) & 1) != 0 && patient) await Task.Delay(1);
            return await Write(card, (0x04, 1));
        }

        await Record(card => Poll(card, patient: true));

        (_, IReadOnlyList<Departure> departures) = await Replay(card => Poll(card, patient: false));

        Departure departure = Assert.Single(departures);
        Assert.Equal(DepartureKind.Missing, departure.Kind);
        Assert.Contains("read 64 bits at BAR 0 + 0x98", departure.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_polled_dma_brought_is_in_memory_when_the_poll_ends()
    {
        static async Task<string> Poll(PciDevice card)
        {
            DeviceRegion bar = card.Bar(0);
            using DmaBuffer buffer = card.Dma.Allocate(8192, EduDriver.AddressBits);
            new Random(7).NextBytes(buffer.Span[..100]);
            foreach ((ulong from, ulong to, ulong command) in (ReadOnlySpan<(ulong, ulong, ulong)>)
                [(buffer.Address.Value, EduDriver.CardBuffer, 1), (EduDriver.CardBuffer, buffer.Address.Value + 4090, 3)])
            {
                bar.Write(0x80, from);
                bar.Write(0x88, to);
                bar.Write(0x90, 100UL);
                bar.Write(0x98, command);
                while ((bar.Read<ulong>(0x98) & 1) != 0) Thread.Sleep(1);
            }

            return await Task.FromResult(Convert.ToHexString(buffer.Span.Slice(4090, 100)));
        }

        string recorded = await Record(Poll);

        (string replayed, IReadOnlyList<Departure> departures) = await Replay(Poll);

        Assert.Equal(recorded, replayed);
        Assert.Empty(departures);
    }

    [Fact]
    public async Task Another_buffer_is_named_and_what_the_device_wrote_has_nowhere_to_go()
    {
        static async Task<string> Move(PciDevice card, int length)
        {
            await using var edu = new EduDriver(card);
            using DmaBuffer buffer = edu.Allocate(length);
            buffer.Span.Fill(1);
            await edu.ToCardAsync(buffer, 64);
            buffer.Span.Clear();
            await edu.FromCardAsync(buffer, 64);
            return "";
        }

        await Record(card => Move(card, 4096));

        (_, IReadOnlyList<Departure> departures) = await Replay(card => Move(card, 8192));

        Assert.Equal([DepartureKind.NotRecorded, DepartureKind.NotRecorded, DepartureKind.Missing], departures.Select(d => d.Kind));
        Assert.Contains("map 8192 bytes", departures[0].Actual, StringComparison.Ordinal);
        Assert.Contains("map 4096 bytes", departures[0].Expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_departure_can_end_the_access_that_makes_it()
    {
        await Record(card => Write(card, (0x04, 1), (0x04, 2)));

        using var host = new ReplayHost(_path, new ReplayOptions { ThrowOnDeparture = true });
        using PciDevice card = host.Open(EduDriver.Id);
        card.Bar(0).Write(0x04, 1u);
        DepartureException error = Assert.Throws<DepartureException>(() => card.Bar(0).Write(0x04, 9u));
        Assert.Equal(DepartureKind.DifferentValue, error.Departure.Kind);
        Assert.Contains("record", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_host_refused_it_refuses_again()
    {
        using (var host = new RecordingHost(new SimulatedHost().Add(new EduCard()), _path))
        using (host.Open(Address))
        {
            Assert.Throws<DeviceException>(() => host.Open(Address));
        }

        using var replay = new ReplayHost(_path);
        using PciDevice card = replay.Open(Address);
        Assert.Equal(DeviceStatus.Busy, Assert.Throws<DeviceException>(() => replay.Open(Address)).Status);
        DeviceException more = Assert.Throws<DeviceException>(() => replay.Open(Address));
        Assert.Contains("opens it 2 time(s)", more.Message, StringComparison.Ordinal);
        Assert.Equal(DeviceStatus.NotFound, Assert.Throws<DeviceException>(() => replay.Open("0000:00:1f.0")).Status);
    }

    [Fact]
    public async Task Many_threads_are_recorded_in_an_order_that_replays()
    {
        static async Task<string> Race(PciDevice card)
        {
            await using var edu = new EduDriver(card);
            Task[] writers = [.. Enumerable.Range(0, 4).Select(t => Task.Run(() =>
            {
                for (int i = 0; i < 300; i++) card.Bar(0).Write(0x80 + (8 * (ulong)t), (uint)i);
            }))];
            for (int i = 0; i < 50; i++) await edu.RaiseAsync((EduInterrupts)(1u << (i % 8)));
            await Task.WhenAll(writers);
            return "";
        }

        await Record(Race);

        using var host = new ReplayHost(_path, new ReplayOptions { LookAhead = 100_000 }); // threads that share nothing may run apart as far as they like
        using (PciDevice card = host.Open(EduDriver.Id)) await Race(card);
        Assert.DoesNotContain(host.Departures, d => d.Kind != DepartureKind.OutOfOrder);
    }

    private static Task<string> Write(PciDevice card, params (ulong Offset, uint Value)[] writes)
    {
        foreach ((ulong offset, uint value) in writes) card.Bar(0).Write(offset, value);
        return Task.FromResult("");
    }

    private static async Task<string> Factorial(PciDevice card, uint n)
    {
        await using var edu = new EduDriver(card);
        return $"{await edu.FactorialAsync(n)}";
    }

    private async Task<T> Record<T>(Func<PciDevice, Task<T>> drive)
    {
        using var host = new RecordingHost(new SimulatedHost().Add(new EduCard()), _path);
        using PciDevice card = host.Open(EduDriver.Id);
        return await drive(card);
    }

    private async Task<(T Result, IReadOnlyList<Departure> Departures)> Replay<T>(Func<PciDevice, Task<T>> drive)
    {
        using var host = new ReplayHost(_path);
        T result;
        using (PciDevice card = host.Open(EduDriver.Id)) result = await drive(card);
        return (result, host.Departures);
    }
}
