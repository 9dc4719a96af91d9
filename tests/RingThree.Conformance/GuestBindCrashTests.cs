using System.Diagnostics;
using RingThree.Devices;
using RingThree.Linux;
using RingThree.Pci;

namespace RingThree.Conformance;

/// <summary>
/// ring3 bind and unbind, killed at any moment: the next bind or unbind brings the function to where it is to go, and in the end
/// to the driver it had. Each point between two writes is tried in the unit tests (BindingCrashTests), on a kernel that is played.
/// </summary>
[Trait("Host", "many")]
public sealed class GuestBindCrashTests(ITestOutputHelper output) : IDisposable
{
    private const int Rounds = 6;
    private static readonly BindingHistory History = new(); // what the commands call, in this process to save starting one

    public void Dispose() => GuestFunction.GiveAllBack();

    /// <summary>From when a command has the function's turn: before that is .NET's start, which touches nothing.</summary>
    [Theory]
    [InlineData("nvme", 1)]
    [InlineData("e1000e", 2)]
    public void At_a_moment_drawn_from_the_time_it_takes(string driver, int seed)
    {
        GuestFunction function = GuestFunction.Of(driver);
        string works = function.Works();
        TimeSpan never = TimeSpan.MaxValue;
        TimeSpan bind = Kill(function, "bind", never).Took;
        TimeSpan unbind = Kill(function, "unbind", never).Took;
        var random = new Random(seed);
        var states = new HashSet<string>();
        for (int round = 0; round < Rounds; round++)
        {
            bool isBind = round % 2 == 0;
            if (!isBind) History.Bind(PciAddress.Parse(function.Address), "vfio-pci");
            if (Kill(function, isBind ? "bind" : "unbind", (isBind ? bind : unbind) * random.NextDouble()).Killed) states.Add(function.State);
            Recover(function, driver, works, bindAgain: random.Next(2) == 0);
        }

        Assert.True(states.Count > 1, $"every kill left the same: {string.Join(", ", states)}");
    }

    [Theory]
    [InlineData("bind", "nvme by vfio-pci")]
    [InlineData("bind", "- by vfio-pci")]
    [InlineData("bind", "vfio-pci by vfio-pci")]
    [InlineData("unbind", "vfio-pci by nvme")]
    [InlineData("unbind", "- by nvme")]
    [InlineData("unbind", "nvme by nvme")]
    public void As_soon_as_the_function_is_seen_to_have_come_so_far(string command, string state)
    {
        GuestFunction function = GuestFunction.Of("nvme");
        string works = function.Works();
        if (command == "unbind") History.Bind(PciAddress.Parse(function.Address), "vfio-pci");
        string[] path = command == "bind"
            ? ["nvme by (null)", "nvme by vfio-pci", "- by vfio-pci", "vfio-pci by vfio-pci"]
            : ["vfio-pci by vfio-pci", "vfio-pci by nvme", "- by nvme", "nvme by nvme", "nvme by (null)"];
        int far = Array.IndexOf(path, state);

        Kill(function, command, TimeSpan.Zero, () => Array.IndexOf(path, function.State) >= far);

        Recover(function, "nvme", works, bindAgain: state.Length % 2 == 0);
    }

    [Fact]
    public void While_the_kernel_waits_for_who_has_the_function_open()
    {
        GuestFunction function = GuestFunction.Of("nvme");
        string works = function.Works();
        GuestProgram.Ring3Does("bind", function.Address);
        using (var host = new VfioHost())
        using (PciDevice device = host.Open(function.Address))
        using (Process program = GuestProgram.StartRing3("unbind", function.Address))
        {
            Machine.Until(() => function.Driver is null, "the kernel begins to take the function");
            Assert.Equal((uint)(function.Hex("vendor") | (function.Hex("device") << 16)), device.Config.Read32(0)); // who has it keeps it
            program.Kill();
            Assert.False(program.WaitForExit(500), "the program ended in the middle of a system call");
            device.Dispose();
            Assert.True(program.WaitForExit(Machine.Patience), "the program did not end with the wait");
        }

        Assert.Equal("- by nvme", function.State);
        Recover(function, "nvme", works, bindAgain: true);
    }

    /// <summary>Starts a command and kills it some time after it has come to a point, by default to having the function's turn.</summary>
    /// <returns>Whether it had not ended by then, and how long after that point it lived.</returns>
    private (bool Killed, TimeSpan Took) Kill(GuestFunction function, string command, TimeSpan delay, Func<bool>? point = null)
    {
        string turn = $"/run/ringthree/locks/{function.Address}";
        if (File.Exists(turn)) File.Delete(turn);
        point ??= () => File.Exists(turn);
        using Process program = GuestProgram.StartRing3(command, function.Address);
        // Asleep in between: there is one processor, and one that wakes up is let in before one that computes.
        while (!point() && !program.HasExited) Thread.Sleep(1);
        long reached = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(reached) < delay && !program.HasExited) Thread.Sleep(1);
        TimeSpan took = Stopwatch.GetElapsedTime(reached);
        program.Kill(); // SIGKILL; nothing when it has ended
        Assert.True(program.WaitForExit(Machine.Patience));
        const int bySignal9 = 128 + 9;
        bool killed = program.ExitCode == bySignal9;
        Assert.True(killed || program.ExitCode == 0, program.StandardError.ReadToEnd());
        output.WriteLine($"{command} {function.Address} {(killed ? "killed" : "ended")} {took.TotalMilliseconds:f0} ms after that point: {function.State}");
        return (killed, took);
    }

    private static void Recover(GuestFunction function, string driver, string works, bool bindAgain)
    {
        var address = PciAddress.Parse(function.Address);
        // A bind that was killed before it began, or an unbind after all was done, has left nothing to give back: another unbind would take the function from its driver.
        if (bindAgain || !function.IsKept)
        {
            History.Bind(address, "vfio-pci");
            function.AssertBound();
        }

        History.GiveBack(address);
        function.AssertGivenBack(driver, works);
    }
}
