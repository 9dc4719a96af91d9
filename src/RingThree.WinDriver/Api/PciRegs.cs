namespace Jungo.wdapi_dotnet;

/// <summary>The enumerations of configuration space once more: some code names them by this class.</summary>
/// <remarks>They are inherited, so that <c>using static</c> of it imports none, and leaves the names of the namespace unambiguous.</remarks>
public class PciRegs : PciRegsNames
{
}

/// <summary>What <see cref="PciRegs"/> has.</summary>
public abstract class PciRegsNames
{
    private protected PciRegsNames()
    {
    }

    /// <inheritdoc cref="Jungo.wdapi_dotnet.AD_PCI_BAR"/>
    public enum AD_PCI_BAR : int
    {
        AD_PCI_BAR0 = 0, AD_PCI_BAR1 = 1, AD_PCI_BAR2 = 2, AD_PCI_BAR3 = 3, AD_PCI_BAR4 = 4, AD_PCI_BAR5 = 5, AD_PCI_BARS = 6,
    }

    /// <inheritdoc cref="Jungo.wdapi_dotnet.PCI_BARS"/>
    public enum PCI_BARS : int
    {
        AD_PCI_BAR0 = 0, AD_PCI_BAR1 = 1, AD_PCI_BAR2 = 2, AD_PCI_BAR3 = 3, AD_PCI_BAR4 = 4, AD_PCI_BAR5 = 5, AD_PCI_BARS = 6,
    }

    /// <inheritdoc cref="Jungo.wdapi_dotnet.PCI_CFG_REG"/>
    public enum PCI_CFG_REG : int
    {
        PCI_VID = 0x00, PCI_DID = 0x02, PCI_CR = 0x04, PCI_SR = 0x06, PCI_REV = 0x08, PCI_CCR = 0x09, PCI_CCSC = 0x0a, PCI_CCBC = 0x0b,
        PCI_CLSR = 0x0c, PCI_LTR = 0x0d, PCI_HDR = 0x0e, PCI_BISTR = 0x0f, PCI_BAR0 = 0x10, PCI_BAR1 = 0x14, PCI_BAR2 = 0x18, PCI_BAR3 = 0x1c,
        PCI_BAR4 = 0x20, PCI_BAR5 = 0x24, PCI_CIS = 0x28, PCI_SVID = 0x2c, PCI_SDID = 0x2e, PCI_EROM = 0x30, PCI_CAP = 0x34, PCI_ILR = 0x3c,
        PCI_IPR = 0x3d, PCI_MGR = 0x3e, PCI_MLR = 0x3f,
    }

    /// <inheritdoc cref="Jungo.wdapi_dotnet.PCI_CONFIG_REGS_OFFSET"/>
    public enum PCI_CONFIG_REGS_OFFSET : int
    {
        PCI_VID = 0x00, PCI_DID = 0x02, PCI_CR = 0x04, PCI_SR = 0x06, PCI_REV = 0x08, PCI_CCR = 0x09, PCI_CCSC = 0x0a, PCI_CCBC = 0x0b,
        PCI_CLSR = 0x0c, PCI_LTR = 0x0d, PCI_HDR = 0x0e, PCI_BISTR = 0x0f, PCI_BAR0 = 0x10, PCI_BAR1 = 0x14, PCI_BAR2 = 0x18, PCI_BAR3 = 0x1c,
        PCI_BAR4 = 0x20, PCI_BAR5 = 0x24, PCI_CIS = 0x28, PCI_SVID = 0x2c, PCI_SDID = 0x2e, PCI_EROM = 0x30, PCI_CAP = 0x34, PCI_ILR = 0x3c,
        PCI_IPR = 0x3d, PCI_MGR = 0x3e, PCI_MLR = 0x3f,
    }

    /// <inheritdoc cref="Jungo.wdapi_dotnet.PCI_CFG_REG_EXPRESS"/>
    public enum PCI_CFG_REG_EXPRESS : int
    {
        PCIE_CAP_ID = 0x0, NEXT_CAP_PTR = 0x1, CAP_REG = 0x2, DEV_CAPS = 0x4, DEV_CTL = 0x8, DEV_STS = 0xa, LNK_CAPS = 0xc, LNK_CTL = 0x10,
        LNK_STS = 0x12, SLOT_CAPS = 0x14, SLOT_CTL = 0x18, SLOT_STS = 0x1a, ROOT_CAPS = 0x1c, ROOT_CTL = 0x1e, ROOT_STS = 0x20, DEV_CAPS2 = 0x24,
        DEV_CTL2 = 0x28, DEV_STS2 = 0x2a, LNK_CAPS2 = 0x2c, LNK_CTL2 = 0x30, LNK_STS2 = 0x32, SLOT_CAPS2 = 0x34, SLOT_CTL2 = 0x38, SLOT_STS2 = 0x3a,
    }

    /// <inheritdoc cref="Jungo.wdapi_dotnet.PCIE_CONFIG_REGS_OFFSET"/>
    public enum PCIE_CONFIG_REGS_OFFSET : int
    {
        PCIE_CAP_ID = 0x0, NEXT_CAP_PTR = 0x1, CAP_REG = 0x2, DEV_CAPS = 0x4, DEV_CTL = 0x8, DEV_STS = 0xa, LNK_CAPS = 0xc, LNK_CTL = 0x10,
        LNK_STS = 0x12, SLOT_CAPS = 0x14, SLOT_CTL = 0x18, SLOT_STS = 0x1a, ROOT_CAPS = 0x1c, ROOT_CTL = 0x1e, ROOT_STS = 0x20, DEV_CAPS2 = 0x24,
        DEV_CTL2 = 0x28, DEV_STS2 = 0x2a, LNK_CAPS2 = 0x2c, LNK_CTL2 = 0x30, LNK_STS2 = 0x32, SLOT_CAPS2 = 0x34, SLOT_CTL2 = 0x38, SLOT_STS2 = 0x3a,
    }

    /// <inheritdoc cref="Jungo.wdapi_dotnet.PCI_CAP"/>
    public enum PCI_CAP : int
    {
        PCI_CAP_ID_PM = 1, PCI_CAP_ID_AGP = 2, PCI_CAP_ID_VPD = 3, PCI_CAP_ID_SLOTID = 4, PCI_CAP_ID_MSI = 5, PCI_CAP_ID_CHSWP = 6,
        PCI_CAP_ID_PCIX = 7, PCI_CAP_ID_HT = 8, PCI_CAP_ID_VNDR = 9, PCI_CAP_ID_DBG = 0xA, PCI_CAP_ID_CCRC = 0xB, PCI_CAP_ID_SHPC = 0xC,
        PCI_CAP_ID_SSVID = 0xD, PCI_CAP_ID_AGP3 = 0xE, PCI_CAP_ID_SECDEV = 0xF, PCI_CAP_ID_EXP = 0x10, PCI_CAP_ID_MSIX = 0x11, PCI_CAP_ID_SATA = 0x12,
        PCI_CAP_ID_AF = 0x13,
    }

    /// <inheritdoc cref="Jungo.wdapi_dotnet.PCI_EXT_CAP"/>
    public enum PCI_EXT_CAP : int
    {
        PCI_EXT_CAP_ID_ERR = 1, PCI_EXT_CAP_ID_VC = 2, PCI_EXT_CAP_ID_DSN = 3, PCI_EXT_CAP_ID_PWR = 4, PCI_EXT_CAP_ID_RCLD = 5,
        PCI_EXT_CAP_ID_RCILC = 6, PCI_EXT_CAP_ID_RCEC = 7, PCI_EXT_CAP_ID_MFVC = 8, PCI_EXT_CAP_ID_VC9 = 9, PCI_EXT_CAP_ID_RCRB = 0xA,
        PCI_EXT_CAP_ID_VNDR = 0xB, PCI_EXT_CAP_ID_CAC = 0xC, PCI_EXT_CAP_ID_ACS = 0xD, PCI_EXT_CAP_ID_ARI = 0xE, PCI_EXT_CAP_ID_ATS = 0xF,
        PCI_EXT_CAP_ID_SRIOV = 0x10, PCI_EXT_CAP_ID_MRIOV = 0x11, PCI_EXT_CAP_ID_MCAST = 0x12, PCI_EXT_CAP_ID_PRI = 0x13,
        PCI_EXT_CAP_ID_AMD_XXX = 0x14, PCI_EXT_CAP_ID_REBAR = 0x15, PCI_EXT_CAP_ID_DPA = 0x16, PCI_EXT_CAP_ID_TPH = 0x17, PCI_EXT_CAP_ID_LTR = 0x18,
        PCI_EXT_CAP_ID_SECPCI = 0x19, PCI_EXT_CAP_ID_PMUX = 0x1A, PCI_EXT_CAP_ID_PASID = 0x1B, PCI_EXT_CAP_ID_LNR = 0x1C, PCI_EXT_CAP_ID_DPC = 0x1D,
        PCI_EXT_CAP_ID_L1SS = 0x1E, PCI_EXT_CAP_ID_PTM = 0x1F, PCI_EXT_CAP_ID_RTR = 0x22,
    }
}
