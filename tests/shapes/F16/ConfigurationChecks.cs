using System;
using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using Shapes;
using BYTE = System.Byte;
using DWORD = System.UInt32;
using UINT64 = System.UInt64;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;
using WORD = System.UInt16;

namespace Edu.F16
{
    /// <summary>Configuration space and capabilities.</summary>
    internal static class ConfigurationChecks
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;

        internal static void Run(EduDevice device)
        {
            IntPtr hDev = device.Handle;
            BYTE u8 = 0;
            WORD u16 = 0;
            DWORD u32 = 0;
            UINT64 u64 = 0;
            DWORD dwStatus = wdc_lib_decl.WDC_PciReadCfg32(hDev, (DWORD)PCI_CFG_REG.PCI_VID, ref u32);
            Report.Check("WDC_PciReadCfg32", dwStatus == OK && u32 == 0x11e81234);
            dwStatus = wdc_lib_decl.WDC_PciReadCfg16(hDev, (DWORD)PCI_CFG_REG.PCI_SDID, ref u16);
            Report.Check("WDC_PciReadCfg16", dwStatus == OK && u16 == 0x1100);
            dwStatus = wdc_lib_decl.WDC_PciReadCfg64(hDev, 0, ref u64);
            Report.Check("WDC_PciReadCfg64", dwStatus == OK && (DWORD)u64 == u32);
            Report.Equal("WDC_PciWriteCfg8", OK, wdc_lib_decl.WDC_PciWriteCfg8(hDev, (DWORD)PCI_CFG_REG.PCI_ILR, 0x21));
            dwStatus = wdc_lib_decl.WDC_PciReadCfg8(hDev, (DWORD)PCI_CFG_REG.PCI_ILR, ref u8);
            Report.Check("WDC_PciReadCfg8", dwStatus == OK && u8 == 0x21);

            BySlot(device.Slot);
            Raw(hDev);
            Capabilities(hDev);
        }

        private static void BySlot(WD_PCI_SLOT slot)
        {
            BYTE u8 = 0;
            DWORD u32 = 0;
            DWORD dwStatus = wdc_lib_decl.WDC_PciReadCfgBySlot32(ref slot, (DWORD)PCI_CFG_REG.PCI_VID, ref u32);
            Report.Check("WDC_PciReadCfgBySlot32", dwStatus == OK && u32 == 0x11e81234);
            Report.Equal("WDC_PciWriteCfgBySlot8", OK, wdc_lib_decl.WDC_PciWriteCfgBySlot8(ref slot, (DWORD)PCI_CFG_REG.PCI_ILR, 0x22));
            dwStatus = wdc_lib_decl.WDC_PciReadCfgBySlot8(ref slot, (DWORD)PCI_CFG_REG.PCI_ILR, ref u8);
            Report.Check("WDC_PciReadCfgBySlot8", dwStatus == OK && u8 == 0x22);
        }

        private static void Raw(IntPtr hDev)
        {
            IntPtr pData = Marshal.AllocHGlobal(256);
            try
            {
                DWORD dwStatus = wdc_lib_decl.WDC_PciReadCfg(hDev, 0, pData, 256);
                Report.Check("WDC_PciReadCfg", dwStatus == OK && Marshal.ReadInt16(pData, 2) == 0x11e8);
                Marshal.WriteByte(pData, 0x3c, 0x23);
                dwStatus = wdc_lib_decl.WDC_PciWriteCfg(hDev, (DWORD)PCI_CFG_REG.PCI_ILR, IntPtr.Add(pData, 0x3c), 1);
                BYTE u8 = 0;
                wdc_lib_decl.WDC_PciReadCfg8(hDev, (DWORD)PCI_CFG_REG.PCI_ILR, ref u8);
                Report.Check("WDC_PciWriteCfg", dwStatus == OK && u8 == 0x23);
            }
            finally
            {
                Marshal.FreeHGlobal(pData);
            }
        }

        private static void Capabilities(IntPtr hDev)
        {
            WDC_PCI_SCAN_CAPS_RESULT caps = new WDC_PCI_SCAN_CAPS_RESULT();
            DWORD dwStatus = wdc_lib_decl.WDC_PciScanCaps(hDev, 0, ref caps);
            Report.Check("WDC_PciScanCaps: MSI", dwStatus == OK && caps.dwNumCaps >= 1 && HasMsi(caps));
            Report.Equal("it is on PCI", WD_BUS_TYPE.WD_BUS_PCI, wdc_lib_decl.WDC_GetBusType(hDev));
        }

        private static bool HasMsi(WDC_PCI_SCAN_CAPS_RESULT caps)
        {
            for (int i = 0; i < caps.dwNumCaps; i++)
                if (caps.pciCaps[i].dwCapId == 5 && caps.pciCaps[i].dwCapOffset >= 0x40)
                    return true;
            return false;
        }
    }
}
