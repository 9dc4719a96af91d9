using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Globalization;
using RingThree.Diagnostics;

namespace RingThree.Tests;

/// <summary>
/// What the library tells, as a program that looks at itself hears it. Used in the collection <see cref="Alone"/>, as it hears the whole
/// process; and of that only of the devices it is for, as what other tests have left behind may still end.
/// </summary>
internal sealed class MonitorListener : EventListener
{
    private readonly ConcurrentQueue<EventWrittenEventArgs> _heard = new();
    private readonly EventLevel _level;
    private readonly MonitorSections _sections;
    private readonly string? _interval;
    private readonly string[] _devices;
    private EventSource? _source;

    internal MonitorListener(EventLevel level = EventLevel.Verbose, MonitorSections sections = MonitorSections.All, string? interval = null, params string[] devices)
    {
        (_level, _sections, _interval, _devices) = (level, sections, interval, devices);
        Attach(RingThreeEvents.Log);
    }

    /// <summary>What was heard, in order, but for counts: those come when the clock says so.</summary>
    internal string[] Names => [.. Heard.Select(e => e.EventName!).Where(n => n != "InterruptsCounted")];

    internal IEnumerable<EventWrittenEventArgs> Heard => _heard;

    public override void Dispose()
    {
        // The framework tells the source nothing of a listener that is merely disposed.
        if (_source is not null) DisableEvents(_source);
        base.Dispose();
    }

    /// <summary>The only event of that name.</summary>
    internal EventWrittenEventArgs Only(string name) => Heard.Single(e => e.EventName == name);

    /// <summary>The fields of the only event of that name, with spaces between.</summary>
    internal string Fields(string name) => string.Join(' ', Only(name).Payload!.Select(p => Convert.ToString(p, CultureInfo.InvariantCulture)));

    /// <summary>That event in words.</summary>
    internal string Words(string name) => DebugMonitor.Describe(name, Only(name).Payload!);

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        bool hasDevice = eventData.PayloadNames is ["device", ..];
        if (_devices.Length == 0 || !hasDevice || _devices.Contains(eventData.Payload![0])) _heard.Enqueue(eventData);
    }

    private void Attach(EventSource source)
    {
        _source = source;
        EnableEvents(source, _level, (EventKeywords)_sections, _interval is null ? null : new Dictionary<string, string?> { [DebugMonitor.IntervalArgument] = _interval });
    }
}
