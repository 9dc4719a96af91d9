// A card with a queue and a message per CPU, as storage and network cards have them: no status register is ever read.
// The number of the message says which queue is done, and the phase bit of its completions in memory how far.
using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Queues;
using RingThree.Simulation;

const int Rounds = 1000;
try
{
    (IHost host, PciDevice card) = HostNames.Open(args is [var name] ? name : "sim:queue-card");
    using (host)
    using (card)
    {
        if (card.Id != new PciId(0x1AF4, 0x10F0)) throw new NotSupportedException($"{card} is no queue card (1af4:10f0).");
        int count = (int)card.Bar(0).As<QueueCardRegisters>().QueueCount.Read();
        using var memory = card.Dma.Allocate(count * QueueDriver.MemorySize);
        var queues = Enumerable.Range(0, count).Select(n => new QueueDriver(card, memory, n)).ToArray();

        // No immediate stage: every message is the queue's own, and there is nothing to acknowledge.
        QueueDriver[][] byVector = [];
        await using InterruptSession session = card.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.MsiX,
            Slots = count,
            Delivery = InterruptDelivery.Inline,
            Handler = (in Interrupt message) =>
            {
                foreach (QueueDriver queue in byVector[message.Vector]) queue.Drain();
            },
        });
        // A queue each, unless fewer vectors were granted: then some queues share one.
        byVector = [.. Enumerable.Range(0, session.VectorCount).Select(v => queues.Where(q => session.VectorOf(q.Number) == v).ToArray())];

        await Task.WhenAll(queues.Select(queue => Task.Run(async () =>
        {
            for (uint round = 0; round < Rounds; round++)
            {
                uint sum = await queue.SumAsync((byte)round, 100).WaitAsync(TimeSpan.FromSeconds(10));
                if (sum != (byte)round * 100u) throw new NotSupportedException($"Queue {queue.Number} gave {sum} for round {round}.");
            }
        })));
        Console.WriteLine($"{count} queues on {session.VectorCount} vectors: {count * Rounds} sums, all right; {session.GetCounters().Claimed} messages, no status register read");
    }

    return 0;
}
catch (Exception error) when (error is DeviceException or FormatException or NotSupportedException)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}
