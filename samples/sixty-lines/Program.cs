// A whole driver for QEMU's edu card: registers, interrupts, DMA. 'dotnet run', or 'dotnet run 0000:00:02.0' through VFIO.
using RingThree.DefaultHosts;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Registers;
using RingThree.Transfers;

(var host, PciDevice card) = HostNames.Open(args is [var name] ? name : "sim:edu");
using (host)
using (card)
{
    await using var edu = new EduDriver(card);
    Console.WriteLine($"{edu.Interrupts.Kind}: 12! = {await edu.FactorialAsync(12)}");
    using var buffer = card.Dma.Allocate(4096, addressBits: 28);
    buffer.Span[..16].Fill(0x5A);
    await edu.CopyAsync(buffer.Address.Value, EduDriver.OwnMemory, 16, toMemory: false);
    await edu.CopyAsync(EduDriver.OwnMemory, buffer.Address.Value + 0x100, 16, toMemory: true);
    Console.WriteLine($"DMA there and back: {Convert.ToHexString(buffer.Span.Slice(0x100, 16))}");
}

internal sealed class EduDriver(PciDevice card) : IAsyncDisposable
{
    internal const ulong OwnMemory = 0x4_0000; // of the card, as its DMA sees it
    private readonly EduRegisters _registers = card.Bar(0).As<EduRegisters>();

    internal InterruptSession Interrupts { get; } = card.Interrupts.Enable(new InterruptOptions
    {
        Immediate = new TransferProgramBuilder().Read32(bar: 0, 0x24).Mask(0xFFFF_FFFF).WriteBack32(bar: 0, 0x64).Build(),
    });

    internal async Task<uint> FactorialAsync(uint n)
    {
        _registers.Status.Write(0x80); // interrupt when done
        _registers.Factorial.Write(n);
        await Interrupts.NextAsync(TimeSpan.FromSeconds(5));
        return _registers.Factorial.Read();
    }

    internal async Task CopyAsync(ulong source, ulong destination, ulong count, bool toMemory)
    {
        _registers.DmaSource.Write(source);
        _registers.DmaDestination.Write(destination);
        _registers.DmaCount.Write(count);
        _registers.DmaCommand.Write(toMemory ? 7u : 5u); // start, interrupt when done
        await Interrupts.NextAsync(TimeSpan.FromSeconds(5));
    }

    public ValueTask DisposeAsync() => Interrupts.DisposeAsync();
}

[RegisterMap(Size = 0xA0, Source = "QEMU docs/specs/edu.rst")]
internal readonly partial struct EduRegisters
{
    [Register(0x08)] internal partial Register<uint> Factorial { get; }
    [Register(0x20)] internal partial Register<uint> Status { get; }
    [Register(0x80)] internal partial Register<ulong> DmaSource { get; }
    [Register(0x88)] internal partial Register<ulong> DmaDestination { get; }
    [Register(0x90)] internal partial Register<ulong> DmaCount { get; }
    [Register(0x98)] internal partial Register<ulong> DmaCommand { get; }
}
