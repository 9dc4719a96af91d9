using System.Globalization;
using RingThree.Linux;
using Xunit;

namespace RingThree.Tests;

/// <summary>Real-time priority and pinning of a thread, checked with what the kernel says of it.</summary>
public sealed class ThreadSchedulingTests
{
    private const string Fifo = "1"; // SCHED_FIFO in proc(5), stat field 41

    public ThreadSchedulingTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");

    [Fact]
    public void A_priority_is_set_for_this_thread_alone_or_refused_with_the_remedy() => OnAThread(() =>
    {
        if (!ThreadScheduling.TrySet(7, [], out string answer))
        {
            Assert.Contains("sched_setscheduler(SCHED_FIFO, 7) answered EPERM", answer, StringComparison.Ordinal);
            Assert.Contains("rtprio 7", answer, StringComparison.Ordinal);
            Assert.Contains("CAP_SYS_NICE", answer, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(("7", Fifo), Scheduling());
        OnAThread(() => Assert.Equal(("0", "0"), Scheduling())); // what it starts is ordinary
    });

    [Fact]
    public void A_priority_that_does_not_exist_is_refused() => OnAThread(() =>
    {
        Assert.False(ThreadScheduling.TrySet(100, [], out string answer));
        Assert.Contains("EINVAL", answer, StringComparison.Ordinal);
        Assert.EndsWith("1 to 99", answer, StringComparison.Ordinal);
    });

    [Fact]
    public void A_thread_is_pinned_and_what_it_starts_is_not()
    {
        string all = Allowed();
        int processor = int.Parse(all.Split(',', '-')[^1], CultureInfo.InvariantCulture);
        OnAThread(() =>
        {
            Assert.True(ThreadScheduling.TrySet(0, [processor], out string answer), answer);
            Assert.Equal(processor.ToString(CultureInfo.InvariantCulture), Allowed());
            OnAThread(() => Assert.Equal(all, Allowed()));
        });
    }

    [Fact]
    public void A_processor_that_is_not_there_is_named_with_those_that_are() => OnAThread(() =>
    {
        string all = Allowed();
        int processor = int.Parse(all.Split(',', '-')[0], CultureInfo.InvariantCulture);

        Assert.False(ThreadScheduling.TrySet(0, [8191], out string none));
        Assert.False(ThreadScheduling.TrySet(0, [processor, 8190, 8191], out string some));

        Assert.Contains("sched_setaffinity(8191) answered EINVAL", none, StringComparison.Ordinal);
        Assert.Contains($"may use processors {all}", none, StringComparison.Ordinal);
        Assert.Contains($"sched_setaffinity({processor},8190,8191) left out 8190,8191", some, StringComparison.Ordinal);
        Assert.Equal(processor.ToString(CultureInfo.InvariantCulture), Allowed()); // what could be done has been
    });

    [Fact]
    public void Both_refusals_are_told() => OnAThread(() =>
    {
        Assert.False(ThreadScheduling.TrySet(100, [8191], out string answer));
        Assert.Contains("sched_setscheduler", answer, StringComparison.Ordinal);
        Assert.Contains("sched_setaffinity", answer, StringComparison.Ordinal);
    });

    /// <summary>The calling thread's real-time priority and policy: proc(5), stat fields 40 and 41.</summary>
    private static (string Priority, string Policy) Scheduling()
    {
        string stat = File.ReadAllText("/proc/thread-self/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (fields[37], fields[38]);
    }

    private static string Allowed() =>
        File.ReadLines("/proc/thread-self/status").First(l => l.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1];

    private static void OnAThread(Action body)
    {
        Exception? error = null;
        var thread = new Thread(() =>
        {
            try
            {
                body();
            }
            catch (Exception thrown)
            {
                error = thrown;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(error);
    }
}
