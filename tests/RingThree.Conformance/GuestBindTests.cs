using System.Diagnostics;
using System.Text.Json;
using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Linux;

namespace RingThree.Conformance;

/// <summary>ring3 bind and unbind with the drivers of a machine in use: each function goes to vfio-pci and comes back, and works.</summary>
[Trait("Host", "many")]
public sealed class GuestBindTests : IDisposable
{
    public void Dispose() => GuestFunction.GiveAllBack();

    [Theory]
    [InlineData("nvme")]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    [InlineData("vmxnet3")]
    [InlineData("virtio-pci", "net")]
    [InlineData("xhci_hcd")]
    [InlineData("snd_hda_intel")]
    [InlineData(null)]
    public void A_function_goes_and_comes_back_and_works(string? driver, string? deviceClass = null)
    {
        GuestFunction function = GuestFunction.All.First(f => f.Driver == driver && GuestFunction.IsCard(f) && (deviceClass is null || f.Members(deviceClass).Length > 0));
        string works = function.Works();

        JsonElement bound = Assert.Single(GuestProgram.Ring3Does("bind", function.Address, "--json").Functions);
        Assert.Equal(Change(function, driver, "vfio-pci"), bound.GetRawText());
        function.AssertBound();

        JsonElement given = Assert.Single(GuestProgram.Ring3Does("unbind", function.Address, "--json").Functions);
        Assert.Equal(Change(function, "vfio-pci", driver), given.GetRawText());
        function.AssertGivenBack(driver, works);
        foreach (string port in function.Members("net")) GuestProgram.Shell($"ip link set {port} up && ip link set {port} down");
        foreach (string disk in function.Members("block")) Assert.Equal("512", GuestProgram.Shell($"head -c 512 /dev/{disk} | wc -c"));
    }

    [Fact]
    public void It_says_what_it_did_and_what_is_done_already_is_no_failure()
    {
        GuestFunction function = GuestFunction.Of("vmxnet3");
        Assert.Equal($"{function.Address}: vmxnet3 -> vfio-pci\n", GuestProgram.Ring3Does("bind", function.Address).Output);
        Assert.Equal(Change(function, "vfio-pci", "vfio-pci"), Assert.Single(GuestProgram.Ring3Does("bind", function.Address, "--json").Functions).GetRawText());
        Assert.Equal($"0x{function.Hex("device") << 16 | function.Hex("vendor"):x8}\n", GuestProgram.Ring3Does("read", function.Address, "cfg+0").Output);
        Assert.Equal($"{function.Address}: vfio-pci -> vmxnet3\n", GuestProgram.Ring3Does("unbind", function.Address).Output);
        Assert.Equal("vmxnet3 by (null)", function.State);
        GuestFunction.AssertNothingKept();
    }

    [Theory]
    [InlineData("ahci", "a bridge to ISA that has a driver goes too")]
    [InlineData("e1000", "behind a bridge to conventional PCI")]
    public void A_group_goes_as_a_whole_and_comes_back(string driver, string why)
    {
        GuestFunction function = GuestFunction.All.Last(f => f.Driver == driver);
        GuestFunction[] group = [.. GuestFunction.All.Where(f => f.Group == function.Group && GuestFunction.IsCard(f))];
        (string? Driver, string Works)[] before = [.. group.Select(f => (f.Driver, f.Works()))];
        Assert.True(group.Length == 3, why);

        GuestProgram.Answer alone = GuestProgram.Ring3Does("bind", function.Address);
        string[] foreign = [.. group.Where(f => f.Address != function.Address && f.Driver is not null).Select(f => $"{f.Address} ('{f.Driver}')")];
        Assert.Equal(foreign.Length > 0, alone.Errors.Contains("cannot be opened beside them", StringComparison.Ordinal));
        Assert.All(foreign, f => Assert.Contains(f, alone.Errors, StringComparison.Ordinal));
        if (foreign.Length > 0) Assert.Equal(DeviceStatus.GroupNotViable, Assert.Throws<DeviceException>(function.AssertBound).Status);

        Assert.Equal(group.Select(f => f.Address).Order(), GuestProgram.Ring3Does("bind", function.Address, "--group", "--json").Functions.Select(f => f.GetProperty("address").GetString()).Order());
        foreach (GuestFunction one in group) one.AssertBound();

        Assert.Equal(3, GuestProgram.Ring3Does("unbind", function.Address, "--group", "--json").Functions.Length);
        foreach ((GuestFunction one, (string? its, string works)) in group.Zip(before)) one.AssertGivenBack(its, works);
    }

    [Fact]
    public void A_function_that_goes_while_it_is_bound_is_forgotten_and_comes_back_as_new()
    {
        GuestFunction function = GuestFunction.Of("e1000e");
        string works = function.Works();
        GuestProgram.Ring3Does("bind", function.Address);
        function.Write("remove", "1");
        GuestProgram.Ring3Refuses("there is no such function", "unbind", function.Address);
        GuestFunction.AssertNothingKept();
        GuestProgram.Ring3Refuses("there is no such function", "bind", function.Address);
        GuestFunction.AssertNothingKept();
        Rescan(function);
        function.AssertGivenBack("e1000e", works);

        GuestProgram.Ring3Does("bind", function.Address);
        function.Write("remove", "1");
        Rescan(function);
        Assert.Equal(Change(function, "e1000e", "e1000e"), Assert.Single(GuestProgram.Ring3Does("unbind", function.Address, "--json").Functions).GetRawText());
        function.AssertGivenBack("e1000e", works);
    }

    [Fact]
    public void Two_at_once_take_turns()
    {
        GuestFunction function = GuestFunction.Of("nvme");
        string works = function.Works();
        GuestProgram.Answer[] answers = AtOnce(["bind", function.Address], ["bind", function.Address]);
        Assert.All(answers, a => Assert.Equal((0, ""), (a.Status, a.Errors)));
        function.AssertBound();

        answers = AtOnce(["unbind", function.Address], ["bind", function.Address]);
        Assert.All(answers, a => Assert.Equal((0, ""), (a.Status, a.Errors)));
        if (function.Driver == "vfio-pci") // the bind came last
        {
            function.AssertBound();
            GuestProgram.Ring3Does("unbind", function.Address);
        }

        function.AssertGivenBack("nvme", works);
    }

    private static GuestProgram.Answer[] AtOnce(params string[][] commands)
    {
        Process[] programs = [.. commands.Select(c => GuestProgram.StartRing3(c))];
        GuestProgram.Answer[] answers = [.. programs.Select(GuestProgram.End)];
        foreach (Process program in programs) program.Dispose();
        return answers;
    }

    private static void Rescan(GuestFunction function)
    {
        File.WriteAllText("/sys/bus/pci/rescan", "1");
        Machine.Until(() => function.IsThere && function.Driver is not null, $"{function.Address} is back");
    }

    /// <summary>A function in the JSON of bind and unbind.</summary>
    private static string Change(GuestFunction function, string? before, string? now)
    {
        static string Name(string? driver) => driver is null ? "null" : $"\"{driver}\"";
        return $"{{\"address\":\"{function.Address}\",\"driverBefore\":{Name(before)},\"driver\":{Name(now)},\"isolationGroup\":{function.Group},\"changed\":{(before != now ? "true" : "false")}}}";
    }
}
