using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>What the kernel answers, in words that help.</summary>
internal static class VfioErrors
{
    /// <summary>A call failed; its errno is this thread's last.</summary>
    internal static DeviceException Failed(string device, string operation, string call, string advice) => Failed(Errno.Last, device, operation, call, advice);

    /// <summary>A call failed with an errno that was kept: making a message may make calls of its own.</summary>
    internal static DeviceException Failed(int error, string device, string operation, string call, string advice) => error is Errno.EMFILE or Errno.ENFILE
        ? ProcessChecks.NoDescriptors(error).ToException(device, operation, Answer(call, error))
        : new DeviceException(StatusOf(error), device, operation, Answer(call, error), advice);

    /// <summary>Descriptors ran out in a call of the framework's.</summary>
    internal static DeviceException OutOfDescriptors(Exception error, string device, string operation) =>
        ProcessChecks.NoDescriptors(error.HResult).ToException(device, operation, Answer("open", error.HResult));

    internal static string Answer(string call, int error) => $"{call} answered {Errno.Describe(error)}";

    internal static DeviceStatus StatusOf(int error) => error switch
    {
        Errno.EACCES or Errno.EPERM or Errno.EROFS => DeviceStatus.AccessDenied,
        Errno.EBUSY => DeviceStatus.Busy,
        Errno.ENODEV or Errno.ENOENT => DeviceStatus.NotFound,
        Errno.ENOMEM or Errno.ENOSPC or Errno.EMFILE or Errno.ENFILE => DeviceStatus.NoResources,
        Errno.ENOSYS => DeviceStatus.NotSupported,
        _ => DeviceStatus.IoError,
    };
}
