namespace Jungo.wdapi_dotnet;

public static partial class windrvr_decl
{
    public static uint WD_IpcRegister(IntPtr hWD, ref WD_IPC_REGISTER pIpcRegister) => NotYet(hWD, nameof(WD_IpcRegister));

    public static uint WD_IpcUnRegister(IntPtr hWD, ref WD_IPC_REGISTER pIpcRegister) => NotYet(hWD, nameof(WD_IpcUnRegister));

    public static uint WD_IpcScanProcs(IntPtr hWD, ref WD_IPC_SCAN_PROCS pIpcScanProcs) => NotYet(hWD, nameof(WD_IpcScanProcs));

    public static uint WD_IpcSend(IntPtr hWD, ref WD_IPC_SEND pIpcSend) => NotYet(hWD, nameof(WD_IpcSend));

    public static uint WD_SharedIntEnable(IntPtr hWD, ref WD_IPC_REGISTER pIpcRegister) => NotYet(hWD, nameof(WD_SharedIntEnable));

    public static uint WD_SharedIntDisable(IntPtr hWD) => NotYet(hWD, nameof(WD_SharedIntDisable));

    public static uint WD_KernelBufLock(IntPtr hWD, ref WD_KERNEL_BUFFER pKerBuf) => NotYet(hWD, nameof(WD_KernelBufLock));

    public static uint WD_KernelBufUnlock(IntPtr hWD, ref WD_KERNEL_BUFFER pKerBuf) => NotYet(hWD, nameof(WD_KernelBufUnlock));

    public static uint WD_PciSriovEnable(IntPtr hWD, ref WD_PCI_SRIOV pPciSriov) => NotYet(hWD, nameof(WD_PciSriovEnable));

    public static uint WD_PciSriovDisable(IntPtr hWD, ref WD_PCI_SRIOV pPciSriov) => NotYet(hWD, nameof(WD_PciSriovDisable));

    public static uint WD_PciSriovGetNumVFs(IntPtr hWD, ref WD_PCI_SRIOV pPciSriov) => NotYet(hWD, nameof(WD_PciSriovGetNumVFs));

    private static uint NotYet(IntPtr hWD, string operation) => With(operation, hWD, () =>
        throw new RingThree.WinDriver.StatusException(WD_ERROR_CODES.WD_NOT_IMPLEMENTED, "this version does not serve it yet."));
}
