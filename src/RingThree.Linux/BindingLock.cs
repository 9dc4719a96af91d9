using System.Diagnostics;
using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>
/// One program at a time changes a function's driver: between two, each would see what the other is half way through as what
/// the function had before. The kernel drops the lock of a program that ends in any way.
/// </summary>
internal static class BindingLock
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits for a function's lock; disposing the answer lets go.</summary>
    /// <exception cref="DeviceException">Another program has had it for too long, or this one may not have it.</exception>
    internal static IDisposable Take(string folder, string place, string operation, TimeSpan patience, string command)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                Directory.CreateDirectory(folder);
                // No sharing is flock(2) here. The file stays: who removes it may remove the one that another waits for.
                return new FileStream(Path.Combine(folder, place), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (error.HResult == Errno.EAGAIN)
            {
                if (Stopwatch.GetElapsedTime(started) > patience)
                {
                    throw new DeviceException(DeviceStatus.Busy, place, operation, "another program is changing its driver and does not get on",
                        "It waits as long as the function is in use: see which program has it open (fuser -v /dev/vfio/*), or whether the kernel says more (dmesg | tail).", error);
                }

                Thread.Sleep(Interval);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new DeviceException(DeviceStatus.AccessDenied, place, operation, error.Message, $"Run it as root: sudo {command}", error);
            }
        }
    }
}
