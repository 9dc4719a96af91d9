using RingThree.Hosting;
using RingThree.Linux;
using Xunit;

namespace RingThree.Tests;

/// <summary>A function goes from one driver to another, or stays where it was.</summary>
public sealed class DriverBindingTests
{
    private const string Place = FakeKernel.Place;

    public DriverBindingTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");

    [Theory]
    [InlineData(Place)]
    [InlineData("03:00.0")]
    public void A_function_is_handed_over_and_taken_back(string address)
    {
        using var kernel = new FakeKernel();
        var binding = new DriverBinding(kernel.Root, kernel.Write, kernel.System);

        binding.SetDriver(address, "vfio-pci");
        Assert.Equal("vfio-pci", binding.GetDriver(address));
        Assert.Equal("vfio-pci", kernel.Override);

        binding.SetDriver(address, null);
        Assert.Null(binding.GetDriver(address));
        Assert.Equal("(null)", kernel.Override);
        Assert.Equal(["driver_override=vfio-pci", $"unbind={Place}", $"drivers_probe={Place}", $"unbind={Place}", "driver_override="], kernel.Writes);
    }

    [Fact]
    public void Without_a_group_nothing_is_touched()
    {
        using var kernel = new FakeKernel(group: false);
        var binding = new DriverBinding(kernel.Root, kernel.Write, kernel.System);

        DeviceException error = Assert.Throws<DeviceException>(() => binding.SetDriver(Place, "vfio-pci"));

        Assert.Equal(DeviceStatus.NoIommu, error.Status);
        Assert.Contains("intel_iommu=on", error.Advice, StringComparison.Ordinal);
        Assert.Empty(kernel.Writes);
        Assert.Equal("e1000e", binding.GetDriver(Place));

        binding.SetDriver(Place, "uio_pci_generic"); // which needs none
        Assert.Equal("uio_pci_generic", binding.GetDriver(Place));
    }

    [Theory]
    [InlineData("config", DeviceStatus.NotSupported, "it is a bridge")]
    [InlineData("sriov_numvfs", DeviceStatus.Busy, "2 virtual functions of it are enabled")]
    public void What_a_VFIO_driver_never_takes_is_not_touched(string file, DeviceStatus status, string answer)
    {
        using var kernel = new FakeKernel();
        byte[] config = new byte[64];
        config[0x0E] = 0x81; // a bridge, of several functions
        kernel.Put(file, file == "config" ? config : "2\n"u8.ToArray());
        var binding = new DriverBinding(kernel.Root, kernel.Write, kernel.System);

        DeviceException error = Assert.Throws<DeviceException>(() => binding.SetDriver(Place, "vfio-pci"));

        Assert.Equal(status, error.Status);
        Assert.StartsWith(answer, error.Answer, StringComparison.Ordinal);
        Assert.Empty(kernel.Writes);
        config[0x0E] = 0x80; // a card, of several functions
        kernel.Put(file, file == "config" ? config : "0\n"u8.ToArray());
        binding.SetDriver(Place, "vfio-pci");
        Assert.Equal("vfio-pci", binding.GetDriver(Place));
    }

    [Fact]
    public void A_driver_that_does_not_take_it_gives_it_back()
    {
        using var kernel = new FakeKernel { Refusing = { "vfio-pci" } };
        var binding = new DriverBinding(kernel.Root, kernel.Write, kernel.System);

        DeviceException error = Assert.Throws<DeviceException>(() => binding.SetDriver(Place, "vfio-pci"));

        Assert.Equal(DeviceStatus.WrongDriver, error.Status);
        Assert.Equal("the driver did not take it; 'e1000e' has it, as before", error.Answer);
        Assert.Equal("e1000e", binding.GetDriver(Place));
        Assert.Equal("(null)", kernel.Override);
    }

    [Fact]
    public void A_driver_that_had_it_by_name_has_it_by_name_again()
    {
        using var kernel = new FakeKernel(driver: null) { Refusing = { "uio_pci_generic" } };
        var binding = new DriverBinding(kernel.Root, kernel.Write, kernel.System);
        binding.SetDriver(Place, "vfio-pci");

        DeviceException error = Assert.Throws<DeviceException>(() => binding.SetDriver(Place, "uio_pci_generic"));

        Assert.Contains("'vfio-pci' has it, as before", error.Answer, StringComparison.Ordinal);
        Assert.Equal("vfio-pci", kernel.Override);
    }

    [Fact]
    public void A_probe_that_fails_is_undone_too()
    {
        using var kernel = new FakeKernel { Refused = { ["drivers_probe"] = new IOException("Invalid argument") } };
        var binding = new DriverBinding(kernel.Root, kernel.Write, kernel.System);

        DeviceException error = Assert.Throws<DeviceException>(() => binding.SetDriver(Place, "vfio-pci"));

        Assert.Equal(DeviceStatus.IoError, error.Status);
        Assert.Contains("could not be handed back to 'e1000e', and now it has no driver", error.Answer, StringComparison.Ordinal);
        Assert.Contains("Invalid argument", error.Answer, StringComparison.Ordinal);
        Assert.Equal("(null)", kernel.Override);
    }

    [Fact]
    public void An_override_that_stays_is_told()
    {
        using var kernel = new FakeKernel { Refusing = { "vfio-pci" }, Refused = { ["driver_override="] = new IOException("Interrupted") } };
        var binding = new DriverBinding(kernel.Root, kernel.Write, kernel.System);

        DeviceException error = Assert.Throws<DeviceException>(() => binding.SetDriver(Place, "vfio-pci"));

        Assert.Contains("'e1000e' has it, as before, but its driver_override is not what it was", error.Answer, StringComparison.Ordinal);
        Assert.Contains("Interrupted", error.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_that_had_no_driver_has_none_again()
    {
        using var kernel = new FakeKernel(driver: null) { Refusing = { "vfio-pci" } };
        var binding = new DriverBinding(kernel.Root, kernel.Write, kernel.System);

        DeviceException error = Assert.Throws<DeviceException>(() => binding.SetDriver(Place, "vfio-pci"));

        Assert.Equal("the driver did not take it; it has no driver, as before", error.Answer);
        Assert.Equal("(null)", kernel.Override);
    }

    [Fact]
    public void A_driver_that_does_not_let_go_is_a_failure()
    {
        using var kernel = new FakeKernel { KeepsDriver = true };
        var binding = new DriverBinding(kernel.Root, kernel.Write, kernel.System);

        DeviceException error = Assert.Throws<DeviceException>(() => binding.SetDriver(Place, null));

        Assert.Equal(DeviceStatus.IoError, error.Status);
        Assert.StartsWith("it is still bound to 'e1000e'", error.Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vfio-pci", $"sudo ring3 bind {Place}")]
    [InlineData("uio_pci_generic", $"sudo ring3 bind {Place} --driver uio_pci_generic")]
    [InlineData(null, $"sudo ring3 unbind {Place}")]
    public void Who_may_not_is_told_the_command_that_was_run(string? driver, string command)
    {
        var denied = new UnauthorizedAccessException("denied");
        using var kernel = new FakeKernel { Refused = { ["driver_override"] = denied, ["unbind"] = denied } };
        var binding = new DriverBinding(kernel.Root, kernel.Write, kernel.System);

        DeviceException error = Assert.Throws<DeviceException>(() => binding.SetDriver(Place, driver));

        Assert.Equal(DeviceStatus.AccessDenied, error.Status);
        Assert.Equal("Run it as root: " + command, error.Advice);
        Assert.Single(kernel.Writes);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../slots")]
    [InlineData("0000:03:00.0/../0000:03:00.0")]
    [InlineData("0000:03:00.8")]
    public void An_address_that_is_none_is_refused(string address)
    {
        using var kernel = new FakeKernel();
        var binding = new DriverBinding(kernel.Root, kernel.Write, kernel.System);

        Assert.Equal(DeviceStatus.InvalidArgument, Assert.Throws<DeviceException>(() => binding.GetDriver(address)).Status);
        Assert.Equal(DeviceStatus.InvalidArgument, Assert.Throws<DeviceException>(() => binding.SetDriver(address, null)).Status);
        Assert.Equal(DeviceStatus.InvalidArgument, Assert.Throws<DeviceException>(() => binding.SetDriver(address, "vfio-pci")).Status);
        Assert.Empty(kernel.Writes);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("../drivers")]
    [InlineData("vfio pci")]
    [InlineData("vfio-pci\n")]
    public void A_driver_that_has_no_drivers_name_is_refused(string driver)
    {
        using var kernel = new FakeKernel();
        var binding = new DriverBinding(kernel.Root, kernel.Write, kernel.System);

        Assert.Equal(DeviceStatus.InvalidArgument, Assert.Throws<DeviceException>(() => binding.SetDriver(Place, driver)).Status);
        Assert.Empty(kernel.Writes);
    }

    [Fact]
    public void Files_are_written_and_never_made()
    {
        using var kernel = new FakeKernel(driver: null);
        var binding = new DriverBinding(kernel.Root); // with the system's own files

        DeviceException error = Assert.Throws<DeviceException>(() => binding.SetDriver(Place, "vfio-pci"));

        Assert.Equal(DeviceStatus.IoError, error.Status);
        Assert.Contains("drivers_probe", error.Answer, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(kernel.Root, "drivers_probe")));
    }
}
