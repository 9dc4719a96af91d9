// Two 16550s and a cable between them: what one driver sends, the other receives. Give two real ones' addresses as arguments.
using System.Text;
using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Samples.Uart;
using RingThree.Simulation;

TimeSpan limit = TimeSpan.FromSeconds(10);
try
{
    if (args.Length is not (0 or 2)) throw new NotSupportedException("Two addresses are needed, of the cards at both ends of a cable; or none, for simulated ones.");
    var near = new UartCard();
    var far = new UartCard(ports: true);
    UartCard.Connect(near, far);
    using IHost host = args.Length > 0 ? HostNames.Machine() : new SimulatedHost().Add(near).Add(far);
    string[] places = args.Length > 0 ? [.. args.Select(a => PciAddress.Parse(a).ToString())] : [.. host.Scan().Where(d => d.DeviceId == 0x7168).Select(d => d.Address)];
    using PciDevice one = host.Open(places[0]);
    using PciDevice two = host.Open(places[1]);
    using var here = new UartDriver(one, baud: 115_200);
    using var there = new UartDriver(two, baud: 115_200);

    byte[] text = Encoding.ASCII.GetBytes("Sixteen bytes fit into a FIFO, and these are more.");
    Task<byte[]> received = there.ReceiveAsync(text.Length, limit);
    await here.SendAsync(text, limit);
    Console.WriteLine(Encoding.ASCII.GetString(await received));
    return 0;
}
catch (Exception error) when (error is DeviceException or FormatException or NotSupportedException)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}
