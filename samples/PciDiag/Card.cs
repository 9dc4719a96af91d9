using Jungo.wdapi_dotnet;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.PciDiag;

/// <summary>The card that is open, if one is.</summary>
internal sealed class Card
{
    private bool _isPci;

    /// <summary>Its handle; 0 while none is open, which every function of the API refuses.</summary>
    internal IntPtr Handle { get; private set; }

    /// <summary>The items that it was opened with.</summary>
    internal WD_CARD Items { get; private set; } = new();

    /// <summary>Run as it is closed, first to last: what else must be given back before it.</summary>
    internal List<Action> Closing { get; } = [];

    /// <summary>What the API tells of it.</summary>
    /// <exception cref="FailedException">None is open.</exception>
    internal WDC_DEVICE Device => Handle != 0 ? Handle : throw new FailedException("no card is open: 'open' or 'isa' first.");

    /// <summary>Opens one.</summary>
    /// <param name="isPci">Whether it is a function.</param>
    /// <param name="items">Its items.</param>
    /// <param name="open">Gives the status and the handle.</param>
    /// <exception cref="FailedException">One is open, or it cannot be opened.</exception>
    internal void Open(bool isPci, WD_CARD items, Func<(uint Status, IntPtr Handle)> open)
    {
        if (Handle != 0) throw new FailedException("a card is open: 'close' it first.");
        (uint status, IntPtr handle) = open();
        Outcome.Check("opening the card", status);
        (Handle, Items, _isPci) = (handle, items, isPci);
        Console.WriteLine($"open: {Device.cardReg.cDescription}");
    }

    /// <summary>Closes it, with whatever is enabled.</summary>
    /// <exception cref="FailedException">None is open, or something could not be given back; it is closed all the same.</exception>
    internal void Close()
    {
        IntPtr handle = Device.hDev;
        var failures = new List<string>();
        foreach (Action giveBack in Closing)
        {
            try
            {
                giveBack();
            }
            catch (FailedException failure)
            {
                failures.Add(failure.Message);
            }
        }

        Handle = 0;
        Outcome.Check("closing the card", _isPci ? WDC_PciDeviceClose(handle) : WDC_IsaDeviceClose(handle));
        if (failures.Count > 0) throw new FailedException(string.Join("; ", failures));
        Console.WriteLine("closed");
    }

    /// <summary>Closes it where one is open.</summary>
    internal void CloseIfOpen()
    {
        if (Handle != 0) Close();
    }

    /// <summary>Resets it.</summary>
    internal void Reset()
    {
        Outcome.Check("resetting the card", WDC_PciResetDevice(Handle));
        Console.WriteLine("reset");
    }
}
