using RingThree.Interrupts;
using RingThree.Transfers;

namespace RingThree.PlugIns;

/// <summary>A plug-in that is open with a device, and its place on the road: AtIrql is the immediate stage, AtDpc the deferred one.</summary>
public sealed class PlugInHandle : IDisposable
{
    private readonly IPlugInSession _session;
    private int _closed;

    internal PlugInHandle(string name, IPlugInSession session)
    {
        (Name, _session) = (name, session);
    }

    /// <summary>The plug-in's name.</summary>
    public string Name { get; }

    /// <summary>Sends it a message.</summary>
    /// <param name="message">The message's number.</param>
    /// <param name="data">What goes with it.</param>
    /// <returns>Its result.</returns>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public uint Call(uint message, nint data)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed) != 0, this);
        return _session.Call(message, data);
    }

    /// <summary>Asks it whether the interrupt may be enabled.</summary>
    public bool IntEnable() => _session.IntEnable();

    /// <summary>Tells it that the interrupt is disabled.</summary>
    public void IntDisable() => _session.IntDisable();

    /// <summary>Tells it of an event.</summary>
    /// <returns>Whether the program is to hear of it too.</returns>
    public bool Event(uint action) => _session.Event(action);

    /// <summary>The immediate stage: the program's transfer commands, then the plug-in, whose answer counts.</summary>
    /// <param name="commands">The program's commands, made ready for the device; null for none.</param>
    public ImmediateStage Immediate(PreparedProgram? commands) => ImmediateStage.FromCallback(
        context =>
        {
            if (commands?.Run(context) is { } answer && answer.HasFlag(ImmediateResult.DeviceGone)) return answer;
            if (context.Kind is InterruptKind.Msi or InterruptKind.MsiX)
                return ImmediateResult.Claimed | (_session.IntAtIrqlMsi(context.Vector) ? ImmediateResult.Deferred : 0);
            // Two answers: one that defers what it does not claim is served all the same. To claim it says nothing to others
            // here, as every device of a line is asked in any case.
            return _session.IntAtIrql(out bool mine) ? ImmediateResult.ClaimedAndDeferred : mine ? ImmediateResult.Claimed : ImmediateResult.NotOurs;
        },
        commands?.ValueCount ?? 0);

    /// <summary>The deferred stage.</summary>
    public int AtDpc(in Interrupt batch) => Math.Max(0, batch.Kind is InterruptKind.Msi or InterruptKind.MsiX
        ? _session.IntAtDpcMsi(batch.Count, batch.Vector)
        : _session.IntAtDpc(batch.Count));

    /// <summary>Closes it; once.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0) _session.Close();
    }
}
