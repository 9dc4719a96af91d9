using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class wdc_lib_decl
{
    /// <summary>Enables a device's interrupt; a thread of its own calls the handler.</summary>
    /// <param name="pDev">The device, or its handle.</param>
    /// <param name="pTransCmds">What runs at interrupt level, or null. A level line needs them.</param>
    /// <param name="dwNumCmds">How many of them.</param>
    /// <param name="dwOptions">INTERRUPT_CMD_COPY, and the types to choose from; none for all.</param>
    /// <param name="funcIntHandler">Called for each batch of interrupts; null for none.</param>
    /// <param name="pData">Given to it.</param>
    /// <param name="fUseKP">Whether the device's plug-in gets the interrupt first.</param>
    public static uint WDC_IntEnable(WDC_DEVICE pDev, WD_TRANSFER[]? pTransCmds, uint dwNumCmds, uint dwOptions, INT_HANDLER? funcIntHandler, IntPtr pData, bool fUseKP) =>
        With(nameof(WDC_IntEnable), pDev, card => Enable(card, pTransCmds, dwNumCmds, dwOptions, funcIntHandler, pData, fUseKP));

    /// <summary>Disables a device's interrupt: when this returns its handler runs no more.</summary>
    public static uint WDC_IntDisable(WDC_DEVICE pDev) => With(nameof(WDC_IntDisable), pDev, card =>
    {
        if (!card.Interrupt.Disable()) throw new StatusException(WD_ERROR_CODES.WD_INTERRUPT_NOT_ENABLED, $"{card.Hardware}: the interrupt is not enabled.");
    });

    /// <summary>Whether a device's interrupt is enabled.</summary>
    public static bool WDC_IntIsEnabled(IntPtr hDev) => OpenCards.Find(hDev) is { Interrupt.IsEnabled: true };

    /// <summary>What a type of interrupt is called.</summary>
    public static string WDC_IntType2Str(uint dwIntType) => (dwIntType & windrvr_consts.WD_ENABLED_INT_TYPE_MASK) switch
    {
        var type when (type & CardItems.MessageX) != 0 => "Extended Message-Signaled Interrupt (MSI-X)",
        var type when (type & CardItems.Message) != 0 => "Message-Signaled Interrupt (MSI)",
        var type when (type & CardItems.Level) != 0 => "Level-Sensitive Interrupt",
        _ => "Edge-Triggered Interrupt",
    };

    private static void Enable(OpenCard card, WD_TRANSFER[]? commands, uint count, uint options, INT_HANDLER? handler, IntPtr data, bool useKP)
    {
        commands = Commands.Given(commands, count);
        if (useKP && card.PlugIn is null) throw new StatusException(WD_ERROR_CODES.WD_KERPLUG_FAILURE, "the device has no plug-in open.");
        card.Interrupt.Enable(card.Device.Int ??= new WD_INTERRUPT(), commands, (int)count, options, handler is null ? null : () => handler(data), useKP ? card.PlugIn : null);
    }
}
