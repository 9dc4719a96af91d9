using RingThree.Interrupts;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class windrvr_decl
{
    /// <summary>Enables an interrupt for a caller that waits itself, with <see cref="WD_IntWait"/>.</summary>
    /// <param name="hWD">The driver.</param>
    /// <param name="pInt"><c>hInterrupt</c> from the registered card's item, options, and commands in memory that stays until disable.</param>
    public static uint WD_IntEnable(IntPtr hWD, WD_INTERRUPT pInt) => With(nameof(WD_IntEnable), hWD, () => Card(pInt).Interrupt.Enable(pInt, InterruptDelivery.CallerThread, null));

    /// <summary>Waits for the next interrupt, without using the processor; <c>fStopped</c> says whether it came or was disabled.</summary>
    public static uint WD_IntWait(IntPtr hWD, WD_INTERRUPT pInt) => With(nameof(WD_IntWait), hWD, () => Card(pInt).Interrupt.Wait(pInt));

    /// <summary>Brings <c>dwCounter</c> and <c>dwLost</c> up to now.</summary>
    public static uint WD_IntCount(IntPtr hWD, WD_INTERRUPT pInt) => With(nameof(WD_IntCount), hWD, () => Card(pInt).Interrupt.Count(pInt));

    /// <summary>Disables an interrupt; whoever waits for it returns.</summary>
    public static uint WD_IntDisable(IntPtr hWD, WD_INTERRUPT pInt) => With(nameof(WD_IntDisable), hWD, () => Disable(Card(pInt)));

    /// <summary>Enables an interrupt with a thread of its own that calls the handler.</summary>
    /// <param name="phThread">The thread's handle, for <see cref="InterruptDisable"/>.</param>
    /// <param name="hWD">The driver.</param>
    /// <param name="pInt">As for <see cref="WD_IntEnable"/>.</param>
    /// <param name="func">Called for each batch of interrupts.</param>
    /// <param name="pData">Given to it.</param>
    public static uint InterruptEnable(ref IntPtr phThread, IntPtr hWD, WD_INTERRUPT pInt, INT_HANDLER func, IntPtr pData)
    {
        uint status = With(nameof(InterruptEnable), hWD, () => Card(pInt).Interrupt.Enable(pInt, InterruptDelivery.OwnThread, func is null ? null : () => func(pData)));
        Answer.Tell(ref phThread, status == Status.Success ? (IntPtr)(int)pInt.hInterrupt : 0);
        return status;
    }

    /// <summary>Disables what <see cref="InterruptEnable"/> enabled: when this returns the handler runs no more.</summary>
    public static uint InterruptDisable(IntPtr hThread) => Status.Run(nameof(InterruptDisable), () =>
    {
        DriverState.Check();
        Disable(OpenCards.Find(hThread) ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"0x{hThread:x} is no interrupt thread."));
    });

    /// <summary>Shortens the latency of an interrupt, right after it was enabled (Windows CE). How is <see cref="WinDriverLatency.Enhanced"/>.</summary>
    /// <param name="hThread">From <see cref="InterruptEnable"/>.</param>
    public static uint CEInterruptEnhance(IntPtr hThread) => Status.Run(nameof(CEInterruptEnhance), () =>
    {
        DriverState.Check();
        (OpenCards.Find(hThread) ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"0x{hThread:x} is no interrupt thread.")).Interrupt.Enhance(WinDriverLatency.Enhanced);
    });

    /// <inheritdoc cref="CEInterruptEnhance(IntPtr)"/>
    /// <param name="hThread">From <see cref="InterruptEnable"/>.</param>
    /// <param name="pReserved">Nothing here.</param>
    public static uint CEInterruptEnhance(IntPtr hThread, IntPtr pReserved) => CEInterruptEnhance(hThread);

    /// <summary>The logical interrupt of line 0 (Windows CE).</summary>
    public const int SYSINTR_FIRMWARE = 16;

    /// <summary>Makes an entry in the platform's table of logical interrupts, as the platform's own source does on Windows CE.</summary>
    /// <param name="dwLogical">The logical interrupt, such as SYSINTR_FIRMWARE + 7.</param>
    /// <param name="dwPhysical">The line, such as 7.</param>
    /// <returns>WD_NOT_IMPLEMENTED where no open host has such a table.</returns>
    public static uint SETUP_INTERRUPT_MAP(int dwLogical, int dwPhysical) => Status.Run(nameof(SETUP_INTERRUPT_MAP), () =>
    {
        DriverState.Check();
        RingThree.Hosting.ILogicalInterrupts[] tables = [.. WinDriverHosts.All.Select(h => h.LogicalInterrupts).Where(t => t is not null)!];
        if (tables.Length == 0) throw new StatusException(WD_ERROR_CODES.WD_NOT_IMPLEMENTED, "no open host has a table of logical interrupts: lines are asked for by their own numbers.");
        foreach (RingThree.Hosting.ILogicalInterrupts table in tables) table.Map(dwLogical, dwPhysical);
    });

    /// <summary>Called at once when an interrupt arrives, before the transfer commands (VxWorks). At interrupt level: be short, do not block. Set it before the interrupt is enabled; what it returns means nothing.</summary>
    public static Func<int>? windrvr_isr { get; set; }

    private static OpenCard Card(WD_INTERRUPT pInt)
    {
        ArgumentNullException.ThrowIfNull(pInt);
        return OpenCards.Find((int)pInt.hInterrupt) ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"0x{pInt.hInterrupt:x} is no registered card's interrupt.");
    }

    private static void Disable(OpenCard card)
    {
        if (!card.Interrupt.Disable()) throw new StatusException(WD_ERROR_CODES.WD_INTERRUPT_NOT_ENABLED, $"{card.Hardware}: the interrupt is not enabled.");
    }
}
