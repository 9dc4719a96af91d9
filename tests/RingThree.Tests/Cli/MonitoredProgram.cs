using System.Diagnostics;

namespace RingThree.Tests;

/// <summary>
/// Programs to attach to (tests/RingThree.Monitored), in a temporary folder of their own: their diagnostics ports are there, so that
/// <c>ring3 monitor</c> finds these and no others.
/// </summary>
internal sealed class MonitoredProgram : IDisposable
{
    private static readonly string Dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
    private readonly string _folder = Directory.CreateTempSubdirectory("r3m-").FullName; // a socket's path has 107 characters at most
    private readonly List<Process> _processes = [];

    /// <summary>ring3, for a shell.</summary>
    internal static string Tool => $"'{Dotnet}' '{Repository.Find("src/RingThree.Cli", "ring3")}'";

    /// <summary>The folder.</summary>
    internal string Folder => _folder;

    /// <summary>The number of the one that was started last.</summary>
    internal int Id => _processes[^1].Id;

    /// <summary>Ends what was started, at once, and removes the folder.</summary>
    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Starts one, and waits until it is at work.</summary>
    /// <param name="variables">What is in its environment beside the folder.</param>
    internal void Start(params (string Name, string Value)[] variables)
    {
        // Its input is a pipe of ours: should this process end without Dispose, it ends too.
        var start = new ProcessStartInfo(Dotnet, [Repository.Find("tests/RingThree.Monitored", "monitored")]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["TMPDIR"] = _folder;
        foreach ((string name, string value) in variables) start.Environment[name] = value;
        var process = Process.Start(start)!;
        _processes.Add(process);
        if (process.StandardOutput.ReadLine() != "at work") throw new InvalidOperationException($"{start.FileName} {start.ArgumentList[0]} did not begin to work.");
    }

    /// <summary>Runs <c>ring3 monitor</c> by a shell, with the same temporary folder.</summary>
    internal Task<(int Status, string Output, string Errors)> Monitor(string arguments) => Shell($"{Tool} monitor {arguments}");

    /// <summary>Runs a shell command with the same temporary folder, in it.</summary>
    internal Task<(int Status, string Output, string Errors)> Shell(string command) => Repository.Shell($"export TMPDIR='{_folder}'; cd '{_folder}'; {command}");
}
