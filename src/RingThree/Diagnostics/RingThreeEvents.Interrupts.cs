using System.Diagnostics.Tracing;
using RingThree.Hosting;
using RingThree.Interrupts;

namespace RingThree.Diagnostics;

/// <content>The events of interrupts.</content>
internal sealed partial class RingThreeEvents
{
    [Event(40, Level = EventLevel.Informational, Keywords = Keywords.Interrupts, Message = "{0}: interrupts enabled: {2}, {3} vector(s), {4} waiter(s), delivered by {5} (session {1})")]
    public void InterruptsEnabled(string device, int session, string kind, int vectors, int waiters, string delivery)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Interrupts)) WriteEvent(40, (EventSourcePrimitive)device, session, kind, vectors, waiters, delivery);
    }

    [Event(41, Level = EventLevel.Error, Keywords = Keywords.Interrupts, Message = "{0}: no interrupts: {1}")]
    public void InterruptsRefused(string device, string reason)
    {
        if (IsEnabled(EventLevel.Error, Keywords.Interrupts)) WriteEvent(41, device, reason);
    }

    [Event(42, Level = EventLevel.Informational, Keywords = Keywords.Interrupts, Message = "{0}: interrupts disabled: {2} signalled, {4} claimed, {3} rejected, {6} lost (session {1})")]
    public void InterruptsDisabled(string device, int session, long signalled, long rejected, long claimed, long handled, long lost)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Interrupts)) WriteEvent(42, (EventSourcePrimitive)device, session, signalled, rejected, claimed, handled, lost);
    }

    [Event(43, Level = EventLevel.Error, Keywords = Keywords.Interrupts, Message = "{0}: interrupts have ended by an error: {2} (session {1})")]
    public void InterruptsFailed(string device, int session, string reason)
    {
        if (IsEnabled(EventLevel.Error, Keywords.Interrupts)) WriteEvent(43, (EventSourcePrimitive)device, session, reason);
    }

    [Event(44, Level = EventLevel.Error, Keywords = Keywords.Interrupts, Message = "{0}: storm on vector {2}: {3} (session {1})")]
    public void InterruptStorm(string device, int session, int vector, string report)
    {
        if (IsEnabled(EventLevel.Error, Keywords.Interrupts)) WriteEvent(44, (EventSourcePrimitive)device, session, vector, report);
    }

    [Event(45, Level = EventLevel.Warning, Keywords = Keywords.Interrupts, Message = "{0}: {2} on vector {3}: {4} (session {1})")]
    public void InterruptReported(string device, int session, string report, int vector, string text)
    {
        if (IsEnabled(EventLevel.Warning, Keywords.Interrupts)) WriteEvent(45, (EventSourcePrimitive)device, session, report, vector, text);
    }

    /// <summary>A session's counters since it was enabled, over all its vectors; every interval while somebody looks.</summary>
    [Event(46, Level = EventLevel.Informational, Keywords = Keywords.Interrupts, Message = "{0}: {4} signalled, {6} claimed, {5} rejected, {9} lost (session {1}, {2})")]
    public void InterruptsCounted(string device, int session, string kind, int vectors, long signalled, long rejected, long claimed, long endedEarly, long handled, long lost, long pending, long held)
    {
        if (!IsEnabled(EventLevel.Informational, Keywords.Interrupts)) return;
        WriteEvent(46, (EventSourcePrimitive)device, session, kind, vectors, signalled, rejected, claimed, endedEarly, handled, lost, pending, held);
    }

    /// <summary>An immediate stage has run. Only behind <see cref="MonitorSwitch.TracesInterrupts"/>: it is on the way of each interrupt.</summary>
    [Event(47, Level = EventLevel.Verbose, Keywords = Keywords.Interrupts, Message = "{0}: immediate stage, vector {2}, {3} signal(s): {4} (session {1})")]
    public void ImmediateStageRan(string device, int session, int vector, long signals, string answer)
    {
        if (IsEnabled(EventLevel.Verbose, Keywords.Interrupts)) WriteEvent(47, (EventSourcePrimitive)device, session, vector, signals, answer);
    }

    /// <summary>What the road reports to its user.</summary>
    [NonEvent]
    internal void Report(InterruptSession session, InterruptReport report)
    {
        if (report.Kind == InterruptReportKind.Storm) InterruptStorm(session.Device.Address, session.Number, report.Vector, report.Message);
        else InterruptReported(session.Device.Address, session.Number, report.Kind.ToString(), report.Vector, report.Message);
    }

    /// <summary>A session has ended, and why if it did not end by being disabled.</summary>
    [NonEvent]
    internal void Ended(InterruptSession session)
    {
        if (!IsEnabled(EventLevel.Error, Keywords.Interrupts)) return;
        if (session.Error is { } error) InterruptsFailed(session.Device.Address, session.Number, Reason(session.Device.Address, error));
        InterruptCounters c = session.GetCounters();
        InterruptsDisabled(session.Device.Address, session.Number, c.Signalled, c.Rejected, c.Claimed, c.Handled, c.Lost);
    }

    /// <summary>A session's counters, now.</summary>
    [NonEvent]
    internal void Count(InterruptSession session)
    {
        InterruptCounters c = session.GetCounters();
        InterruptsCounted(session.Device.Address, session.Number, session.Kind.ToString(), session.VectorCount,
            c.Signalled, c.Rejected, c.Claimed, c.EndedEarly, c.Handled, c.Lost, c.Pending, c.Held);
    }

    /// <summary>What an exception says of a device: the library's own name it in the message, which the event does too; others say little without their type.</summary>
    [NonEvent]
    internal static string Reason(string device, Exception error)
    {
        string message = error is DeviceException or ArgumentException ? error.Message : $"{error.GetType().Name}: {error.Message}";
        return message.StartsWith(device, StringComparison.Ordinal) ? message[device.Length..].TrimStart(':', ' ') : message;
    }
}
