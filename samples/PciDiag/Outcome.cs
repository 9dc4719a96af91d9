using static Jungo.wdapi_dotnet.utils;

namespace RingThree.Samples.PciDiag;

/// <summary>Whether the commands have worked, for the exit status.</summary>
internal sealed class Outcome
{
    /// <summary>Whether any has failed.</summary>
    internal bool HasFailed { get; private set; }

    /// <summary>Whether the log says more than the status.</summary>
    internal bool IsLogged { get; set; }

    /// <summary>Goes on only if a call of the API has succeeded.</summary>
    /// <exception cref="FailedException">It has not.</exception>
    internal static void Check(string what, uint status)
    {
        if (status != 0) throw new FailedException($"{what}: 0x{status:x8}, {Stat2Str(status)}", isStatus: true);
    }

    /// <summary>Runs a command; a failure is printed, and counts.</summary>
    /// <returns>Whether it worked.</returns>
    internal bool Try(Action command)
    {
        try
        {
            command();
            return true;
        }
        catch (FailedException failure)
        {
            HasFailed = true;
            Console.Error.WriteLine(failure.IsStatus && !IsLogged ? $"{failure.Message} ('log' before it: the full reason)" : failure.Message);
            return false;
        }
    }
}

/// <summary>A command has failed; the message is for who gave it.</summary>
/// <param name="message">What was tried, and the answer.</param>
/// <param name="isStatus">Whether the driver answered that, and its log has the reason.</param>
public sealed class FailedException(string message, bool isStatus = false) : Exception(message)
{
    /// <summary>Whether the driver answered that.</summary>
    internal bool IsStatus { get; } = isStatus;
}
