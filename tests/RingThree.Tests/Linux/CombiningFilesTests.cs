using RingThree.Hosting;
using RingThree.Linux;
using Xunit;

namespace RingThree.Tests;

/// <summary>sysfs's files for write-combining, as a folder of ordinary ones.</summary>
public sealed class CombiningFilesTests : IDisposable
{
    private const string Place = "0000:00:0b.0";
    private readonly string _root = Directory.CreateTempSubdirectory("ringthree").FullName;

    public CombiningFilesTests() => Directory.CreateDirectory($"{_root}/devices/{Place}");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_file_of_the_region_is_mapped_and_covered_like_any_other()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        File.WriteAllBytes($"{_root}/devices/{Place}/resource2_wc", [.. Enumerable.Repeat((byte)0x5A, 0x2000)]);
        using var files = new CombiningFiles(Place, _root);
        using var mapping = (FileMapping)Assert.Single(files.Map(2, Region(0x2000)));
        Assert.Equal((RegionCaching.WriteCombining, 0x2000ul, (byte)0x5A), (mapping.Caching, mapping.Length, At(mapping, 0x1FFF)));
        mapping.Overlay();
        Assert.Equal(0xFF, At(mapping, 0x1FFF));
        mapping.Restore();
        Assert.Equal(0x5A, At(mapping, 0));
    }

    [Fact]
    public void Without_such_a_file_the_reason_is_said()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        using var files = new CombiningFiles(Place, _root);
        var error = Assert.Throws<DeviceException>(() => files.Map(0, Region(0x1000)));
        Assert.Equal(DeviceStatus.NotSupported, error.Status);
        Assert.Contains("prefetchable", error.Answer, StringComparison.Ordinal);
    }

    private static VfioRegions.Place Region(ulong length) =>
        new(new RegionDescription(RegionKind.Memory, length, RegionAbilities.Map | RegionAbilities.Prefetchable, "BAR 2"), 0, [(0, length)]);

    private static unsafe byte At(FileMapping mapping, int offset) => *((byte*)mapping.Address + offset);
}
