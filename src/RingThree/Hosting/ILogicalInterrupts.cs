namespace RingThree.Hosting;

/// <summary>
/// A platform's table of logical interrupts: drivers ask for those, and the table says which physical line each one is. A
/// line without an entry is the platform's own, and no driver gets it.
/// </summary>
/// <remarks>Source: WinDriver manual 9.2.4, Interrupts in Windows CE.</remarks>
public interface ILogicalInterrupts
{
    /// <summary>The physical line (IRQ) of a logical interrupt, or <see langword="null"/> where the table has no such entry.</summary>
    int? LineOf(int logical);

    /// <summary>The logical interrupt of a physical line, or <see langword="null"/> where that is reserved.</summary>
    int? LogicalOf(int line);

    /// <summary>Makes an entry, in place of what was there (SETUP_INTERRUPT_MAP).</summary>
    /// <param name="logical">The logical interrupt.</param>
    /// <param name="line">The physical line.</param>
    /// <exception cref="ArgumentOutOfRangeException">The platform has no such line or interrupt.</exception>
    void Map(int logical, int line);
}
