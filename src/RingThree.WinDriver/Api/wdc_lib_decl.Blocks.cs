using System.Runtime.InteropServices;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class wdc_lib_decl
{
    /// <summary>Reads a block.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwAddrSpace">The space: a BAR's number.</param>
    /// <param name="dwOffset">Bytes from its start.</param>
    /// <param name="dwBytes">How many bytes, a multiple of the width.</param>
    /// <param name="pData">Filled.</param>
    /// <param name="mode">The width of each access.</param>
    /// <param name="options">Whether all are of one place (a FIFO).</param>
    public static uint WDC_ReadAddrBlock(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, uint dwBytes, byte[] pData, WDC_ADDR_MODE mode, WDC_ADDR_RW_OPTIONS options) =>
        Block(true, hDev, dwAddrSpace, dwOffset, dwBytes, Bytes(pData, dwBytes), mode, options);

    /// <summary>Writes a block.</summary>
    /// <inheritdoc cref="WDC_ReadAddrBlock(IntPtr, uint, ulong, uint, byte[], WDC_ADDR_MODE, WDC_ADDR_RW_OPTIONS)"/>
    public static uint WDC_WriteAddrBlock(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, uint dwBytes, byte[] pData, WDC_ADDR_MODE mode, WDC_ADDR_RW_OPTIONS options) =>
        Block(false, hDev, dwAddrSpace, dwOffset, dwBytes, Bytes(pData, dwBytes), mode, options);

    /// <summary>Reads a block.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwAddrSpace">The space: a BAR's number.</param>
    /// <param name="dwOffset">Bytes from its start.</param>
    /// <param name="dwBytes">How many bytes, a multiple of the width.</param>
    /// <param name="pData">Filled.</param>
    /// <param name="mode">The width of each access.</param>
    /// <param name="options">Whether all are of one place (a FIFO).</param>
    public static uint WDC_ReadAddrBlock(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, uint dwBytes, ushort[] pData, WDC_ADDR_MODE mode, WDC_ADDR_RW_OPTIONS options) =>
        Block(true, hDev, dwAddrSpace, dwOffset, dwBytes, Bytes(pData, dwBytes), mode, options);

    /// <summary>Writes a block.</summary>
    /// <inheritdoc cref="WDC_ReadAddrBlock(IntPtr, uint, ulong, uint, ushort[], WDC_ADDR_MODE, WDC_ADDR_RW_OPTIONS)"/>
    public static uint WDC_WriteAddrBlock(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, uint dwBytes, ushort[] pData, WDC_ADDR_MODE mode, WDC_ADDR_RW_OPTIONS options) =>
        Block(false, hDev, dwAddrSpace, dwOffset, dwBytes, Bytes(pData, dwBytes), mode, options);

    /// <summary>Reads a block.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwAddrSpace">The space: a BAR's number.</param>
    /// <param name="dwOffset">Bytes from its start.</param>
    /// <param name="dwBytes">How many bytes, a multiple of the width.</param>
    /// <param name="pData">Filled.</param>
    /// <param name="mode">The width of each access.</param>
    /// <param name="options">Whether all are of one place (a FIFO).</param>
    public static uint WDC_ReadAddrBlock(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, uint dwBytes, uint[] pData, WDC_ADDR_MODE mode, WDC_ADDR_RW_OPTIONS options) =>
        Block(true, hDev, dwAddrSpace, dwOffset, dwBytes, Bytes(pData, dwBytes), mode, options);

    /// <summary>Writes a block.</summary>
    /// <inheritdoc cref="WDC_ReadAddrBlock(IntPtr, uint, ulong, uint, uint[], WDC_ADDR_MODE, WDC_ADDR_RW_OPTIONS)"/>
    public static uint WDC_WriteAddrBlock(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, uint dwBytes, uint[] pData, WDC_ADDR_MODE mode, WDC_ADDR_RW_OPTIONS options) =>
        Block(false, hDev, dwAddrSpace, dwOffset, dwBytes, Bytes(pData, dwBytes), mode, options);

    /// <summary>Reads a block.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwAddrSpace">The space: a BAR's number.</param>
    /// <param name="dwOffset">Bytes from its start.</param>
    /// <param name="dwBytes">How many bytes, a multiple of the width.</param>
    /// <param name="pData">Filled.</param>
    /// <param name="mode">The width of each access.</param>
    /// <param name="options">Whether all are of one place (a FIFO).</param>
    public static uint WDC_ReadAddrBlock(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, uint dwBytes, ulong[] pData, WDC_ADDR_MODE mode, WDC_ADDR_RW_OPTIONS options) =>
        Block(true, hDev, dwAddrSpace, dwOffset, dwBytes, Bytes(pData, dwBytes), mode, options);

    /// <summary>Writes a block.</summary>
    /// <inheritdoc cref="WDC_ReadAddrBlock(IntPtr, uint, ulong, uint, ulong[], WDC_ADDR_MODE, WDC_ADDR_RW_OPTIONS)"/>
    public static uint WDC_WriteAddrBlock(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, uint dwBytes, ulong[] pData, WDC_ADDR_MODE mode, WDC_ADDR_RW_OPTIONS options) =>
        Block(false, hDev, dwAddrSpace, dwOffset, dwBytes, Bytes(pData, dwBytes), mode, options);

    /// <summary>Reads a block of memory that the caller has.</summary>
    /// <inheritdoc cref="WDC_ReadAddrBlock(IntPtr, uint, ulong, uint, byte[], WDC_ADDR_MODE, WDC_ADDR_RW_OPTIONS)"/>
    public static uint WDC_ReadAddrBlock(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, uint dwBytes, IntPtr pData, WDC_ADDR_MODE mode, WDC_ADDR_RW_OPTIONS options) =>
        Block(true, hDev, dwAddrSpace, dwOffset, dwBytes, CallerMemory.Span(pData, dwBytes), mode, options);

    /// <summary>Writes a block of memory that the caller has.</summary>
    /// <inheritdoc cref="WDC_ReadAddrBlock(IntPtr, uint, ulong, uint, byte[], WDC_ADDR_MODE, WDC_ADDR_RW_OPTIONS)"/>
    public static uint WDC_WriteAddrBlock(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, uint dwBytes, IntPtr pData, WDC_ADDR_MODE mode, WDC_ADDR_RW_OPTIONS options) =>
        Block(false, hDev, dwAddrSpace, dwOffset, dwBytes, CallerMemory.Span(pData, dwBytes), mode, options);

    /// <summary>Reads a block of memory that the caller has.</summary>
    /// <inheritdoc cref="WDC_ReadAddrBlock(IntPtr, uint, ulong, uint, byte[], WDC_ADDR_MODE, WDC_ADDR_RW_OPTIONS)"/>
    public static uint WDC_ReadAddrBlock(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, uint dwBytes, ref IntPtr pData, WDC_ADDR_MODE mode, WDC_ADDR_RW_OPTIONS options) =>
        Block(true, hDev, dwAddrSpace, dwOffset, dwBytes, CallerMemory.Span(pData, dwBytes), mode, options);

    /// <summary>Writes a block of memory that the caller has.</summary>
    /// <inheritdoc cref="WDC_ReadAddrBlock(IntPtr, uint, ulong, uint, byte[], WDC_ADDR_MODE, WDC_ADDR_RW_OPTIONS)"/>
    public static uint WDC_WriteAddrBlock(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, uint dwBytes, ref IntPtr pData, WDC_ADDR_MODE mode, WDC_ADDR_RW_OPTIONS options) =>
        Block(false, hDev, dwAddrSpace, dwOffset, dwBytes, CallerMemory.Span(pData, dwBytes), mode, options);

    /// <summary>The bytes of an array; none where it is null or too short, which the access then refuses.</summary>
    private static Span<byte> Bytes<T>(T[]? data, uint count)
        where T : unmanaged
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(data.AsSpan());
        return bytes.Length >= count ? bytes[..(int)count] : default;
    }

    private static uint Block(bool read, IntPtr hDev, uint space, ulong offset, uint count, Span<byte> data, WDC_ADDR_MODE mode, WDC_ADDR_RW_OPTIONS options)
    {
        string operation = read ? nameof(WDC_ReadAddrBlock) : nameof(WDC_WriteAddrBlock);
        if (OpenCards.Find(hDev) is not { } card || card.Space(space) is not { } found) return NoSpace(operation, hDev, space);
        if (count == 0 || (uint)data.Length != count)
            return Status.Failed(operation, WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{count} bytes are wanted, and there is no memory of that size.");
        if (mode is not (WDC_ADDR_MODE.WDC_MODE_8 or WDC_ADDR_MODE.WDC_MODE_16 or WDC_ADDR_MODE.WDC_MODE_32 or WDC_ADDR_MODE.WDC_MODE_64) || count % (uint)mode != 0)
            return Status.Failed(operation, WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{count} bytes are no whole number of accesses of mode {(int)mode}.");
        bool fifo = (options & WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_NO_AUTOINC) != 0;
        try
        {
            switch (mode)
            {
                case WDC_ADDR_MODE.WDC_MODE_8: Move<byte>(found, read, offset, data, fifo); break;
                case WDC_ADDR_MODE.WDC_MODE_16: Move<ushort>(found, read, offset, data, fifo); break;
                case WDC_ADDR_MODE.WDC_MODE_32: Move<uint>(found, read, offset, data, fifo); break;
                default: Move<ulong>(found, read, offset, data, fifo); break;
            }

            return Status.Success;
        }
        catch (Exception error)
        {
            return Status.Failed(operation, error);
        }
    }

    private static void Move<T>(AddressSpace space, bool read, ulong offset, Span<byte> data, bool fifo)
        where T : unmanaged
    {
        if (read) space.Region.ReadBlock(offset, MemoryMarshal.Cast<byte, T>(data), fifo);
        else space.Region.WriteBlock(offset, MemoryMarshal.Cast<byte, T>(data), fifo);
    }
}
