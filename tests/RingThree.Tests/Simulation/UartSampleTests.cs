using RingThree.Pci;
using RingThree.Registers;
using RingThree.Samples.Uart;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The sample's 16550 and its driver.</summary>
public sealed class UartSampleTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_one_sends_the_other_receives_in_memory_and_ports(bool ports)
    {
        using var pair = new Pair(new SimulatedHost(), ports);
        byte[] data = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        Task<byte[]> there = pair.Far.ReceiveAsync(data.Length, Limit);
        Task<byte[]> back = pair.Near.ReceiveAsync(3, Limit);

        await pair.Near.SendAsync(data, Limit);
        await pair.Far.SendAsync(data.AsMemory(0, 3), Limit);

        Assert.Equal(data, await there);
        Assert.Equal(data[..3], await back);
        Assert.True(pair.Near.ClearToSend);
    }

    [Fact]
    public void Bytes_cross_in_every_order_of_events_while_the_speed_changes()
    {
        string? more = Environment.GetEnvironmentVariable("RINGTHREE_SEEDS"); // how many, where there is time for more
        SoakResult result = SeededRun.Soak(Cross, seeds: more is null ? 200 : int.Parse(more, System.Globalization.CultureInfo.InvariantCulture));
        if (result.Failure is { } failure) throw failure;
    }

    [Fact]
    public void The_same_seed_is_the_same_run()
    {
        for (int seed = 1; seed <= 20; seed++) Assert.Equal(SeededRun.Replay(seed, Cross), SeededRun.Replay(seed, Cross));
    }

    [Fact]
    public void The_driver_has_no_more_lines_than_promised()
    {
        string[] code = [.. File.ReadLines(Path.Combine(Repository.Root, "samples/uart16550/UartDriver.cs")).Where(line => line.Trim() is not "" and var text && !text.StartsWith("//", StringComparison.Ordinal))];
        Assert.True(code.Length <= 115, $"{code.Length} lines");
    }

    private static async Task Cross(SeededWorld world)
    {
        using var pair = new Pair(world.NewHost(), ports: false, baud: 9600); // slow enough that no pause lasts sixteen bytes
        byte[] data = new byte[world.Random.Next(40) + 1];
        for (int i = 0; i < data.Length; i++) data[i] = (byte)world.Random.Next(256);
        Task<byte[]> there = pair.Far.ReceiveAsync(data.Length, Limit);
        Task<byte[]> back = pair.Near.ReceiveAsync(data.Length, Limit);
        Task sending = pair.Near.SendAsync(data, Limit);
        Task answering = pair.Far.SendAsync(data, Limit);
        for (int i = 0; i < 4; i++)
        {
            pair.Near.SetSpeed(9600 << (i & 1));
            await Task.Delay(TimeSpan.FromMilliseconds(2), world.Time);
        }

        await Task.WhenAll(sending, answering);
        Assert.Equal(data, await there);
        Assert.Equal(data, await back);
        Assert.Equal((0L, 0L), (pair.Near.Overruns, pair.Far.Overruns));
    }

    private sealed class Pair : IDisposable
    {
        private readonly SimulatedHost _host;
        private readonly PciDevice[] _cards;

        internal Pair(SimulatedHost host, bool ports, int baud = 115_200)
        {
            UartCard near = new(ports), far = new(ports);
            UartCard.Connect(near, far);
            _host = host.Add(near).Add(far);
            _cards = [.. host.Scan().Select(d => host.Open(d.Address))];
            Near = new UartDriver(_cards[0], baud);
            Far = new UartDriver(_cards[1], baud);
        }

        internal UartDriver Near { get; }

        internal UartDriver Far { get; }

        public void Dispose()
        {
            Near.Dispose();
            Far.Dispose();
            foreach (PciDevice card in _cards) card.Dispose();
            _host.Dispose();
        }
    }
}
