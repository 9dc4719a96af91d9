using System.Diagnostics;
using System.Globalization;

namespace RingThree.Cli;

/// <summary>A process whose diagnostics port can be seen.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">The program, without folder and <c>.dll</c>.</param>
/// <param name="UsesLibrary">Whether it has loaded RingThree; <see langword="null"/> where the system does not tell.</param>
internal sealed record MonitoredProcess(int Id, string Name, bool? UsesLibrary)
{
    private const string PortPrefix = "dotnet-diagnostic-";

    /// <summary>The process that is meant: by number, by name, or the only one there is.</summary>
    /// <exception cref="FormatException">That can be neither a number nor a name.</exception>
    /// <exception cref="IOException">There is none, there are several, or it cannot be attached to; the message says what to do.</exception>
    internal static MonitoredProcess Choose(string? text)
    {
        if (text is null) return Only([.. All().Where(p => p.UsesLibrary != false)], "a program that uses RingThree", "none that this user may attach to has loaded it", "Start it, or run this as its user or as root.");
        if (text.All(char.IsAsciiDigit) && text.Length > 0)
        {
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id > 0
                ? All().FirstOrDefault(p => p.Id == id) ?? throw MonitorRefusal.Explain(id)
                : throw new FormatException($"'{text}' is no process id.");
        }

        if (string.IsNullOrWhiteSpace(text)) throw new FormatException("A program's name is not empty. Give its process id or its name.");
        MonitoredProcess[] all = [.. All()];
        string advice = all.Length == 0 ? "No program of this user has a diagnostics port." : $"There are {Describe(all)}.";
        return Only([.. all.Where(p => p.Name.Equals(text, StringComparison.OrdinalIgnoreCase))], $"the program '{MonitorEvent.Printable(text)}'", "there is none of that name", advice);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id} ({Name})");

    /// <summary>Whether it is still there; one that has ended, and whose parent has not asked for its status yet, is not.</summary>
    internal static bool IsAlive(int id)
    {
        try
        {
            if (OperatingSystem.IsLinux()) return File.ReadAllText($"/proc/{id}/stat").Split(')')[^1].TrimStart() is [not ('Z' or 'X'), ..]; // proc(5): the state is behind the name
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or IOException)
        {
            return false;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return true; // another user's
        }
    }

    private static MonitoredProcess Only(MonitoredProcess[] found, string what, string none, string advice) => found.Length switch
    {
        1 => found[0],
        0 => throw MonitorRefusal.Make("looking for " + what, none, advice),
        _ => throw MonitorRefusal.Make("looking for " + what, $"there are {found.Length}: {Describe(found)}", $"Say which: ring3 monitor {found[0].Id}"),
    };

    private static string Describe(MonitoredProcess[] all)
    {
        const int most = 12;
        return string.Join(", ", all.Take(most)) + (all.Length > most ? $" and {all.Length - most} more" : "");
    }

    private static IEnumerable<MonitoredProcess> All()
    {
        return Ports().Where(id => id != Environment.ProcessId).Distinct().Order().Where(IsAlive).Select(id => new MonitoredProcess(id, MonitorEvent.Printable(NameOf(id)), Uses(id)));
    }

    /// <summary>
    /// The processes whose ports are where the runtime puts them: dotnet-diagnostic-PID, and behind that what differs. The client's own
    /// search is not used: it also looks into processes that are not ours, and fails where one of those ends meanwhile.
    /// </summary>
    private static IEnumerable<int> Ports()
    {
        string[] files;
        try
        {
            files = Directory.GetFiles(OperatingSystem.IsWindows() ? @"\\.\pipe\" : Path.GetTempPath(), PortPrefix + "*");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            yield break; // TMPDIR names no folder, or none of this user's
        }

        foreach (string file in files)
        {
            if (int.TryParse(Path.GetFileName(file)[PortPrefix.Length..].Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int id)) yield return id;
        }
    }

    /// <summary>What a person calls it: of <c>dotnet my.dll</c> the name of the dll.</summary>
    private static string NameOf(int id)
    {
        try
        {
            if (OperatingSystem.IsLinux() && File.ReadAllText($"/proc/{id}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries) is [var program, .. var arguments])
            {
                string? assembly = Path.GetFileName(program) == "dotnet" ? arguments.FirstOrDefault(a => a.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)) : null;
                return assembly is null ? Path.GetFileName(program) : Path.GetFileNameWithoutExtension(assembly);
            }

            using var process = Process.GetProcessById(id);
            return process.ProcessName;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return "?"; // it has just ended
        }
    }

    private static bool? Uses(int id)
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            return File.ReadLines($"/proc/{id}/maps").Any(l => l.EndsWith("/RingThree.dll", StringComparison.Ordinal));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
