using System.Text;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using Xunit;

namespace RingThree.Tests;

/// <summary>Handing a function over and back, also by a program that knows nothing of the one before it.</summary>
public sealed class BindingHistoryTests : IDisposable
{
    private static readonly PciAddress Place = PciAddress.Parse(FakeKernel.Place);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"ringthree-history-{Guid.NewGuid():n}");

    public void Dispose()
    {
        foreach (string folder in (string[])[_folder, _folder + ".locks"])
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_function_goes_back_to_the_driver_it_had()
    {
        using var kernel = new FakeKernel();
        History(kernel).Bind(Place, "vfio-pci");
        History(kernel).Bind(Place, "uio_pci_generic");
        Assert.Equal("uio_pci_generic", Driver(kernel));

        History(kernel).GiveBack(Place); // another program, after a crash

        Assert.Equal(("e1000e", "(null)"), (Driver(kernel), kernel.Override));
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void One_that_had_no_driver_goes_back_to_none_and_so_does_one_that_is_not_known()
    {
        using var kernel = new FakeKernel(driver: null);
        History(kernel).Bind(Place, "vfio-pci");
        History(kernel).GiveBack(Place);
        Assert.Null(Driver(kernel));

        using var other = new FakeKernel();
        History(other).GiveBack(Place);
        Assert.Null(Driver(other));
    }

    [Fact]
    public void On_a_machine_where_nothing_was_ever_bound_one_is_left_without_a_driver()
    {
        using var kernel = new FakeKernel();

        History(kernel).GiveBack(Place);

        Assert.Null(Driver(kernel));
        Assert.False(Directory.Exists(_folder));
    }

    [Fact]
    public void A_refusal_leaves_nothing_behind()
    {
        using var kernel = new FakeKernel();
        kernel.Refusing.Add("vfio-pci");

        Assert.Throws<DeviceException>(() => History(kernel).Bind(Place, "vfio-pci"));

        Assert.Equal("e1000e", Driver(kernel));
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Theory]
    [InlineData("unbind")]
    [InlineData("bind")]
    [InlineData("refused bind")]
    public void What_could_not_be_handed_back_after_a_refusal_is_given_back_later(string then)
    {
        using var kernel = new FakeKernel { Refusing = { "vfio-pci", "e1000e" } };
        DeviceException error = Assert.Throws<DeviceException>(() => History(kernel).Bind(Place, "vfio-pci"));
        Assert.Contains("could not be handed back to 'e1000e', and now it has no driver", error.Answer, StringComparison.Ordinal);
        Assert.EndsWith($"to hand it back later: ring3 unbind {Place}", error.Advice, StringComparison.Ordinal);
        Assert.Null(Driver(kernel));
        Assert.True(History(kernel).IsBound(Place));

        Assert.Throws<DeviceException>(() => History(kernel).GiveBack(Place)); // too early
        if (then == "refused bind") Assert.Throws<DeviceException>(() => History(kernel).Bind(Place, "vfio-pci"));
        kernel.Refusing.Clear();
        if (then == "bind") History(kernel).Bind(Place, "vfio-pci");
        History(kernel).GiveBack(Place);

        Assert.Equal(("e1000e", "(null)"), (Driver(kernel), kernel.Override));
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void A_mark_that_a_refusal_left_is_taken_away_later()
    {
        using var kernel = new FakeKernel { Refusing = { "vfio-pci" }, Refused = { ["driver_override="] = new IOException("Interrupted") } };
        Assert.Throws<DeviceException>(() => History(kernel).Bind(Place, "vfio-pci"));
        Assert.Equal(("e1000e", "e1000e"), (Driver(kernel), kernel.Override));

        kernel.Refused.Clear();
        History(kernel).GiveBack(Place);

        Assert.Equal(("e1000e", "(null)"), (Driver(kernel), kernel.Override));
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void What_was_kept_of_a_function_that_has_come_anew_counts_no_more()
    {
        using var kernel = new FakeKernel();
        History(kernel).Bind(Place, "vfio-pci");
        kernel.Replug(driver: null); // another card, say
        History(kernel).Bind(Place, "vfio-pci");
        History(kernel).GiveBack(Place);
        Assert.Equal((null, "(null)"), (Driver(kernel), kernel.Override));

        History(kernel).Bind(Place, "vfio-pci");
        kernel.Replug("e1000e");
        History(kernel).GiveBack(Place); // nothing of ours is in force: the kernel's driver keeps it
        Assert.Equal(("e1000e", "(null)"), (Driver(kernel), kernel.Override));
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void A_function_that_is_gone_is_told_and_forgotten()
    {
        using var kernel = new FakeKernel();
        History(kernel).Bind(Place, "vfio-pci");
        kernel.Unplug();

        DeviceException error = Assert.Throws<DeviceException>(() => History(kernel).GiveBack(Place));

        Assert.Equal((DeviceStatus.NotFound, "there is no such function"), (error.Status, error.Answer));
        Assert.Empty(Directory.EnumerateFiles(_folder));
        Assert.Equal(DeviceStatus.NotFound, Assert.Throws<DeviceException>(() => History(kernel).Bind(Place, "vfio-pci")).Status);
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void What_a_program_was_killed_while_keeping_counts_as_not_kept()
    {
        using var kernel = new FakeKernel();
        History(kernel).Bind(Place, "vfio-pci");
        History(kernel).GiveBack(Place);
        File.WriteAllText(Path.Combine(_folder, FakeKernel.Place), "");

        History(kernel).GiveBack(Place);
        Assert.Equal("e1000e", Driver(kernel));
        File.WriteAllText(Path.Combine(_folder, FakeKernel.Place), "");
        kernel.Put("driver_override", "e1000e\n"u8.ToArray()); // which somebody else has set
        History(kernel).GiveBack(Place);
        Assert.Equal(("e1000e", "e1000e"), (Driver(kernel), kernel.Override));
        File.WriteAllText(Path.Combine(_folder, FakeKernel.Place), "");
        History(kernel).Bind(Place, "vfio-pci");
        History(kernel).GiveBack(Place);

        Assert.Equal(("e1000e", "e1000e"), (Driver(kernel), kernel.Override));
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Theory]
    [InlineData("e1000e", "e1000e")]
    [InlineData("e1000e", "vfio-pci")]
    [InlineData("uio_pci_generic", "uio_pci_generic")]
    [InlineData("vfio-pci", "uio_pci_generic")]
    [InlineData(null, "pci-stub")]
    public void The_override_that_another_program_had_set_is_there_again(string? driver, string setting)
    {
        using var kernel = new FakeKernel(driver);
        kernel.Put("driver_override", Encoding.ASCII.GetBytes(setting + "\n"));
        kernel.Refusing.Add("vfio-pci");
        if (driver != "vfio-pci") Assert.Throws<DeviceException>(() => History(kernel).Bind(Place, "vfio-pci"));
        Assert.Equal((driver, setting), (Driver(kernel), kernel.Override));
        kernel.Refusing.Clear();

        History(kernel).Bind(Place, "vfio-pci");
        Assert.Equal(("vfio-pci", "vfio-pci"), (Driver(kernel), kernel.Override));
        History(kernel).Bind(Place, "uio_pci_generic");
        History(kernel).GiveBack(Place);

        Assert.Equal((driver, setting), (Driver(kernel), kernel.Override));
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void What_was_kept_does_not_count_for_one_that_came_later_and_that_another_program_set()
    {
        using var kernel = new FakeKernel();
        History(kernel).Bind(Place, "vfio-pci");
        kernel.Replug("uio_pci_generic"); // another card
        kernel.Put("driver_override", "uio_pci_generic\n"u8.ToArray());
        Assert.False(History(kernel).IsBound(Place));

        History(kernel).Bind(Place, "vfio-pci");
        History(kernel).GiveBack(Place);
        Assert.Equal(("uio_pci_generic", "uio_pci_generic"), (Driver(kernel), kernel.Override));

        History(kernel).Bind(Place, "vfio-pci");
        kernel.Replug("uio_pci_generic");
        kernel.Put("driver_override", "uio_pci_generic\n"u8.ToArray());
        History(kernel).GiveBack(Place);
        Assert.Equal(("uio_pci_generic", "uio_pci_generic"), (Driver(kernel), kernel.Override));
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void Two_at_once_take_turns()
    {
        using var kernel = new FakeKernel();
        DeviceException? refusal = null;
        var second = new Thread(() =>
        {
            try
            {
                History(kernel).Bind(Place, "vfio-pci");
            }
            catch (DeviceException error)
            {
                refusal = error;
            }
        });
        kernel.OnWrite = (number, isAfter) =>
        {
            if (number != 2 || isAfter) return; // the function is about to lose its driver
            kernel.OnWrite = null;
            second.Start();
            Assert.False(second.Join(TimeSpan.FromSeconds(0.3)), "the second did not wait for the first");
        };

        History(kernel).Bind(Place, "vfio-pci");

        Assert.True(second.Join(TimeSpan.FromSeconds(30)));
        Assert.Null(refusal);
        Assert.Equal("vfio-pci", Driver(kernel));
        History(kernel).GiveBack(Place);
        Assert.Equal(("e1000e", "(null)"), (Driver(kernel), kernel.Override));
    }

    [Fact]
    public void One_that_does_not_end_is_told()
    {
        using var kernel = new FakeKernel();
        kernel.OnWrite = (number, isAfter) =>
        {
            if (number != 1 || isAfter) return;
            kernel.OnWrite = null;
            var impatient = new BindingHistory(_folder, new DriverBinding(kernel.Root, kernel.Write, kernel.System), _folder + ".locks") { Patience = TimeSpan.FromSeconds(0.2) };
            foreach (Action action in (Action[])[() => impatient.Bind(Place, "vfio-pci"), () => impatient.GiveBack(Place)])
            {
                DeviceException error = Assert.Throws<DeviceException>(action);
                Assert.Equal(DeviceStatus.Busy, error.Status);
                Assert.Contains("another program is changing its driver", error.Answer, StringComparison.Ordinal);
            }
        };

        History(kernel).Bind(Place, "vfio-pci");

        Assert.Equal("vfio-pci", Driver(kernel));
    }

    [Fact]
    public void What_cannot_be_kept_is_not_begun()
    {
        using var kernel = new FakeKernel();
        File.WriteAllText(_folder, "in the way");
        try
        {
            Assert.Throws<DeviceException>(() => History(kernel).Bind(Place, "vfio-pci"));
            Assert.Empty(kernel.Writes);
        }
        finally
        {
            File.Delete(_folder);
        }
    }

    [Theory]
    [InlineData("vfio-pci", $"ring3 bind {FakeKernel.Place}", "")]
    [InlineData("uio_pci_generic", $"ring3 bind {FakeKernel.Place} --driver uio_pci_generic", "")]
    [InlineData("uio_pci_generic", $"ring3 bind {FakeKernel.Place} --driver uio_pci_generic", ".locks")]
    [InlineData(null, $"ring3 unbind {FakeKernel.Place}", ".locks")]
    [InlineData(null, $"ring3 unbind {FakeKernel.Place}", null)]
    public void Who_may_not_is_told_the_command_that_was_run(string? driver, string command, string? inTheWay)
    {
        using var kernel = new FakeKernel();
        if (driver is null) History(kernel).Bind(Place, "vfio-pci");
        if (inTheWay is null) kernel.Refused["driver_override"] = new UnauthorizedAccessException("denied");
        else
        {
            if (Directory.Exists(_folder + inTheWay)) Directory.Delete(_folder + inTheWay, recursive: true);
            File.WriteAllText(_folder + inTheWay, "in the way");
        }

        try
        {
            DeviceException error = Assert.Throws<DeviceException>(() =>
            {
                if (driver is null) History(kernel).GiveBack(Place);
                else History(kernel).Bind(Place, driver);
            });
            Assert.Equal((DeviceStatus.AccessDenied, "Run it as root: sudo " + command), (error.Status, error.Advice));
        }
        finally
        {
            if (inTheWay is not null) File.Delete(_folder + inTheWay);
        }
    }

    [Fact]
    public void Disks_and_ports_that_are_in_use_are_named()
    {
        string root = Directory.CreateTempSubdirectory("ringthree-use-").FullName;
        try
        {
            void Entry(string deviceClass, string name, params (string File, string Text)[] files)
            {
                string device = $"{root}/sys/devices/pci0000:00/0000:00:1c.0/{Place}/virtio1/{deviceClass}/{name}";
                Directory.CreateDirectory(device + "/holders");
                foreach ((string file, string text) in files) File.WriteAllText($"{device}/{file}", text);
                Directory.CreateDirectory($"{root}/sys/class/{deviceClass}");
                Directory.CreateSymbolicLink($"{root}/sys/class/{deviceClass}/{name}", device);
            }

            Entry("block", "vda", ("dev", "254:0\n"));
            Entry("block", "vda1", ("dev", "254:1\n"));
            Entry("block", "vda2", ("dev", "254:2\n"));
            Entry("block", "vdb", ("dev", "254:16\n"));
            Directory.CreateDirectory($"{root}/sys/devices/pci0000:00/0000:00:1c.0/{Place}/virtio1/block/vdb/holders/dm-0");
            Entry("net", "eth0", ("flags", "0x1003\n"));
            Entry("net", "eth1", ("flags", "0x1002\n"));
            Directory.CreateDirectory($"{root}/proc/self");
            File.WriteAllText($"{root}/proc/self/mountinfo", "22 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw\n23 1 0:40 /sub /data rw - btrfs /dev/vdb rw\n");
            File.WriteAllText($"{root}/proc/swaps", "Filename Type Size Used Priority\n/dev/vda2 partition 1 0 -2\n");

            Assert.Equal(
                ["disk 'vda1' is mounted at /", "disk 'vda2' is swap space", "disk 'vdb' is mounted at /data", "disk 'vdb' is a part of 'dm-0'", "network port 'eth0' is up"],
                DeviceUse.Of(Place, root));
            Assert.NotEmpty(DeviceUse.Of(PciAddress.Parse("0000:00:1c.0"), root)); // the bridge above
            Assert.Empty(DeviceUse.Of(PciAddress.Parse("0000:00:02.0"), root));

            Directory.CreateDirectory($"{root}/sys/bus/pci/devices/0000:00:02.0");
            File.WriteAllText($"{root}/sys/bus/pci/devices/0000:00:02.0/sriov_numvfs", "0\n");
            Assert.Empty(DeviceUse.Of(PciAddress.Parse("0000:00:02.0"), root));
            File.WriteAllText($"{root}/sys/bus/pci/devices/0000:00:02.0/sriov_numvfs", "2\n");
            Assert.Equal(["2 virtual functions of it are enabled"], DeviceUse.Of(PciAddress.Parse("0000:00:02.0"), root));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void This_machines_own_disks_are_seen_to_be_in_use()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        HashSet<string> mounted = [.. File.ReadLines("/proc/self/mountinfo").Select(l => l.Split(' ')[2])];
        var functions = new HashSet<PciAddress>();
        foreach (string disk in Directory.Exists("/sys/class/block") ? Directory.EnumerateFileSystemEntries("/sys/class/block") : [])
        {
            string path = new DirectoryInfo(disk).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? "";
            string? function = path.Split('/').LastOrDefault(p => PciAddress.TryParse(p, null, out _));
            if (function is not null && mounted.Contains(File.ReadAllText($"{disk}/dev").Trim())) functions.Add(PciAddress.Parse(function));
        }

        Assert.All(functions, f => Assert.Contains(DeviceUse.Of(f), use => use.Contains("is mounted at", StringComparison.Ordinal)));
    }

    private static string? Driver(FakeKernel kernel) => new DriverBinding(kernel.Root, kernel.Write, kernel.System).GetDriver(FakeKernel.Place);

    private BindingHistory History(FakeKernel kernel) => new(_folder, new DriverBinding(kernel.Root, kernel.Write, kernel.System), _folder + ".locks");
}
