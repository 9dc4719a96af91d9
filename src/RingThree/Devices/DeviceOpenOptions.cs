using RingThree.Hosting;

namespace RingThree.Devices;

/// <summary>How to open a device.</summary>
public sealed record DeviceOpenOptions
{
    /// <summary>The defaults.</summary>
    public static DeviceOpenOptions Default { get; } = new();

    /// <summary>What the host needs to know.</summary>
    public OpenOptions Host { get; init; } = OpenOptions.Default;

    /// <summary>
    /// How long <see cref="Device.RemovalRequested"/> may take before the device is closed all the same. Default 5 s
    /// (Linux repeats its request every 10 s).
    /// </summary>
    public TimeSpan RemovalTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Throws where the options hold a time that cannot be waited for.</summary>
    internal void Check(string parameter)
    {
        if (RemovalTime < TimeSpan.Zero || RemovalTime > WaitLimit.Longest)
            throw new ArgumentOutOfRangeException(parameter, $"{nameof(DeviceOpenOptions)}.{nameof(RemovalTime)} is {RemovalTime}; it can be 0 to {WaitLimit.Longest.TotalDays} days.");
    }
}

/// <summary>Why a device leaves.</summary>
public enum RemovalReason
{
    /// <summary>The host asks for it back (unbind, hot-unplug, eject button); it still answers.</summary>
    Requested,

    /// <summary>It has stopped answering.</summary>
    Gone,

    /// <summary>It reported an uncorrectable error (AER fatal); what it answers is not to be trusted.</summary>
    Error,
}

/// <summary>A device leaves.</summary>
/// <param name="Device">Which one.</param>
/// <param name="Reason">Why.</param>
/// <param name="Time">How long the driver may take before the device is closed under it.</param>
public sealed record RemovalNotice(Device Device, RemovalReason Reason, TimeSpan Time);
