using System;
using System.Runtime.InteropServices;
using System.Text;
using Jungo.wdapi_dotnet;
using Shapes;
using static Jungo.wdapi_dotnet.WD_ERROR_CODES;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using static Jungo.wdapi_dotnet.wdc_lib_macros;
using BYTE = System.Byte;
using DWORD = System.UInt32;
using UINT64 = System.UInt64;
using WORD = System.UInt16;

namespace Edu.N15
{
    /// <summary>Configuration space, capabilities, and the texts of both.</summary>
    internal static class Configuration
    {
        internal static void Run(EduDevice device)
        {
            ByHandle(device.Handle);
            BySlot(device.Slot);
            Raw(device.Handle, device.Slot);
            Capabilities(device.Handle);
            Texts(device.Handle);
        }

        private static void ByHandle(IntPtr hDev)
        {
            BYTE u8 = 0;
            WORD u16 = 0;
            DWORD u32 = 0;
            UINT64 u64 = 0;
            Program.Call(() => WDC_PciReadCfg8(hDev, (DWORD)PCI_CFG_REG.PCI_REV, ref u8));
            Program.Call(() => WDC_PciReadCfg16(hDev, (DWORD)PCI_CONFIG_REGS_OFFSET.PCI_VID, ref u16));
            Program.Call(() => WDC_PciReadCfg32(hDev, (DWORD)PCI_CFG_REG.PCI_VID, ref u32));
            Program.Call(() => WDC_PciReadCfg64(hDev, 0x28, ref u64));
            Report.Check("their values", u8 == 0x10 && u16 == 0x1234 && u32 == 0x11e81234 && (DWORD)(u64 >> 32) == 0x11001af4);
            Program.Call(() => WDC_PciWriteCfg8(hDev, (DWORD)PCI_CFG_REG.PCI_ILR, 0x31));
            Program.Call(() => WDC_PciReadCfg16(hDev, (DWORD)PCI_CFG_REG.PCI_CR, ref u16));
            Program.Call(() => WDC_PciWriteCfg16(hDev, (DWORD)PCI_CFG_REG.PCI_CR, u16));
            Program.Call(() => WDC_PciWriteCfg32(hDev, (DWORD)PCI_CFG_REG.PCI_SVID, 0));
            Program.Call(() => WDC_PciWriteCfg64(hDev, 0x28, 0));
            Program.Call(() => WDC_PciReadCfg8(hDev, (DWORD)PCI_CFG_REG.PCI_ILR, ref u8));
            Program.Call(() => WDC_PciReadCfg64(hDev, 0x28, ref u64));
            Report.Check("what is read-only stays, what is not holds", u8 == 0x31 && (DWORD)(u64 >> 32) == 0x11001af4);
        }

        private static void BySlot(WD_PCI_SLOT slot)
        {
            BYTE u8 = 0;
            WORD u16 = 0;
            DWORD u32 = 0;
            UINT64 u64 = 0;
            Program.Call(() => WDC_PciReadCfgBySlot8(ref slot, (DWORD)PCI_CFG_REG.PCI_REV, ref u8));
            Program.Call(() => WDC_PciReadCfgBySlot16(ref slot, (DWORD)PCI_CFG_REG.PCI_DID, ref u16));
            Program.Call(() => WDC_PciReadCfgBySlot32(ref slot, (DWORD)PCI_CFG_REG.PCI_VID, ref u32));
            Program.Call(() => WDC_PciReadCfgBySlot64(ref slot, 0, ref u64));
            Report.Check("the same by slot", u8 == 0x10 && u16 == 0x11e8 && u32 == 0x11e81234 && (DWORD)u64 == u32);
            Program.Call(() => WDC_PciWriteCfgBySlot8(ref slot, (DWORD)PCI_CFG_REG.PCI_ILR, 0x32));
            Program.Call(() => WDC_PciReadCfgBySlot8(ref slot, (DWORD)PCI_CFG_REG.PCI_ILR, ref u8));
            Program.Call(() => WDC_PciReadCfgBySlot16(ref slot, (DWORD)PCI_CFG_REG.PCI_CR, ref u16));
            Program.Call(() => WDC_PciWriteCfgBySlot16(ref slot, (DWORD)PCI_CFG_REG.PCI_CR, u16));
            Program.Call(() => WDC_PciWriteCfgBySlot32(ref slot, (DWORD)PCI_CFG_REG.PCI_SVID, 0));
            Program.Call(() => WDC_PciWriteCfgBySlot64(ref slot, 0x28, 0));
            Report.Equal("written by slot", (BYTE)0x32, u8);
        }

        private static void Raw(IntPtr hDev, WD_PCI_SLOT slot)
        {
            IntPtr buffer = Marshal.AllocHGlobal(64);
            Program.Call(() => WDC_PciReadCfg(hDev, 0, buffer, 64));
            Report.Check("the header as bytes", Marshal.ReadInt32(buffer) == 0x11e81234 && Marshal.ReadByte(buffer, 0x3c) == 0x32);
            Program.Call(() => WDC_PciWriteCfg(hDev, 0x3c, buffer, 1));
            Program.Call(() => WDC_PciReadCfgBySlot(ref slot, 0x3c, buffer, 1));
            Report.Equal("written as bytes", (BYTE)0x34, Marshal.ReadByte(buffer));
            Marshal.FreeHGlobal(buffer);
        }

        private static void Capabilities(IntPtr hDev)
        {
            WDC_PCI_SCAN_CAPS_RESULT caps = new WDC_PCI_SCAN_CAPS_RESULT();
            Program.Call(() => WDC_PciScanCaps(hDev, (DWORD)PCI_CAP.PCI_CAP_ID_MSI, ref caps));
            Report.Check("one MSI capability", caps.dwNumCaps == 1 && caps.pciCaps[0].dwCapId == 5);
            Program.Call(() => WDC_PciScanCaps(hDev, (DWORD)PCI_CAP.PCI_CAP_ID_AGP, ref caps));
            Report.Equal("no AGP capability", 0u, caps.dwNumCaps);
            Report.Check("no extended capability", WDC_PciScanExtCaps(hDev, (DWORD)PCI_EXT_CAP.PCI_EXT_CAP_ID_ERR, ref caps) != WDC_OK
                || caps.dwNumCaps == 0);
            DWORD offset = 0;
            DWORD status = WDC_PciGetExpressOffset(hDev, ref offset);
            Report.Check("it is conventional PCI", status != (DWORD)WD_STATUS_SUCCESS || offset == 0);
            WDC_PCI_HEADER_TYPE header = 0;
            Program.Call(() => WDC_PciGetHeaderType(hDev, ref header));
            Report.Equal("an ordinary header", WDC_PCI_HEADER_TYPE.HEADER_TYPE_NORMAL, header);
        }

        private static void Texts(IntPtr hDev)
        {
            StringBuilder text = new StringBuilder(2048);
            DWORD length = 0;
            Program.Call(() => PciConfRegData2Str(hDev, (DWORD)PCI_CFG_REG.PCI_CR, text, (DWORD)text.Capacity, ref length));
            Report.Line("command register: {0}", text);
            Report.Check("the command register has a text", text.Length > 0 && length > 0);
            text.Clear();
            Report.Check("no Express register, no text", WDC_OK != PciExpressConfRegData2Str(hDev, 0, text, (DWORD)text.Capacity, ref length));
            Report.Check("capabilities have names", GetCapabilityStr((DWORD)PCI_CAP.PCI_CAP_ID_MSI).Contains("MSI")
                && GetExtendedCapabilityStr((DWORD)PCI_EXT_CAP.PCI_EXT_CAP_ID_ERR).Length > 0);
            Report.Check("modes and sizes", (DWORD)WDC_ADDR_MODE_TO_SIZE(WDC_ADDR_MODE.WDC_MODE_32) == 4
                && WDC_ADDR_SIZE_TO_MODE(WDC_ADDR_SIZE.WDC_SIZE_16) == WDC_ADDR_MODE.WDC_MODE_16);
            Report.Check("C's booleans", DotnetBoolToCBool(true) == 1 && DotnetBoolToCBool(false) == 0);
        }

        private const DWORD WDC_OK = (DWORD)WD_STATUS_SUCCESS;
    }
}
