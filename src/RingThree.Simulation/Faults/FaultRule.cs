using System.Globalization;
using RingThree.Registers;

namespace RingThree.Simulation;

/// <summary>What a rule looks at.</summary>
[Flags]
internal enum FaultSubject
{
    Read = 1,
    Write = 2,
    Message = 4,
    DmaRead = 8,
    DmaWrite = 16,
}

/// <summary>What happens instead.</summary>
internal enum FaultAction
{
    None,
    Delay,
    Drop,
    Repeat,
    Alter,
    Fail,
    RemoveCard,
}

/// <summary>One fault: what it looks at, when it applies, what then happens.</summary>
public sealed class FaultRule
{
    private readonly FaultPlan _plan;
    private readonly FaultSubject _subject;
    private readonly string _card;
    private long _seen;
    private long _applied;
    private long _after;
    private long _times = long.MaxValue;
    private double _chance = 1;
    private ulong? _answer;

    internal FaultRule(FaultPlan plan, FaultSubject subject, string card)
    {
        ArgumentException.ThrowIfNullOrEmpty(card);
        _plan = plan;
        _subject = subject;
        _card = card;
    }

    /// <summary>How often something matched, whether or not the rule applied.</summary>
    public long Seen => Volatile.Read(ref _seen);

    /// <summary>How often it applied.</summary>
    public long Applied => Volatile.Read(ref _applied);

    internal string? Register { get; init; }

    internal (int Bar, ulong Offset)? Place { get; init; }

    internal int? Vector { get; init; }

    internal FaultAction Action { get; private set; }

    internal TimeSpan Time { get; private set; }

    internal int Count { get; private set; }

    internal Func<ulong, ulong>? Change { get; private set; }

    /// <summary>Lets this many pass first.</summary>
    /// <returns>This rule.</returns>
    public FaultRule After(long count)
    {
        if (count < 0) throw Wrong($"After({count})", "0 or more", nameof(count));
        _after = count;
        return this;
    }

    /// <summary>Applies so often, and then no more.</summary>
    /// <returns>This rule.</returns>
    public FaultRule Times(long count)
    {
        if (count < 1) throw Wrong($"Times({count})", "1 or more", nameof(count));
        _times = count;
        return this;
    }

    /// <summary>Applies once, and then no more.</summary>
    /// <returns>This rule.</returns>
    public FaultRule Once() => Times(1);

    /// <summary>Applies by chance.</summary>
    /// <param name="chance">0 to 1.</param>
    /// <returns>This rule.</returns>
    public FaultRule WithChance(double chance)
    {
        if (chance is not (>= 0 and <= 1)) throw Wrong(string.Create(CultureInfo.InvariantCulture, $"WithChance({chance})"), "0 to 1", nameof(chance));
        _chance = chance;
        return this;
    }

    /// <summary>It happens later: a read or a DMA takes that long, a write or a message arrives that much later.</summary>
    /// <param name="time">How much.</param>
    public FaultRule Delay(TimeSpan time)
    {
        if (time < TimeSpan.Zero || time > TimeSpan.FromDays(1)) throw Wrong($"Delay({time})", "0 to 1 day", nameof(time));
        Time = time;
        return Do(FaultAction.Delay);
    }

    /// <summary>It is lost: a read gives all ones, a write, a message or DMA data go nowhere, and nobody is told.</summary>
    /// <remarks>
    /// Of a line of a card without PCI: the transition did not happen. What the card does to the line next is seen against
    /// that: letting go a line that was never seen pulled is no signal, and pulling it once more is one.
    /// </remarks>
    public FaultRule Drop() => Do(FaultAction.Drop);

    /// <summary>It happens more than once.</summary>
    /// <remarks>
    /// Of a line of a card without PCI: the transition, then its opposite and the transition again for each further time, as a
    /// contact bounces. A line that signals by both edges then signals twice for each time but the first, one that signals by
    /// one edge once for each.
    /// </remarks>
    /// <param name="times">How often in all, 2 to 1000.</param>
    public FaultRule Repeat(int times = 2)
    {
        if (times is < 2 or > 1000) throw Wrong($"Repeat({times})", "2 to 1000", nameof(times));
        Count = times;
        return Do(FaultAction.Repeat);
    }

    /// <summary>Another value arrives: of a read or write its value, of a message its data, of DMA each byte.</summary>
    /// <param name="change">What it becomes.</param>
    public FaultRule Alter(Func<ulong, ulong> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Change = change;
        return Do(FaultAction.Alter);
    }

    /// <summary>A read gives this value whatever the card says.</summary>
    /// <param name="value">The value.</param>
    public FaultRule Answer(ulong value)
    {
        FaultRule rule = Alter(_ => value);
        _answer = value;
        return rule;
    }

    /// <summary>It fails, and the machine notices: as <see cref="Drop"/>, with an error reported (AER) or a DMA fault recorded.</summary>
    public FaultRule Fail() => Do(FaultAction.Fail);

    /// <summary>The card is gone just before it happens.</summary>
    public FaultRule RemoveCard() => Do(FaultAction.RemoveCard);

    /// <summary>The rule as it was written: <c>OnRead("edu", "Status").Once().Drop()</c>.</summary>
    public override string ToString() => Text(" without an action, such as Drop()");

    private string Text(string withoutAction)
    {
        string on = _subject switch
        {
            FaultSubject.Read => "OnRead",
            FaultSubject.Write => "OnWrite",
            FaultSubject.Message => "OnMessage",
            FaultSubject.DmaRead => "OnDmaRead",
            FaultSubject.DmaWrite => "OnDmaWrite",
            FaultSubject.DmaRead | FaultSubject.DmaWrite => "OnDma",
            _ => "OnAccess",
        };
        string what = Register is { } register ? $", \"{register}\"" : Place is var (bar, offset) ? Invariant($", {bar}, 0x{offset:x}") : Vector is { } vector ? Invariant($", {vector}") : "";
        string after = _after > 0 ? Invariant($".After({_after})") : "";
        string times = _times switch { long.MaxValue => "", 1 => ".Once()", _ => Invariant($".Times({_times})") };
        string chance = _chance < 1 ? Invariant($".WithChance({_chance})") : "";
        string action = Action switch
        {
            FaultAction.None => withoutAction,
            FaultAction.Delay => Invariant($".Delay(TimeSpan.FromMilliseconds({Time.TotalMilliseconds}))"),
            FaultAction.Repeat => Count == 2 ? ".Repeat()" : Invariant($".Repeat({Count})"),
            FaultAction.Alter => _answer is { } answer ? Invariant($".Answer(0x{answer:x})") : ".Alter(...)",
            _ => $".{Action}()",
        };
        return $"{on}(\"{_card}\"{what}){after}{times}{chance}{action}";

        static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }

    internal bool Matches(FaultSubject subject, IFaultTarget target, int bar, ulong offset, int width)
    {
        if (Action == FaultAction.None || (_subject & subject) == 0) return false;
        if (!string.Equals(target.Model.Name, _card, StringComparison.OrdinalIgnoreCase) && target.Name != _card) return false;
        if (subject == FaultSubject.Message) return Vector is not { } vector || (int)offset == vector;
        if (Place is { } place) return place.Bar == bar && place.Offset >= offset && place.Offset < offset + (ulong)width;
        if (Register is not { } register) return true;
        RegisterDirections direction = subject == FaultSubject.Read ? RegisterDirections.Read : RegisterDirections.Write;
        return target.Model.DeclaredIn(bar)?.HasName(register, offset, width, direction) == true;
    }

    /// <summary>Whether it applies this time. Called with the plan's gate held.</summary>
    internal bool Applies(Random random)
    {
        _seen++;
        if (_seen <= _after || _applied >= _times) return false;
        if (_chance < 1 && random.NextDouble() >= _chance) return false;
        _applied++;
        return true;
    }

    private ArgumentOutOfRangeException Wrong(string call, string can, string parameter) => new(parameter, $"Fault rule {Text("")}: {call} was asked for; it can be {can}.");

    private FaultRule Do(FaultAction action)
    {
        if (Action != FaultAction.None) throw new InvalidOperationException($"Fault rule {this} does something already. Make another with the plan's On... methods.");
        Action = action;
        return this;
    }
}
