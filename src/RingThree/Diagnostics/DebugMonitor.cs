using System.Diagnostics.Tracing;
using RingThree.Hosting;

namespace RingThree.Diagnostics;

/// <summary>
/// What the library does, for whoever looks: <c>ring3 monitor</c>, <c>dotnet-trace</c>, or an <see cref="EventListener"/> in the
/// program itself. With nobody looking nothing is made ready, and an interrupt costs one predictable branch.
/// </summary>
/// <remarks>
/// The event source's keywords are <see cref="MonitorSections"/>. Its level is the failure's: error for what was asked for and did not
/// work, warning for what works and should be looked at, informational for what happens seldom, verbose for each interrupt.
/// </remarks>
public static class DebugMonitor
{
    /// <summary>The event source's name.</summary>
    public const string SourceName = "RingThree";

    /// <summary>
    /// The argument by which a listener says how many seconds lie between two counts of each session's interrupts (0.05 to 3600,
    /// with a point as decimal separator); 1 when it says nothing. Of several listeners the last one's counts.
    /// </summary>
    public const string IntervalArgument = "IntervalSec";

    /// <summary>Whether anybody wants events of that level about that.</summary>
    /// <param name="level">The level.</param>
    /// <param name="section">One section, or several of which one is enough.</param>
    public static bool IsEnabled(EventLevel level, MonitorSections section) => RingThreeEvents.Log.IsEnabled(level, (EventKeywords)section);

    /// <summary>Tells of something, for a face or a driver; section <see cref="MonitorSections.Miscellaneous"/>.</summary>
    /// <param name="level">How bad it is; what is worse than an error is told as one.</param>
    /// <param name="device">The device's address; empty when it is about none.</param>
    /// <param name="text">What there is to say.</param>
    public static void Write(EventLevel level, string device, string text)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(text);
        switch (level)
        {
            case EventLevel.Warning: RingThreeEvents.Log.MessageWarning(device, text); break;
            case EventLevel.Informational: RingThreeEvents.Log.MessageInformation(device, text); break;
            case EventLevel.Verbose: RingThreeEvents.Log.MessageTrace(device, text); break;
            default: RingThreeEvents.Log.MessageError(device, text); break;
        }
    }

    /// <summary>An event in words, as the event source declares them.</summary>
    /// <param name="eventName">Its name.</param>
    /// <param name="payload">Its fields, in order.</param>
    /// <returns>The words; name and fields of an event that this version of the library does not know.</returns>
    public static string Describe(string eventName, IReadOnlyList<object?> payload)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        ArgumentNullException.ThrowIfNull(payload);
        return EventText.Of(eventName, payload);
    }

    /// <summary>Tells of a device that came, went or changed; called by a host when it learns of it.</summary>
    /// <param name="host">The host's name.</param>
    /// <param name="change">What happened.</param>
    public static void DeviceChanged(string host, DeviceChange change)
    {
        ArgumentNullException.ThrowIfNull(host);
        RingThreeEvents events = RingThreeEvents.Log;
        if (!events.IsEnabled(EventLevel.Informational, RingThreeEvents.Keywords.PlugAndPlay)) return;
        string device = change.Device.Address;
        string id = $"{change.Device.VendorId:x4}:{change.Device.DeviceId:x4}";
        if (change.Kind == DeviceChangeKind.Arrived) events.DeviceArrived(device, host, id);
        else if (change.Kind == DeviceChangeKind.Departed) events.DeviceDeparted(device, host, id);
        else events.DeviceChanged(device, host, change.Kind.ToString());
    }
}
