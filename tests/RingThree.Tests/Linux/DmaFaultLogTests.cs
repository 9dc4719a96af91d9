using FsCheck;
using FsCheck.Fluent;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Linux;
using Xunit;

namespace RingThree.Tests;

/// <summary>The kernel's lines about DMA that went astray.</summary>
public sealed class DmaFaultLogTests
{
    // Lines as kernels have written them; /dev/kmsg puts its own fields in front, up to the semicolon.
    private const string Intel = "DMAR: [DMA Write NO_PASID] Request device [00:01.0] fault addr 0x300000 [fault reason 0x05] PTE Write access is not set";
    private const string Amd = "AMD-Vi: Event logged [IO_PAGE_FAULT device=01:00.0 domain=0x000d address=0xdf5fc000 flags=0x0000]";
    private const string AmdOfDriver = "vfio-pci 0000:04:10.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0037 address=0x7b657064 flags=0x0020]";

    [Fact]
    public void Intels_line_is_read() =>
        Assert.Equal(new DmaFault("0000:00:01.0", new Iova(0x300000), IsWrite: true, "fault reason 0x05"), DmaFaultLog.Parse(Intel));

    [Theory]
    [InlineData("3,1187,4936,-;DMAR: [DMA Read NO_PASID] Request device [03:1f.7] fault addr 0xfffff000 [fault reason 0x06] PTE Read access is not set\n", "0000:03:1f.7", 0xFFFFF000, false)]
    [InlineData("DMAR: [DMA Read] Request device [02:00.0] fault addr fffff000 [fault reason 06] PTE Read access is not set", "0000:02:00.0", 0xFFFFF000, false)]
    [InlineData("DMAR: [DMA Write PASID 0x1f] Request device [00:02.0] fault addr 0x7f0000001000 [fault reason 0x58] SM: Present bit is clear", "0000:00:02.0", 0x7F0000001000, true)]
    [InlineData("DMAR: [DMA Read NO_PASID] Request device [0001:02:00.0] fault addr 0x1000 [fault reason 0x06] PTE Read access is not set", "0001:02:00.0", 0x1000, false)]
    public void Intels_other_lines_are_read(string line, string device, ulong address, bool isWrite)
    {
        DmaFault fault = Assert.NotNull(DmaFaultLog.Parse(line));

        Assert.Equal(device, fault.Device);
        Assert.Equal(new Iova(address), fault.Address);
        Assert.Equal(isWrite, fault.IsWrite);
    }

    [Fact]
    public void Amds_line_is_read() =>
        Assert.Equal(new DmaFault("0000:01:00.0", new Iova(0xDF5FC000), IsWrite: false, "IO_PAGE_FAULT"), DmaFaultLog.Parse(Amd));

    [Fact]
    public void Amds_line_of_a_write_in_another_domain_is_read() =>
        Assert.Equal(
            new DmaFault("0001:c1:00.1", new Iova(0xFE836480), IsWrite: true, "IO_PAGE_FAULT"),
            DmaFaultLog.Parse("3,99,1,-;AMD-Vi: Event logged [IO_PAGE_FAULT device=0001:c1:00.1 domain=0x0013 address=0xfe836480 flags=0x0020]"));

    [Fact]
    public void Amds_line_that_names_the_device_in_front_is_read() =>
        Assert.Equal(new DmaFault("0000:04:10.0", new Iova(0x7B657064), IsWrite: true, "IO_PAGE_FAULT"), DmaFaultLog.Parse("3,1234,5678,-;" + AmdOfDriver));

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0")]
    [InlineData("6,1,0,-;Linux version 6.1.0")]
    [InlineData("DMAR: IOMMU enabled")]
    [InlineData("DMAR: [INTR-REMAP] Request device [00:01.0] fault index 0x0 [fault reason 0x22] Present field in the IRTE entry is clear")]
    [InlineData("DMAR: [DMA Write NO_PASID] Request device [00:01.0]")]
    [InlineData("AMD-Vi: Event logged [IO_PAGE_FAULT]")]
    [InlineData("AMD-Vi: Event logged [INVALID_DEVICE_REQUEST device=01:00.0 pasid=0x00000 address=0xfffffffdf8140200 flags=0x0a00]")]
    public void What_is_no_fault_is_none(string line) => Assert.Null(DmaFaultLog.Parse(line));

    [Fact]
    public void Garbage_is_no_fault_and_no_exception() => Properties.ForAll(
        from line in Gen.Elements(Intel, Amd, AmdOfDriver)
        from at in Gen.Choose(0, line.Length - 1)
        from length in Gen.Choose(0, 20)
        from with in Gen.ArrayOf(Gen.Elements([.. "0123456789abcdefxg:.[]= \0\n\u00FF\uFFFD"]))
        select string.Concat(line.AsSpan(0, at), with, line.AsSpan(Math.Min(line.Length, at + length))),
        line =>
        {
            if (DmaFaultLog.Parse(line) is { } fault) Assert.NotEmpty(fault.Device);
        },
        tests: 3000);

    [Fact]
    public void A_line_of_any_length_is_read_in_time() =>
        Assert.Null(DmaFaultLog.Parse(string.Concat(Enumerable.Repeat("DMAR: [DMA Read] Request device [00:01.0] fault addr 1 IO_PAGE_FAULT device=0 ", 100))));

    [Fact]
    public void Reading_the_log_never_throws()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        var log = new DmaFaultLog();

        Assert.NotNull(log.Take());
        log.Dispose();
        log.Dispose();
    }
}
