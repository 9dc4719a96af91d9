using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>Real-time priority and processors for the calling thread. Failing is an answer, not an error.</summary>
internal static unsafe class ThreadScheduling
{
    internal static bool TrySet(int realTimePriority, ReadOnlySpan<int> processors, out string answer)
    {
        string priority = realTimePriority == 0 ? "" : SetPriority(realTimePriority);
        string pinning = processors.IsEmpty ? "" : Pin(processors);
        answer = priority.Length > 0 && pinning.Length > 0 ? priority + "; " + pinning : priority + pinning;
        return answer.Length == 0;
    }

    /// <returns>Why not; empty when it is done.</returns>
    private static string SetPriority(int priority)
    {
        // Sound: the call reads a sched_param, which is one int.
        if (Libc.SetScheduler(0, Libc.SchedulerFifo | Libc.SchedulerResetOnFork, &priority) == 0) return "";
        int error = Errno.Last;
        return $"sched_setscheduler(SCHED_FIFO, {priority}) answered {Errno.Describe(error)}" + error switch
        {
            Errno.EPERM => $". Add 'USER - rtprio {priority}' to /etc/security/limits.conf and log in anew, or give the program CAP_SYS_NICE (systemd: LimitRTPRIO={priority});"
                + " if it has that, its control group has no real-time share: see cpu.rt_runtime_us",
            Errno.EINVAL => ". Priorities are 1 to 99",
            _ => "",
        };
    }

    /// <returns>Why not; empty when it is done.</returns>
    private static string Pin(ReadOnlySpan<int> processors)
    {
        ulong* mask = stackalloc ulong[Libc.AffinityMaskSize / sizeof(ulong)];
        var words = new Span<ulong>(mask, Libc.AffinityMaskSize / sizeof(ulong));
        words.Clear();
        foreach (int processor in processors) words[processor / 64] |= 1UL << (processor % 64);
        string list = string.Join(',', processors.ToArray());
        // Sound: both calls are told the mask's size.
        if (Libc.SetAffinity(0, Libc.AffinityMaskSize, mask) != 0)
        {
            int error = Errno.Last;
            return $"sched_setaffinity({list}) answered {Errno.Describe(error)}"
                + (error == Errno.EINVAL ? $". {Remedy()}" : "");
        }

        if (Libc.GetAffinity(0, Libc.AffinityMaskSize, mask) < 0) return "";
        int[] dropped = [.. processors.ToArray().Where(p => (mask[p / 64] & (1UL << (p % 64))) == 0)];
        return dropped.Length == 0 ? "" : $"sched_setaffinity({list}) left out {string.Join(',', dropped)}. {Remedy()}";
    }

    private static string Remedy() =>
        $"This process may use processors {Allowed()}: name some of those, or widen its cpuset (cpuset.cpus of its control group, docker --cpuset-cpus)";

    private static string Allowed()
    {
        const string Key = "Cpus_allowed_list:";
        string? line = SysfsPci.ReadText("/proc/self/status")?.Split('\n').FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal));
        return line is null ? "unknown to us" : line[Key.Length..].Trim();
    }
}
