using RingThree.Hosting;

namespace RingThree.Cli;

/// <summary>Turns what a user can act on into one line and an exit status; anything else is a defect and shows its stack.</summary>
internal static class Failure
{
    internal const int Status = 1;

    internal static async Task<int> Guard(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception error) when (error is DeviceException or FormatException or PlatformNotSupportedException or TimeoutException)
        {
            await Console.Error.WriteLineAsync("ring3: " + error.Message);
            return Status;
        }
    }
}
