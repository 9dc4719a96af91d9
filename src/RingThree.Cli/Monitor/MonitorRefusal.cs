using System.Globalization;

namespace RingThree.Cli;

/// <summary>Why a program cannot be attached to, as far as the system tells.</summary>
internal static class MonitorRefusal
{
    private const string Off = "DOTNET_EnableDiagnostics";

    internal static IOException Make(string tried, string answer, string advice, Exception? cause = null) => new($"{tried} failed: {answer.TrimEnd('.')}. {advice}", cause);

    /// <summary>For a process that shows no diagnostics port, or does not let us in.</summary>
    internal static IOException Explain(int id, Exception? cause = null)
    {
        string tried = $"attaching to process {id}";
        if (!MonitoredProcess.IsAlive(id)) return Make(tried, "there is no such process", "ring3 monitor without a number finds the program by itself.", cause);
        if (OperatingSystem.IsLinux() && UserOf("self") is { } us && UserOf(Text(id)) is { } other && us != other && us != 0)
            return Make(tried, $"it belongs to another user (uid {other}, this is {us})", $"Run it as that user or as root: sudo ring3 monitor {id}", cause);
        Dictionary<string, string> environment = EnvironmentOf(id);
        if (environment.GetValueOrDefault(Off) == "0" || environment.GetValueOrDefault("COMPlus_EnableDiagnostics") == "0" || environment.GetValueOrDefault(Off + "_IPC") == "0")
            return Make(tried, $"its diagnostics are off ({Off}=0)", "Start it without that variable.", cause);
        if (environment.Count > 0 && FolderOf(environment.GetValueOrDefault("TMPDIR")) is var folder && folder != FolderOf(Environment.GetEnvironmentVariable("TMPDIR")))
            return Make(tried, $"its temporary folder is {folder}, where its diagnostics port is, and this one's is another", $"Run: TMPDIR={folder} ring3 monitor {id}", cause);
        return cause is null
            ? Make(tried, "it shows no diagnostics port", $"It is no .NET program, or was started with {Off}=0; of a program in a container run ring3 in there.")
            : Make(tried, cause.Message, "It may have begun to end; try again.", cause);
    }

    private static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);

    private static string FolderOf(string? folder) => string.IsNullOrEmpty(folder) ? "/tmp" : Path.TrimEndingDirectorySeparator(folder);

    /// <summary>The effective user of a process.</summary>
    private static int? UserOf(string process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("Uid:", StringComparison.Ordinal));
            return line?.Split('\t', StringSplitOptions.RemoveEmptyEntries) is [_, _, var user, ..] && int.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The variables a process was started with; none where they cannot be read.</summary>
    private static Dictionary<string, string> EnvironmentOf(int id)
    {
        try
        {
            return !OperatingSystem.IsLinux() ? [] : File.ReadAllText($"/proc/{id}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .Select(v => v.Split('=', 2)).Where(v => v.Length == 2).DistinctBy(v => v[0]).ToDictionary(v => v[0], v => v[1]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
