using static Jungo.wdapi_dotnet.utils;

namespace RingThree.Samples.WinDriverManual;

/// <summary>Something that had to work did not.</summary>
/// <param name="message">What, and the answer.</param>
public sealed class FailedException(string message) : Exception(message)
{
    /// <summary>Goes on only if a call has succeeded.</summary>
    /// <exception cref="FailedException">It has not.</exception>
    internal static void Check(string what, uint status)
    {
        if (status != 0) throw new FailedException($"{what}: 0x{status:x8}, {Stat2Str(status)}");
    }
}
