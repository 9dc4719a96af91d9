using System.Runtime.InteropServices;
using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Linux;
using RingThree.Platform;
using Xunit;

namespace RingThree.Tests;

/// <summary>Errors say which device, what the system answered, and what to do.</summary>
public sealed class VfioErrorsTests
{
    private const string Place = "0000:00:07.0";

    [Theory]
    [InlineData(1, DeviceStatus.AccessDenied, "EPERM")]
    [InlineData(2, DeviceStatus.NotFound, "ENOENT")]
    [InlineData(12, DeviceStatus.NoResources, "ENOMEM")]
    [InlineData(13, DeviceStatus.AccessDenied, "EACCES")]
    [InlineData(16, DeviceStatus.Busy, "EBUSY")]
    [InlineData(19, DeviceStatus.NotFound, "ENODEV")]
    [InlineData(22, DeviceStatus.IoError, "EINVAL")]
    [InlineData(28, DeviceStatus.NoResources, "ENOSPC")]
    [InlineData(4095, DeviceStatus.IoError, "errno 4095")]
    public void A_call_that_failed_names_its_answer(int error, DeviceStatus status, string name)
    {
        Marshal.SetLastPInvokeError(error);

        DeviceException failed = VfioErrors.Failed(Place, "opening through VFIO", "VFIO_TEST", "Try again.");

        Assert.Equal(status, failed.Status);
        Assert.Equal(Place, failed.Device);
        Assert.StartsWith($"{Place}: opening through VFIO failed: VFIO_TEST answered {name} (", failed.Message, StringComparison.Ordinal);
        Assert.EndsWith("). Try again.", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Errno.ENOENT, DeviceStatus.NotFound, "CONFIG_DEVMEM")]
    [InlineData(Errno.ENOENT, DeviceStatus.NotFound, "--device /dev/mem")]
    [InlineData(Errno.EACCES, DeviceStatus.AccessDenied, "Run as root")]
    public void A_machine_without_its_file_of_memory_is_told_from_one_that_forbids_it(int error, DeviceStatus status, string advice)
    {
        using var machine = new FakeLinux();
        Marshal.SetLastPInvokeError(error);
        DeviceException failed = PlatformCard.NoMemoryFile("adc", machine.System);

        Assert.Equal((status, "adc", "opening /dev/mem"), (failed.Status, failed.Device, failed.Operation));
        Assert.Contains(advice, failed.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Errno.ENOSYS, DeviceStatus.NotSupported, "CONFIG_X86_IOPL_IOPERM")]
    public void A_kernel_that_gives_no_ports_is_told_from_one_that_forbids_them(int error, DeviceStatus status, string advice)
    {
        using var machine = new FakeLinux();
        Marshal.SetLastPInvokeError(error);
        DeviceException failed = IoPorts.Refused("adc", new PlatformRange(RegionKind.Port, 0x300, 16), machine.System);

        Assert.Equal((status, "adc", "opening io=0x300+0x10"), (failed.Status, failed.Device, failed.Operation));
        Assert.Contains(advice, failed.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "000001ffffffffff", false, "integrity", "locked down (integrity)", "Secure Boot")]
    [InlineData(1000, "0", false, "none", "without CAP_SYS_RAWIO", "Run as root.")]
    [InlineData(0, "000001fffffdffff", true, "none", "this container (podman) is without CAP_SYS_RAWIO", "--cap-add SYS_RAWIO")]
    [InlineData(0, "000001fffffdffff", false, "none", "without CAP_SYS_RAWIO", "Give it that capability.")]
    public void Memory_and_ports_that_the_kernel_keeps_name_what_keeps_them(int user, string capabilities, bool isContainer, string level, string answer, string advice)
    {
        using var machine = new FakeLinux();
        machine.User(user, capabilities);
        machine.Write("/sys/kernel/security/lockdown", "none integrity confidentiality".Replace(level, $"[{level}]", StringComparison.Ordinal));
        if (isContainer) machine.InContainer();
        Marshal.SetLastPInvokeError(Errno.EPERM);
        DeviceException memory = PlatformCard.NoMemoryFile("adc", machine.System);
        Marshal.SetLastPInvokeError(Errno.EPERM);
        DeviceException ports = IoPorts.Refused("adc", new PlatformRange(RegionKind.Port, 0x300, 16), machine.System);

        Assert.All([memory, ports], e => Assert.Equal(DeviceStatus.AccessDenied, e.Status));
        Assert.All([memory, ports], e => Assert.Contains(answer, e.Answer, StringComparison.Ordinal));
        Assert.All([memory, ports], e => Assert.Contains(advice, e.Advice, StringComparison.Ordinal));
    }

    [Fact]
    public void The_systems_own_words_follow_the_name()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");

        Assert.Equal("EBUSY (Device or resource busy)", Errno.Describe(Errno.EBUSY));
    }

    [Fact]
    public void A_function_that_is_not_there_is_not_found()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        using var host = new VfioHost();

        var error = Assert.Throws<DeviceException>(() => host.OpenDevice("ffff:ff:1f.7", OpenOptions.Default));

        Assert.Equal(DeviceStatus.NotFound, error.Status);
        Assert.Equal("ffff:ff:1f.7", error.Device);
    }

    [Fact]
    public void A_driver_that_is_not_loaded_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        using var host = new VfioHost();

        Assert.Equal("vfio-pci", host.Binding.RequiredDriver);
        Assert.Null(host.Binding.GetDriver("ffff:ff:1f.7"));
        Assert.Equal(DeviceStatus.NotFound, Assert.Throws<DeviceException>(() => host.Binding.SetDriver("ffff:ff:1f.7", "no-such-driver")).Status);
    }

    [Fact]
    public void Affinity_that_cannot_be_set_is_an_answer()
    {
        Assert.False(IrqAffinity.TrySet("ffff:ff:1f.7", "MSI-X", 3, [0], out string answer));
        Assert.Contains("vfio-msix[3](ffff:ff:1f.7)", answer, StringComparison.Ordinal);

        Assert.False(IrqAffinity.TrySet("ffff:ff:1f.7", "INTx", 0, [], out answer));
        Assert.Contains("no processor", answer, StringComparison.Ordinal);
    }
}
