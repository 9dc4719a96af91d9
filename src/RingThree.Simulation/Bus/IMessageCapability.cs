namespace RingThree.Simulation;

/// <summary>
/// What MSI and MSI-X are to a function that sends: whether messages are on, what holds one back, where it goes and what
/// it says. Used with the root complex's gate held.
/// </summary>
internal interface IMessageCapability
{
    bool IsEnabled { get; }

    /// <summary>How many messages can be sent.</summary>
    int Count { get; }

    /// <summary>Whether any message is held back.</summary>
    bool HasPending { get; }

    /// <summary>The message that goes out when the card sends one of its own, below <see cref="Count"/>; <see langword="null"/> for none.</summary>
    int? Select(int vector);

    /// <summary>Whether a message is held back, by its own mask or one for all.</summary>
    bool IsMasked(int vector);

    bool IsPending(int vector);

    void SetPending(int vector, bool pending);

    ulong Address(int vector);

    uint Data(int vector);
}
