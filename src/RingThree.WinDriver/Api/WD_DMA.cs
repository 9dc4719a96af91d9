using System.Runtime.InteropServices;

namespace Jungo.wdapi_dotnet;

/// <summary>A range that a card's DMA reaches.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WD_DMA_PAGE
{
    public ulong pPhysicalAddr;
    public uint dwBytes;
}

/// <summary>A DMA buffer, as it lies in memory: read it with <see cref="Marshal.PtrToStructure{T}(IntPtr)"/>. The addresses are those the card uses.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WD_DMA
{
    public uint hDma;
    public IntPtr pUserAddr;
    public ulong pKernelAddr;
    public uint dwBytes;
    public uint dwOptions;
    public uint dwPages;
    public uint hCard;
    public IntPtr DMATransactionCallback;
    public IntPtr DMATransactionCallbackCtx;
    public uint dwAlignment;
    public uint dwMaxTransferSize;
    public uint dwTransferElementSize;
    public uint dwBytesTransferred;

    [MarshalAs(UnmanagedType.ByValArray, SizeConst = windrvr_consts.WD_DMA_PAGES)]
    public WD_DMA_PAGE[] Page;

    /// <summary><see cref="pUserAddr"/>, as some code has it.</summary>
    public readonly IntPtr pBuf => pUserAddr;
}
