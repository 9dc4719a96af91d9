using RingThree.Hosting;

namespace RingThree.Linux;

/// <summary>What a check found.</summary>
public enum CheckState
{
    /// <summary>As it must be.</summary>
    Ok,

    /// <summary>Not as it must be.</summary>
    Failed,

    /// <summary>The system does not tell.</summary>
    Unknown,
}

/// <summary>One thing that must hold for a driver in user mode.</summary>
/// <param name="Name">What is checked.</param>
/// <param name="State">How it is.</param>
/// <param name="Found">What was found, for a person.</param>
/// <param name="Remedy">What mends it, a command where there is one; empty when it is as it must be.</param>
public sealed record CheckResult(string Name, CheckState State, string Found, string Remedy)
{
    /// <summary>The status of the exception that opening a device throws for this reason, with the same words.</summary>
    public DeviceStatus Status { get; init; }

    internal static CheckResult Ok(string name, string found) => new(name, CheckState.Ok, found, "");

    internal static CheckResult Failed(DeviceStatus status, string name, string found, string remedy) => new(name, CheckState.Failed, found, remedy) { Status = status };

    internal static CheckResult Unknown(DeviceStatus status, string name, string found, string remedy) => new(name, CheckState.Unknown, found, remedy) { Status = status };

    /// <summary>The same as an exception.</summary>
    /// <param name="device">Which device.</param>
    /// <param name="operation">What was tried.</param>
    /// <param name="call">What the system answered to which call; <see langword="null"/> when none was made.</param>
    internal DeviceException ToException(string device, string operation, string? call = null) =>
        new(Status, device, operation, call is null ? Found : $"{call}: {Found}", Remedy);
}
