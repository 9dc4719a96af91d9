namespace RingThree.Interrupts;

/// <summary>How a device signals.</summary>
public enum InterruptKind
{
    /// <summary>A level-sensitive line (INTx), possibly shared.</summary>
    Level = 1,

    /// <summary>An edge (ISA, GPIO).</summary>
    Edge = 2,

    /// <summary>Messages, MSI.</summary>
    Msi = 4,

    /// <summary>Messages with a table, MSI-X.</summary>
    MsiX = 8,
}

/// <summary>A set of <see cref="InterruptKind"/>.</summary>
[Flags]
public enum InterruptKinds
{
    /// <summary>None.</summary>
    None = 0,

    /// <inheritdoc cref="InterruptKind.Level"/>
    Level = InterruptKind.Level,

    /// <inheritdoc cref="InterruptKind.Edge"/>
    Edge = InterruptKind.Edge,

    /// <inheritdoc cref="InterruptKind.Msi"/>
    Msi = InterruptKind.Msi,

    /// <inheritdoc cref="InterruptKind.MsiX"/>
    MsiX = InterruptKind.MsiX,

    /// <summary>Every kind there is.</summary>
    All = Level | Edge | Msi | MsiX,
}
