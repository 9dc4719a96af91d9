using System.Runtime.CompilerServices;

namespace RingThree.Simulation;

/// <summary>
/// What goes wrong on a simulated machine, on demand. Each rule reads as a sentence:
/// <c>host.Faults.OnMessage("edu").After(3).Once().Drop();</c>
/// </summary>
/// <remarks>Rules are asked in the order they were made; the first that applies decides. They may be added at any time.</remarks>
public sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly RootComplex _root;
    private volatile FaultRule[] _rules = [];
    private Random _random = new(1);

    internal FaultPlan(RootComplex root) => _root = root;

    /// <summary>The rules, in order.</summary>
    public IReadOnlyList<FaultRule> Rules => _rules;

    /// <summary>
    /// The rules that nothing has matched so far: a wrong name of a card or a register, a message that the card does not
    /// have, a rule without an action, one that an earlier rule left nothing for, or a test that never got there.
    /// </summary>
    public IReadOnlyList<FaultRule> Unused => [.. _rules.Where(r => r.Seen == 0)];

    internal bool IsEmpty => _rules.Length == 0;

    /// <summary>Reads of a card's registers by the driver.</summary>
    /// <param name="card">The card's name, or its address.</param>
    /// <param name="register">The register's name in the model or the map; <see langword="null"/> for any.</param>
    public FaultRule OnRead(string card, string? register = null) => Add(new FaultRule(this, FaultSubject.Read, card) { Register = register });

    /// <summary>Reads at one place of a card.</summary>
    /// <param name="card">The card's name, or its address.</param>
    /// <param name="bar">The BAR.</param>
    /// <param name="offset">Bytes from its start.</param>
    public FaultRule OnRead(string card, int bar, ulong offset) => Add(new FaultRule(this, FaultSubject.Read, card) { Place = (bar, offset) });

    /// <summary>Writes to a card's registers by the driver.</summary>
    /// <inheritdoc cref="OnRead(string, string?)"/>
    public FaultRule OnWrite(string card, string? register = null) => Add(new FaultRule(this, FaultSubject.Write, card) { Register = register });

    /// <summary>Writes at one place of a card.</summary>
    /// <inheritdoc cref="OnRead(string, int, ulong)"/>
    public FaultRule OnWrite(string card, int bar, ulong offset) => Add(new FaultRule(this, FaultSubject.Write, card) { Place = (bar, offset) });

    /// <summary>Reads and writes of a card's registers by the driver.</summary>
    /// <inheritdoc cref="OnRead(string, string?)"/>
    public FaultRule OnAccess(string card, string? register = null) => Add(new FaultRule(this, FaultSubject.Read | FaultSubject.Write, card) { Register = register });

    /// <summary>Messages (MSI, MSI-X) that a card sends; of a card without PCI, the signals of its lines.</summary>
    /// <param name="card">The card's name, or its address.</param>
    /// <param name="vector">The message's index, or the line's place in the resources; <see langword="null"/> for any.</param>
    public FaultRule OnMessage(string card, int? vector = null) => Add(new FaultRule(this, FaultSubject.Message, card) { Vector = vector });

    /// <summary>DMA of a card, in both directions.</summary>
    /// <param name="card">The card's name, or its address.</param>
    public FaultRule OnDma(string card) => Add(new FaultRule(this, FaultSubject.DmaRead | FaultSubject.DmaWrite, card));

    /// <summary>DMA by which a card reads memory.</summary>
    /// <param name="card">The card's name, or its address.</param>
    public FaultRule OnDmaRead(string card) => Add(new FaultRule(this, FaultSubject.DmaRead, card));

    /// <summary>DMA by which a card writes memory.</summary>
    /// <param name="card">The card's name, or its address.</param>
    public FaultRule OnDmaWrite(string card) => Add(new FaultRule(this, FaultSubject.DmaWrite, card));

    /// <summary>Takes every rule away.</summary>
    public void Clear()
    {
        lock (_gate) _rules = [];
        _root.UpdateAll();
    }

    /// <summary>For the end of a test: a fault that never came must not pass for one that the driver withstood.</summary>
    /// <exception cref="InvalidOperationException">There are <see cref="Unused"/> rules; the message names each.</exception>
    public void ThrowIfUnused()
    {
        IReadOnlyList<FaultRule> unused = Unused;
        if (unused.Count == 0) return;
        throw new InvalidOperationException($"{unused.Count} of {_rules.Length} fault rules matched nothing: {string.Join("; ", unused)}. "
            + "Check the names (a card's own or its address, a register's in the map or the model), the message's number, earlier rules for the same, and whether the test got there.");
    }

    /// <summary>Where chances are drawn from; the same seed draws the same.</summary>
    /// <param name="seed">Any number; 1 unless said otherwise, and in a seeded run the world's seed.</param>
    public void Seed(int seed)
    {
        lock (_gate) _random = new Random(seed);
    }

    /// <summary>The rule that applies to what is happening, or <see langword="null"/>. Counts it.</summary>
    /// <remarks>Asked at every access, message and DMA: without rules it is one comparison, and no call.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal FaultRule? Find(FaultSubject subject, IFaultTarget target, int bar, ulong offset, int width)
    {
        FaultRule[] rules = _rules;
        return rules.Length == 0 ? null : Find(rules, subject, target, bar, offset, width);
    }

    private FaultRule? Find(FaultRule[] rules, FaultSubject subject, IFaultTarget target, int bar, ulong offset, int width)
    {
        foreach (FaultRule rule in rules)
        {
            if (!rule.Matches(subject, target, bar, offset, width)) continue;
            lock (_gate)
            {
                if (rule.Applies(_random)) return rule;
            }
        }

        return null;
    }

    private FaultRule Add(FaultRule rule)
    {
        lock (_gate) _rules = [.. _rules, rule];
        _root.UpdateAll();
        return rule;
    }
}
