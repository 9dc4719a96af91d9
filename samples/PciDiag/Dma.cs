using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.PciDiag;

/// <summary>Buffers that the card reaches: contiguous ones, and the program's own memory.</summary>
internal sealed class Dma
{
    private const uint MostShown = 0x10000;
    private const int MostPattern = 4096;
    private readonly Answers _answers;
    private readonly Card _card;
    private readonly List<LockedBuffer?> _buffers = []; // a number stays that buffer's

    internal Dma(Answers answers, Card card)
    {
        (_answers, _card) = (answers, card);
        answers.BusAddress = number => number < _buffers.Count && _buffers[number] is { } buffer
            ? buffer.Now.Page[0].pPhysicalAddr
            : throw new FormatException($"there is no buffer dma{number}.");
        card.Closing.Add(UnlockAll);
    }

    /// <summary>The menu.</summary>
    internal Menu Menu(Outcome outcome) => new Menu("dma", "back", _answers, outcome)
        .Add("contiguous", "lock a new buffer", LockContiguous)
        .Add("scatter-gather", "lock memory of the program", LockScattered)
        .Add("fill", "write a pattern all over it", Fill)
        .Add("write", "write bytes", Write)
        .Add("dump", "print bytes", Dump)
        .Add("sync-io", "before the card reads it", () => Sync(WDC_DMASyncIo, "io"))
        .Add("sync-cpu", "after the card has written it", () => Sync(WDC_DMASyncCpu, "cpu"))
        .Add("list", "what is locked", List)
        .Add("unlock", "give it back", Unlock);

    private void LockContiguous()
    {
        uint size = LockedBuffer.AskSize(_answers);
        uint options = LockedBuffer.AskOptions(_answers);
        IntPtr memory = 0;
        IntPtr description = 0;
        Outcome.Check($"locking {size} contiguous bytes", WDC_DMAContigBufLock(_card.Handle, ref memory, options, size, ref description));
        Add(new LockedBuffer(description, memory, size, IsOwnMemory: false));
    }

    private void LockScattered()
    {
        uint size = LockedBuffer.AskSize(_answers);
        uint options = LockedBuffer.AskOptions(_answers);
        IntPtr memory = Marshal.AllocHGlobal((nint)size);
        IntPtr description = 0;
        uint status = WDC_DMASGBufLock(_card.Handle, memory, options, size, ref description);
        if (status != 0) Marshal.FreeHGlobal(memory);
        Outcome.Check($"locking {size} bytes of the program's memory", status);
        Add(new LockedBuffer(description, memory, size, IsOwnMemory: true));
    }

    private void Fill()
    {
        (int number, LockedBuffer? buffer) = Ask();
        byte[] pattern = _answers.Bytes("pattern, in hexadecimal", MostPattern);
        Locked(number, buffer).Fill(pattern);
        Console.WriteLine($"dma{number}: filled");
    }

    private void Write()
    {
        (int number, LockedBuffer? buffer) = Ask();
        uint offset = _answers.Number32("offset", usual: 0);
        byte[] data = _answers.Bytes("bytes, in hexadecimal", MostPattern);
        Locked(number, buffer).Write(offset, data);
        Console.WriteLine($"dma{number} + 0x{offset:x}: written {data.Length} bytes");
    }

    private void Dump()
    {
        (int number, LockedBuffer? buffer) = Ask();
        uint offset = _answers.Number32("offset", usual: 0);
        uint count = _answers.Number32("bytes", MostShown, least: 1, usual: 64);
        HexDump.Print(Locked(number, buffer).Read(offset, count), offset);
    }

    private void Sync(Func<IntPtr, uint> sync, string side)
    {
        (int number, LockedBuffer? buffer) = Ask();
        Outcome.Check($"synchronizing dma{number}", sync(Locked(number, buffer).Description));
        Console.WriteLine($"dma{number}: {side} synchronized");
    }

    private void List()
    {
        for (int i = 0; i < _buffers.Count; i++) _buffers[i]?.Print($"dma{i}");
        if (_buffers.TrueForAll(b => b is null)) Console.WriteLine("nothing is locked");
    }

    private void Unlock()
    {
        (int number, LockedBuffer? buffer) = Ask();
        Unlock(number, Locked(number, buffer));
        Console.WriteLine($"dma{number}: unlocked");
    }

    private void UnlockAll()
    {
        for (int i = 0; i < _buffers.Count; i++)
        {
            if (_buffers[i] is { } buffer) Unlock(i, buffer);
        }
    }

    private void Unlock(int number, LockedBuffer buffer)
    {
        Outcome.Check($"unlocking dma{number}", WDC_DMABufUnlock(buffer.Description));
        _buffers[number] = null;
        if (buffer.IsOwnMemory) Marshal.FreeHGlobal(buffer.Memory); // never before the card has lost it
    }

    private void Add(LockedBuffer buffer)
    {
        _buffers.Add(buffer);
        buffer.Print($"dma{_buffers.Count - 1}");
    }

    private (int Number, LockedBuffer? Buffer) Ask()
    {
        uint number = _answers.Number32("buffer", ushort.MaxValue, usual: 0);
        return ((int)number, number < _buffers.Count ? _buffers[(int)number] : null);
    }

    private static LockedBuffer Locked(int number, LockedBuffer? buffer) => buffer ?? throw new FailedException($"there is no buffer dma{number}.");
}
