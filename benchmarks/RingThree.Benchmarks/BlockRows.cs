using System.Diagnostics;
using System.Runtime.CompilerServices;
using RingThree.Pci;
using RingThree.Registers;

namespace RingThree.Benchmarks;

/// <summary>Copies of 4 KiB in and out of mapped memory, against C at the same caching.</summary>
internal static class BlockRows
{
    private const int Size = 4096;

    // How far the destination lies behind the source, modulo 4 KiB. Where that is little, loads wait for stores that only seem to
    // have their address, and ways to copy differ most.
    private const int Far = 2048;
    private const int Near = 64;

    public static void Run(Effort effort)
    {
        using var host = new EventHost();
        using PciDevice device = host.Open(EventHost.Address);
        DeviceMemory uncached = device.Bar(0).Map();
        DeviceMemory cached = device.Bar(EventDevice.CachedBar).Map();
        foreach (string direction in (string[])["read", "write"])
        {
            Row(effort, direction, "words", uncached, "uncached", Far);
            Row(effort, direction, "memcpy", cached, "cached", Far);
            Row(effort, direction, "memcpy", cached, "cached_near", Near);
        }
    }

    private static void Row(Effort effort, string direction, string form, DeviceMemory memory, string caching, int behind)
    {
        int iterations = 2_000_000 / effort.Scale;
        bool reads = direction == "read";
        byte[] data = GC.AllocateArray<byte>(3 * Size, pinned: true);
        Memory<byte> aligned = data.AsMemory(Aligned(data) + (reads ? behind : Size - behind), Size); // as in C
        double Round(int n) => Copy(memory, aligned, reads, n);
        Effort.WarmUp(n => Round(n), iterations / 10);
        Comparison result = effort.Compare(() => effort.RunC("blocks", direction, form, $"{behind}", $"{iterations}"), () => Round(iterations));
        Rows.Ratio($"block_{direction}_{caching}_ratio", $"4 KiB {(reads ? "read from" : "written to")} mapped memory, {caching.Replace("_", ", ")}", result, bar: 1.1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double Copy(DeviceMemory memory, Memory<byte> data, bool reads, int iterations)
    {
        Span<byte> bytes = data.Span;
        long started = Stopwatch.GetTimestamp();
        if (reads)
        {
            for (int i = 0; i < iterations; i++) memory.Read(0, bytes);
        }
        else
        {
            for (int i = 0; i < iterations; i++) memory.Write(0, bytes);
        }

        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / iterations;
    }

    private static unsafe int Aligned(byte[] data) => (int)((Size - ((nuint)Unsafe.AsPointer(ref data[0]) % Size)) % Size);
}
