// A store like NVMe's: ready handshake, rings in memory, doorbells at a stride, a message a queue. On its simulated twin.
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Samples.NvmeLike;
using RingThree.Simulation;

const int Blocks = 64;
const int BlockSize = 256;
try
{
    using SimulatedHost host = new SimulatedHost().Add(new StoreCard());
    using PciDevice card = host.Open(new PciId(0x1B36, 0x7024));
    await using StoreDriver store = await StoreDriver.OpenAsync(card);
    using DmaBuffer memory = card.Dma.Allocate(2 * Blocks * BlockSize);
    for (int i = 0; i < Blocks * BlockSize; i++) memory.Span[i] = (byte)(i * 7);

    Iova back = memory.Address + (Blocks * BlockSize);
    await Task.WhenAll(Enumerable.Range(0, Blocks).Select(async block =>
    {
        ulong place = (ulong)block * BlockSize;
        await store.WriteAsync(block % store.QueueCount, place, memory.Address + place, BlockSize);
        await store.ReadAsync((block + 1) % store.QueueCount, place, back + place, BlockSize);
    }));
    bool same = memory.Span[..(Blocks * BlockSize)].SequenceEqual(memory.Span[(Blocks * BlockSize)..]);
    Console.WriteLine($"{Blocks} blocks written and read back on {store.QueueCount} queues: {(same ? "all the same" : "they differ")}");
    return same ? 0 : 1;
}
catch (DeviceException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}
