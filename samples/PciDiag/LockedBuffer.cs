using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;

namespace RingThree.Samples.PciDiag;

/// <summary>A buffer that the card reaches.</summary>
/// <param name="Description">Where its <see cref="WD_DMA"/> is.</param>
/// <param name="Memory">Where its bytes are.</param>
/// <param name="Size">Bytes.</param>
/// <param name="IsOwnMemory">Whether the memory is the program's own, to be freed after the unlock.</param>
internal sealed record LockedBuffer(IntPtr Description, IntPtr Memory, uint Size, bool IsOwnMemory)
{
    /// <summary>The most bytes of one here.</summary>
    internal const uint Largest = 64 * 1024 * 1024;

    /// <summary>What the driver tells of it now.</summary>
    internal WD_DMA Now => Marshal.PtrToStructure<WD_DMA>(Description);

    /// <summary>Asks for a size.</summary>
    internal static uint AskSize(Answers answers) => answers.Number32("bytes", Largest, least: 1, usual: 4096);

    /// <summary>Asks who moves data where, and what the card can address; as options.</summary>
    internal static uint AskOptions(Answers answers)
    {
        WD_DMA_OPTIONS direction = answers.Choice("direction", "both", "to-device", "from-device") switch
        {
            "to-device" => WD_DMA_OPTIONS.DMA_TO_DEVICE,
            "from-device" => WD_DMA_OPTIONS.DMA_FROM_DEVICE,
            _ => WD_DMA_OPTIONS.DMA_TO_FROM_DEVICE,
        };
        uint bits = answers.Number32("address bits of the card", 64, least: 12, usual: 32);
        return (uint)(direction | WD_DMA_OPTIONS.DMA_LARGE_BUFFER | WD_DMA_OPTIONS.DMA_KBUF_ALLOC_SPECIFY_ADDRESS_WIDTH) | (bits << (int)WD_DMA_OPTIONS.DMA_ADDRESS_WIDTH_SHIFT);
    }

    /// <summary>Prints where the card sees it.</summary>
    internal void Print(string name)
    {
        WD_DMA now = Now;
        Console.WriteLine($"{name}: {now.dwBytes} bytes");
        foreach (WD_DMA_PAGE page in now.Page.Take((int)Math.Min(now.dwPages, windrvr_consts.WD_DMA_PAGES)))
            Console.WriteLine($"  bus address 0x{page.pPhysicalAddr:x}, {page.dwBytes} bytes");
    }

    /// <summary>Fills it with a pattern, over and over.</summary>
    internal void Fill(byte[] pattern)
    {
        byte[] all = new byte[Size];
        for (int i = 0; i < all.Length; i++) all[i] = pattern[i % pattern.Length];
        Marshal.Copy(all, 0, Memory, all.Length);
    }

    /// <summary>A part of it.</summary>
    /// <exception cref="FailedException">It is not that long.</exception>
    internal byte[] Read(uint offset, uint count)
    {
        CheckPart(offset, count);
        byte[] part = new byte[count];
        Marshal.Copy(Memory + (nint)offset, part, 0, part.Length);
        return part;
    }

    /// <summary>Writes a part of it.</summary>
    /// <exception cref="FailedException">It is not that long.</exception>
    internal void Write(uint offset, byte[] data)
    {
        CheckPart(offset, (uint)data.Length);
        Marshal.Copy(data, 0, Memory + (nint)offset, data.Length);
    }

    private void CheckPart(uint offset, uint count)
    {
        if ((ulong)offset + count > Size) throw new FailedException($"the buffer has {Size} bytes; {count} at 0x{offset:x} are beyond its end.");
    }
}
