using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Linux;
using Xunit;

namespace RingThree.Tests;

/// <summary>The overlay over real mappings. A memory file stands in for the device: cut short, its pages fault as a device's do.</summary>
public sealed unsafe class AllOnesTests
{
    private const ulong Pattern = 0x0123_4567_89AB_CDEF;
    private const long MostCover = 64 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_covered_mapping_reads_all_ones_and_the_device_behind_it_is_untouched()
    {
        using FileDescriptor device = Device(2);
        using FileMapping mapping = Map(device, 2);

        mapping.Overlay();
        ulong covered = *At(mapping, 4096);
        *At(mapping, 0) = 42;
        mapping.Restore();

        Assert.Equal(ulong.MaxValue, covered);
        Assert.Equal(Pattern, *At(mapping, 0));
        Assert.Equal(Pattern, *At(mapping, 4096));
    }

    [Fact]
    public void A_large_bar_is_covered_in_larger_pieces_and_not_in_more()
    {
        const long length = 16L << 30;
        int before = Covers();
        using FileDescriptor device = Libc.MemoryFile("large device", Libc.MemoryFileCloseOnExec);
        Assert.Equal(0, Libc.Truncate(device, length)); // sparse: no page of it is ever touched
        using var mapping = new FileMapping(device, "test", 0, 0, (ulong)length);

        mapping.Overlay();

        Assert.Equal(ulong.MaxValue, *At(mapping, 0));
        Assert.Equal(ulong.MaxValue, *(ulong*)(mapping.Address + unchecked((nuint)(length - 8))));
        Assert.InRange(Covers() - before, 1, 1024);

        static int Covers() => MappedFiles().Count(l => l.Contains("ringthree all ones", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(65)]
    [InlineData(128)]
    public void A_very_large_bar_is_covered_with_little_memory(int gibibytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        long length = (long)gibibytes << 30;
        using FileDescriptor device = Libc.MemoryFile("very large device", Libc.MemoryFileCloseOnExec);
        Assert.Equal(0, Libc.Truncate(device, length));
        using var mapping = new FileMapping(device, "test", 0, 0, (ulong)length);

        mapping.Overlay();

        Assert.Equal(ulong.MaxValue, *At(mapping, 0));
        Assert.Equal(ulong.MaxValue, *At(mapping, (64UL << 20) - 8));
        Assert.Equal(ulong.MaxValue, *At(mapping, (ulong)length - 8));
        Assert.InRange(CoverSize(), 0, MostCover);
    }

    [Fact]
    public void A_range_that_the_kernel_refuses_costs_no_memory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        using FileDescriptor signal = Libc.Eventfd(0, 0); // nothing that could be mapped
        long before = CoverSize();

        Assert.Throws<DeviceException>(() => new FileMapping(signal, "adc", position: 0, offset: 0, length: 200UL << 30));

        Assert.Equal(before, CoverSize());
    }

    [Theory]
    [InlineData(16UL << 40)]
    [InlineData(ulong.MaxValue)]
    public void A_length_that_is_none_is_refused_with_what_to_do(ulong length)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        using FileDescriptor device = Libc.MemoryFile("no device", Libc.MemoryFileCloseOnExec);
        long before = CoverSize();

        var error = Assert.Throws<DeviceException>(() => new FileMapping(device, "adc", position: 0x1000, offset: 0, length, "mem=0x1000"));

        Assert.Equal((DeviceStatus.InvalidArgument, "adc"), (error.Status, error.Device));
        Assert.Contains($"0x{length:x} bytes at 0x0 of mem=0x1000", error.Operation, StringComparison.Ordinal);
        Assert.Contains("not the last address", error.Advice, StringComparison.Ordinal);
        Assert.Equal(before, CoverSize());
    }

    [Fact]
    public void What_was_written_to_a_cover_is_forgotten_by_the_next()
    {
        using FileDescriptor device = Device(1);
        using FileMapping mapping = Map(device, 1);
        mapping.Overlay();
        *At(mapping, 0) = 42;
        Assert.Equal(42u, *At(mapping, 0));

        mapping.Restore();
        mapping.Overlay();

        Assert.Equal(ulong.MaxValue, *At(mapping, 0));
    }

    [Fact]
    public void A_cover_of_one_mapping_is_private_to_it()
    {
        using FileDescriptor device = Device(1);
        using FileMapping one = Map(device, 1);
        using FileMapping other = Map(device, 1);
        one.Overlay();
        *At(one, 0) = 42;

        Assert.Equal(Pattern, *At(other, 0));
        other.Overlay();
        Assert.Equal(ulong.MaxValue, *At(other, 0));
    }

    [Fact]
    public void Covering_and_restoring_twice_is_the_same_as_once()
    {
        using FileDescriptor device = Device(1);
        using FileMapping mapping = Map(device, 1);

        mapping.Restore();
        *At(mapping, 8) = 5;
        mapping.Overlay();
        *At(mapping, 0) = 42;
        mapping.Overlay();
        Assert.Equal(42u, *At(mapping, 0));
        mapping.Restore();
        mapping.Restore();

        Assert.Equal(5u, *At(mapping, 8));
    }

    [Fact]
    public void A_mapping_larger_than_one_piece_of_cover_is_covered_whole()
    {
        const int pages = (5 << 20) / 4096;
        using FileDescriptor device = Device(pages);
        using FileMapping mapping = Map(device, pages);

        mapping.Overlay();

        Assert.False(new Span<byte>((void*)mapping.Address, pages * 4096).ContainsAnyExcept(byte.MaxValue));
        mapping.Restore();
        for (ulong page = 0; page < pages; page++) Assert.Equal(Pattern, *At(mapping, page * 4096));
    }

    [Fact]
    public void A_device_that_goes_away_under_a_cover_faults_nobody()
    {
        using FileDescriptor device = Device(4);
        using FileMapping mapping = Map(device, 4);
        mapping.Overlay();

        Assert.Equal(0, Libc.Truncate(device, 0)); // from here on a load of the file's own pages is a SIGBUS

        for (ulong page = 0; page < 4; page++)
        {
            Assert.Equal(ulong.MaxValue, *At(mapping, page * 4096));
            *At(mapping, (page * 4096) + 8) = 7;
        }
    }

    [Fact]
    public void Another_thread_reads_the_device_or_all_ones_and_nothing_else()
    {
        using FileDescriptor device = Device(2);
        using FileMapping mapping = Map(device, 2);
        using var started = new ManualResetEventSlim();
        bool stop = false;
        long strange = 0;
        long ones = 0;
        var reader = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                for (ulong at = 0; at < 8192; at += 4096)
                {
                    ulong value = Volatile.Read(ref *At(mapping, at));
                    if (value == ulong.MaxValue) ones++;
                    else if (value != Pattern) strange++;
                }

                started.Set();
            }
        });
        reader.Start();
        Assert.True(started.Wait(Patience));

        for (int round = 0; round < 5000; round++)
        {
            mapping.Overlay();
            if (round % 100 == 0) Thread.Yield();
            mapping.Restore();
        }

        mapping.Overlay();
        Volatile.Write(ref stop, true);
        Assert.True(reader.Join(Patience));
        Assert.Equal(0, strange);
        Assert.True(ones > 0);
    }

    [Fact]
    public void A_device_that_comes_and_goes_between_covers_faults_nobody()
    {
        using FileDescriptor device = Device(1);
        using FileMapping mapping = Map(device, 1);
        bool stop = false;
        ulong seen = 0;
        var reader = new Thread(() =>
        {
            while (!Volatile.Read(ref stop)) seen |= ~Volatile.Read(ref *At(mapping, 0)) & ~Pattern;
        });
        reader.Start();

        for (int round = 0; round < 2000; round++)
        {
            mapping.Overlay();
            Assert.Equal(0, Libc.Truncate(device, 0));
            Assert.Equal(0, Libc.Truncate(device, 4096));
            Write(device, 0, ulong.MaxValue);
            mapping.Restore();
        }

        Volatile.Write(ref stop, true);
        Assert.True(reader.Join(Patience));
        Assert.Equal(0u, seen & Pattern);
    }

    [Fact]
    public void A_disposed_mapping_gives_its_range_back_and_covers_nothing_more()
    {
        using FileDescriptor device = Device(3, "ringthree given back");
        FileMapping mapping = Map(device, 3);
        Assert.Contains(MappedFiles(), l => l.Contains("ringthree given back", StringComparison.Ordinal));

        mapping.Dispose();
        mapping.Overlay();
        mapping.Restore();
        mapping.Dispose();

        Assert.DoesNotContain(MappedFiles(), l => l.Contains("ringthree given back", StringComparison.Ordinal));
    }

    [Fact]
    public void A_part_of_a_device_is_mapped_from_its_place_in_the_file()
    {
        using FileDescriptor device = Device(4);
        Write(device, 2 * 4096, 99);
        using var mapping = new FileMapping(device, "0000:00:07.0", position: 2 * 4096, offset: 0x3000, length: 4096);

        Assert.Equal(99u, *At(mapping, 0));
        Assert.Equal(0x3000u, mapping.Offset);
        mapping.Overlay();
        mapping.Restore();
        Assert.Equal(99u, *At(mapping, 0));
    }

    [Fact]
    public void A_mapping_that_the_kernel_refuses_says_so()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        using FileDescriptor signal = Libc.Eventfd(0, 0); // nothing that could be mapped

        var error = Assert.Throws<DeviceException>(() => new FileMapping(signal, "0000:00:07.0", position: 0, offset: 0x10, length: 4096));

        Assert.Equal("0000:00:07.0", error.Device);
        Assert.Contains("mmap answered ENODEV", error.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_that_starts_inside_a_page_is_mapped_and_overlaid_where_it_is()
    {
        using FileDescriptor device = Device(3);
        using FileMapping before = Map(device, 3);
        ((byte*)before.Address)[4096 + 0x18] = 0x5A;
        using var part = new FileMapping(device, "adc", position: 4096 + 0x18, offset: 0, length: 4096);

        Assert.Equal(0x5A, *(byte*)part.Address);
        part.Overlay();
        Assert.Equal(0xFF, *(byte*)part.Address);
        Assert.Equal(0xFF, ((byte*)part.Address)[4095]);
        part.Restore();
        Assert.Equal(0x5A, *(byte*)part.Address);
    }

    /// <summary>Bytes of the file that all covers show; it is this process's for good.</summary>
    private static long CoverSize()
    {
        string? cover = Directory.GetFiles("/proc/self/fd").FirstOrDefault(f => new FileInfo(f).LinkTarget?.Contains("ringthree all ones", StringComparison.Ordinal) == true);
        if (cover is null) return 0;
        using var file = File.OpenHandle(cover);
        return RandomAccess.GetLength(file);
    }

    private static ulong* At(FileMapping mapping, ulong offset) => (ulong*)(mapping.Address + (nuint)offset);

    private static FileMapping Map(FileDescriptor device, int pages) => new(device, "0000:00:07.0", 0, 0, (ulong)pages * 4096);

    /// <summary>A file whose pages each start with the pattern.</summary>
    private static FileDescriptor Device(int pages, string name = "ringthree device")
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        FileDescriptor file = Libc.MemoryFile(name, Libc.MemoryFileCloseOnExec);
        Assert.False(file.IsInvalid);
        Assert.Equal(0, Libc.Truncate(file, pages * 4096));
        for (int page = 0; page < pages; page++) Write(file, page * 4096, Pattern);
        return file;
    }

    private static void Write(FileDescriptor file, long at, ulong value) => Assert.Equal(8, Libc.WriteAt(file, &value, sizeof(ulong), at));

    private static string[] MappedFiles() => File.ReadAllLines("/proc/self/maps");
}
