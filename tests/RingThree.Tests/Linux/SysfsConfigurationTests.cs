using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using Xunit;

namespace RingThree.Tests;

/// <summary>The kernel's files of a function, on a folder that looks like the kernel's.</summary>
public sealed class SysfsConfigurationTests : IDisposable
{
    private static readonly PciAddress Place = new(0, 0, 4, 0);
    private readonly string _system = Directory.CreateTempSubdirectory("r3-sysfs-").FullName;
    private readonly string _root;
    private readonly string _folder;

    public SysfsConfigurationTests()
    {
        _root = _system + SysfsPci.Root;
        _folder = Path.Combine(_root, "devices", Place.ToString());
        Directory.CreateDirectory(_folder);
    }

    public void Dispose() => Directory.Delete(_system, recursive: true);

    [Theory]
    [InlineData(64)]
    [InlineData(256)]
    [InlineData(4096)]
    public void Bytes_and_sizes(int length)
    {
        byte[] image = new byte[length];
        new Random(length).NextBytes(image);
        File.WriteAllBytes(Path.Combine(_folder, "config"), image);
        File.WriteAllText(Path.Combine(_folder, "resource"), """
            0x00000000febd0000 0x00000000febd3fff 0x0000000000140204
            0x0000000000000000 0x0000000000000000 0x0000000000000000
            0x000000000000c000 0x000000000000c01f 0x0000000000040101
            0x0000000000000000 0x0000000000000000 0x0000000000000000
            0x0000000000000000 0x0000000000000000 0x0000000000000000
            0x0000000000000000 0x0000000000000000 0x0000000000000000
            0x00000000feb80000 0x00000000febbffff 0x0000000000046200
            """);

        var read = SysfsConfiguration.Read(Place, _root);

        Assert.Equal(image, read.Image.ToArray());
        Assert.False(read.IsPartial);
        Assert.Equal([(RegionKind.Memory, 0x4000ul), (RegionKind.None, 0ul), (RegionKind.Port, 0x20ul), (RegionKind.Rom, 0x40000ul)],
            new[] { 0, 1, 2, 6 }.Select(i => (read.Regions[i].Kind, read.Regions[i].Size)));
        Assert.Equal(RegionAbilities.Address64, read.Regions[0].Abilities);
    }

    [Theory]
    [InlineData(4096, 0u, 256)] // no capability there
    [InlineData(4096, uint.MaxValue, 256)]
    [InlineData(4096, 0x1401_0001u, 4096)]
    [InlineData(256, 0u, 256)]
    [InlineData(64, 0u, 64)]
    public void Extended_space_without_a_capability_need_not_be_read(int length, uint first, int expected)
    {
        byte[] image = new byte[length];
        new Random(length).NextBytes(image);
        if (length > 256) BitConverter.TryWriteBytes(image.AsSpan(256), first);
        File.WriteAllBytes(Path.Combine(_folder, "config"), image);

        var read = SysfsConfiguration.Read(Place, _root, onlyDescribed: true);

        Assert.Equal(image[..expected], read.Image.ToArray());
        Assert.Equal((false, expected), (read.IsPartial, read.Size));
        Assert.Equal(image, SysfsConfiguration.Read(Place, _root).Image.ToArray());
    }

    [Fact]
    public void Words_where_they_are_asked_for()
    {
        byte[] image = new byte[64]; // what the kernel shows without privilege
        new Random(1).NextBytes(image);
        File.WriteAllBytes(Path.Combine(_folder, "config"), image);

        using SysfsConfigurationFile file = SysfsConfigurationFile.TryOpen(Place, _root)!;

        for (int at = 0; at < image.Length; at += 4) Assert.Equal(BitConverter.ToUInt32(image, at), file.Read32(at));
        Assert.Null(file.Read32(64));
        Assert.Null(file.Read32(4092));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read32(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read32(-4));
    }

    [Fact]
    public void A_write_goes_to_its_bytes_and_never_beyond_the_end()
    {
        string path = Path.Combine(_folder, "config");
        File.WriteAllBytes(path, new byte[256]);
        using var host = new VfioHost(new LinuxSystem(_system));

        host.PokeConfiguration(Place.ToString(), 0x3C, [0x5A]);
        host.PokeConfiguration(Place.ToString(), 0xFC, [1, 2, 3, 4]);

        byte[] written = File.ReadAllBytes(path);
        Assert.Equal((256, 0x5A), (written.Length, written[0x3C]));
        Assert.Equal([0, 1, 2, 3, 4], written[0xFB..]);
        foreach ((int offset, int width) in ((int, int)[])[(0x100, 1), (0xFE, 4), (-4, 4), (1, 2), (0, 3), (0, 8), (0, 0)])
            Assert.Equal(DeviceStatus.InvalidArgument, Refused(() => host.PokeConfiguration(Place.ToString(), offset, new byte[width])));
        Assert.Equal(DeviceStatus.NotFound, Refused(() => host.PokeConfiguration("0000:77:00.0", 0, [1])));
        Assert.Equal(DeviceStatus.NotFound, Refused(() => host.PokeConfiguration("nothing", 0, [1])));

        static DeviceStatus Refused(Action write) => Assert.Throws<DeviceException>(write).Status;
    }

    [Fact]
    public void A_function_that_is_not_there_has_no_words() => Assert.Null(SysfsConfigurationFile.TryOpen(new PciAddress(0, 0, 5, 0), _root));

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("0x10 0x0f 0x200\n0x1 0x2\nx y z")]
    public void Sizes_that_make_no_sense_are_not_known(string resource)
    {
        File.WriteAllBytes(Path.Combine(_folder, "config"), new byte[256]);
        File.WriteAllText(Path.Combine(_folder, "resource"), resource);

        Assert.All(SysfsConfiguration.Read(Place, _root).Regions, r => Assert.Equal(0ul, r.Size));
    }

    [Fact]
    public void A_function_that_is_not_there_is_told() =>
        Assert.Equal(DeviceStatus.NotFound, Assert.Throws<DeviceException>(() => SysfsConfiguration.Read(new PciAddress(0, 0, 5, 0), _root)).Status);

    [Fact]
    public void A_function_that_leaves_meanwhile_is_told() =>
        Assert.Equal(DeviceStatus.IoError, Assert.Throws<DeviceException>(() => SysfsConfiguration.Read(Place, _root)).Status);
}
