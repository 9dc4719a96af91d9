using System.Text;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using Xunit;

namespace RingThree.Tests;

/// <summary>Programs that are killed before or after any of their writes: the next one brings the function to where it was to go, and back.</summary>
public sealed class BindingCrashTests : IDisposable
{
    private const int MostWrites = 8;
    private static readonly PciAddress Place = PciAddress.Parse(FakeKernel.Place);
    private readonly string _root = Directory.CreateTempSubdirectory("ringthree-crash-").FullName;
    private readonly ManualResetEventSlim _end = new();
    private readonly List<Thread> _killed = [];
    private int _programs;

    public void Dispose()
    {
        _end.Set();
        foreach (Thread thread in _killed) thread.Join();
        _end.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData("e1000e", "bind")]
    [InlineData("e1000e", "bind unbind")]
    [InlineData("e1000e", "refused")]
    [InlineData("e1000e", "bind", "e1000e")]
    [InlineData("e1000e", "bind unbind", "e1000e")]
    [InlineData("e1000e", "refused", "e1000e")]
    [InlineData("uio_pci_generic", "bind unbind", "pci-stub")]
    [InlineData(null, "bind", "pci-stub")]
    [InlineData(null, "bind unbind", "pci-stub")]
    [InlineData(null, "refused")]
    [InlineData(null, "bind")]
    [InlineData(null, "bind unbind")]
    public void Killed_at_any_write_the_next_bind_and_unbind_do_what_they_are_to(string? driver, string until, string setting = "(null)")
    {
        int killed = 0;
        foreach (string then in (string[])["bind unbind", "unbind", "unbind unbind-not-known"])
        {
            for (int write = 1; write <= MostWrites; write++)
            {
                foreach (bool after in (bool[])[false, true])
                {
                    using var kernel = new FakeKernel(driver);
                    kernel.Put("driver_override", Encoding.ASCII.GetBytes(setting + "\n"));
                    string name = $"{driver ?? "no driver"} by {setting}, '{until}' killed {(after ? "after" : "before")} write {write}, then '{then}'";
                    string folder = Directory.CreateTempSubdirectory("ringthree-history-").FullName;
                    try
                    {
                        if (!Killed(kernel, folder, until, write, after)) continue;
                        killed++;
                        Recover(kernel, folder, then, driver, setting, name);
                    }
                    finally
                    {
                        Directory.Delete(folder, recursive: true);
                    }
                }
            }
        }

        Assert.InRange(killed, 3 * 4, 3 * 2 * MostWrites); // else nothing has been tried
    }

    private void Recover(FakeKernel kernel, string folder, string then, string? driver, string setting, string name)
    {
        BindingHistory history = Program(kernel, folder);
        if (then.StartsWith("bind", StringComparison.Ordinal))
        {
            history.Bind(Place, "vfio-pci");
            Assert.Equal(("vfio-pci", "vfio-pci", name), (Driver(kernel), kernel.Override, name));
        }

        history.GiveBack(Place);
        Assert.Equal((driver, setting, name), (Driver(kernel), kernel.Override, name));
        Assert.Empty(Directory.EnumerateFiles(folder));
        if (!then.EndsWith("not-known", StringComparison.Ordinal)) return;
        history.GiveBack(Place); // nothing is kept any more: it is left without a driver
        Assert.Equal((null, driver is null ? setting : "(null)", name), (Driver(kernel), kernel.Override, name));
    }

    /// <summary>Runs commands in a program that stops for good before or after a write of the last of them.</summary>
    private bool Killed(FakeKernel kernel, string folder, string commands, int write, bool after)
    {
        BindingHistory history = Program(kernel, folder);
        string[] words = commands.Split(' ');
        foreach (string word in words[..^1]) Do(history, word);
        int first = kernel.Writes.Count;
        bool killed = false;
        Exception? failure = null;
        using var stopped = new ManualResetEventSlim();
        if (words[^1] == "refused") kernel.Refusing.Add("vfio-pci");
        kernel.OnWrite = (number, isAfter) =>
        {
            if (killed || number != first + write || isAfter != after) return;
            killed = true;
            kernel.OnWrite = null; // what goes on is nothing to this program
            stopped.Set();
            _end.Wait();
        };
        var thread = new Thread(() =>
        {
            try
            {
                Do(history, words[^1]);
            }
            catch (Exception error)
            {
                failure = error;
            }

            if (!killed) stopped.Set(); // else it goes on at the test's end, where nothing is left of the kernel
        });
        thread.Start();
        _killed.Add(thread);
        Assert.True(stopped.Wait(TimeSpan.FromSeconds(30)));
        kernel.OnWrite = null;
        kernel.Refusing.Clear();
        if (!killed) Assert.Null(failure);
        return killed;
    }

    private static void Do(BindingHistory history, string command)
    {
        if (command == "bind") history.Bind(Place, "vfio-pci");
        else if (command == "refused") Assert.Throws<DeviceException>(() => history.Bind(Place, "vfio-pci"));
        else history.GiveBack(Place);
    }

    /// <summary>A new program. One that was killed has lost its locks, which a stopped thread has not; so each has locks of its own.</summary>
    private BindingHistory Program(FakeKernel kernel, string folder) =>
        new(folder, new DriverBinding(kernel.Root, kernel.Write, kernel.System), Path.Combine(_root, $"{_programs++}"));

    private static string? Driver(FakeKernel kernel) => new DriverBinding(kernel.Root, kernel.Write, kernel.System).GetDriver(FakeKernel.Place);
}
