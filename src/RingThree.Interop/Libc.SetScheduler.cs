using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>sched_setscheduler(2).</content>
public static unsafe partial class Libc
{
    /// <summary>SCHED_FIFO: real time, without a time slice.</summary>
    public const int SchedulerFifo = 1;

    /// <summary>SCHED_RESET_ON_FORK, added to the policy: threads that this one starts are ordinary ones.</summary>
    public const int SchedulerResetOnFork = 0x4000_0000;

    /// <summary>Changes a thread's scheduling policy.</summary>
    /// <param name="thread">0 for the calling one.</param>
    /// <param name="policy">A policy, with flags.</param>
    /// <param name="priority">struct sched_param: its one field, the priority.</param>
    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SetScheduler(int thread, int policy, int* priority);
}
