using System;
using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using Shapes;
using DWORD = System.UInt32;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;

namespace Edu.F10
{
    /// <summary>The types and marshalers that only this binding has, clean-up commands, macros, and the enumerations' numbers.</summary>
    internal class OldTypes
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;

        internal static void Run(EDU_Device device)
        {
            Types(device);
            Marshalers(device);
            Macros(device);
            CleanUp(device);
            Numbers();
        }

        private static void Types(EDU_Device device)
        {
            WDC_ID_U id = device.Device.id;
            WDC_SLOT_U slot = device.Device.slot;
            Report.Check("id and slot are unions", id.pciId.dwVendorId == EDU_Regs.VENDOR_ID && slot.pciSlot.dwSlot == device.Slot.dwSlot);

            WD_ITEMS item = device.Device.cardReg.Card.Item[0];
            WD_ITEMS._I i = item.I;
            WD_TRANSFER trans = new WD_TRANSFER();
            trans.dwBytes = 4;
            trans.fAutoinc = 1;
            trans.dwOptions = 0;
            trans.Data.Byte = 0x11;
            trans.Data.Word = 0x2211;
            trans.Data.Dword = 0x44332211;
            Report.Check("a transfer's data are one place", trans.Data.Byte == 0x11 && trans.Data.Word == 0x2211);
            trans.Data.Qword = 0x8877665544332211;
            Report.Equal("also of 64 bits", 0x44332211u, trans.Data.Dword);

            WD_INTERRUPT wdInt = new WD_INTERRUPT();
            wdInt.kpCall.dwMessage = 3;
            wdInt.fEnableOk = 1;
            wdInt.fStopped = 0;
            wdInt.Cmd = IntPtr.Zero;
            Report.Check("an interrupt has its fields", wdInt.kpCall.dwMessage == 3 && wdInt.hInterrupt == 0 && wdInt.dwLost == 0);

            WD_KERNEL_PLUGIN kp = new WD_KERNEL_PLUGIN();
            kp.pcDriverName = "KP_EDU";
            kp.pcDriverPath = "";
            Report.Equal("a plug-in has its name", "KP_EDU", kp.pcDriverName);

            Report.Check("an F10 event's fields", new WD_EVENT().handle == 0 && new WD_EVENT().dwStatus == 0 && new WD_EVENT().dwCardType == 0);
        }

        private static void Marshalers(EDU_Device device)
        {
            MarshalScanResult scanMarshaler = (MarshalScanResult)MarshalScanResult.GetInstance("");
            WDC_PCI_SCAN_RESULT scan = new WDC_PCI_SCAN_RESULT();
            wdc_lib_decl.WDC_PciScanDevices(0, 0, scan);
            IntPtr pScan = scanMarshaler.MarshalManagedToNative(scan);
            WDC_PCI_SCAN_RESULT scanBack = (WDC_PCI_SCAN_RESULT)scanMarshaler.MarshalNativeToManaged(pScan);
            Report.Check("MarshalScanResult", scanBack.dwNumDevices == scan.dwNumDevices && scanBack.deviceId[0].dwVendorId == scan.deviceId[0].dwVendorId);
            scanMarshaler.CleanUpNativeData(pScan);
            scanMarshaler.CleanUpManagedData(scanBack);

            MarshalDeviceInfo infoMarshaler = (MarshalDeviceInfo)MarshalDeviceInfo.GetInstance("");
            WD_PCI_CARD_INFO info = new WD_PCI_CARD_INFO();
            info.pciSlot = device.Slot;
            wdc_lib_decl.WDC_PciGetDeviceInfo(info);
            IntPtr pInfo = infoMarshaler.MarshalManagedToNative(info);
            WD_PCI_CARD_INFO infoBack = (WD_PCI_CARD_INFO)infoMarshaler.MarshalNativeToManaged(pInfo);
            Report.Check("MarshalDeviceInfo", infoBack.Card.dwItems == info.Card.dwItems && infoBack.pciSlot.dwSlot == info.pciSlot.dwSlot
                && infoMarshaler.GetNativeDataSize() > 0);
            infoMarshaler.CleanUpNativeData(pInfo);

            MarshalWdCard cardMarshaler = (MarshalWdCard)MarshalWdCard.GetInstance("");
            IntPtr pCard = cardMarshaler.MarshalManagedToNative(info.Card);
            WD_CARD card = (WD_CARD)cardMarshaler.MarshalNativeToManaged(pCard);
            Report.Check("MarshalWdCard", card.dwItems == info.Card.dwItems && card.Item[0].item == info.Card.Item[0].item);
            cardMarshaler.CleanUpNativeData(pCard);

            MarshalWdCardRegister registerMarshaler = (MarshalWdCardRegister)MarshalWdCardRegister.GetInstance("");
            IntPtr pRegister = registerMarshaler.MarshalManagedToNative(device.Device.cardReg);
            WD_CARD_REGISTER cardReg = (WD_CARD_REGISTER)registerMarshaler.MarshalNativeToManaged(pRegister);
            Report.Check("MarshalWdCardRegister", cardReg.hCard == device.Device.cardReg.hCard && cardReg.hCard != 0);
            registerMarshaler.CleanUpNativeData(pRegister);

            MarshalWdKernelPlugin kpMarshaler = (MarshalWdKernelPlugin)MarshalWdKernelPlugin.GetInstance("");
            WD_KERNEL_PLUGIN kp = new WD_KERNEL_PLUGIN();
            kp.pcDriverName = "KP_EDU";
            IntPtr pKp = kpMarshaler.MarshalManagedToNative(kp);
            Report.Equal("MarshalWdKernelPlugin", "KP_EDU", ((WD_KERNEL_PLUGIN)kpMarshaler.MarshalNativeToManaged(pKp)).pcDriverName);
            kpMarshaler.CleanUpNativeData(pKp);

            Report.Check("MarshalWdDma and MarshalWdEvent", MarshalWdDma.GetInstance("") != null && MarshalWdEvent.GetInstance("") != null);

            MarshalWdcDevice deviceMarshaler = (MarshalWdcDevice)MarshalWdcDevice.GetInstance("");
            WDC_DEVICE dev = (WDC_DEVICE)deviceMarshaler.MarshalNativeToManaged(device.Handle);
            Report.Check("MarshalWdcDevice", dev.hDev == device.Handle && dev.id.pciId.dwDeviceId == EDU_Regs.DEVICE_ID);
            WD_INTERRUPT wdInt = (WD_INTERRUPT)deviceMarshaler.MarshalDevWdInterrupt(device.Handle);
            Report.Equal("MarshalDevWdInterrupt", device.Counter, wdInt.dwCounter);
            WD_EVENT wdEvent = (WD_EVENT)deviceMarshaler.MarshalDevWdEvent(device.Handle);
            Report.Equal("MarshalDevWdEvent", 0u, wdEvent.dwAction);
            object hInt = deviceMarshaler.MarshalDevhInt(device.Handle);
            object hEvent = deviceMarshaler.MarshalDevhEvent(device.Handle);
            Report.Check("MarshalDevhInt, MarshalDevhEvent", hInt != null && hEvent != null);
            WDC_ADDR_DESC[] addrDesc = (WDC_ADDR_DESC[])deviceMarshaler.MarshalDevpAddrDesc(device.Handle, device.Device.dwNumAddrSpaces);
            Report.Check("MarshalDevpAddrDesc", addrDesc.Length == device.Device.dwNumAddrSpaces && addrDesc[0].dwBytes == 0x100000);
        }

        private static void Macros(EDU_Device device)
        {
            WDC_DEVICE dev = device.Device;
            WD_PCI_SLOT slot = wdc_defs_macros.WDC_GET_PPCI_SLOT(dev);
            WD_PCI_ID id = wdc_defs_macros.WDC_GET_PPCI_ID(dev);
            Report.Check("WDC_GET_PPCI_SLOT, WDC_GET_PPCI_ID", slot.dwSlot == device.Slot.dwSlot && id.dwVendorId == EDU_Regs.VENDOR_ID);
            WD_CARD card = wdc_defs_macros.WDC_GET_PCARD(dev);
            Report.Check("WDC_GET_PCARD, WDC_GET_CARD_HANDLE", card.dwItems == dev.cardReg.Card.dwItems
                && wdc_defs_macros.WDC_GET_CARD_HANDLE(dev) == dev.cardReg.hCard);
            WDC_ADDR_DESC addrDesc = wdc_defs_macros.WDC_GET_ADDR_DESC(dev, 0);
            Report.Check("WDC_GET_ADDR_DESC, WDC_GET_ADDR_SPACE_SIZE", addrDesc.dwAddrSpace == 0
                && wdc_defs_macros.WDC_GET_ADDR_SPACE_SIZE(dev, 0) == 0x100000);
        }

        private static void CleanUp(EDU_Device device)
        {
            WD_TRANSFER[] trans = new WD_TRANSFER[1];
            trans[0].dwPort = device.AddrDesc[0].kptAddr + EDU_Regs.STATUS;
            trans[0].cmdTrans = (DWORD)WD_TRANSFER_CMD.WM_DWORD;
            trans[0].Data.Dword = 0;
            Report.Equal("WDC_CardCleanupSetup", OK, wdc_lib_decl.WDC_CardCleanupSetup(device.Handle, trans, 1, false));
        }

        private static void Numbers()
        {
            Report.Check("interrupt options", (int)WD_INTERRUPT_OPTIONS.INTERRUPT_LEVEL_SENSITIVE == 1
                && (int)WD_INTERRUPT_OPTIONS.INTERRUPT_CMD_COPY == 2 && (int)WD_INTERRUPT_OPTIONS.INTERRUPT_CE_INT_ID == 4);
            Report.Check("item options", (int)WD_ITEM_OPTIONS.WD_ITEM_DO_NOT_MAP_KERNEL == 1 && (int)WD_ITEM_OPTIONS.WD_ITEM_ALLOW_CACHE == 2);
            Report.Check("bits", (DWORD)BITS.BIT0 == 1 && (DWORD)BITS.BIT7 == 0x80 && unchecked((DWORD)BITS.BIT31) == 0x80000000);
            Report.Check("buses", (int)WD_BUS_TYPE.WD_BUS_PCMCIA == 8 && (int)WD_BUS_TYPE.WD_BUS_EISA == 2);
            Report.Check("directions", (DWORD)WDC_DIRECTION.WDC_WRITE == 0 && (DWORD)WDC_DIRECTION.WDC_READ_WRITE == 2);
            Report.Check("sizes", (DWORD)WDC_ADDR_MODE.WDC_MODE_64 == 8 && (DWORD)WDC_ADDR_SIZE.WDC_SIZE_64 == 8);
        }
    }
}
