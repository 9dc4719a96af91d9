namespace RingThree.Simulation;

/// <summary>
/// A card whose shape is given in text, for looking at a driver's first steps before its card's model is written: BARs are
/// plain memory, interrupts are raised by hand (<see cref="MemoryCard.Raise"/>, <see cref="MemoryCard.Lower"/>).
/// </summary>
public sealed class GenericCard : MemoryCard
{
    /// <summary>What the text looks like.</summary>
    public const string Form = "id=VVVV:DDDD[,barN=SIZE[K|M|G][:64][:prefetch][:io]][,msi=1|2|4|8|16|32][,msix=1..2048][,pin[=A|B|C|D]][,class=CCCCCC][,revision=RR][,subsystem=VVVV:DDDD]";

    private GenericCard(CardDefinition definition)
        : base(definition)
    {
    }

    /// <summary>Makes a card from text, such as <c>id=10ee:7024,bar0=64K,bar2=16M:64,bar4=256:io,msi=4,msix=8,pin</c>.</summary>
    /// <remarks>
    /// Ids, class and revision are hexadecimal, all else decimal. <c>:64</c> is a 64-bit BAR, which takes the next one's
    /// place too, <c>:io</c> has ports. The MSI-X table gets a BAR of its own, the first that is free.
    /// </remarks>
    /// <param name="text">The parts, in any order, each at most once; see <see cref="Form"/>.</param>
    /// <exception cref="FormatException">The text has another form, or describes what no card can be; says which part, and what the form is.</exception>
    public static GenericCard Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        CardDefinition definition = new GenericCardText(text).Read();
        try
        {
            return new GenericCard(definition);
        }
        catch (ArgumentException error)
        {
            throw new FormatException($"{error.Message} A card is given as {Form}.", error);
        }
    }
}
