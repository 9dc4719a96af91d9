namespace RingThree.Simulation;

/// <summary>
/// A card with virtual functions: a physical function that sets the rules, and up to eight small cards, each with
/// registers and messages of its own, for as many drivers or guests.
/// </summary>
/// <remarks>
/// Source: Single Root I/O Virtualization 1.1 for how functions come and go; their registers are an imaginary design. A
/// mailbox leads from each virtual function to the physical one, as network cards have it. The virtual functions'
/// requester ids start 80h above the card's, as those of Intel's 82576 do.
/// </remarks>
public sealed class SriovCard : SimulatedCard
{
    /// <summary>How many virtual functions there can be.</summary>
    public const int Functions = 8;

    private readonly CardRegister<uint> _policy;
    private readonly CardRegister<uint> _arrived;
    private readonly CardRegister<uint>[] _mail;
    private readonly SimulatedCard?[] _functions = new SimulatedCard?[Functions];

    /// <summary>Makes one, with no virtual function enabled.</summary>
    public SriovCard()
        : this(new Link())
    {
    }

    private SriovCard(Link link)
        : base(new CardDefinition(0x1AF4, 0x10F2, "sriov-card")
        {
            Bars = new Dictionary<int, CardBar> { [0] = new(0x4000, Is64Bit: true) },
            MsixVectors = 1,
            MsixTableOffset = 0x1000,
            Express = new ExpressDefinition(),
            VirtualFunctions = new VirtualFunctions(Functions, SriovFunction.DeviceId, number => new SriovFunction(link.Card!, number)) { FirstOffset = 0x80 },
        })
    {
        link.Card = this;
        Map<SriovCardRegisters>(bar: 0);
        Register<uint>(0, SriovCardRegisters.Offsets.Identification).Constant(0x5352_4956);
        _policy = Register<uint>(0, SriovCardRegisters.Offsets.Policy).Holds();
        _arrived = Register<uint>(0, SriovCardRegisters.Offsets.MailArrived).ClearedByOnes();
        _mail = Registers<uint>(0, SriovCardRegisters.Offsets.Mail, Functions);
        foreach (CardRegister<uint> mail in _mail) mail.Constant(0);
    }

    internal uint Policy => _policy.Value;

    /// <summary>A virtual function's word is on its way.</summary>
    /// <remarks>Later, on the card's own time: the function's model is entered now, and one model must not wait for another.</remarks>
    internal void Post(SriovFunction from, uint word) => After(TimeSpan.Zero, () =>
    {
        if (_functions[from.Number] != from) return; // gone meanwhile
        _mail[from.Number].Value = word;
        _arrived.Value |= 1u << from.Number;
        SendMessage(0);
        from.Delivered();
    });

    /// <inheritdoc/>
    protected internal override void OnVirtualFunctionArrived(int number, SimulatedCard model) => _functions[number] = model;

    /// <inheritdoc/>
    protected internal override void OnVirtualFunctionDeparted(int number, SimulatedCard model)
    {
        _functions[number] = null;
        _mail[number].Value = 0; // the next of this number is another's
        _arrived.Value &= ~(1u << number);
    }

    /// <summary>The definition names the card before there is one.</summary>
    private sealed class Link
    {
        internal SriovCard? Card { get; set; }
    }
}

/// <summary>A virtual function of a <see cref="SriovCard"/>: a small card with two messages.</summary>
public sealed class SriovFunction : SimulatedCard
{
    internal const ushort DeviceId = 0x10F3;

    internal SriovFunction(SriovCard card, int number)
        : base(new CardDefinition(card.Definition.VendorId, DeviceId, "sriov-function")
        {
            Bars = new Dictionary<int, CardBar> { [0] = new(0x4000, Is64Bit: true) },
            MsixVectors = 2,
            MsixTableOffset = 0x1000,
            Express = new ExpressDefinition(),
        })
    {
        Number = number;
        Map<SriovFunctionRegisters>(bar: 0);
        Register<uint>(0, SriovFunctionRegisters.Offsets.Number).Constant((uint)number);
        Register<uint>(0, SriovFunctionRegisters.Offsets.Policy).OnRead(() => card.Policy);
        Register<uint>(0, SriovFunctionRegisters.Offsets.Scratch).Holds();
        Register<uint>(0, SriovFunctionRegisters.Offsets.Send).OnWrite(Send);
        Register<uint>(0, SriovFunctionRegisters.Offsets.Mailbox).OnWrite(word => card.Post(this, word));
    }

    /// <summary>Which one it is, from 0.</summary>
    public int Number { get; }

    internal void Delivered() => After(TimeSpan.Zero, () => SendMessage(1));

    private void Send(uint message)
    {
        if (message >= (uint)Definition.MsixVectors)
            throw new SimulationException($"{Where}: Send is written with {message}, and the function has messages 0 and 1. The driver is wrong.");
        SendMessage((int)message);
    }
}
