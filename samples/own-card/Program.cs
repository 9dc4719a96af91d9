// A driver for a card of one's own, on its simulated twin; give the real one's address as argument when it has arrived.
using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.OwnCard;
using RingThree.Simulation;
using RingThree.Transfers;

PciId mine = new(0x10EE, 0x7024);
try
{
    using IHost host = args.Length > 0 ? HostNames.Machine() : new SimulatedHost().Add(new MyCard());
    using PciDevice card = args is [var address] ? host.Open(PciAddress.Parse(address).ToString()) : host.Open(mine);
    if (card.Id != mine) throw new NotSupportedException($"{card} is not the card that this drives ({mine}).");
    var registers = card.Bar(0).As<MyRegisters>();

    await using var interrupts = card.Interrupts.Enable(new InterruptOptions
    {
        Immediate = new TransferProgramBuilder()
            .Read32(bar: 0, MyRegisters.Offsets.Events).Mask(0xFF) // ours?
            .WriteBack32(bar: 0, MyRegisters.Offsets.Events) // acknowledge what was read
            .Build(),
    });
    registers.Control.Write(7);
    Interrupt hit = await interrupts.NextAsync(TimeSpan.FromSeconds(1));
    Console.WriteLine($"{hit.Kind}: {(MyEvents)hit.Values.Span[0]}, channel 2 = {registers.Channels[2].Read()}");
    return 0;
}
catch (Exception error) when (error is DeviceException or FormatException or NotSupportedException)
{
    await Console.Error.WriteLineAsync(error.Message); // which device, what it answered, and what to do
    return 1;
}
