using RingThree.Diagnostics;
using RingThree.Interrupts;
using RingThree.Transfers;

namespace RingThree.PlugIns;

/// <summary>A plug-in that is open with a device, and its place on the road: AtIrql is the immediate stage, AtDpc the deferred one.</summary>
public sealed class PlugInHandle : IDisposable
{
    private readonly string _device;
    private readonly IPlugInSession _session;
    private int _closed;

    internal PlugInHandle(string name, string device, IPlugInSession session)
    {
        (Name, _device, _session) = (name, device, session);
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
        if (Volatile.Read(ref _closed) != 0) throw new ObjectDisposedException(nameof(PlugInHandle), $"{_device}: calling plug-in '{Name}' failed: it has been closed.");
        uint result;
        try
        {
            result = _session.Call(message, data);
        }
        catch (Exception error)
        {
            Threw(nameof(Call), error);
            throw;
        }

        RingThreeEvents.Log.PlugInCalled(_device, Name, message, result);
        return result;
    }

    /// <summary>Asks it whether the interrupt may be enabled.</summary>
    public bool IntEnable()
    {
        try
        {
            if (_session.IntEnable()) return true;
        }
        catch (Exception error)
        {
            Threw(nameof(IntEnable), error);
            throw;
        }

        RingThreeEvents.Log.PlugInRefused(_device, Name, $"its {nameof(IntEnable)} does not let the interrupt be enabled");
        return false;
    }

    /// <summary>Tells it that the interrupt is disabled.</summary>
    public void IntDisable()
    {
        try
        {
            _session.IntDisable();
        }
        catch (Exception error)
        {
            Threw(nameof(IntDisable), error);
            throw;
        }
    }

    /// <summary>Tells it of an event.</summary>
    /// <returns>Whether the program is to hear of it too.</returns>
    public bool Event(uint action)
    {
        try
        {
            return _session.Event(action);
        }
        catch (Exception error)
        {
            Threw(nameof(Event), error);
            throw;
        }
    }

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
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        try
        {
            _session.Close();
        }
        catch (Exception error)
        {
            Threw("Close", error);
            throw;
        }

        RingThreeEvents.Log.PlugInClosed(_device, Name);
    }

    // At interrupt level nothing is caught: the session ends with what a callback throws there, and that is told.
    private void Threw(string callback, Exception error) => RingThreeEvents.Log.PlugInThrew(_device, Name, callback, RingThreeEvents.Reason(_device, error));
}
