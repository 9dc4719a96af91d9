using System.Diagnostics;

namespace RingThree.Tests;

/// <summary>The repository's own programs, as they were built together with these tests.</summary>
internal static class Repository
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    internal static string Root { get; } = FindRoot();

    /// <summary>A program that was built in this configuration.</summary>
    internal static string Find(string project, string name)
    {
        // .../bin/<configuration>/net10.0/
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Root, project, "bin", output.Parent!.Name, output.Name, name + ".dll");
    }

    /// <summary>Runs a program, by a shell where something is redirected.</summary>
    internal static async Task<(int Status, string Output, string Errors)> Run(string redirection, string program, params string[] arguments)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return await Run(redirection.Length == 0
            ? new(dotnet, [program, .. arguments])
            : new("bash", ["-o", "pipefail", "-c", $"\"$0\" \"$@\" {redirection}", dotnet, program, .. arguments]));
    }

    /// <summary>Runs a program that finds its hosts in RINGTHREE_HOSTS; null is none.</summary>
    internal static async Task<(int Status, string Output, string Errors)> RunOn(string? hosts, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. arguments]);
        start.Environment.Remove("RINGTHREE_HOSTS");
        if (hosts is not null) start.Environment["RINGTHREE_HOSTS"] = hosts;
        return await Run(start);
    }

    /// <summary>Runs a shell command.</summary>
    internal static Task<(int Status, string Output, string Errors)> Shell(string command) => Run(new ProcessStartInfo("bash", ["-o", "pipefail", "-c", command]));

    private static async Task<(int Status, string Output, string Errors)> Run(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
            string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{start.FileName} {string.Join(' ', start.ArgumentList)} took longer than {Limit.TotalSeconds:f0} s.");
        }
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "RingThree.slnx"))) return folder.FullName;
        }

        throw new InvalidOperationException($"RingThree.slnx is in no folder above {AppContext.BaseDirectory}. Run the tests from the repository's own output.");
    }
}
