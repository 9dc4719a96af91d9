using System.Diagnostics;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using RingThree.Registers;

namespace RingThree.Conformance;

/// <summary>What only a real kernel can answer: drivers, groups, port I/O that counts each access.</summary>
[Trait("Host", "guest")]
public sealed class GuestTests : RoadTest
{
    [Theory]
    [InlineData("uio_pci_generic")]
    [InlineData(null)]
    public void A_device_of_another_driver_says_whose_it_is_and_how_to_bind_it(string? driver)
    {
        string address = Machine.AddressOf(Machine.EduB);
        IDriverBinding binding = Machine.Host.Binding!;
        binding.SetDriver(address, driver);
        try
        {
            DeviceException error = Assert.Throws<DeviceException>(() => Machine.Host.Open(address));
            Assert.Equal(DeviceStatus.WrongDriver, error.Status);
            Assert.Contains(driver is null ? "bound to no driver" : $"bound to '{driver}', not vfio-pci", error.Message, StringComparison.Ordinal);
            Assert.EndsWith($"Run: ring3 bind {address}", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            binding.SetDriver(address, binding.RequiredDriver);
        }

        using PciDevice device = Machine.Host.Open(address);
        Assert.True(device.IsPresent());
    }

    [Fact]
    public void A_group_that_is_not_viable_is_listed_with_its_drivers_and_the_remedy()
    {
        string address = Machine.AddressOf(Machine.EduBridge1);
        string neighbour = Machine.AddressOf(Machine.EduBridge2);
        IDriverBinding binding = Machine.Host.Binding!;
        binding.SetDriver(neighbour, "uio_pci_generic");
        try
        {
            DeviceException error = Assert.Throws<DeviceException>(() => Machine.Host.Open(address));
            Assert.Equal(DeviceStatus.GroupNotViable, error.Status);
            Assert.Contains($"{neighbour} (uio_pci_generic)", error.Message, StringComparison.Ordinal);
            Assert.EndsWith($"Run: ring3 bind {neighbour}", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            binding.SetDriver(neighbour, binding.RequiredDriver);
        }

        using PciDevice first = Machine.Host.Open(address);
        Assert.Equal(0x010000EDu, first.Bar(0).Read<uint>(0));
    }

    [Fact]
    public void A_driver_that_is_not_loaded_is_named()
    {
        DeviceException error = Assert.Throws<DeviceException>(() => Machine.Host.Binding!.SetDriver(Machine.AddressOf(Machine.EduB), "no-such-driver"));
        Assert.Equal(DeviceStatus.NotFound, error.Status);
        Assert.Contains("modprobe no-such-driver", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_that_another_process_has_open_is_busy()
    {
        int group = SysfsGroup(Machine.AddressOf(Machine.EduA));
        using Process holder = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec 9<>/dev/vfio/{group}; echo open; read line"]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        try
        {
            Assert.Equal("open", holder.StandardOutput.ReadLine());
            DeviceException error = Assert.Throws<DeviceException>(() => Machine.Host.Open(Machine.AddressOf(Machine.EduA)));
            Assert.Equal(DeviceStatus.Busy, error.Status);
            Assert.Contains("EBUSY", error.Message, StringComparison.Ordinal);
            Assert.Contains("Another process", error.Message, StringComparison.Ordinal);
            Assert.Contains($"process {holder.Id} (sh)", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            holder.Kill(entireProcessTree: true);
            holder.WaitForExit();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Each_write_reaches_memory_and_ports_exactly_once_with_its_width(int bar)
    {
        // pci-testdev test 0 counts each write of 'data' to 'offset' (QEMU docs/specs/pci-testdev).
        DeviceRegion region = Machine.Open(Machine.Testdev).Bar(bar);
        Assert.Equal(bar == 1, region.IsPort);
        AssertEachWriteArrivesOnce(region);
    }

    /// <summary>QEMU's pci-testdev counts the writes of the width, place and value it asks for (docs/specs/pci-testdev.rst).</summary>
    internal static void AssertEachWriteArrivesOnce(DeviceRegion region)
    {
        region.Write<byte>(0, 0);
        int width = region.Read<byte>(1);
        ulong offset = region.Read<uint>(4);
        uint data = region.Read<uint>(8);
        uint before = region.Read<uint>(12);
        for (int i = 0; i < 1000; i++)
        {
            if (width == 1) region.Write(offset, (byte)data);
            else if (width == 2) region.Write(offset, (ushort)data);
            else region.Write(offset, data);
        }

        Assert.Equal(before + 1000, region.Read<uint>(12));
    }

    [Fact]
    public void A_vector_can_be_steered_and_a_refusal_is_an_answer()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        using Interrupts.InterruptSession session = device.Interrupts.Enable(new Interrupts.InterruptOptions { Slots = 4 });
        Assert.True(session.TrySetAffinity(3, [0], out string answer), answer);
        Assert.False(session.TrySetAffinity(3, [100_000], out answer));
        Assert.Contains("smp_affinity_list", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_that_serves_is_found_well()
    {
        var checks = new SystemChecks();

        Assert.All(checks.OfMachine().Concat(checks.OfFunction(PciAddress.Parse(Machine.AddressOf(Machine.EduA)))), c => Assert.True(c.State == CheckState.Ok, c.ToString()));
    }

    [Fact]
    public void The_kernel_tells_what_comes_goes_and_changes_hands()
    {
        string address = Machine.AddressOf(Machine.Testdev);
        var changes = new List<string>();
        void Expect(string change) => Machine.Until(() =>
        {
            lock (changes) return changes.Contains(change);
        }, change);
        using (Machine.Host.Watch(c =>
        {
            lock (changes) changes.Add($"{c.Kind} {c.Device.Address} {c.Device.VendorId:x4}:{c.Device.DeviceId:x4} {c.Device.Driver}".TrimEnd());
        }))
        {
            Machine.Host.Binding!.SetDriver(address, null);
            Expect($"DriverChanged {address} 1b36:0005");
            File.WriteAllText($"/sys/bus/pci/devices/{address}/remove", "1");
            Expect($"Departed {address} 1b36:0005");
            File.WriteAllText("/sys/bus/pci/rescan", "1");
            Expect($"Arrived {address} 1b36:0005");
            Machine.Host.Binding.SetDriver(address, Machine.Host.Binding.RequiredDriver);
            Expect($"DriverChanged {address} 1b36:0005 vfio-pci");
        }

        Assert.Equal(4, changes.Count);
    }

    private static int SysfsGroup(string address) =>
        int.Parse(Path.GetFileName(new FileInfo($"/sys/bus/pci/devices/{address}/iommu_group").ResolveLinkTarget(false)!.FullName), System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A guest without an IOMMU.</summary>
[Trait("Host", "no-iommu")]
public sealed class GuestNoIommuTests
{
    [Fact]
    public void Opening_says_that_there_is_no_IOMMU_and_how_to_get_one()
    {
        using var host = new VfioHost();
        DeviceException error = Assert.Throws<DeviceException>(() => host.Open("0000:00:02.0"));
        Assert.Equal(DeviceStatus.NoIommu, error.Status);
        Assert.StartsWith("0000:00:02.0: opening through VFIO failed", error.Message, StringComparison.Ordinal);
        Assert.Contains("intel_iommu=on", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Binding_says_so_too()
    {
        using var host = new VfioHost();
        DeviceException error = Assert.Throws<DeviceException>(() => host.Binding.SetDriver("0000:00:02.0", "vfio-pci"));
        Assert.Contains("intel_iommu=on", error.Message, StringComparison.Ordinal);
    }
}

/// <summary>ring3 in a guest without an IOMMU.</summary>
[Trait("Host", "no-iommu")]
public sealed class GuestNoIommuToolTests
{
    [Theory]
    [InlineData("--json")]
    [InlineData("--group")]
    [InlineData("--force")]
    public void A_function_in_no_group_is_not_bound_and_not_touched(string option)
    {
        GuestFunction function = GuestFunction.At("0000:00:02.0");
        function.Write("driver_override", "\n"); // the guest's start tried vfio-pci
        GuestProgram.Ring3Refuses("it is in no isolation group: this virtual machine has no IOMMU", "bind", function.Address, option);
        Assert.Equal("- by (null)", function.State);
        GuestFunction.AssertNothingKept();
    }
}

/// <summary>A guest whose IOMMU does not remap interrupts.</summary>
[Trait("Host", "no-intremap")]
public sealed class GuestNoInterruptRemappingTests
{
    [Fact]
    public void Opening_says_what_the_kernel_answered_and_what_to_do()
    {
        using var host = new VfioHost();
        for (int i = 0; i < 2; i++) // and leaves nothing locked
        {
            DeviceException error = Assert.Throws<DeviceException>(() => host.Open("0000:00:02.0"));
            Assert.Equal(DeviceStatus.NoInterruptRemapping, error.Status);
            Assert.Contains("VFIO_SET_IOMMU answered EPERM", error.Message, StringComparison.Ordinal);
            Assert.Contains("allow_unsafe_interrupts", error.Message, StringComparison.Ordinal);
        }
    }
}
