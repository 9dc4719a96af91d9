using System.Globalization;
using System.Text;
using RingThree.Pci.Decoding;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class wdc_lib_decl
{
    /// <summary>The driver's handle, for the functions below the card library; -1 while the library is not open.</summary>
    public static IntPtr WDC_GetWDHandle() => DriverState.IsOpen ? windrvr_decl.DriverHandle : -1;

    /// <summary>The version of the library.</summary>
    /// <param name="sVer">Gets it as text.</param>
    /// <param name="dwVer">Gets it as a number.</param>
    public static uint WDC_Version(StringBuilder sVer, ref uint dwVer) => WDC_Version(sVer, windrvr_consts.WD_VERSION_STR_LENGTH, ref dwVer);

    /// <inheritdoc cref="WDC_Version(StringBuilder, ref uint)"/>
    /// <param name="sVer">Gets it as text.</param>
    /// <param name="dwLen">How many characters it takes, the C string's end among them.</param>
    /// <param name="dwVer">Gets it as a number.</param>
    public static uint WDC_Version(StringBuilder sVer, uint dwLen, ref uint dwVer)
    {
        uint status = Status.Run(nameof(WDC_Version), () => Give(windrvr_decl.WD_VER_STRING, sVer, dwLen));
        if (status == Status.Success) Answer.Tell(ref dwVer, windrvr_decl.VersionNumber);
        return status;
    }

    /// <summary>Writes an error of the program's own to the debug log.</summary>
    public static void WDC_Err(string str) => DebugLog.Said(isError: true, str);

    /// <inheritdoc cref="WDC_Err(string)"/>
    public static void WDC_Err(string format, params object[] args) => DebugLog.Said(isError: true, Formatted(format, args));

    /// <summary>Writes a line of the program's own to the debug log.</summary>
    public static void WDC_Trace(string str) => DebugLog.Said(isError: false, str);

    /// <inheritdoc cref="WDC_Trace(string)"/>
    public static void WDC_Trace(string format, params object[] args) => DebugLog.Said(isError: false, Formatted(format, args));

    /// <summary>What a register of configuration space holds, in words.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwOffset">The register (<see cref="PCI_CFG_REG"/>).</param>
    /// <param name="pBuf">Gets the words; null to ask only how many there are.</param>
    /// <param name="dwInLen">How many characters it takes, the C string's end among them.</param>
    /// <param name="pdwOutLen">How many there are.</param>
    public static uint PciConfRegData2Str(IntPtr hDev, uint dwOffset, StringBuilder? pBuf, uint dwInLen, ref uint pdwOutLen) =>
        Describe(nameof(PciConfRegData2Str), hDev, pBuf, dwInLen, ref pdwOutLen, function => RegisterText.Header(function, dwOffset));

    /// <summary>What a register of the PCI Express capability holds, in words.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwOffset">The register's offset in the capability (<see cref="PCI_CFG_REG_EXPRESS"/>).</param>
    /// <param name="pBuf">Gets the words; null to ask only how many there are.</param>
    /// <param name="dwInLen">How many characters it takes, the C string's end among them.</param>
    /// <param name="pdwOutLen">How many there are.</param>
    public static uint PciExpressConfRegData2Str(IntPtr hDev, uint dwOffset, StringBuilder? pBuf, uint dwInLen, ref uint pdwOutLen) =>
        Describe(nameof(PciExpressConfRegData2Str), hDev, pBuf, dwInLen, ref pdwOutLen, function => RegisterText.Express(function, dwOffset));

    private static uint Describe(string operation, IntPtr hDev, StringBuilder? into, uint room, ref uint length, Func<PciFunctionDescription, string> describe)
    {
        int written = 0;
        uint status = With(operation, hDev, card =>
        {
            string text = describe(PciDecoder.Decode(card.Function));
            written = into is null ? text.Length : Give(text, into, room);
        });
        Answer.Tell(ref length, (uint)written);
        return status;
    }

    private static int Give(string text, StringBuilder into, uint room)
    {
        ArgumentNullException.ThrowIfNull(into);
        if (text.Length >= room) throw new StatusException(WD_ERROR_CODES.WD_INSUFFICIENT_RESOURCES, $"the text has {text.Length} characters, and there is room for {room} with its end.");
        into.Clear().Append(text);
        return text.Length;
    }

    private static string Formatted(string format, object[] args)
    {
        try
        {
            return string.Format(CultureInfo.InvariantCulture, format, args);
        }
        catch (Exception error) when (error is FormatException or ArgumentNullException)
        {
            return format ?? ""; // a log line that is no format: as it is
        }
    }
}
