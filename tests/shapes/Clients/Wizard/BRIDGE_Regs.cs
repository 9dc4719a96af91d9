using Jungo.wdapi_dotnet;
using DWORD = System.UInt32;

namespace Clients.Wizard
{
    /// <summary>The tables: configuration space by entries of 32 bits throughout, the card's registers each in its size.</summary>
    public static class BRIDGE_Regs
    {
        public const DWORD BRIDGE_INTCSR_SPACE = (DWORD)AD_PCI_BAR.AD_PCI_BAR1;
        public const DWORD BRIDGE_INTCSR_OFFSET = 0x4c;
        public const DWORD BRIDGE_LOCAL_SPACE = (DWORD)AD_PCI_BAR.AD_PCI_BAR2;

        public static readonly WDC_REG[] CfgRegs =
        {
            Cfg(PCI_CFG_REG.PCI_VID, "VID", "Vendor ID"),
            Cfg(PCI_CFG_REG.PCI_DID, "DID", "Device ID"),
            Cfg(PCI_CFG_REG.PCI_CR, "CMD", "Command"),
            Cfg(PCI_CFG_REG.PCI_SR, "STS", "Status"),
            Cfg(PCI_CFG_REG.PCI_REV, "RID", "Revision ID"),
            Cfg(PCI_CFG_REG.PCI_CCR, "CLCC", "Class code"),
            Cfg(PCI_CFG_REG.PCI_CCSC, "SCC", "Sub-class code"),
            Cfg(PCI_CFG_REG.PCI_CLSR, "CALN", "Cache line size"),
            Cfg(PCI_CFG_REG.PCI_LTR, "LAT", "Latency timer"),
            Cfg(PCI_CFG_REG.PCI_HDR, "HDR", "Header type"),
            Cfg(PCI_CFG_REG.PCI_BISTR, "BIST", "Self-test"),
            Cfg(PCI_CFG_REG.PCI_BAR0, "BADDR0", "Base address 0"),
            Cfg(PCI_CFG_REG.PCI_SVID, "SVID", "Subsystem vendor"),
            Cfg(PCI_CFG_REG.PCI_SDID, "SDID", "Subsystem device"),
            Cfg(PCI_CFG_REG.PCI_CAP, "NEW_CAP", "Capabilities"),
            Cfg(PCI_CFG_REG.PCI_ILR, "INTLN", "Interrupt line"),
            Cfg(PCI_CFG_REG.PCI_IPR, "INTPIN", "Interrupt pin"),
            Cfg(PCI_CFG_REG.PCI_MGR, "MINGNT", "Minimum grant"),
            Cfg(PCI_CFG_REG.PCI_MLR, "MAXLAT", "Maximum latency"),
        };

        public static readonly WDC_REG[] RunTimeRegs =
        {
            new WDC_REG(BRIDGE_INTCSR_SPACE, BRIDGE_INTCSR_OFFSET, wdc_lib_consts.WDC_SIZE_16, WDC_DIRECTION.WDC_READ_WRITE, "INTCSR", "Interrupt control and status"),
            new WDC_REG((DWORD)AD_PCI_BAR.AD_PCI_BAR0, BRIDGE_INTCSR_OFFSET, wdc_lib_consts.WDC_SIZE_32, WDC_DIRECTION.WDC_READ_WRITE, "INTCSR_MEM", "The same in memory"),
            new WDC_REG((DWORD)AD_PCI_BAR.AD_PCI_BAR0, BRIDGE_INTCSR_OFFSET + 1, wdc_lib_consts.WDC_SIZE_8, WDC_DIRECTION.WDC_READ_WRITE, "INTCSR_HI", "Its second byte"),
            new WDC_REG(BRIDGE_LOCAL_SPACE, 0x00, wdc_lib_consts.WDC_SIZE_32, WDC_DIRECTION.WDC_WRITE, "TRIGGER", "Has the device signal"),
            new WDC_REG(BRIDGE_LOCAL_SPACE, 0x04, wdc_lib_consts.WDC_SIZE_32, WDC_DIRECTION.WDC_READ, "PULSES", "How often it has"),
        };

        private static WDC_REG Cfg(PCI_CFG_REG offset, string sName, string sDesc)
        {
            return new WDC_REG(wdc_lib_consts.WDC_AD_CFG_SPACE, (DWORD)offset, wdc_lib_consts.WDC_SIZE_32, WDC_DIRECTION.WDC_READ_WRITE, sName, sDesc);
        }
    }
}
