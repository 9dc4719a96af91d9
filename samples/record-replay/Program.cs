// Records a driver at work on a card, then runs the same driver where there is no card, from the file: 'dotnet run'.
using RingThree.Pci;
using RingThree.Samples.Edu;
using RingThree.Simulation;

string path = Path.Combine(Path.GetTempPath(), $"edu-{Environment.ProcessId}.r3rec");
try
{
    // Any host can be recorded: with new VfioHost() this is a card on the desk.
    using (var recording = new RecordingHost(new SimulatedHost().Add(new EduCard()), path))
    using (PciDevice card = recording.Open(EduDriver.Id))
    {
        Console.WriteLine($"recorded: 10! = {await Drive(card, 10)}");
    }

    Console.WriteLine($"the file has {new FileInfo(path).Length} bytes");
    await Replay("the same driver", 10);
    await Replay("another driver", 12);
    return 0;
}
finally
{
    File.Delete(path);
}

// The host is the file's: nothing below knows that there is no card.
async Task Replay(string driver, uint n)
{
    using var host = new ReplayHost(path);
    using (PciDevice card = host.Open(EduDriver.Id)) Console.WriteLine($"replayed, {driver}: {await Drive(card, n)}");
    Console.WriteLine($"  departures: {host.Departures.Count}");
    foreach (Departure departure in host.Departures) Console.WriteLine($"  {departure}");
}

static async Task<uint> Drive(PciDevice card, uint n)
{
    await using var edu = new EduDriver(card);
    return await edu.FactorialAsync(n);
}
