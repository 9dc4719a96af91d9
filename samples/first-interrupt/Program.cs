// Takes one interrupt from an edu card: 'dotnet run' for the simulated one, 'dotnet run 0000:00:02.0' for QEMU's.
using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;
using RingThree.Transfers;

try
{
    (var host, var edu) = HostNames.Open(args is [var name] ? name : "sim:edu");
    using (host)
    using (edu)
    {
        if (edu.Id != new PciId(0x1234, 0x11E8)) throw new NotSupportedException($"{edu} is no edu card (1234:11e8), and its registers mean something else.");
        var registers = edu.Bar(0).As<EduRegisters>();
        await using var interrupts = edu.Interrupts.Enable(new InterruptOptions
        {
            Immediate = new TransferProgramBuilder()
                .Read32(bar: 0, EduRegisters.Offsets.InterruptStatus).Mask(0xFFFF_FFFF) // ours?
                .WriteBack32(bar: 0, EduRegisters.Offsets.AcknowledgeInterrupt) // acknowledge what was read
                .Build(),
        });
        registers.Status.Write(EduStatus.InterruptWhenDone);
        registers.Factorial.Write(10);
        var hit = await interrupts.NextAsync(TimeSpan.FromSeconds(1));
        Console.WriteLine($"{hit.Kind}, {hit.Count} signal(s), status 0x{hit.Values.Span[0]:x}: 10! = {registers.Factorial.Read()}");
        return 0;
    }
}
catch (Exception error) when (error is DeviceException or FormatException or NotSupportedException)
{
    await Console.Error.WriteLineAsync(error.Message); // which device, what it answered, and what to do
    return 1;
}
