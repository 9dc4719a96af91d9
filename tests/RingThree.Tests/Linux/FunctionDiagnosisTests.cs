using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Linux;
using RingThree.Pci;
using Xunit;

namespace RingThree.Tests;

/// <summary>An errno is a symptom: the exception names the cause that the system's files show, and ring3 doctor says the same.</summary>
public sealed class FunctionDiagnosisTests
{
    private const string Card = FakeLinux.Card;
    private const string WithoutLocking = "000001ffffffbfff";

    public static TheoryData<string> Situations => [.. All.Keys];

    private static IReadOnlyDictionary<string, Situation> All { get; } = new Dictionary<string, Situation>
    {
        ["dead"] = new(m => Dead(m), DeviceStatus.DeviceGone, "reads all ones; it has no power, is stuck, or is an FPGA without an image", $"Run: ring3 remove {Card}; ring3 rescan"),
        ["dead, and bound to nothing"] = new(m => { Dead(m); m.Bind(Card, null); }, DeviceStatus.DeviceGone, "does not respond", "remove"),
        ["stuck in D3cold"] = new(m => { Dead(m); m.Write($"/sys/bus/pci/devices/{Card}/power_state", "D3cold"); }, DeviceStatus.DeviceGone, "(D3cold)", "disable_idle_d3=1"),
        ["link down"] = new(m => { Dead(m); Port(m, isActive: false); }, DeviceStatus.DeviceGone, $"the link below {FakeLinux.Port} is down", "load the image if it is an FPGA"),
        ["dead behind a link that is up"] = new(m => { Dead(m); Port(m, isActive: true); }, DeviceStatus.DeviceGone, "stuck", "FPGA"),
        ["dead, in a container"] = new(m => { Dead(m); m.InContainer(); }, DeviceStatus.DeviceGone, "does not respond", "On the host run as root: echo 1"),
        ["configuration lost"] = new(m => Lost(m), DeviceStatus.DeviceGone, "has lost its configuration: the kernel has BAR 0 at 0xfebd0000, but the card's own register is zero", $"ring3 remove {Card}; ring3 rescan; ring3 bind {Card}"),
        ["one 64-bit BAR lost, decode on"] = new(m => { m.Header[0x12] = m.Header[0x13] = 0; m.Configure(); }, DeviceStatus.DeviceGone, "BAR 0", "rescan"),
        ["a port BAR lost"] = new(m => { m.Header[0x19] = 0; m.Configure(); }, DeviceStatus.DeviceGone, "BAR 2 at 0xc000", "rescan"),
        ["no room"] = new(m => NoRoom(m), m => m.Diagnosis.NoDevice(Errno.EINVAL, hasToken: false), DeviceStatus.NoResources, "BAR 0 (0x4000000 bytes), but the kernel found no room", "pci=realloc"),
        ["no IOMMU, nothing known"] = new(m => NoGroup(m), DeviceStatus.NoIommu, "this machine has no IOMMU, or it is switched off", "intel_iommu=on"),
        ["IOMMU off by the command line"] = new(m => { NoGroup(m); m.Write("/proc/cmdline", "quiet intel_iommu=off"); }, DeviceStatus.NoIommu, "booted with 'intel_iommu=off'", "intel_iommu=on instead"),
        ["AMD's off by the command line"] = new(m => { NoGroup(m); m.Write("/proc/cmdline", "amd_iommu=off"); }, DeviceStatus.NoIommu, "booted with 'amd_iommu=off'", "without 'amd_iommu=off'"),
        ["IOMMU not switched on"] = new(m => { NoGroup(m); m.Write("/sys/firmware/acpi/tables/DMAR", ""); m.Write("/proc/cmdline", "quiet"); }, DeviceStatus.NoIommu, "ACPI table DMAR", "Boot Linux with intel_iommu=on."),
        ["IOMMU not taken by the kernel"] = new(m => { NoGroup(m); m.Write("/sys/firmware/acpi/tables/DMAR", ""); }, DeviceStatus.NoIommu, "the kernel does not use it", "dmesg"),
        ["IOMMU off in AMD's firmware"] = new(m => { NoGroup(m); Processor(m, "AuthenticAMD", ""); }, DeviceStatus.NoIommu, "switched off there", "Switch AMD-Vi (IOMMU) on"),
        ["IOMMU off in Intel's firmware"] = new(m => { NoGroup(m); Processor(m, "GenuineIntel", ""); }, DeviceStatus.NoIommu, "switched off there", "Switch VT-d on"),
        ["virtual machine without IOMMU"] = new(m => { NoGroup(m); Processor(m, "GenuineIntel", " hypervisor"); }, DeviceStatus.NoIommu, "this virtual machine has no IOMMU", "-device intel-iommu"),
        ["behind no IOMMU"] = new(m => { NoGroup(m); m.Group(3); }, DeviceStatus.NoIommu, "no IOMMU covers its slot", "another slot"),
        ["no-IOMMU mode, before binding"] = new(m => { NoGroup(m); m.Write("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "Y"); }, DeviceStatus.NotSupported, "that mode is not supported", "without enable_unsafe_noiommu_mode"),
        ["no-IOMMU mode"] = new(m => m.Write("/sys/kernel/iommu_groups/7/name", "vfio-noiommu"), DeviceStatus.NotSupported, "no-IOMMU mode", "without enable_unsafe_noiommu_mode"),
        ["another driver"] = new(m => m.Bind(Card, "nvme"), DeviceStatus.WrongDriver, "it is bound to 'nvme', not vfio-pci", $"Run: ring3 bind {Card}"),
        ["another driver, as a user"] = new(m => { m.Bind(Card, "nvme"); m.User(1000, "0"); }, DeviceStatus.WrongDriver, "'nvme'", $"Run as root: ring3 bind {Card}"),
        ["another driver, in a container"] = new(m => { m.Bind(Card, "nvme"); m.InContainer(); }, DeviceStatus.WrongDriver, "'nvme'", $"On the host run as root: ring3 bind {Card}"),
        ["a bridge"] = new(m => { m.Bind(Card, "pcieport"); m.Header[0x0E] = 1; m.Configure(); m.Resources(); }, DeviceStatus.NotSupported, "it is a bridge", "ring3 list"),
        ["module not loaded"] = new(m => { NoModule(m); }, DeviceStatus.WrongDriver, "which is not loaded", $"Run: modprobe vfio-pci; ring3 bind {Card}"),
        ["module forbidden at boot"] = new(m => { NoModule(m); m.Write("/proc/cmdline", "quiet module_blacklist=nouveau,vfio_pci"); }, DeviceStatus.WrongDriver, "booted with 'module_blacklist=nouveau,vfio_pci'", "without that"),
        ["module forbidden by a setting"] = new(m => { NoModule(m); m.Write("/etc/modprobe.d/hard.conf", "install vfio-pci /bin/false"); }, DeviceStatus.WrongDriver, "/etc/modprobe.d/hard.conf has 'install vfio-pci /bin/false'", "Remove that line"),
        ["module missing"] = new(m => { NoModule(m); m.Write("/lib/modules/6.1.0-56-amd64/modules.dep", "kernel/drivers/vfio/vfio.ko:"); }, DeviceStatus.WrongDriver, "does not include it", "linux-modules-extra-6.1.0-56-amd64"),
        ["kernel replaced"] = new(m => { NoModule(m); m.Write("/lib/modules/6.1.0-57-amd64/modules.dep", ""); }, DeviceStatus.WrongDriver, "the kernel was updated since the machine was started", "Restart the machine"),
        ["neighbour"] = new(m => { m.Function("0000:03:00.1", "snd_hda_intel", 7); }, m => m.Diagnosis.NotViable(7), DeviceStatus.GroupNotViable, "0000:03:00.1 (snd_hda_intel)", "another slot, one whose ports isolate functions (ACS). Run: ring3 bind 0000:03:00.1"),
        ["firmware's memory"] = new(m => Reserved(m), m => m.Diagnosis.NoDomain(Errno.EPERM, "x", "VFIO_SET_IOMMU", ""), DeviceStatus.NotSupported, "0x000000007b800000-0x000000007fffffff", "relax_rmrr"),
        ["firmware's memory, as new kernels answer"] = new(m => Reserved(m), m => m.Diagnosis.NoDomain(Errno.EINVAL, "x", "VFIO_GROUP_SET_CONTAINER", ""), DeviceStatus.NotSupported, "'direct' in /sys/kernel/iommu_groups/7/reserved_regions", "firmware"),
        ["firmware's memory, without remapping, too"] = new(m => { Reserved(m); Unremapped(m); }, m => m.Diagnosis.NoDomain(Errno.EPERM, "x", "VFIO_SET_IOMMU", ""), DeviceStatus.NotSupported, "reserves memory", "firmware"),
        ["firmware's memory, AMD"] = new(m => { Reserved(m); m.Write("/sys/class/iommu/ivhd0/x", ""); }, m => m.Diagnosis.NoDomain(Errno.EINVAL, "x", "VFIO_SET_IOMMU", ""), DeviceStatus.NotSupported, "reserves memory", "firmware"),
        ["no remapping"] = new(m => Unremapped(m), m => m.Diagnosis.NoDomain(Errno.EPERM, "x", "VFIO_SET_IOMMU", ""), DeviceStatus.NoInterruptRemapping, "could forge them", "allow_unsafe_interrupts=1"),
        ["no remapping by the command line"] = new(m => { Unremapped(m); m.Write("/proc/cmdline", "intel_iommu=on intremap=off"); }, m => m.Diagnosis.NoDomain(Errno.EPERM, "x", "VFIO_SET_IOMMU", ""), DeviceStatus.NoInterruptRemapping, "'intremap=off'", "Boot Linux without 'intremap=off'"),
        ["node not in the container"] = new(m => { m.Delete("/dev/vfio/7"); m.InContainer(); }, DeviceStatus.NotFound, "/dev/vfio/7 is not in this container (podman)", "--device /dev/vfio/vfio --device /dev/vfio/7"),
        ["node not there"] = new(m => m.Delete("/dev/vfio/7"), DeviceStatus.NotFound, "as in a container", "mknod -m 600 /dev/vfio/7 c 511 0"),
        ["VFIO's node not in the container"] = new(m => { m.Delete("/dev/vfio/vfio"); m.InContainer(); }, m => m.Diagnosis.NoContainer(Errno.ENOENT), DeviceStatus.NotFound, "/dev/vfio/vfio is not in this container", "--device /dev/vfio/vfio --device /dev/vfio/"),
        ["VFIO not loaded"] = new(m => { m.Delete("/dev/vfio/vfio"); m.Delete("/sys/module/vfio"); m.Delete("/sys/class/misc/vfio"); }, m => m.Diagnosis.NoContainer(Errno.ENOENT), DeviceStatus.NotFound, "VFIO is not loaded", "Run: modprobe vfio-pci"),
        ["iommufd alone"] = new(m => { m.Delete("/dev/vfio/vfio"); m.Delete("/sys/class/misc/vfio"); m.Write("/dev/iommu", ""); }, m => m.Diagnosis.NoContainer(Errno.ENOENT), DeviceStatus.NotSupported, "by iommufd alone", "CONFIG_VFIO_CONTAINER"),
        ["device cgroup"] = new(m => { m.InContainer(); m.Refuse("/dev/vfio/7", Errno.EPERM); }, m => m.Diagnosis.NoGroup(Errno.EPERM, 7), DeviceStatus.AccessDenied, "the device cgroup denies /dev/vfio/7 to this container (podman)", "--device /dev/vfio/vfio --device /dev/vfio/7"),
        ["device cgroup, container unseen"] = new(m => m.Refuse("/dev/vfio/7", Errno.EPERM), m => m.Diagnosis.NoGroup(Errno.EPERM, 7), DeviceStatus.AccessDenied, "as in a container", "--device /dev/vfio/7"),
        ["device cgroup of VFIO's node"] = new(m => { m.InContainer(); m.Refuse("/dev/vfio/vfio", Errno.EPERM); }, m => m.Diagnosis.NoContainer(Errno.EPERM), DeviceStatus.AccessDenied, "denies /dev/vfio/vfio to this container", "--device /dev/vfio/vfio"),
        ["device policy of a service"] = new(m => { m.Write("/proc/self/cgroup", "0::/system.slice/daq.service"); m.Refuse("/dev/vfio/7", Errno.EPERM); }, m => m.Diagnosis.NoGroup(Errno.EPERM, 7), DeviceStatus.AccessDenied, "device policy of the service daq.service", "DeviceAllow=char-vfio rw"),
        ["a user's node"] = new(m => { m.User(1000, "0"); m.Refuse("/dev/vfio/7", Errno.EACCES); }, m => m.Diagnosis.NoGroup(Errno.EACCES, 7), DeviceStatus.AccessDenied, "user 1000 may not open /dev/vfio/7", "Run as root: chown $USER /dev/vfio/7"),
        ["a user's node, in a container"] = new(m => { m.User(1000, "0"); m.InContainer(); m.Refuse("/dev/vfio/7", Errno.EACCES); }, m => m.Diagnosis.NoGroup(Errno.EACCES, 7), DeviceStatus.AccessDenied, "user 1000 may not open /dev/vfio/7", "On the host run as root: chown 1000 /dev/vfio/7"),
        ["rootless container"] = new(m => { m.InContainer(); m.Write("/proc/self/uid_map", "0 1000 1\n1 100000 65536"); m.Refuse("/dev/vfio/7", Errno.EACCES); }, m => m.Diagnosis.NoGroup(Errno.EACCES, 7), DeviceStatus.AccessDenied, "root of a user namespace", "On the host give the node"),
        ["root without a capability"] = new(m => { m.User(0, "0"); m.Refuse("/dev/vfio/7", Errno.EACCES); }, m => m.Diagnosis.NoGroup(Errno.EACCES, 7), DeviceStatus.AccessDenied, "CAP_DAC_OVERRIDE", "--cap-add DAC_OVERRIDE"),
        ["root refused by a module"] = new(m => m.Refuse("/dev/vfio/7", Errno.EACCES), m => m.Diagnosis.NoGroup(Errno.EACCES, 7), DeviceStatus.AccessDenied, "SELinux", "label=disable"),
        ["group in use"] = new(m => { m.Link("/proc/812/fd/9", "/dev/vfio/7"); m.Write("/proc/812/comm", "qemu"); }, m => m.Diagnosis.NoGroup(Errno.EBUSY, 7), DeviceStatus.Busy, "process 812 (qemu) has a device of this group open", "close it there"),
        ["in use by iommufd"] = new(m => { m.Link("/proc/812/fd/9", "/dev/vfio/devices/vfio3"); m.Write($"/sys/bus/pci/devices/{Card}/vfio-dev/vfio3/x", ""); }, m => m.Diagnosis.NoGroup(Errno.EBUSY, 7), DeviceStatus.Busy, "process 812", "close it there"),
        ["token"] = new(m => Virtual(m), m => m.Diagnosis.NoDevice(Errno.EACCES, hasToken: false), DeviceStatus.AccessDenied, "its physical function 0000:02:00.0", "OpenOptions.Token"),
        ["locked memory, root without the capability"] = new(m => { m.User(0, WithoutLocking); m.Limit("65536"); }, NoMemory, DeviceStatus.NoResources, "without CAP_IPC_LOCK", "--cap-add IPC_LOCK or --ulimit memlock=-1, a service LimitMEMLOCK=infinity"),
        ["locked memory, capability of a user namespace"] = new(m => { m.Limit("65536"); m.Write("/proc/self/uid_map", "0 1000 1"); }, NoMemory, DeviceStatus.NoResources, "of a user namespace does not lift", "--ulimit memlock=-1"),
        ["locked memory, user"] = new(m => { m.User(1000, "0"); m.Limit("65536"); }, NoMemory, DeviceStatus.NoResources, "may lock 65536 bytes for DMA (4096 kB are locked)", "ring3 doctor --rules $USER"),
        ["locked memory, user in a container"] = new(m => { m.User(1000, "0"); m.Limit("65536"); m.InContainer(); }, NoMemory, DeviceStatus.NoResources, "65536", "a container --cap-add IPC_LOCK or --ulimit memlock=-1"),
        ["locked memory, service"] = new(m => { m.User(1000, "0"); m.Limit("65536"); m.Write("/proc/self/cgroup", "0::/system.slice/daq.service"); }, NoMemory, DeviceStatus.NoResources, "65536", "Give the service daq.service LimitMEMLOCK=infinity"),
    };

    [Theory]
    [MemberData(nameof(Situations))]
    public void The_exception_names_the_cause_and_doctor_says_the_same(string name)
    {
        Situation situation = All[name];
        using var machine = new FakeLinux();
        situation.Arrange(machine);

        DeviceException error = situation.Fail(machine);

        Assert.Equal(situation.Status, error.Status);
        Assert.Contains(situation.Cause, error.Answer, StringComparison.Ordinal);
        Assert.Contains(situation.Advice, error.Advice, StringComparison.Ordinal);
        var doctor = new SystemChecks(machine.System);
        Assert.Contains(doctor.OfFunction(PciAddress.Parse(Card)), c => c.State != CheckState.Ok && c.Status == error.Status && error.Answer.EndsWith(c.Found, StringComparison.Ordinal) && c.Remedy == error.Advice);
    }

    [Fact]
    public void A_machine_where_all_is_well_has_no_complaint()
    {
        using var machine = new FakeLinux();
        var doctor = new SystemChecks(machine.System);

        Assert.All(doctor.OfFunction(PciAddress.Parse(Card)), c => Assert.True(c.State == CheckState.Ok && c.Remedy.Length == 0, c.ToString()));
        Assert.Contains("ENOTTY", machine.Open().Answer, StringComparison.Ordinal); // nothing is wrong before VFIO is asked, which a folder has not
    }

    [Fact]
    public void A_device_that_does_not_respond_comes_first()
    {
        using var machine = new FakeLinux();
        Dead(machine);

        Assert.Equal((CheckState.Failed, DeviceStatus.DeviceGone), new SystemChecks(machine.System).OfFunction(PciAddress.Parse(Card)) is [var first, ..] ? (first.State, first.Status) : default);
    }

    [Fact]
    public void Registers_that_are_empty_for_a_reason_are_no_loss()
    {
        using var machine = new FakeLinux();
        machine.Header.AsSpan(0x10, 24).Clear();
        machine.Configure();
        machine.Resources("0x00000000febd0000 0x00000000febd3fff 0x0000000000140230", "0x00000000000001f0 0x00000000000001f7 0x0000000000000110"); // enhanced allocation, fixed
        Assert.Equal(CheckState.Ok, FunctionChecks.Configuration(machine.System, Card).State);

        machine.Resources("0x00000000febd0000 0x00000000febd3fff 0x0000000000140204");
        machine.Link($"/sys/bus/pci/devices/{Card}/physfn", "../0000:02:00.0"); // a virtual function has no registers of its own
        Assert.Equal(CheckState.Ok, FunctionChecks.Configuration(machine.System, Card).State);
        Assert.Empty(FunctionChecks.Rooms(machine.System, Card));
    }

    [Fact]
    public void A_BAR_that_the_kernel_forgot_is_seen_by_its_register()
    {
        using var machine = new FakeLinux();
        machine.Header[0x20] = 0x0C; // BAR 4: 64-bit, prefetchable, no address
        machine.Configure();

        CheckResult room = Assert.Single(FunctionChecks.Rooms(machine.System, Card));
        RegionDescription[] shown = SysfsConfiguration.Describe(machine.System.Read($"/sys/bus/pci/devices/{Card}/resource"), machine.Header);

        Assert.Equal(("BAR 4", DeviceStatus.NoResources, "the card has BAR 4, but the kernel found no room for it"), (room.Name, room.Status, room.Found));
        Assert.Equal((room.Found, room.Remedy), (shown[4].Obstacle?.Found, shown[4].Obstacle?.Remedy));
        Assert.Contains("Above 4G decoding", room.Remedy, StringComparison.Ordinal);
        Assert.All(shown.Where((_, i) => i != 4), r => Assert.Null(r.Obstacle));
    }

    [Theory]
    [InlineData(Errno.EMFILE, "LimitNOFILE")]
    [InlineData(Errno.ENFILE, "fs.file-max")]
    public void A_supply_of_descriptors_that_is_spent_is_NoResources(int error, string advice)
    {
        using var machine = new FakeLinux();
        DeviceException[] all =
        [
            machine.Diagnosis.NoGroup(error, 7), machine.Diagnosis.NoContainer(error), machine.Diagnosis.NoDevice(error, hasToken: false),
            VfioErrors.Failed(error, Card, "preparing to wait for interrupts", "eventfd", ""), VfioErrors.OutOfDescriptors(new IOException("", error), Card, "scanning"),
        ];

        Assert.All(all, e => Assert.Equal(DeviceStatus.NoResources, e.Status));
        Assert.All(all, e => Assert.Contains(advice, e.Advice, StringComparison.Ordinal));
        Assert.True(SysfsPci.IsExhaustion(new IOException("", error))); // which is not to say that a function is not there
    }

    [Fact]
    public void What_the_files_do_not_explain_keeps_the_systems_answer()
    {
        using var machine = new FakeLinux();

        DeviceException error = machine.Diagnosis.NoDomain(Errno.EPERM, "setting up its address space", "VFIO_SET_IOMMU", "See the kernel's log.");

        Assert.Equal((DeviceStatus.AccessDenied, "See the kernel's log."), (error.Status, error.Advice));
        Assert.Contains("EPERM", error.Answer, StringComparison.Ordinal);
        Assert.DoesNotContain("remap", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_that_no_limit_binds_has_run_out_itself()
    {
        using var machine = new FakeLinux();
        machine.Limit("65536"); // which CAP_IPC_LOCK lifts

        Assert.DoesNotContain("65536", NoMemory(machine).Message, StringComparison.Ordinal);
        Assert.Contains("memory.max", NoMemory(machine).Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Root_in_a_container_is_not_told_what_it_cannot_do()
    {
        foreach (Situation situation in All.Values)
        {
            using var machine = new FakeLinux();
            machine.InContainer();
            situation.Arrange(machine);
            DeviceException error = situation.Fail(machine);
            foreach (string command in (string[])["chown", "chmod", "modprobe", "ring3 bind", "mknod", "echo 1"])
                Assert.True(!error.Advice.Contains(command, StringComparison.Ordinal) || error.Advice.Contains("n the host", StringComparison.Ordinal), error.Message);
        }
    }

    private static void Dead(FakeLinux machine)
    {
        Array.Fill(machine.Header, (byte)0xFF);
        machine.Configure();
    }

    private static void Lost(FakeLinux machine)
    {
        machine.Header.AsSpan(0x12, 2).Clear();
        machine.Header[0x19] = machine.Header[0x04] = 0;
        machine.Configure();
    }

    private static void NoRoom(FakeLinux machine) => machine.Resources("0x0000000000000000 0x0000000003ffffff 0x0000000020140204");

    private static void NoGroup(FakeLinux machine)
    {
        machine.Delete($"/sys/bus/pci/devices/{Card}/iommu_group");
        Directory.Delete(machine.Root + "/sys/kernel/iommu_groups", recursive: true);
    }

    private static void NoModule(FakeLinux machine)
    {
        machine.Bind(Card, null);
        machine.Delete("/sys/bus/pci/drivers/vfio-pci");
    }

    private static void Processor(FakeLinux machine, string vendor, string flags)
    {
        machine.Write("/sys/firmware/acpi/tables/FACP", "");
        machine.Write("/proc/cpuinfo", $"vendor_id\t: {vendor}\nflags\t\t: fpu vme{flags} lahf_lm");
    }

    private static void Reserved(FakeLinux machine) => machine.Write("/sys/kernel/iommu_groups/7/reserved_regions",
        "0x000000007b800000 0x000000007fffffff direct\n0x00000000a0000000 0x00000000a00fffff direct-relaxable\n0x00000000fee00000 0x00000000feefffff msi");

    private static void Unremapped(FakeLinux machine) => machine.Write("/proc/interrupts", "  1:  9  IO-APIC    1-edge      i8042\n 24:  0  PCI-MSI 0-edge  eth0");

    private static void Virtual(FakeLinux machine)
    {
        machine.Function("0000:02:00.0", "vfio-pci", 8);
        machine.Link($"/sys/bus/pci/devices/{Card}/physfn", "../0000:02:00.0");
    }

    /// <summary>The port above the card: PCI Express capability at 40h.</summary>
    private static void Port(FakeLinux machine, bool isActive)
    {
        byte[] image = new byte[256];
        image[0x06] = 0x10;
        image[0x34] = 0x40;
        image[0x40] = 0x10;
        image[0x4E] = 0x10; // link capabilities, bit 20
        image[0x53] = isActive ? (byte)0x20 : (byte)0; // link status, bit 13
        Directory.CreateDirectory($"{machine.Root}/sys/bus/pci/devices/{FakeLinux.Port}");
        File.WriteAllBytes($"{machine.Root}/sys/bus/pci/devices/{FakeLinux.Port}/config", image);
    }

    private static DeviceException NoMemory(FakeLinux machine) => VfioAddressSpace.Refused(machine.System, Errno.ENOMEM, Card, 4096, new Iova(0x1000));

    /// <param name="Arrange">Makes the situation.</param>
    /// <param name="Fail">What opening throws there.</param>
    /// <param name="Status">Its status.</param>
    /// <param name="Cause">Words of its answer.</param>
    /// <param name="Advice">Words of its advice.</param>
    private sealed record Situation(Action<FakeLinux> Arrange, Func<FakeLinux, DeviceException> Fail, DeviceStatus Status, string Cause, string Advice)
    {
        internal Situation(Action<FakeLinux> arrange, DeviceStatus status, string cause, string advice)
            : this(arrange, m => m.Open(), status, cause, advice)
        {
        }
    }
}
