using Jungo.wdapi_dotnet;
using RingThree.Dma;

namespace RingThree.WinDriver;

/// <summary>A locked buffer that a card moves in several transfers: the program's callback is called for each.</summary>
/// <param name="buffer">The buffer.</param>
/// <param name="transfers">What it is divided into.</param>
/// <param name="enabled">The interrupt that was enabled with it, and is disabled with it; null where none was.</param>
internal sealed class BufferTransaction(LockedBuffer buffer, DmaTransaction transfers, object? enabled)
{
    private readonly Lock _gate = new();
    private DMA_TRANSACTION_CALLBACK? _callback;
    private IntPtr _context;

    /// <summary>Begins: the first transfer's place is told, and the callback, where there is one, programs the card with it.</summary>
    /// <exception cref="InvalidOperationException">It is under way.</exception>
    internal void Execute(DMA_TRANSACTION_CALLBACK? callback, IntPtr context)
    {
        lock (_gate)
        {
            transfers.Start();
            (_callback, _context) = (callback, context);
            try
            {
                TellCurrent();
            }
            catch
            {
                transfers.Cancel();
                throw;
            }
        }

        Call(callback, context);
    }

    /// <summary>The card has finished a transfer: the next one's place is told, and the callback called where that is wanted.</summary>
    /// <returns>Whether there is a next one.</returns>
    /// <exception cref="InvalidOperationException">None is under way.</exception>
    internal bool Complete(bool runCallback)
    {
        DMA_TRANSACTION_CALLBACK? callback;
        IntPtr context;
        bool more;
        lock (_gate)
        {
            more = transfers.Complete();
            (callback, context) = (_callback, _context);
            if (more) TellCurrent();
            else buffer.Set(nameof(WD_DMA.dwBytesTransferred), (uint)transfers.Transferred);
        }

        if (more && runCallback) Call(callback, context);
        return more;
    }

    /// <summary>Gives up what is under way, so that it can be executed again.</summary>
    internal void Release()
    {
        lock (_gate) transfers.Cancel();
    }

    /// <summary>Ends it, and the interrupt that came with it.</summary>
    internal void End()
    {
        Release();
        if (enabled is not null && buffer.Card.Interrupt.Session == enabled) buffer.Card.Interrupt.Disable();
    }

    private void TellCurrent()
    {
        DmaTransfer current = transfers.Current!.Value;
        buffer.Tell(current.Address, current.Length, transfers.Transferred);
    }

    private static void Call(DMA_TRANSACTION_CALLBACK? callback, IntPtr context)
    {
        try
        {
            callback?.Invoke(context);
        }
        catch (Exception error)
        {
            throw new StatusException(WD_ERROR_CODES.WD_OPERATION_FAILED, $"the transaction's callback threw: {error}");
        }
    }
}
