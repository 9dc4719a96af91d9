using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Memory;
using Xunit;

namespace RingThree.Tests;

/// <summary>The machine's memory from the kernel's files, which a folder stands for.</summary>
public sealed class SystemMemoryMapTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ringthree-memory-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void What_the_firmware_gave_and_the_kernel_does_not_use_is_withheld()
    {
        Write("/proc/iomem", "00000000-00000fff : Reserved\n00001000-0009fbff : System RAM\n00100000-1fffffff : System RAM\n  01000000-01ffffff : Kernel code\n20000000-20ffffff : Reserved\n21000000-3ffd7fff : System RAM\n3ffd8000-3fffffff : Reserved\n");
        Write("/proc/cmdline", "console=ttyS0 quiet memmap=16M$0x20000000\n");
        Firmware("0x0 0x9fbff System RAM", "0x100000 0x3ffd7fff System RAM", "0x3ffd8000 0x3fffffff Reserved", "0x50000000 0x50ffffff ACPI Non-volatile Storage");

        PhysicalMemoryMap map = new SystemMemoryMap(_root).Read();

        Assert.Equal(MemoryMapSource.ResourceTree, map.Source);
        Assert.Equal([(0x2000_0000UL, 0x20FF_FFFFUL)], map.Withheld.Select(r => (r.Start, r.Last)));
        Assert.Equal(["memmap=16M$0x20000000"], map.BootSettings);
        Assert.Equal(PhysicalMemoryKind.AcpiNonvolatile, map.FirmwareRanges[^1].Kind);
        Assert.Equal("Kernel code", Assert.Single(map.Occupied).Name);
    }

    [Fact]
    public void Without_a_firmwares_map_the_rest_is_there()
    {
        Write("/proc/iomem", MemoryMaps.Arm);

        PhysicalMemoryMap map = new SystemMemoryMap(_root).Read();

        Assert.Equal(MemoryMapSource.OtherResourceTree, map.Source);
        Assert.Empty(map.Withheld);
        Assert.Empty(map.BootSettings);
    }

    [Theory]
    [InlineData("0x0 0x9fbff System RAM", "nonsense 0x1 System RAM")]
    [InlineData("0x0 0x9fbff System RAM", "0x2000 0x1000 System RAM")]
    public void Half_a_firmwares_map_is_none(params string[] ranges)
    {
        Write("/proc/iomem", MemoryMaps.Tree);
        Firmware(ranges);

        Assert.Empty(new SystemMemoryMap(_root).Read().FirmwareRanges);
    }

    [Fact]
    public void What_the_kernel_hides_or_has_not_is_an_error_with_what_to_do()
    {
        Assert.Equal(DeviceStatus.NotFound, Assert.Throws<DeviceException>(() => new SystemMemoryMap(_root).Read()).Status);
        Write("/proc/iomem", MemoryMaps.Hidden);
        DeviceException error = Assert.Throws<DeviceException>(() => new SystemMemoryMap(_root).Read());
        Assert.Equal((DeviceStatus.AccessDenied, "/proc/iomem"), (error.Status, error.Device));
    }

    private void Firmware(params string[] ranges)
    {
        for (int i = 0; i < ranges.Length; i++)
        {
            string[] words = ranges[i].Split(' ', 3);
            Write($"/sys/firmware/memmap/{i}/start", words[0] + "\n");
            Write($"/sys/firmware/memmap/{i}/end", words[1] + "\n");
            Write($"/sys/firmware/memmap/{i}/type", words[2] + "\n");
        }
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root + path)!);
        File.WriteAllText(_root + path, text);
    }
}
