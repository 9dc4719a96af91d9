using System.Globalization;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Samples.NvmeLike;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The sample's store and its driver.</summary>
public sealed class StoreSampleTests
{
    private static readonly PciId Id = new(0x1B36, 0x7024);

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 4)]
    [InlineData(1000, 3)]
    public async Task What_was_written_comes_back_also_through_full_rings(int entries, int queues)
    {
        using SimulatedHost host = new SimulatedHost().Add(new StoreCard(queues));
        using PciDevice card = host.Open(Id);
        await using StoreDriver store = await StoreDriver.OpenAsync(card, entries);

        await WriteAndReadBack(card, store, blocks: 40);
    }

    [Fact]
    public async Task What_the_card_refuses_is_an_error_with_the_command()
    {
        using SimulatedHost host = new SimulatedHost().Add(new StoreCard());
        using PciDevice card = host.Open(Id);
        await using StoreDriver store = await StoreDriver.OpenAsync(card);
        using DmaBuffer memory = card.Dma.Allocate(4096);

        DeviceException beyond = await Assert.ThrowsAsync<DeviceException>(() => store.ReadAsync(0, 65536, memory.Address, 1));
        DeviceException fault = await Assert.ThrowsAsync<DeviceException>(() => store.ReadAsync(1, 0, new Iova(0xDEAD_0000), 16));

        Assert.Contains("Read of 1 bytes at 65536 failed: the card answered status 1", beyond.Message, StringComparison.Ordinal);
        Assert.Contains("status 2", fault.Message, StringComparison.Ordinal);
        await WriteAndReadBack(card, store, blocks: 3);
    }

    [Fact]
    public async Task A_card_that_is_pulled_ends_what_waits_for_it()
    {
        using SimulatedHost host = new SimulatedHost().Add(new StoreCard());
        using PciDevice card = host.Open(Id);
        StoreDriver store = await StoreDriver.OpenAsync(card);
        using DmaBuffer memory = card.Dma.Allocate(4096);
        host.Remove(card.Address);
        Task lost = store.WriteAsync(0, 0, memory.Address, 16);
        card.IsPresent();

        await Assert.ThrowsAnyAsync<Exception>(() => lost.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.True(lost.IsFaulted);
    }

    [Fact]
    public void It_works_in_every_order_of_events()
    {
        string? more = Environment.GetEnvironmentVariable("RINGTHREE_SEEDS"); // how many, where there is time for more
        SoakResult result = SeededRun.Soak(Work, seeds: more is null ? 200 : int.Parse(more, CultureInfo.InvariantCulture));
        if (result.Failure is { } failure) throw failure;
    }

    [Fact]
    public void The_same_seed_is_the_same_run()
    {
        for (int seed = 1; seed <= 20; seed++) Assert.Equal(SeededRun.Replay(seed, Work), SeededRun.Replay(seed, Work));
    }

    [Fact]
    public void The_driver_has_no_more_lines_than_promised()
    {
        string[] code = [.. File.ReadLines(Path.Combine(Repository.Root, "samples/nvme-like/StoreDriver.cs")).Where(line => line.Trim() is not "" and var text && !text.StartsWith("//", StringComparison.Ordinal))];
        Assert.True(code.Length <= 160, $"{code.Length} lines");
    }

    private static async Task Work(SeededWorld world)
    {
        using SimulatedHost host = world.NewHost().Add(new StoreCard(queues: 2));
        using PciDevice card = host.Open(Id);
        await using StoreDriver store = await StoreDriver.OpenAsync(card, entries: 3);
        await WriteAndReadBack(card, store, blocks: 8);
    }

    private static async Task WriteAndReadBack(PciDevice card, StoreDriver store, int blocks)
    {
        const uint Size = 64;
        using DmaBuffer memory = card.Dma.Allocate(2 * blocks * (int)Size);
        for (int i = 0; i < blocks * Size; i++) memory.Span[i] = (byte)((i * 7) + 1);
        Iova back = memory.Address + (ulong)(blocks * Size);
        await Task.WhenAll(Enumerable.Range(0, blocks).Select(async block =>
        {
            ulong place = (ulong)block * Size;
            await store.WriteAsync(block % store.QueueCount, place, memory.Address + place, Size);
            await store.ReadAsync((block + 1) % store.QueueCount, place, back + place, Size);
        }));
        Assert.True(memory.Span[..(int)(blocks * Size)].SequenceEqual(memory.Span[(int)(blocks * Size)..]));
    }
}
