using System;
using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using Shapes;
using BYTE = System.Byte;
using DWORD = System.UInt32;
using UINT64 = System.UInt64;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;
using WORD = System.UInt16;

namespace Edu.F10
{
    /// <summary>Configuration space, by the handle and by the slot.</summary>
    internal class Configuration
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;

        internal static void Run(EDU_Device device)
        {
            ByHandle(device.Handle);
            BySlot(device.Slot);
            Capabilities(device.Handle);
        }

        private static void ByHandle(IntPtr hDev)
        {
            BYTE u8 = 0;
            WORD u16 = 0;
            DWORD u32 = 0;
            UINT64 u64 = 0;
            Report.Equal("WDC_PciReadCfg16", OK, wdc_lib_decl.WDC_PciReadCfg16(hDev, (DWORD)PCI_CFG_REG.PCI_VID, ref u16));
            Report.Equal("vendor", (WORD)EDU_Regs.VENDOR_ID, u16);
            Report.Equal("WDC_PciReadCfg32", OK, wdc_lib_decl.WDC_PciReadCfg32(hDev, (DWORD)PCI_CFG_REG.PCI_VID, ref u32));
            Report.Equal("vendor and device", 0x11e81234u, u32);
            Report.Equal("WDC_PciReadCfg8", OK, wdc_lib_decl.WDC_PciReadCfg8(hDev, (DWORD)PCI_CFG_REG.PCI_REV, ref u8));
            Report.Equal("revision", (BYTE)0x10, u8);
            Report.Equal("WDC_PciReadCfg64", OK, wdc_lib_decl.WDC_PciReadCfg64(hDev, (DWORD)PCI_CFG_REG.PCI_SVID - 4, ref u64));
            Report.Equal("subsystem", 0x11001af4u, (DWORD)(u64 >> 32));

            Report.Equal("WDC_PciWriteCfg8", OK, wdc_lib_decl.WDC_PciWriteCfg8(hDev, (DWORD)PCI_CFG_REG.PCI_ILR, 0x5a));
            wdc_lib_decl.WDC_PciReadCfg8(hDev, (DWORD)PCI_CFG_REG.PCI_ILR, ref u8);
            Report.Equal("the interrupt line register holds", (BYTE)0x5a, u8);
            wdc_lib_decl.WDC_PciReadCfg16(hDev, (DWORD)PCI_CFG_REG.PCI_CR, ref u16);
            Report.Equal("WDC_PciWriteCfg16", OK, wdc_lib_decl.WDC_PciWriteCfg16(hDev, (DWORD)PCI_CFG_REG.PCI_CR, u16));
            wdc_lib_decl.WDC_PciReadCfg32(hDev, (DWORD)PCI_CFG_REG.PCI_CLSR, ref u32);
            Report.Equal("WDC_PciWriteCfg32", OK, wdc_lib_decl.WDC_PciWriteCfg32(hDev, (DWORD)PCI_CFG_REG.PCI_CLSR, u32));
            wdc_lib_decl.WDC_PciReadCfg64(hDev, (DWORD)PCI_CFG_REG.PCI_SVID - 4, ref u64);
            Report.Equal("WDC_PciWriteCfg64", OK, wdc_lib_decl.WDC_PciWriteCfg64(hDev, (DWORD)PCI_CFG_REG.PCI_SVID - 4, u64));

            IntPtr pData = Marshal.AllocHGlobal(64);
            try
            {
                Report.Equal("WDC_PciReadCfg", OK, wdc_lib_decl.WDC_PciReadCfg(hDev, 0, pData, 64));
                Report.Check("the header as bytes", Marshal.ReadInt32(pData) == 0x11e81234 && Marshal.ReadByte(pData, 0x3c) == 0x5a);
                Marshal.WriteByte(pData, 0xa5);
                Report.Equal("WDC_PciWriteCfg", OK, wdc_lib_decl.WDC_PciWriteCfg(hDev, (DWORD)PCI_CFG_REG.PCI_ILR, pData, 1));
                wdc_lib_decl.WDC_PciReadCfg8(hDev, (DWORD)PCI_CFG_REG.PCI_ILR, ref u8);
                Report.Equal("written as bytes", (BYTE)0xa5, u8);
            }
            finally
            {
                Marshal.FreeHGlobal(pData);
            }
        }

        private static void BySlot(WD_PCI_SLOT slot)
        {
            BYTE u8 = 0;
            WORD u16 = 0;
            DWORD u32 = 0;
            UINT64 u64 = 0;
            Report.Equal("WDC_PciReadCfgBySlot16", OK, wdc_lib_decl.WDC_PciReadCfgBySlot16(ref slot, (DWORD)PCI_CFG_REG.PCI_DID, ref u16));
            Report.Equal("device, by slot", (WORD)EDU_Regs.DEVICE_ID, u16);
            Report.Equal("WDC_PciReadCfgBySlot32", OK, wdc_lib_decl.WDC_PciReadCfgBySlot32(ref slot, (DWORD)PCI_CFG_REG.PCI_VID, ref u32));
            Report.Equal("WDC_PciReadCfgBySlot64", OK, wdc_lib_decl.WDC_PciReadCfgBySlot64(ref slot, (DWORD)PCI_CFG_REG.PCI_VID, ref u64));
            Report.Check("the same by 32 and 64 bits", u32 == 0x11e81234 && (DWORD)u64 == u32);
            Report.Equal("WDC_PciWriteCfgBySlot8", OK, wdc_lib_decl.WDC_PciWriteCfgBySlot8(ref slot, (DWORD)PCI_CFG_REG.PCI_ILR, 0x0b));
            Report.Equal("WDC_PciReadCfgBySlot8", OK, wdc_lib_decl.WDC_PciReadCfgBySlot8(ref slot, (DWORD)PCI_CFG_REG.PCI_ILR, ref u8));
            Report.Equal("written by slot", (BYTE)0x0b, u8);
            wdc_lib_decl.WDC_PciReadCfgBySlot16(ref slot, (DWORD)PCI_CFG_REG.PCI_CR, ref u16);
            Report.Equal("WDC_PciWriteCfgBySlot16", OK, wdc_lib_decl.WDC_PciWriteCfgBySlot16(ref slot, (DWORD)PCI_CFG_REG.PCI_CR, u16));
            Report.Equal("WDC_PciWriteCfgBySlot32", OK, wdc_lib_decl.WDC_PciWriteCfgBySlot32(ref slot, (DWORD)PCI_CFG_REG.PCI_SVID, 0));
            Report.Equal("WDC_PciWriteCfgBySlot64", OK, wdc_lib_decl.WDC_PciWriteCfgBySlot64(ref slot, (DWORD)PCI_CFG_REG.PCI_SVID - 4, 0));
            wdc_lib_decl.WDC_PciReadCfgBySlot32(ref slot, (DWORD)PCI_CFG_REG.PCI_SVID, ref u32);
            Report.Equal("what is read-only stays", 0x11001af4u, u32);

            IntPtr pData = Marshal.AllocHGlobal(4);
            try
            {
                Report.Equal("WDC_PciReadCfgBySlot", OK, wdc_lib_decl.WDC_PciReadCfgBySlot(ref slot, 0, pData, 4));
                Report.Equal("bytes by slot", 0x11e81234, Marshal.ReadInt32(pData));
                Marshal.WriteByte(pData, 0x0c);
                Report.Equal("WDC_PciWriteCfgBySlot", OK, wdc_lib_decl.WDC_PciWriteCfgBySlot(ref slot, (DWORD)PCI_CFG_REG.PCI_ILR, pData, 1));
                wdc_lib_decl.WDC_PciReadCfgBySlot8(ref slot, (DWORD)PCI_CFG_REG.PCI_ILR, ref u8);
                Report.Equal("written as bytes by slot", (BYTE)0x0c, u8);
            }
            finally
            {
                Marshal.FreeHGlobal(pData);
            }
        }

        private static void Capabilities(IntPtr hDev)
        {
            DWORD dwBusType = (DWORD)wdc_lib_decl.WDC_GetBusType(hDev);
            Report.Equal("it is on PCI", (DWORD)WD_BUS_TYPE.WD_BUS_PCI, dwBusType);
            Report.Check("WDC_GetDevContext is what was given", wdc_lib_decl.WDC_GetDevContext(hDev) == IntPtr.Zero);
            Report.Check("WDC_GetWDHandle is a handle", wdc_lib_decl.WDC_GetWDHandle() != IntPtr.Zero);
        }
    }
}
