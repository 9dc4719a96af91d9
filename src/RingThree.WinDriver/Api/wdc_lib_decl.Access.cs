using System.Runtime.CompilerServices;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class wdc_lib_decl
{
    /// <summary>Reads 8 bits of an address space; one bus access.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwAddrSpace">The space: a BAR's number.</param>
    /// <param name="dwOffset">Bytes from its start, a multiple of the width.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_ReadAddr8(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, ref byte val) => Read(nameof(WDC_ReadAddr8), hDev, dwAddrSpace, dwOffset, ref val);

    /// <summary>Writes 8 bits of an address space; one bus access.</summary>
    /// <inheritdoc cref="WDC_ReadAddr8"/>
    public static uint WDC_WriteAddr8(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, byte val) => Write(nameof(WDC_WriteAddr8), hDev, dwAddrSpace, dwOffset, val);

    /// <summary>Reads 16 bits of an address space; one bus access.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwAddrSpace">The space: a BAR's number.</param>
    /// <param name="dwOffset">Bytes from its start, a multiple of the width.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_ReadAddr16(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, ref ushort val) => Read(nameof(WDC_ReadAddr16), hDev, dwAddrSpace, dwOffset, ref val);

    /// <summary>Writes 16 bits of an address space; one bus access.</summary>
    /// <inheritdoc cref="WDC_ReadAddr16"/>
    public static uint WDC_WriteAddr16(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, ushort val) => Write(nameof(WDC_WriteAddr16), hDev, dwAddrSpace, dwOffset, val);

    /// <summary>Reads 32 bits of an address space; one bus access.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwAddrSpace">The space: a BAR's number.</param>
    /// <param name="dwOffset">Bytes from its start, a multiple of the width.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_ReadAddr32(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, ref uint val) => Read(nameof(WDC_ReadAddr32), hDev, dwAddrSpace, dwOffset, ref val);

    /// <summary>Writes 32 bits of an address space; one bus access.</summary>
    /// <inheritdoc cref="WDC_ReadAddr32"/>
    public static uint WDC_WriteAddr32(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, uint val) => Write(nameof(WDC_WriteAddr32), hDev, dwAddrSpace, dwOffset, val);

    /// <summary>Reads 64 bits of an address space; one bus access.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwAddrSpace">The space: a BAR's number.</param>
    /// <param name="dwOffset">Bytes from its start, a multiple of the width.</param>
    /// <param name="val">The value.</param>
    public static uint WDC_ReadAddr64(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, ref ulong val) => Read(nameof(WDC_ReadAddr64), hDev, dwAddrSpace, dwOffset, ref val);

    /// <summary>Writes 64 bits of an address space; one bus access.</summary>
    /// <inheritdoc cref="WDC_ReadAddr64"/>
    public static uint WDC_WriteAddr64(IntPtr hDev, uint dwAddrSpace, ulong dwOffset, ulong val) => Write(nameof(WDC_WriteAddr64), hDev, dwAddrSpace, dwOffset, val);

    /// <summary>Whether a device has an address space of that number.</summary>
    public static bool WDC_AddrSpaceIsActive(IntPtr hDev, uint dwAddrSpace) => OpenCards.Find(hDev)?.Space(dwAddrSpace) is not null;

    /// <summary>Runs transfer commands now, one after another.</summary>
    /// <param name="pTrans">An array of <see cref="WD_TRANSFER"/> in memory.</param>
    /// <param name="dwNumTrans">How many.</param>
    public static uint WDC_MultiTransfer(IntPtr pTrans, uint dwNumTrans) => Transfers.Run(nameof(WDC_MultiTransfer), pTrans, dwNumTrans);

    /// <remarks>Inlined, and without a region of exceptions: what a register access costs beside the access is decided here.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Read<T>(string operation, IntPtr hDev, uint space, ulong offset, ref T value)
        where T : unmanaged =>
        OpenCards.Window(hDev, space) is { } window && window.TryReadMapped(offset, ref value) ? Status.Success : ReadSlowly(operation, hDev, space, offset, ref value);

    /// <inheritdoc cref="Read"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Write<T>(string operation, IntPtr hDev, uint space, ulong offset, T value)
        where T : unmanaged =>
        OpenCards.Window(hDev, space) is { } window && window.TryWriteMapped(offset, value) ? Status.Success : WriteSlowly(operation, hDev, space, offset, value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint ReadSlowly<T>(string operation, IntPtr hDev, uint space, ulong offset, ref T value)
        where T : unmanaged
    {
        if (OpenCards.Find(hDev)?.Space(space) is not { } found) return NoSpace(operation, hDev, space);
        try
        {
            value = found.Read<T>(offset);
            return Status.Success;
        }
        catch (Exception error)
        {
            return Status.Failed(operation, error);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint WriteSlowly<T>(string operation, IntPtr hDev, uint space, ulong offset, T value)
        where T : unmanaged
    {
        if (OpenCards.Find(hDev)?.Space(space) is not { } found) return NoSpace(operation, hDev, space);
        try
        {
            found.Write(offset, value);
            return Status.Success;
        }
        catch (Exception error)
        {
            return Status.Failed(operation, error);
        }
    }

    private static uint NoSpace(string operation, IntPtr hDev, uint space) => With(operation, hDev, card =>
        throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{card.Hardware} has no address space {space}."));
}
