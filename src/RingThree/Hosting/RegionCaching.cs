namespace RingThree.Hosting;

/// <summary>How the processor treats a mapped region.</summary>
public enum RegionCaching
{
    /// <summary>Each access goes to the device, alone and in program order. Right for registers.</summary>
    Uncached,

    /// <summary>
    /// Writes are gathered and leave in bursts, in any order, until they are flushed. Right for frame
    /// buffers and other memory on a card, wrong for registers.
    /// </summary>
    WriteCombining,

    /// <summary>Ordinary cached memory, such as reserved memory of the machine.</summary>
    Cached,
}
