// Two cards on one level interrupt line, each with its driver, both busy: neither takes the other's interrupts or keeps the line.
// 'dotnet run' for simulated ones, 'dotnet run 0000:00:02.0 0000:00:06.0' for QEMU's: slots 2 and 6 share a line.
using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;
using RingThree.Simulation;

const int Rounds = 100;
string[] addresses = args.Length > 0 ? args : ["0000:00:02.0", "0000:00:06.0"];
try
{
    if (addresses.Length != 2) throw new FormatException("Two addresses are needed, or none for the simulated cards.");
    using IHost host = args.Length > 0 ? HostNames.Machine() : new SimulatedHost().Add(new EduCard(), addresses[0]).Add(new EduCard(), addresses[1]);
    using PciDevice first = host.Open(PciAddress.Parse(addresses[0]).ToString());
    using PciDevice second = host.Open(PciAddress.Parse(addresses[1]).ToString());
    foreach (PciDevice card in (PciDevice[])[first, second])
    {
        if (card.Id != EduDriver.Id) throw new NotSupportedException($"{card} is no edu card ({EduDriver.Id}).");
    }

    await using var one = new EduDriver(first, InterruptKinds.Level);
    await using var two = new EduDriver(second, InterruptKinds.Level);

    // Both at once, each at its own pace. A signal that is not its own an immediate stage rejects, by its mask.
    int[] taken = await Task.WhenAll(RunAsync(one, 0x1), RunAsync(two, 0x100));
    foreach ((PciDevice card, EduDriver driver, int count) in (ReadOnlySpan<(PciDevice, EduDriver, int)>)[(first, one, taken[0]), (second, two, taken[1])])
    {
        InterruptCounters counters = driver.Interrupts.GetCounters();
        Console.WriteLine($"{card.Address}: {count} interrupts taken, {counters.Claimed} signals claimed, {counters.Rejected} rejected");
    }

    return 0;
}
catch (Exception error) when (error is DeviceException or FormatException or NotSupportedException)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}

static async Task<int> RunAsync(EduDriver driver, uint bits)
{
    int taken = 0;
    for (; taken < Rounds; taken++) await driver.RaiseAsync((EduInterrupts)bits);
    return taken;
}
