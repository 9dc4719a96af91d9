using System.Globalization;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>Why the kernel's pool has no huge page to give, and what fills it. Source: Linux hugetlbpage.rst.</summary>
internal static class HugePagePool
{
    private const string Root = "/sys/kernel/mm/hugepages";

    /// <summary>The reason, for a size and how much was asked for.</summary>
    /// <param name="page">The page's size, bytes.</param>
    /// <param name="length">Bytes that were asked for.</param>
    /// <param name="error">What the kernel answered.</param>
    /// <param name="root">Where its files are.</param>
    internal static string WhyNot(long page, ulong length, int error, string root = Root)
    {
        string size = SizeOf(page);
        string folder = string.Create(CultureInfo.InvariantCulture, $"{root}/hugepages-{page >> 10}kB");
        if (!Directory.Exists(folder)) return $"pages of {size}: this machine has {Sizes(root)}";
        ulong needed = length / (ulong)page;
        if (Number($"{folder}/nr_hugepages") is not { } there || Number($"{folder}/free_hugepages") is not { } free) return $"pages of {size}: {Errno.Describe(error)}";
        ulong left = free - Math.Min(free, Number($"{folder}/resv_hugepages") ?? 0);
        string pool = string.Create(CultureInfo.InvariantCulture, $"pages of {size}: {needed} are needed, and of the {there} that the system keeps {left} are free");
        if (left >= needed) return $"{pool}; the kernel answers {Errno.Describe(error)} (a control group's hugetlb limit, or they are at another node)";
        string more = string.Create(CultureInfo.InvariantCulture, $"as root: echo {there + needed - left} > {folder}/nr_hugepages");
        return page >= 1 << 30
            ? string.Create(CultureInfo.InvariantCulture, $"{pool}: hugepagesz={page >> 30}G hugepages={there + needed - left} in the kernel's command line, or {more}")
            : $"{pool}: {more}";
    }

    private static string Sizes(string root)
    {
        if (!Directory.Exists(root)) return "no huge pages";
        long[] sizes = [.. Directory.EnumerateDirectories(root, "hugepages-*kB").Select(d => long.TryParse(Path.GetFileName(d.AsSpan())["hugepages-".Length..^2], NumberStyles.None, CultureInfo.InvariantCulture, out long kilobytes) ? kilobytes : 0).Order()];
        return sizes.Length == 0 ? "no huge pages" : $"them of {string.Join(", ", sizes.Select(s => SizeOf(s << 10)))}";
    }

    /// <summary>Sizes of pages are whole in their unit.</summary>
    private static string SizeOf(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{(bytes >= 1 << 30 ? bytes >> 30 : bytes >= 1 << 20 ? bytes >> 20 : bytes >> 10)} {(bytes >= 1 << 30 ? "GiB" : bytes >= 1 << 20 ? "MiB" : "KiB")}");

    private static ulong? Number(string path)
    {
        try
        {
            return ulong.TryParse(File.ReadAllText(path).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
