using System.Runtime.InteropServices;
using RingThree.Registers;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class wdc_lib_decl
{
    /// <summary>Reads 8 bits of configuration space.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwOffset">The offset, a multiple of the width.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciReadCfg8(IntPtr hDev, uint dwOffset, ref byte val)
    {
        byte value = val;
        uint status = With(nameof(WDC_PciReadCfg8), hDev, card => value = card.Function.Config.Region.Read<byte>(dwOffset));
        val = value;
        return status;
    }

    /// <summary>Writes 8 bits of configuration space.</summary>
    /// <inheritdoc cref="WDC_PciReadCfg8"/>
    public static uint WDC_PciWriteCfg8(IntPtr hDev, uint dwOffset, byte val) =>
        With(nameof(WDC_PciWriteCfg8), hDev, card => card.Function.Config.Region.Write(dwOffset, val));

    /// <summary>Reads 8 bits of a function's configuration space by its slot, open or not.</summary>
    /// <param name="pPciSlot">The slot.</param>
    /// <param name="dwOffset">The offset.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciReadCfgBySlot8(ref WD_PCI_SLOT pPciSlot, uint dwOffset, ref byte val)
    {
        WD_PCI_SLOT slot = pPciSlot;
        byte value = val;
        uint status = Status.Run(nameof(WDC_PciReadCfgBySlot8), () => value = MemoryMarshal.Read<byte>(SlotConfiguration.Read(slot, dwOffset, 1)));
        val = value;
        return status;
    }

    /// <summary>Writes 8 bits of a function's configuration space by its slot; one that is open in this program.</summary>
    /// <param name="pPciSlot">The slot.</param>
    /// <param name="dwOffset">The offset.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciWriteCfgBySlot8(ref WD_PCI_SLOT pPciSlot, uint dwOffset, byte val)
    {
        WD_PCI_SLOT slot = pPciSlot;
        byte[] bytes = new byte[1];
        MemoryMarshal.Write(bytes, val);
        return Status.Run(nameof(WDC_PciWriteCfgBySlot8), () => SlotConfiguration.Write(slot, dwOffset, bytes));
    }

    /// <summary>Reads 16 bits of configuration space.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwOffset">The offset, a multiple of the width.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciReadCfg16(IntPtr hDev, uint dwOffset, ref ushort val)
    {
        ushort value = val;
        uint status = With(nameof(WDC_PciReadCfg16), hDev, card => value = card.Function.Config.Region.Read<ushort>(dwOffset));
        val = value;
        return status;
    }

    /// <summary>Writes 16 bits of configuration space.</summary>
    /// <inheritdoc cref="WDC_PciReadCfg16"/>
    public static uint WDC_PciWriteCfg16(IntPtr hDev, uint dwOffset, ushort val) =>
        With(nameof(WDC_PciWriteCfg16), hDev, card => card.Function.Config.Region.Write(dwOffset, val));

    /// <summary>Reads 16 bits of a function's configuration space by its slot, open or not.</summary>
    /// <param name="pPciSlot">The slot.</param>
    /// <param name="dwOffset">The offset.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciReadCfgBySlot16(ref WD_PCI_SLOT pPciSlot, uint dwOffset, ref ushort val)
    {
        WD_PCI_SLOT slot = pPciSlot;
        ushort value = val;
        uint status = Status.Run(nameof(WDC_PciReadCfgBySlot16), () => value = MemoryMarshal.Read<ushort>(SlotConfiguration.Read(slot, dwOffset, 2)));
        val = value;
        return status;
    }

    /// <summary>Writes 16 bits of a function's configuration space by its slot; one that is open in this program.</summary>
    /// <param name="pPciSlot">The slot.</param>
    /// <param name="dwOffset">The offset.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciWriteCfgBySlot16(ref WD_PCI_SLOT pPciSlot, uint dwOffset, ushort val)
    {
        WD_PCI_SLOT slot = pPciSlot;
        byte[] bytes = new byte[2];
        MemoryMarshal.Write(bytes, val);
        return Status.Run(nameof(WDC_PciWriteCfgBySlot16), () => SlotConfiguration.Write(slot, dwOffset, bytes));
    }

    /// <summary>Reads 32 bits of configuration space.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwOffset">The offset, a multiple of the width.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciReadCfg32(IntPtr hDev, uint dwOffset, ref uint val)
    {
        uint value = val;
        uint status = With(nameof(WDC_PciReadCfg32), hDev, card => value = card.Function.Config.Region.Read<uint>(dwOffset));
        val = value;
        return status;
    }

    /// <summary>Writes 32 bits of configuration space.</summary>
    /// <inheritdoc cref="WDC_PciReadCfg32"/>
    public static uint WDC_PciWriteCfg32(IntPtr hDev, uint dwOffset, uint val) =>
        With(nameof(WDC_PciWriteCfg32), hDev, card => card.Function.Config.Region.Write(dwOffset, val));

    /// <summary>Reads 32 bits of a function's configuration space by its slot, open or not.</summary>
    /// <param name="pPciSlot">The slot.</param>
    /// <param name="dwOffset">The offset.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciReadCfgBySlot32(ref WD_PCI_SLOT pPciSlot, uint dwOffset, ref uint val)
    {
        WD_PCI_SLOT slot = pPciSlot;
        uint value = val;
        uint status = Status.Run(nameof(WDC_PciReadCfgBySlot32), () => value = MemoryMarshal.Read<uint>(SlotConfiguration.Read(slot, dwOffset, 4)));
        val = value;
        return status;
    }

    /// <summary>Writes 32 bits of a function's configuration space by its slot; one that is open in this program.</summary>
    /// <param name="pPciSlot">The slot.</param>
    /// <param name="dwOffset">The offset.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciWriteCfgBySlot32(ref WD_PCI_SLOT pPciSlot, uint dwOffset, uint val)
    {
        WD_PCI_SLOT slot = pPciSlot;
        byte[] bytes = new byte[4];
        MemoryMarshal.Write(bytes, val);
        return Status.Run(nameof(WDC_PciWriteCfgBySlot32), () => SlotConfiguration.Write(slot, dwOffset, bytes));
    }

    /// <summary>Reads 64 bits of configuration space; two accesses, as the bus has it.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwOffset">The offset, a multiple of the width.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciReadCfg64(IntPtr hDev, uint dwOffset, ref ulong val)
    {
        ulong value = val;
        uint status = With(nameof(WDC_PciReadCfg64), hDev, card => value = Read64(card, dwOffset));
        val = value;
        return status;
    }

    /// <summary>Writes 64 bits of configuration space; two accesses, as the bus has it.</summary>
    /// <inheritdoc cref="WDC_PciReadCfg64"/>
    public static uint WDC_PciWriteCfg64(IntPtr hDev, uint dwOffset, ulong val) =>
        With(nameof(WDC_PciWriteCfg64), hDev, card => Write64(card, dwOffset, val));

    /// <summary>Reads 64 bits of a function's configuration space by its slot, open or not.</summary>
    /// <param name="pPciSlot">The slot.</param>
    /// <param name="dwOffset">The offset.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciReadCfgBySlot64(ref WD_PCI_SLOT pPciSlot, uint dwOffset, ref ulong val)
    {
        WD_PCI_SLOT slot = pPciSlot;
        ulong value = val;
        uint status = Status.Run(nameof(WDC_PciReadCfgBySlot64), () => value = MemoryMarshal.Read<ulong>(SlotConfiguration.Read(slot, dwOffset, 8)));
        val = value;
        return status;
    }

    /// <summary>Writes 64 bits of a function's configuration space by its slot; one that is open in this program.</summary>
    /// <param name="pPciSlot">The slot.</param>
    /// <param name="dwOffset">The offset.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_PciWriteCfgBySlot64(ref WD_PCI_SLOT pPciSlot, uint dwOffset, ulong val)
    {
        WD_PCI_SLOT slot = pPciSlot;
        byte[] bytes = new byte[8];
        MemoryMarshal.Write(bytes, val);
        return Status.Run(nameof(WDC_PciWriteCfgBySlot64), () => SlotConfiguration.Write(slot, dwOffset, bytes));
    }

    /// <summary>Reads bytes of configuration space.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwOffset">The first one's offset.</param>
    /// <param name="pData">Filled.</param>
    /// <param name="dwBytes">How many.</param>
    public static uint WDC_PciReadCfg(IntPtr hDev, uint dwOffset, IntPtr pData, uint dwBytes) => With(nameof(WDC_PciReadCfg), hDev, card =>
        card.Function.Config.Region.ReadBlock(dwOffset, Given(CallerMemory.Span(pData, dwBytes))));

    /// <summary>Writes bytes of configuration space.</summary>
    /// <inheritdoc cref="WDC_PciReadCfg"/>
    public static uint WDC_PciWriteCfg(IntPtr hDev, uint dwOffset, IntPtr pData, uint dwBytes) => With(nameof(WDC_PciWriteCfg), hDev, card =>
        card.Function.Config.Region.WriteBlock<byte>(dwOffset, Given(CallerMemory.Span(pData, dwBytes))));

    /// <summary>Reads bytes of a function's configuration space by its slot, open or not.</summary>
    public static uint WDC_PciReadCfgBySlot(ref WD_PCI_SLOT pPciSlot, uint dwOffset, IntPtr pData, uint dwBytes)
    {
        WD_PCI_SLOT slot = pPciSlot;
        return Status.Run(nameof(WDC_PciReadCfgBySlot), () => SlotConfiguration.Read(slot, dwOffset, (int)Math.Min(dwBytes, 4096)).CopyTo(Given(CallerMemory.Span(pData, dwBytes))));
    }

    /// <summary>Writes bytes of a function's configuration space by its slot; one that is open in this program.</summary>
    public static uint WDC_PciWriteCfgBySlot(ref WD_PCI_SLOT pPciSlot, uint dwOffset, IntPtr pData, uint dwBytes)
    {
        WD_PCI_SLOT slot = pPciSlot;
        return Status.Run(nameof(WDC_PciWriteCfgBySlot), () => SlotConfiguration.Write(slot, dwOffset, Given(CallerMemory.Span(pData, dwBytes)).ToArray()));
    }

    private static Span<byte> Given(Span<byte> data) => data.IsEmpty ? throw new ArgumentException("a buffer and its size are needed") : data;

    private static ulong Read64(OpenCard card, uint offset)
    {
        DeviceRegion config = card.Function.Config.Region;
        return config.Read<uint>(offset) | ((ulong)config.Read<uint>(offset + 4) << 32);
    }

    private static void Write64(OpenCard card, uint offset, ulong value)
    {
        DeviceRegion config = card.Function.Config.Region;
        config.Write(offset, (uint)value);
        config.Write(offset + 4, (uint)(value >> 32));
    }
}
