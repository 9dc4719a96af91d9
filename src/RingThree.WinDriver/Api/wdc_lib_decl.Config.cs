using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class wdc_lib_decl
{
    /// <summary>Reads 8 bits of configuration space.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwOffset">The offset; any.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciReadCfg8(IntPtr hDev, uint dwOffset, ref byte val) => ReadCfg(nameof(WDC_PciReadCfg8), hDev, dwOffset, ref val);

    /// <summary>Writes 8 bits of configuration space.</summary>
    /// <inheritdoc cref="WDC_PciReadCfg8"/>
    public static uint WDC_PciWriteCfg8(IntPtr hDev, uint dwOffset, byte val) => WriteCfg(nameof(WDC_PciWriteCfg8), hDev, dwOffset, val);

    /// <summary>Reads 8 bits of a function's configuration space by its slot, open or not.</summary>
    /// <param name="pPciSlot">The slot.</param>
    /// <param name="dwOffset">The offset.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciReadCfgBySlot8(ref WD_PCI_SLOT pPciSlot, uint dwOffset, ref byte val) => ReadCfgBySlot(nameof(WDC_PciReadCfgBySlot8), pPciSlot, dwOffset, ref val);

    /// <summary>Writes 8 bits of a function's configuration space by its slot, open or not.</summary>
    /// <param name="pPciSlot">The slot.</param>
    /// <param name="dwOffset">The offset.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciWriteCfgBySlot8(ref WD_PCI_SLOT pPciSlot, uint dwOffset, byte val) => WriteCfgBySlot(nameof(WDC_PciWriteCfgBySlot8), pPciSlot, dwOffset, val);

    /// <summary>Reads 16 bits of configuration space.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwOffset">The offset; any.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciReadCfg16(IntPtr hDev, uint dwOffset, ref ushort val) => ReadCfg(nameof(WDC_PciReadCfg16), hDev, dwOffset, ref val);

    /// <summary>Writes 16 bits of configuration space.</summary>
    /// <inheritdoc cref="WDC_PciReadCfg16"/>
    public static uint WDC_PciWriteCfg16(IntPtr hDev, uint dwOffset, ushort val) => WriteCfg(nameof(WDC_PciWriteCfg16), hDev, dwOffset, val);

    /// <summary>Reads 16 bits of a function's configuration space by its slot, open or not.</summary>
    /// <param name="pPciSlot">The slot.</param>
    /// <param name="dwOffset">The offset.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciReadCfgBySlot16(ref WD_PCI_SLOT pPciSlot, uint dwOffset, ref ushort val) => ReadCfgBySlot(nameof(WDC_PciReadCfgBySlot16), pPciSlot, dwOffset, ref val);

    /// <summary>Writes 16 bits of a function's configuration space by its slot; one that is open in this program.</summary>
    /// <param name="pPciSlot">The slot.</param>
    /// <param name="dwOffset">The offset.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciWriteCfgBySlot16(ref WD_PCI_SLOT pPciSlot, uint dwOffset, ushort val) => WriteCfgBySlot(nameof(WDC_PciWriteCfgBySlot16), pPciSlot, dwOffset, val);

    /// <summary>Reads 32 bits of configuration space.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwOffset">The offset; any.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciReadCfg32(IntPtr hDev, uint dwOffset, ref uint val) => ReadCfg(nameof(WDC_PciReadCfg32), hDev, dwOffset, ref val);

    /// <summary>Writes 32 bits of configuration space.</summary>
    /// <inheritdoc cref="WDC_PciReadCfg32"/>
    public static uint WDC_PciWriteCfg32(IntPtr hDev, uint dwOffset, uint val) => WriteCfg(nameof(WDC_PciWriteCfg32), hDev, dwOffset, val);

    /// <summary>Reads 32 bits of a function's configuration space by its slot, open or not.</summary>
    /// <param name="pPciSlot">The slot.</param>
    /// <param name="dwOffset">The offset.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciReadCfgBySlot32(ref WD_PCI_SLOT pPciSlot, uint dwOffset, ref uint val) => ReadCfgBySlot(nameof(WDC_PciReadCfgBySlot32), pPciSlot, dwOffset, ref val);

    /// <summary>Writes 32 bits of a function's configuration space by its slot; one that is open in this program.</summary>
    /// <param name="pPciSlot">The slot.</param>
    /// <param name="dwOffset">The offset.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciWriteCfgBySlot32(ref WD_PCI_SLOT pPciSlot, uint dwOffset, uint val) => WriteCfgBySlot(nameof(WDC_PciWriteCfgBySlot32), pPciSlot, dwOffset, val);

    /// <summary>Reads 64 bits of configuration space; two accesses or more, as the bus has it.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwOffset">The offset; any.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciReadCfg64(IntPtr hDev, uint dwOffset, ref ulong val) => ReadCfg(nameof(WDC_PciReadCfg64), hDev, dwOffset, ref val);

    /// <summary>Writes 64 bits of configuration space; two accesses or more, as the bus has it.</summary>
    /// <inheritdoc cref="WDC_PciReadCfg64"/>
    public static uint WDC_PciWriteCfg64(IntPtr hDev, uint dwOffset, ulong val) => WriteCfg(nameof(WDC_PciWriteCfg64), hDev, dwOffset, val);

    /// <summary>Reads 64 bits of a function's configuration space by its slot, open or not.</summary>
    /// <param name="pPciSlot">The slot.</param>
    /// <param name="dwOffset">The offset.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciReadCfgBySlot64(ref WD_PCI_SLOT pPciSlot, uint dwOffset, ref ulong val) => ReadCfgBySlot(nameof(WDC_PciReadCfgBySlot64), pPciSlot, dwOffset, ref val);

    /// <summary>Writes 64 bits of a function's configuration space by its slot; one that is open in this program.</summary>
    /// <param name="pPciSlot">The slot.</param>
    /// <param name="dwOffset">The offset.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciWriteCfgBySlot64(ref WD_PCI_SLOT pPciSlot, uint dwOffset, ulong val) => WriteCfgBySlot(nameof(WDC_PciWriteCfgBySlot64), pPciSlot, dwOffset, val);

    /// <summary>Reads bytes of configuration space.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwOffset">The first one's offset.</param>
    /// <param name="pData">Filled.</param>
    /// <param name="dwBytes">How many.</param>
    public static uint WDC_PciReadCfg(IntPtr hDev, uint dwOffset, IntPtr pData, uint dwBytes) => With(nameof(WDC_PciReadCfg), hDev, card =>
        ConfigurationAccess.Read(card.Function.Config.Region, dwOffset, CallerMemory.Given(pData, dwBytes)));

    /// <summary>Writes bytes of configuration space.</summary>
    /// <inheritdoc cref="WDC_PciReadCfg"/>
    public static uint WDC_PciWriteCfg(IntPtr hDev, uint dwOffset, IntPtr pData, uint dwBytes) => With(nameof(WDC_PciWriteCfg), hDev, card =>
        ConfigurationAccess.Write(card.Function.Config.Region, dwOffset, CallerMemory.Given(pData, dwBytes)));

    /// <summary>Reads bytes of a function's configuration space by its slot, open or not.</summary>
    public static uint WDC_PciReadCfgBySlot(ref WD_PCI_SLOT pPciSlot, uint dwOffset, IntPtr pData, uint dwBytes)
    {
        WD_PCI_SLOT slot = pPciSlot;
        return Status.Run(nameof(WDC_PciReadCfgBySlot), () => ConfigurationAccess.Read(slot, dwOffset, CallerMemory.Given(pData, dwBytes)));
    }

    /// <summary>Writes bytes of a function's configuration space by its slot; one that is open in this program.</summary>
    public static uint WDC_PciWriteCfgBySlot(ref WD_PCI_SLOT pPciSlot, uint dwOffset, IntPtr pData, uint dwBytes)
    {
        WD_PCI_SLOT slot = pPciSlot;
        return Status.Run(nameof(WDC_PciWriteCfgBySlot), () => ConfigurationAccess.Write(slot, dwOffset, CallerMemory.Given(pData, dwBytes)));
    }

    private static uint ReadCfg<T>(string operation, IntPtr hDev, uint offset, ref T val)
        where T : unmanaged
    {
        T value = val;
        uint status = With(operation, hDev, card => value = ConfigurationAccess.Read<T>(card.Function.Config.Region, offset));
        val = value;
        return status;
    }

    private static uint WriteCfg<T>(string operation, IntPtr hDev, uint offset, T val)
        where T : unmanaged => With(operation, hDev, card => ConfigurationAccess.Write(card.Function.Config.Region, offset, val));

    private static uint ReadCfgBySlot<T>(string operation, WD_PCI_SLOT slot, uint offset, ref T val)
        where T : unmanaged
    {
        T value = val;
        uint status = Status.Run(operation, () => value = ConfigurationAccess.Read<T>(slot, offset));
        val = value;
        return status;
    }

    private static uint WriteCfgBySlot<T>(string operation, WD_PCI_SLOT slot, uint offset, T val)
        where T : unmanaged => Status.Run(operation, () => ConfigurationAccess.Write(slot, offset, val));
}
