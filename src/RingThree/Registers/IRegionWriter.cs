namespace RingThree.Registers;

/// <summary>Takes a region's writes instead of the host.</summary>
internal interface IRegionWriter
{
    /// <summary>Performs the write.</summary>
    void Write(ulong offset, ReadOnlySpan<byte> data);
}
