using System.Text.RegularExpressions;

namespace RingThree.Conformance;

/// <summary>What ring3 bind refuses in a machine in use: nothing changes, not even for a moment; what may be forced is done with --force.</summary>
[Trait("Host", "many")]
public sealed class GuestRefusalTests : IDisposable
{
    public void Dispose() => GuestFunction.GiveAllBack();

    [Fact]
    public void A_mounted_disk()
    {
        GuestFunction function = GuestFunction.All.First(f => f.Driver == "nvme" && f.Members("block").Length > 0);
        string works = function.Works();
        string disk = function.Members("block").Single();
        GuestProgram.Shell($"mke2fs /dev/{disk} && mkdir -p /tmp/disk && mount -t ext2 /dev/{disk} /tmp/disk && echo here >/tmp/disk/file && sync");
        try
        {
            string reason = $"{function.Address}: taking it from its driver failed: disk '{disk}' is mounted at /tmp/disk.";
            Unchanged(function, () => GuestProgram.Ring3Refuses(reason, "bind", function.Address));
            Unchanged(function, () => GuestProgram.Ring3Refuses(reason, "unbind", function.Address));
            Assert.Equal("here", File.ReadAllText("/tmp/disk/file").Trim());

            GuestProgram.Ring3Does("bind", function.Address, "--force");
            function.AssertBound();
        }
        finally
        {
            GuestProgram.Shell("umount -l /tmp/disk");
        }

        GuestProgram.Ring3Does("unbind", function.Address);
        function.AssertGivenBack("nvme", works);
        GuestProgram.Shell($"mount -t ext2 /dev/{function.Members("block").Single()} /tmp/disk && grep here /tmp/disk/file && umount /tmp/disk");
    }

    [Fact]
    public void A_disk_that_is_swap_space_also_of_a_neighbour()
    {
        GuestFunction function = GuestFunction.Of("i801_smbus");
        GuestFunction neighbour = GuestFunction.Of("ahci");
        string disk = neighbour.Members("block").Single();
        GuestProgram.Shell($"mkswap /dev/{disk} && swapon /dev/{disk}");
        try
        {
            Unchanged(neighbour, () => GuestProgram.Ring3Refuses($"disk '{disk}' is swap space", "bind", neighbour.Address));
            Unchanged(neighbour, () => Unchanged(function, () => GuestProgram.Ring3Refuses($"{neighbour.Address}: taking it from its driver failed: disk '{disk}' is swap space", "bind", function.Address, "--group")));
        }
        finally
        {
            GuestProgram.Shell($"swapoff /dev/{disk}");
        }
    }

    [Fact]
    public void A_network_port_that_is_up()
    {
        GuestFunction function = GuestFunction.Of("vmxnet3");
        string works = function.Works();
        string port = function.Members("net").Single();
        GuestProgram.Shell($"ip link set {port} up");
        Unchanged(function, () => GuestProgram.Ring3Refuses($"network port '{port}' is up", "bind", function.Address));

        GuestProgram.Ring3Does("bind", function.Address, "--force");
        function.AssertBound();

        GuestProgram.Ring3Does("unbind", function.Address);
        function.AssertGivenBack("vmxnet3", works);
    }

    [Theory]
    [InlineData("pcieport", "--force")]
    [InlineData(null, "--json")]
    public void A_bridge_also_by_force(string? driver, string option)
    {
        GuestFunction bridge = GuestFunction.All.First(f => f.Driver == driver && f.Configuration[0x0E] % 0x80 == 1);
        Unchanged(bridge, () => GuestProgram.Ring3Refuses($"{bridge.Address}: handing it to 'vfio-pci' failed: it is a bridge", "bind", bridge.Address, option));
    }

    [Fact]
    public void A_function_with_virtual_functions_also_by_force()
    {
        GuestFunction physical = GuestVirtualFunctions.Enable();
        try
        {
            Unchanged(physical, () => GuestProgram.Ring3Refuses("2 virtual functions of it are enabled", "bind", physical.Address, "--force"));
            Unchanged(physical, () => GuestProgram.Ring3Refuses("2 virtual functions of it are enabled", "unbind", physical.Address));
            Assert.Equal("2", physical.Text("sriov_numvfs"));
        }
        finally
        {
            GuestVirtualFunctions.Disable(physical);
        }

        GuestProgram.Ring3Does("bind", physical.Address);
        physical.AssertBound();
        GuestProgram.Ring3Does("unbind", physical.Address);
        Assert.Equal("nvme by (null)", physical.State);
        GuestFunction.AssertNothingKept();
    }

    [Fact]
    public void A_driver_that_is_not_loaded_or_does_not_take_it()
    {
        GuestFunction function = GuestFunction.Of("e1000e");
        string works = function.Works();
        Unchanged(function, () => GuestProgram.Ring3Refuses("modprobe no-such-driver", "bind", function.Address, "--driver", "no-such-driver"));
        GuestProgram.Ring3Refuses("'e1000e' has it, as before", "bind", function.Address, "--driver", "ahci");
        function.AssertGivenBack("e1000e", works);
    }

    /// <summary>Runs what must leave a function alone: its driver, its override, and nothing in the kernel's log that tells of a driver that went or came.</summary>
    private static void Unchanged(GuestFunction function, Action action)
    {
        string before = function.State;
        string works = function.Works();
        int lines = Settled(() => Log(function).Length);
        action();
        Assert.Equal((before, works), (function.State, function.Works()));
        Assert.Empty(Log(function)[lines..]);
        GuestFunction.AssertNothingKept();
    }

    /// <summary>The kernel tells of a link that came up a moment later.</summary>
    private static int Settled(Func<int> count)
    {
        int last = count();
        Machine.Until(() =>
        {
            Thread.Sleep(300);
            int now = count();
            bool same = now == last;
            last = now;
            return same;
        }, "the kernel has said what it had to say");
        return last;
    }

    private static string[] Log(GuestFunction function) =>
        [.. GuestProgram.Shell("dmesg").Split('\n').Where(l => Regex.IsMatch(l, $@"\] .*{Regex.Escape(function.Address)}"))];
}
