using System.Diagnostics;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using Xunit;

namespace RingThree.Tests;

/// <summary>Removing and rescanning, on a folder that stands for sysfs. The kernel's part is seen in the guest.</summary>
public sealed class BusControlTests : IDisposable
{
    private static readonly PciAddress Place = PciAddress.Parse("0000:03:00.0");
    private readonly string _root = Directory.CreateTempSubdirectory("ringthree").FullName;

    public BusControlTests()
    {
        Directory.CreateDirectory($"{_root}/devices/{Place}");
        File.WriteAllText($"{_root}/devices/{Place}/remove", "");
        File.WriteAllText($"{_root}/rescan", "");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Remove_writes_to_the_functions_file()
    {
        new BusControl(_root).Remove(Place);
        Assert.Equal("1", File.ReadAllText($"{_root}/devices/{Place}/remove"));
    }

    [Fact]
    public void What_is_not_there_is_not_removed()
    {
        var error = Assert.Throws<DeviceException>(() => new BusControl(_root).Remove(PciAddress.Parse("0000:04:00.0")));
        Assert.Equal(DeviceStatus.NotFound, error.Status);
        Assert.Throws<DeviceException>(() => new BusControl(_root).Rescan(PciAddress.Parse("0000:04:00.0")));
    }

    /// <summary>A pipe that nobody reads holds its writer as the kernel does while a function is open.</summary>
    [Fact]
    public async Task A_kernel_that_waits_is_not_waited_for_without_end()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        string pipe = $"{_root}/devices/{Place}/remove";
        File.Delete(pipe);
        using (Process made = Process.Start("mkfifo", pipe)) await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        var error = Assert.Throws<DeviceException>(() => new BusControl(_root) { Patience = TimeSpan.FromMilliseconds(200) }.Remove(Place));
        Assert.Equal(DeviceStatus.Busy, error.Status);
        Assert.Contains("waits for it to be closed", error.Advice, StringComparison.Ordinal);
        Assert.Equal("1", await File.ReadAllTextAsync(pipe, TestContext.Current.CancellationToken)); // lets the writer go
    }

    [Fact]
    public void Rescan_writes_and_answers_with_what_has_come()
    {
        Assert.Empty(new BusControl(_root).Rescan());
        Assert.Equal("1", File.ReadAllText($"{_root}/rescan"));
    }

    [Fact]
    public void A_system_without_pci_says_so()
    {
        File.Delete($"{_root}/rescan");
        var error = Assert.Throws<DeviceException>(() => new BusControl(_root).Rescan());
        Assert.Equal(DeviceStatus.NotSupported, error.Status);
    }
}
