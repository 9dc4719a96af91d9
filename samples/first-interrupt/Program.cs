// Takes one interrupt from an edu card: 'dotnet run' for the simulated one, 'dotnet run 0000:00:02.0' for QEMU's.
using RingThree.DefaultHosts;
using RingThree.Interrupts;
using RingThree.Samples.Edu;
using RingThree.Transfers;

(var host, var edu) = HostNames.Open(args is [var name] ? name : "sim:edu");
using (host)
using (edu)
{
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
}
