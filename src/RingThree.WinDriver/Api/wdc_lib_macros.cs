using RingThree.Pci.Decoding;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

/// <summary>
/// Memory of devices without a status: the address is <see cref="wdc_defs_macros.WDC_MEM_DIRECT_ADDR(WDC_ADDR_DESC)"/>, and every
/// access is checked all the same. A read where nothing is open is all ones; a write there is none.
/// </summary>
public static class wdc_lib_macros
{
    /// <summary>Reads 8 bits.</summary>
    /// <param name="addr">Where the space begins.</param>
    /// <param name="off">Bytes from there, a multiple of the width.</param>
    public static byte WDC_ReadMem8(ulong addr, ulong off) => DirectMemory.Read(nameof(WDC_ReadMem8), addr, off, byte.MaxValue);

    /// <summary>Writes 8 bits.</summary>
    /// <param name="addr">Where the space begins.</param>
    /// <param name="off">Bytes from there, a multiple of the width.</param>
    /// <param name="val">The value.</param>
    public static void WDC_WriteMem8(ulong addr, ulong off, byte val) => DirectMemory.Write(nameof(WDC_WriteMem8), addr, off, val);

    /// <summary>Reads 16 bits.</summary>
    /// <param name="addr">Where the space begins.</param>
    /// <param name="off">Bytes from there, a multiple of the width.</param>
    public static ushort WDC_ReadMem16(ulong addr, ulong off) => DirectMemory.Read(nameof(WDC_ReadMem16), addr, off, ushort.MaxValue);

    /// <summary>Writes 16 bits.</summary>
    /// <param name="addr">Where the space begins.</param>
    /// <param name="off">Bytes from there, a multiple of the width.</param>
    /// <param name="val">The value.</param>
    public static void WDC_WriteMem16(ulong addr, ulong off, ushort val) => DirectMemory.Write(nameof(WDC_WriteMem16), addr, off, val);

    /// <summary>Reads 32 bits.</summary>
    /// <param name="addr">Where the space begins.</param>
    /// <param name="off">Bytes from there, a multiple of the width.</param>
    public static uint WDC_ReadMem32(ulong addr, ulong off) => DirectMemory.Read(nameof(WDC_ReadMem32), addr, off, uint.MaxValue);

    /// <summary>Writes 32 bits.</summary>
    /// <param name="addr">Where the space begins.</param>
    /// <param name="off">Bytes from there, a multiple of the width.</param>
    /// <param name="val">The value.</param>
    public static void WDC_WriteMem32(ulong addr, ulong off, uint val) => DirectMemory.Write(nameof(WDC_WriteMem32), addr, off, val);

    /// <summary>Reads 64 bits.</summary>
    /// <param name="addr">Where the space begins.</param>
    /// <param name="off">Bytes from there, a multiple of the width.</param>
    public static ulong WDC_ReadMem64(ulong addr, ulong off) => DirectMemory.Read(nameof(WDC_ReadMem64), addr, off, ulong.MaxValue);

    /// <summary>Writes 64 bits.</summary>
    /// <param name="addr">Where the space begins.</param>
    /// <param name="off">Bytes from there, a multiple of the width.</param>
    /// <param name="val">The value.</param>
    public static void WDC_WriteMem64(ulong addr, ulong off, ulong val) => DirectMemory.Write(nameof(WDC_WriteMem64), addr, off, val);

    /// <summary>Bytes of an access width.</summary>
    public static uint WDC_ADDR_MODE_TO_SIZE(WDC_ADDR_MODE mode) => (uint)mode;

    /// <summary>The access width of so many bytes.</summary>
    public static WDC_ADDR_MODE WDC_ADDR_SIZE_TO_MODE(uint size) => (WDC_ADDR_MODE)size;

    /// <inheritdoc cref="WDC_ADDR_SIZE_TO_MODE(uint)"/>
    public static WDC_ADDR_MODE WDC_ADDR_SIZE_TO_MODE(WDC_ADDR_SIZE size) => (WDC_ADDR_MODE)size;

    /// <summary>A BOOL of C: 1 or 0.</summary>
    public static uint DotnetBoolToCBool(bool val) => val ? 1u : 0;

    /// <summary>What a capability is called, by its id.</summary>
    public static string GetCapabilityStr(uint dwCapId) => dwCapId > ushort.MaxValue ? "unknown" : PciDecoder.CapabilityName((ushort)dwCapId, isExtended: false);

    /// <summary>What an extended capability is called, by its id.</summary>
    public static string GetExtendedCapabilityStr(uint dwCapId) => dwCapId > ushort.MaxValue ? "unknown" : PciDecoder.CapabilityName((ushort)dwCapId, isExtended: true);
}
