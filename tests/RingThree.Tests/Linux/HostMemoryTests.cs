using System.Globalization;
using RingThree.Dma;
using RingThree.Interop;
using RingThree.Linux;
using Xunit;

namespace RingThree.Tests;

/// <summary>Memory from this machine's kernel, with the pages and at the node that were wished for.</summary>
public sealed class HostMemoryTests
{
    private const long Page = DmaMemoryOptions.Page2M;
    private const string Pool = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";

    [Fact]
    public void Ordinary_memory_is_zeroed_and_in_whole_pages()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");

        using HostMemory memory = HostMemory.Allocate("test", 5000, new DmaMemoryOptions());

        Assert.Equal(0UL, memory.Length % (ulong)Environment.SystemPageSize);
        Assert.Equal(0U, memory.Address % (uint)Environment.SystemPageSize);
        Assert.Equal(-1, memory.Span(5000).IndexOfAnyExcept((byte)0));
        Assert.Equal((Environment.SystemPageSize, 0), (memory.Grant.PageSize, memory.Grant.Refusals.Count));
        memory.Span(5000).Fill(0xFF);
        memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.Span(1).Length);
    }

    /// <summary>The kernel's pool is filled for it, which root may, and put back as it was.</summary>
    [Fact]
    public void Huge_pages_that_the_pool_has_are_given()
    {
        using var pool = new FilledPool(3);
        Assert.SkipUnless(pool.Refusal is null, pool.Refusal ?? "");

        using HostMemory memory = HostMemory.Allocate("test", (ulong)Page + 1, new DmaMemoryOptions { PageSize = Page, Node = 0 });

        Assert.Empty(memory.Grant.Refusals);
        Assert.Equal((Page, 0, 2UL * (ulong)Page), (memory.Grant.PageSize, memory.Grant.Node, memory.Length));
        Assert.Equal(0UL, memory.Address % (ulong)Page);
        Assert.Contains("KernelPageSize:     2048 kB", SmapsOf(memory.Address), StringComparison.Ordinal);
        memory.Span((int)memory.Length).Fill(0x5A);
        Assert.True(File.ReadAllText(Pool.Replace("nr_", "free_", StringComparison.Ordinal)).Trim() is var free && int.Parse(free, CultureInfo.InvariantCulture) <= pool.Count - 2);
    }

    [Fact]
    public void Huge_pages_that_it_has_not_are_refused_with_what_fills_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Directory.Exists(Path.GetDirectoryName(Pool)!), "needs a kernel with huge pages of 2 MiB");
        int there = int.Parse(File.ReadAllText(Pool).Trim(), CultureInfo.InvariantCulture);
        ulong length = (ulong)(there + 1) * (ulong)Page; // more than there are, taken in ordinary pages

        using HostMemory memory = HostMemory.Allocate("test", length, new DmaMemoryOptions { PageSize = Page });

        Assert.Equal((Environment.SystemPageSize, length), (memory.Grant.PageSize, memory.Length));
        string refusal = Assert.Single(memory.Grant.Refusals);
        Assert.Contains($"pages of 2 MiB: {there + 1} are needed, and of the {there} that the system keeps ", refusal, StringComparison.Ordinal);
        Assert.Contains($" > {Pool}", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_node_that_there_is_is_granted_and_another_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Directory.Exists("/sys/devices/system/node/node0") && !Directory.Exists("/sys/devices/system/node/node900"), "needs a kernel with NUMA");

        using HostMemory near = HostMemory.Allocate("test", 1 << 20, new DmaMemoryOptions { Node = 0 });
        using HostMemory far = HostMemory.Allocate("test", 1 << 20, new DmaMemoryOptions { Node = 900 });

        Assert.Equal((0, 0), (near.Grant.Node, near.Grant.Refusals.Count));
        Assert.Contains("node 900: mbind answers EINVAL", Assert.Single(far.Grant.Refusals), StringComparison.Ordinal);
        Assert.Contains("this machine has nodes 0", far.Grant.Refusals[0], StringComparison.Ordinal);
        Assert.Equal(-1, far.Span(1 << 20).IndexOfAnyExcept((byte)0));
    }

    /// <summary>What each state of the pool is called, and what helps.</summary>
    [Theory]
    [InlineData(2048, 0, 0, 0, 3, "pages of 2 MiB: 3 are needed, and of the 0 that the system keeps 0 are free: as root: echo 3 > ")]
    [InlineData(2048, 10, 4, 2, 3, "3 are needed, and of the 10 that the system keeps 2 are free: as root: echo 11 > ")]
    [InlineData(1048576, 0, 0, 0, 2, "pages of 1 GiB: 2 are needed, and of the 0 that the system keeps 0 are free: hugepagesz=1G hugepages=2 in the kernel's command line, or as root: echo 2 > ")]
    [InlineData(2048, 10, 10, 0, 3, "of the 10 that the system keeps 10 are free; the kernel answers ENOMEM")]
    public void Why_there_is_none_is_said(int kilobytes, int all, int free, int reserved, int needed, string expected)
    {
        using var root = new TemporaryFolder();
        string folder = Directory.CreateDirectory(Path.Combine(root.Path, string.Create(CultureInfo.InvariantCulture, $"hugepages-{kilobytes}kB"))).FullName;
        foreach ((string name, int number) in (ReadOnlySpan<(string, int)>)[("nr_hugepages", all), ("free_hugepages", free), ("resv_hugepages", reserved)]) File.WriteAllText(Path.Combine(folder, name), number.ToString(CultureInfo.InvariantCulture) + "\n");
        long page = (long)kilobytes << 10;

        Assert.Contains(expected, HugePagePool.WhyNot(page, (ulong)needed * (ulong)page, Errno.ENOMEM, root.Path), StringComparison.Ordinal);
        Assert.Equal($"pages of 16 KiB: this machine has them of {(kilobytes == 2048 ? "2 MiB" : "1 GiB")}", HugePagePool.WhyNot(1 << 14, 1 << 14, Errno.EINVAL, root.Path));
        Assert.Equal("pages of 2 MiB: this machine has no huge pages", HugePagePool.WhyNot(Page, (ulong)Page, Errno.EINVAL, root.Path + "/none"));
    }

    private static string SmapsOf(nuint address)
    {
        string all = File.ReadAllText("/proc/self/smaps");
        int at = all.IndexOf(string.Create(CultureInfo.InvariantCulture, $"{address:x}-"), StringComparison.Ordinal);
        return at < 0 ? "" : all[at..Math.Min(all.Length, at + 2000)];
    }

    private sealed class FilledPool : IDisposable
    {
        private readonly int _before;

        internal FilledPool(int more)
        {
            if (!OperatingSystem.IsLinux() || !File.Exists(Pool))
            {
                Refusal = "needs a kernel with huge pages of 2 MiB";
                return;
            }

            _before = Read();
            Count = _before + more;
            try
            {
                File.WriteAllText(Pool, Count.ToString(CultureInfo.InvariantCulture));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Refusal = $"{Pool} cannot be written: {error.Message}";
                return;
            }

            if (Read() < Count) Refusal = $"the kernel made {Read() - _before} of {more} huge pages: its memory is in pieces";
        }

        internal int Count { get; }

        internal string? Refusal { get; }

        public void Dispose()
        {
            if (Count > 0 && Read() != _before) File.WriteAllText(Pool, _before.ToString(CultureInfo.InvariantCulture));
        }

        private static int Read() => int.Parse(File.ReadAllText(Pool).Trim(), CultureInfo.InvariantCulture);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        internal string Path { get; } = Directory.CreateTempSubdirectory("ring3-pool").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
