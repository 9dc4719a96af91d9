using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <summary>Error numbers that callers act on, and the names of those that messages show.</summary>
public static class Errno
{
    /// <summary>Operation not permitted.</summary>
    public const int EPERM = 1;

    /// <summary>No such file.</summary>
    public const int ENOENT = 2;

    /// <summary>No such device behind the node.</summary>
    public const int ENXIO = 6;

    /// <summary>Interrupted by a signal.</summary>
    public const int EINTR = 4;

    /// <summary>Not now.</summary>
    public const int EAGAIN = 11;

    /// <summary>Out of memory, or of what may be locked.</summary>
    public const int ENOMEM = 12;

    /// <summary>Permission denied.</summary>
    public const int EACCES = 13;

    /// <summary>A bad address.</summary>
    public const int EFAULT = 14;

    /// <summary>In use.</summary>
    public const int EBUSY = 16;

    /// <summary>It is there already.</summary>
    public const int EEXIST = 17;

    /// <summary>No such device.</summary>
    public const int ENODEV = 19;

    /// <summary>Invalid argument.</summary>
    public const int EINVAL = 22;

    /// <summary>The machine has no more descriptors.</summary>
    public const int ENFILE = 23;

    /// <summary>This process has no more descriptors.</summary>
    public const int EMFILE = 24;

    /// <summary>The device has no such request.</summary>
    public const int ENOTTY = 25;

    /// <summary>No space, or no interrupt vector, left.</summary>
    public const int ENOSPC = 28;

    /// <summary>It can only be read.</summary>
    public const int EROFS = 30;

    /// <summary>Broken pipe; of the kernel's log: records were lost.</summary>
    public const int EPIPE = 32;

    /// <summary>The kernel has no such call.</summary>
    public const int ENOSYS = 38;

    /// <summary>No room for what arrived.</summary>
    public const int ENOBUFS = 105;

    private static readonly Dictionary<int, string> Names = new (int Number, string Name)[]
    {
        (1, "EPERM"), (2, "ENOENT"), (3, "ESRCH"), (4, "EINTR"), (5, "EIO"), (6, "ENXIO"), (7, "E2BIG"), (9, "EBADF"),
        (11, "EAGAIN"), (12, "ENOMEM"), (13, "EACCES"), (14, "EFAULT"), (16, "EBUSY"), (17, "EEXIST"), (19, "ENODEV"),
        (20, "ENOTDIR"), (22, "EINVAL"), (23, "ENFILE"), (24, "EMFILE"), (25, "ENOTTY"), (28, "ENOSPC"),
        (30, "EROFS"), (32, "EPIPE"), (34, "ERANGE"), (38, "ENOSYS"), (40, "ELOOP"), (61, "ENODATA"), (95, "EOPNOTSUPP"),
        (110, "ETIMEDOUT"),
    }.ToDictionary(n => n.Number, n => n.Name);

    /// <summary>The error of this thread's last call that sets it.</summary>
    public static int Last => Marshal.GetLastPInvokeError();

    /// <summary>The name and the system's words, such as "EBUSY (Device or resource busy)".</summary>
    public static string Describe(int error) =>
        (Names.TryGetValue(error, out string? name) ? name : $"errno {error}") + $" ({Marshal.GetPInvokeErrorMessage(error)})";
}
