namespace RingThree.Hosting;

/// <summary>How a group's vectors signal.</summary>
public enum InterruptGroupKind
{
    /// <summary>Nothing: the number is not used.</summary>
    None,

    /// <summary>A level-sensitive line (PCI INTx): signals for as long as it is asserted.</summary>
    Level,

    /// <summary>An edge (ISA, GPIO): signals once per transition.</summary>
    Edge,

    /// <summary>Message-signalled interrupts, MSI: 1 to 32 (PCI Local Bus 3.0, 6.8.1).</summary>
    Msi,

    /// <summary>Message-signalled interrupts with a table, MSI-X: 1 to 2048 (PCI Local Bus 3.0, 6.8.2).</summary>
    MsiX,

    /// <summary>The device reported an uncorrectable error.</summary>
    Error,

    /// <summary>The host asks for the device back: finish and close.</summary>
    RemovalRequest,
}

/// <summary>What a group can do.</summary>
[Flags]
public enum InterruptGroupAbilities
{
    /// <summary>Nothing beyond being bound.</summary>
    None = 0,

    /// <summary>Its vectors can be masked and unmasked.</summary>
    Maskable = 1,

    /// <summary>A signal masks its vector; unmask takes the next one.</summary>
    AutoMasked = 2,

    /// <summary>
    /// All vectors that are wanted must be bound in one call; adding later means unbinding first, and what signals meanwhile
    /// is lost. MSI is always so; MSI-X on Linux is before 6.5 (VFIO_IRQ_INFO_NORESIZE).
    /// </summary>
    FixedOnceBound = 4,

    /// <summary>Its vectors can be signalled by software.</summary>
    Triggerable = 8,

    /// <summary>Both transitions signal (GPIO-like edges).</summary>
    BothEdges = 16,
}

/// <summary>A group of interrupt vectors.</summary>
/// <param name="Kind">How it signals.</param>
/// <param name="Count">How many vectors the device has; 0 when absent.</param>
/// <param name="Abilities">What it can do.</param>
/// <param name="Name">What to call it in a message, such as "MSI-X".</param>
public sealed record InterruptGroupDescription(InterruptGroupKind Kind, int Count, InterruptGroupAbilities Abilities, string Name)
{
    /// <summary>An unused number.</summary>
    public static InterruptGroupDescription Absent { get; } = new(InterruptGroupKind.None, 0, InterruptGroupAbilities.None, "absent");

    /// <summary>Whether other devices may signal on the same line.</summary>
    public bool Shared { get; init; }
}
