using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.PciDiag;

/// <summary>One buffer that the card moves in several transfers. What programs the card is done by hand, in 'registers': here it is seen with what.</summary>
internal sealed class Transactions
{
    private readonly Answers _answers;
    private readonly Card _card;
    private readonly DMA_TRANSACTION_CALLBACK _next; // kept: the driver calls it for as long as the transaction lives
    private LockedBuffer? _buffer;

    internal Transactions(Answers answers, Card card)
    {
        (_answers, _card, _next) = (answers, card, ShowTransfer);
        card.Closing.Add(End);
    }

    /// <summary>The menu.</summary>
    internal Menu Menu(Outcome outcome) => new Menu("transactions", "back", _answers, outcome)
        .Add("begin", "lock a buffer for one", Begin)
        .Add("execute", "the first transfer", Execute)
        .Add("completed", "the card has done one: the next", Completed)
        .Add("release", "give up what is under way", Release)
        .Add("fill", "write a pattern to the buffer", Fill)
        .Add("dump", "print the buffer's bytes", Dump)
        .Add("end", "unlock the buffer", () => { _ = Locked; End(); Console.WriteLine("ended"); });

    private LockedBuffer Locked => _buffer ?? throw new FailedException("there is no transaction: 'begin' one first.");

    private void Begin()
    {
        bool contiguous = _answers.Choice("buffer", "contiguous", "scatter-gather") == "contiguous";
        uint size = LockedBuffer.AskSize(_answers);
        uint options = LockedBuffer.AskOptions(_answers) | (uint)WD_DMA_OPTIONS.DMA_TRANSACTION;
        uint most = contiguous ? 0 : _answers.Number32("bytes of a transfer at most, 0 for any", LockedBuffer.Largest, usual: 0);
        uint element = contiguous ? 0 : _answers.Number32("bytes that no transfer may cut", LockedBuffer.Largest, least: 1, usual: 1);
        if (_buffer is not null) throw new FailedException("there is a transaction: 'end' it first.");
        IntPtr description = 0;
        IntPtr memory = contiguous ? 0 : Marshal.AllocHGlobal((nint)size);
        uint status = contiguous
            ? WDC_DMATransactionContigInit(_card.Handle, ref memory, options, size, ref description, 0, 0)
            : WDC_DMATransactionSGInit(_card.Handle, memory, options, size, ref description, 0, most, element);
        if (status != 0 && !contiguous) Marshal.FreeHGlobal(memory);
        Outcome.Check($"a transaction of {size} bytes", status);
        _buffer = new LockedBuffer(description, memory, size, IsOwnMemory: !contiguous);
        Console.WriteLine($"transaction of {size} bytes");
    }

    private void Execute() => Outcome.Check("executing the transaction", WDC_DMATransactionExecute(Locked.Description, _next, 0));

    private void Completed()
    {
        uint status = WDC_DMATransferCompletedAndCheck(Locked.Description, true);
        if (status == unchecked((uint)WD_ERROR_CODES.WD_MORE_PROCESSING_REQUIRED)) return; // the callback has shown the next one
        Outcome.Check("completing a transfer", status);
        Console.WriteLine($"all {Locked.Now.dwBytesTransferred} bytes are moved");
    }

    private void Release()
    {
        Outcome.Check("releasing the transaction", WDC_DMATransactionRelease(Locked.Description));
        Console.WriteLine("released");
    }

    private void Fill()
    {
        byte[] pattern = _answers.Bytes("pattern, in hexadecimal", 4096);
        Locked.Fill(pattern);
        Console.WriteLine("filled");
    }

    private void Dump()
    {
        uint offset = _answers.Number32("offset", usual: 0);
        uint count = _answers.Number32("bytes", 0x10000, least: 1, usual: 64);
        HexDump.Print(Locked.Read(offset, count), offset);
    }

    /// <summary>The driver calls this for each transfer. A driver of its card would program it here.</summary>
    private void ShowTransfer(IntPtr context)
    {
        WD_DMA now = Locked.Now;
        foreach (WD_DMA_PAGE page in now.Page.Take((int)now.dwPages))
            Console.WriteLine($"transfer: bus address 0x{page.pPhysicalAddr:x}, {page.dwBytes} bytes, {now.dwBytesTransferred} moved before");
    }

    private void End()
    {
        if (_buffer is not { } buffer) return;
        Outcome.Check("ending the transaction", WDC_DMATransactionUninit(buffer.Description));
        _buffer = null;
        if (buffer.IsOwnMemory) Marshal.FreeHGlobal(buffer.Memory);
    }
}
