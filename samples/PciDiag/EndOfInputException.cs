namespace RingThree.Samples.PciDiag;

/// <summary>There is nothing more to read: the program is to close everything and end.</summary>
public sealed class EndOfInputException : Exception;
