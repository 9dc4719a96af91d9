using System;
using System.Collections.Generic;
using System.Threading;
using Jungo.wdapi_dotnet;
using Shapes;
using DWORD = System.UInt32;
using UINT64 = System.UInt64;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;

namespace Clients.Wizard
{
    /// <summary>The diagnostics program over it, for a bridge of the nineties (10b5:9050).</summary>
    public static class BRIDGE_diag
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;
        private const string DEFAULT_DRIVER_NAME = "windrvr" + windrvr_decl.WD_VERSION;

        public static void Run()
        {
            Report.Equal("the driver's name", "windrvr1630", windrvr_decl.WD_DriverName(DEFAULT_DRIVER_NAME));
            wdc_lib_decl.WDC_SetDebugOptions(wdc_lib_consts.WDC_DBG_NONE, null);
            Report.Equal("WDC_DriverOpen", OK, wdc_lib_decl.WDC_DriverOpen(wdc_lib_consts.WDC_DRV_OPEN_DEFAULT, null));
            WDC_PCI_SCAN_RESULT found = new WDC_PCI_SCAN_RESULT();
            Report.Equal("WDC_PciScanDevices", OK, wdc_lib_decl.WDC_PciScanDevices(0x10b5, 0x9050, found));
            List<BRIDGE_Device> devices = new List<BRIDGE_Device>();
            for (int i = 0; i < found.dwNumDevices; ++i)
                devices.Add(new BRIDGE_Device(found.deviceId[i].dwVendorId, found.deviceId[i].dwDeviceId, found.deviceSlot[i]));
            if (!Report.Equal("bridges", 1, devices.Count))
                return;

            BRIDGE_Device device = devices[0];
            WDC_DEVICE held = device.Device; // as a form holds it, from before it is open
            Report.Equal("WDC_PciDeviceOpen", OK, device.Open());
            Report.Check("who held the object before has the open device", held.hDev == device.Handle && held.hDev != IntPtr.Zero && held.dwNumAddrSpaces >= 3);
            Configuration(device);
            Registers(device);
            Interrupts(device, held);
            Report.Equal("closed", OK, device.Close());
            Report.Equal("WDC_DriverClose", OK, wdc_lib_decl.WDC_DriverClose());
        }

        private static void Configuration(BRIDGE_Device device)
        {
            Dictionary<string, UINT64> values = new Dictionary<string, UINT64>();
            int read = 0;
            foreach (WDC_REG reg in BRIDGE_Regs.CfgRegs)
            {
                UINT64 u64Data = 0;
                DWORD dwStatus = device.ReadRegister(reg, ref u64Data);
                if (dwStatus == OK)
                    ++read;
                else
                    Report.Line("{0}: 0x{1:x} ({2})", reg.sName, dwStatus, utils.Stat2Str(dwStatus));
                values[reg.sName] = u64Data;
            }

            Report.Equal("the whole table is read, by 32 bits", BRIDGE_Regs.CfgRegs.Length, read);
            Report.Check("and each entry begins with its register", values["VID"] == 0x905010b5 && (values["DID"] & 0xffff) == 0x9050
                && (values["CLCC"] & 0xffffff) == 0x068000 && (values["SDID"] & 0xffff) == 0x9050 && (values["INTPIN"] & 0xff) == 1
                && (values["INTLN"] >> 8 & 0xff) == 1);
        }

        private static void Registers(BRIDGE_Device device)
        {
            UINT64 u64Data = 0;
            WDC_REG intcsr = BRIDGE_Regs.RunTimeRegs[0];
            Report.Equal("INTCSR is written by 16 bits", OK, device.WriteRegister(intcsr, 0x0103));
            Report.Check("and read in each size", device.ReadRegister(intcsr, ref u64Data) == OK && u64Data == 0x103
                && device.ReadRegister(BRIDGE_Regs.RunTimeRegs[1], ref u64Data) == OK && u64Data == 0x103
                && device.ReadRegister(BRIDGE_Regs.RunTimeRegs[2], ref u64Data) == OK && u64Data == 1);
            Report.Check("a size that is none is refused by the client",
                device.WriteRegister(new WDC_REG(0, 0, 3, WDC_DIRECTION.WDC_WRITE, "", ""), 0) == (DWORD)wdc_err.WD_INVALID_PARAMETER);
        }

        private static void Interrupts(BRIDGE_Device device, WDC_DEVICE held)
        {
            AutoResetEvent came = new AutoResetEvent(false);
            Report.Equal("events are registered", OK, device.RegisterEvents(delegate (WD_EVENT wdEvent, BRIDGE_Device dev) { }));
            Report.Equal("interrupts are enabled", OK, device.EnableInterrupts(delegate (BRIDGE_Device dev) { came.Set(); }));
            Report.Equal("the card may interrupt", OK, device.WriteRegister(BRIDGE_Regs.RunTimeRegs[0], 0x0143));
            for (int i = 1; i <= 3; ++i)
            {
                device.WriteRegister(BRIDGE_Regs.RunTimeRegs[3], 1);
                Report.Check("interrupt " + i, came.WaitOne(20000, false));
                Report.Check("its register was copied", (device.LastIntcsr & 0x4) != 0);
                if (i == 2)
                    Report.Equal("CEInterruptEnhance", OK, windrvr_decl.CEInterruptEnhance(held.hIntThread));
            }

            Report.Equal("counted, by the object that was held", 3u, held.Int.dwCounter);
            Report.Equal("interrupts are disabled", OK, device.DisableInterrupts());
        }
    }
}
