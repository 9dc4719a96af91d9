using System.Diagnostics.Tracing;

namespace RingThree.Diagnostics;

/// <summary>
/// The event source, and the events of hosts, devices and their accesses. Made when the first device is opened, not before: making
/// it takes milliseconds. Numbers and fields are what tools have been built for: both are only ever added to.
/// </summary>
/// <remarks>Events never throw: a failure here is the listener's, and must not become the driver's.</remarks>
[EventSource(Name = DebugMonitor.SourceName)]
internal sealed partial class RingThreeEvents : EventSource
{
    private RingThreeEvents()
    {
    }

    internal static RingThreeEvents Log { get; } = new();

    [Event(1, Level = EventLevel.Informational, Keywords = Keywords.Miscellaneous, Message = "host '{0}' is in use ({1})")]
    public void HostOpened(string host, string type)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Miscellaneous)) WriteEvent(1, host, type);
    }

    [Event(2, Level = EventLevel.Informational, Keywords = Keywords.Pci, Message = "{0}: opened on host '{1}' ({2})")]
    public void DeviceOpened(string device, string host, string id)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Pci)) WriteEvent(2, device, host, id);
    }

    [Event(3, Level = EventLevel.Informational, Keywords = Keywords.Pci, Message = "{0}: closed")]
    public void DeviceClosed(string device)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Pci)) WriteEvent(3, device);
    }

    [Event(4, Level = EventLevel.Error, Keywords = Keywords.Pci, Message = "{0}: not opened on host '{1}' ({2}): {3}")]
    public void DeviceOpenFailed(string device, string host, string status, string reason)
    {
        if (IsEnabled(EventLevel.Error, Keywords.Pci)) WriteEvent(4, device, host, status, reason);
    }

    [Event(5, Level = EventLevel.Informational, Keywords = Keywords.Pci, Message = "{0}: reset")]
    public void DeviceReset(string device)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Pci)) WriteEvent(5, device);
    }

    [Event(6, Level = EventLevel.Error, Keywords = Keywords.Pci, Message = "{0}: not reset: {1}")]
    public void DeviceResetFailed(string device, string reason)
    {
        if (IsEnabled(EventLevel.Error, Keywords.Pci)) WriteEvent(6, device, reason);
    }

    [Event(7, Level = EventLevel.Informational, Keywords = Keywords.PlugAndPlay, Message = "{0}: has arrived on host '{1}' ({2})")]
    public void DeviceArrived(string device, string host, string id)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.PlugAndPlay)) WriteEvent(7, device, host, id);
    }

    [Event(8, Level = EventLevel.Informational, Keywords = Keywords.PlugAndPlay, Message = "{0}: has left host '{1}' ({2})")]
    public void DeviceDeparted(string device, string host, string id)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.PlugAndPlay)) WriteEvent(8, device, host, id);
    }

    [Event(9, Level = EventLevel.Informational, Keywords = Keywords.PlugAndPlay, Message = "{0}: has changed on host '{1}': {2}")]
    public void DeviceChanged(string device, string host, string change)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.PlugAndPlay)) WriteEvent(9, device, host, change);
    }

    [Event(10, Level = EventLevel.Warning, Keywords = Keywords.Events, Message = "{0}: leaves ({1}); its driver has {2} s")]
    public void DeviceLeaving(string device, string reason, double seconds)
    {
        if (IsEnabled(EventLevel.Warning, Keywords.Events)) WriteEvent(10, (EventSourcePrimitive)device, reason, seconds);
    }

    [Event(20, Level = EventLevel.Informational, Keywords = Keywords.CardRegistration, Message = "{0}: has claimed {1}")]
    public void ResourcesClaimed(string device, string resources)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.CardRegistration)) WriteEvent(20, device, resources);
    }

    [Event(21, Level = EventLevel.Error, Keywords = Keywords.CardRegistration, Message = "{0}: claiming {1} was refused: {2}")]
    public void ResourcesRefused(string device, string resources, string reason)
    {
        if (IsEnabled(EventLevel.Error, Keywords.CardRegistration)) WriteEvent(21, device, resources, reason);
    }

    [Event(22, Level = EventLevel.Informational, Keywords = Keywords.CardRegistration, Message = "{0}: has given back {1}")]
    public void ResourcesReleased(string device, string resources)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.CardRegistration)) WriteEvent(22, device, resources);
    }

    [Event(30, Level = EventLevel.Error, Keywords = Keywords.Memory, Message = "{0}: {1}")]
    public void MemoryTransferFailed(string device, string reason)
    {
        if (IsEnabled(EventLevel.Error, Keywords.Memory)) WriteEvent(30, device, reason);
    }

    [Event(31, Level = EventLevel.Error, Keywords = Keywords.Io, Message = "{0}: {1}")]
    public void PortTransferFailed(string device, string reason)
    {
        if (IsEnabled(EventLevel.Error, Keywords.Io)) WriteEvent(31, device, reason);
    }

    [Event(32, Level = EventLevel.Error, Keywords = Keywords.Pci, Message = "{0}: {1}")]
    public void ConfigurationTransferFailed(string device, string reason)
    {
        if (IsEnabled(EventLevel.Error, Keywords.Pci)) WriteEvent(32, device, reason);
    }

    [Event(90, Level = EventLevel.Error, Keywords = Keywords.Miscellaneous, Message = "{0}: {1}")]
    public void MessageError(string device, string text)
    {
        if (IsEnabled(EventLevel.Error, Keywords.Miscellaneous)) WriteEvent(90, device, text);
    }

    [Event(91, Level = EventLevel.Warning, Keywords = Keywords.Miscellaneous, Message = "{0}: {1}")]
    public void MessageWarning(string device, string text)
    {
        if (IsEnabled(EventLevel.Warning, Keywords.Miscellaneous)) WriteEvent(91, device, text);
    }

    [Event(92, Level = EventLevel.Informational, Keywords = Keywords.Miscellaneous, Message = "{0}: {1}")]
    public void MessageInformation(string device, string text)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Miscellaneous)) WriteEvent(92, device, text);
    }

    [Event(93, Level = EventLevel.Verbose, Keywords = Keywords.Miscellaneous, Message = "{0}: {1}")]
    public void MessageTrace(string device, string text)
    {
        if (IsEnabled(EventLevel.Verbose, Keywords.Miscellaneous)) WriteEvent(93, device, text);
    }

    /// <summary>Somebody begins or ceases to look. The framework may call this before the constructor has returned.</summary>
    protected override void OnEventCommand(EventCommandEventArgs command)
    {
        MonitorSwitch.TracesInterrupts = IsEnabled(EventLevel.Verbose, Keywords.Interrupts);
        string? interval = null;
        command.Arguments?.TryGetValue(DebugMonitor.IntervalArgument, out interval);
        InterruptCounts.Configure(IsEnabled(EventLevel.Informational, Keywords.Interrupts), interval);
    }

    /// <summary><see cref="MonitorSections"/> as the framework wants them: it looks for public ones alone.</summary>
    public static class Keywords
    {
        public const EventKeywords Io = (EventKeywords)MonitorSections.Io;
        public const EventKeywords Memory = (EventKeywords)MonitorSections.Memory;
        public const EventKeywords Interrupts = (EventKeywords)MonitorSections.Interrupts;
        public const EventKeywords Pci = (EventKeywords)MonitorSections.Pci;
        public const EventKeywords Dma = (EventKeywords)MonitorSections.Dma;
        public const EventKeywords Miscellaneous = (EventKeywords)MonitorSections.Miscellaneous;
        public const EventKeywords PlugAndPlay = (EventKeywords)MonitorSections.PlugAndPlay;
        public const EventKeywords CardRegistration = (EventKeywords)MonitorSections.CardRegistration;
        public const EventKeywords KernelPlugIn = (EventKeywords)MonitorSections.KernelPlugIn;
        public const EventKeywords Events = (EventKeywords)MonitorSections.Events;
        public const EventKeywords InterProcess = (EventKeywords)MonitorSections.InterProcess;
        public const EventKeywords KernelBuffer = (EventKeywords)MonitorSections.KernelBuffer;
    }
}
