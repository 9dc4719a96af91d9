// Runs the driver on the card whose name is given (0000:03:00.0, or 10ee:7adc if it is the only one), without a name on its model.
using MyCard;
using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Simulation;

try
{
    (IHost host, PciDevice card) = args is [var name, ..] ? HostNames.Open(name) : Simulated();
    using (host)
    using (card)
    {
        await using var driver = new MyCardDriver(card);
        Console.WriteLine($"{card.Address}, {card.Id} on host '{host.Name}': identification {driver.Registers.Identification.Read():x8}");
        Console.WriteLine($"measured: {string.Join(' ', await driver.MeasureAsync(gain: 7))}");
    }

    return 0;
}
catch (Exception error) when (error is DeviceException or FormatException or NotSupportedException)
{
    Console.Error.WriteLine(error.Message); // which device, what it answered, and what to do
    return 1;
}

static (IHost Host, PciDevice Card) Simulated()
{
    SimulatedHost host = new SimulatedHost().Add(new MyCardModel());
    return (host, host.Open(MyCardDriver.Id));
}
