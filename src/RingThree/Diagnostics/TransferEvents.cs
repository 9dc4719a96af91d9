using RingThree.Hosting;

namespace RingThree.Diagnostics;

/// <summary>Tells of accesses that failed, each in the section of what was accessed.</summary>
internal static class TransferEvents
{
    /// <summary>An access, or what was made ready to access something, has failed.</summary>
    /// <param name="device">The device's address.</param>
    /// <param name="kind">What was accessed; <see langword="null"/> where that is not known, which counts as memory.</param>
    /// <param name="error">What the caller gets.</param>
    internal static void Failed(string device, RegionKind? kind, Exception error) => Failed(device, kind, RingThreeEvents.Reason(device, error));

    /// <inheritdoc cref="Failed(string, RegionKind?, Exception)"/>
    internal static void Failed(string device, RegionKind? kind, string reason)
    {
        RingThreeEvents events = RingThreeEvents.Log;
        if (kind == RegionKind.Port) events.PortTransferFailed(device, reason);
        else if (kind == RegionKind.Configuration) events.ConfigurationTransferFailed(device, reason);
        else events.MemoryTransferFailed(device, reason);
    }
}
