using System.Diagnostics;
using System.Text.RegularExpressions;
using RingThree.DefaultHosts;
using RingThree.Linux;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>A project made of what the documentation shows, in a folder of its own, built as a reader would.</summary>
internal sealed class GeneratedProject : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(180);
    private readonly string _folder = Directory.CreateTempSubdirectory("ringthree-docs-").FullName;
    private readonly string _name;

    internal GeneratedProject(string name)
    {
        _name = name;
        File.Copy(Path.Combine(Repository.Root, "global.json"), Path.Combine(_folder, "global.json"));
        Write("nuget.config", "<configuration><packageSources><clear /></packageSources></configuration>");
    }

    /// <summary>References to what these tests were built with: the repository's own projects are not to be built from within a test.</summary>
    internal static string References
    {
        get
        {
            string generators = Path.Combine(Repository.Root, "src", "RingThree.Generators", "bin",
                new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "netstandard2.0", "RingThree.Generators.dll");
            Type[] parts = [typeof(PciDevice), typeof(SimulatedHost), typeof(VfioHost), typeof(Interop.Errno), typeof(HostNames), typeof(WinDriver.WinDriverHosts)];
            return $"<ItemGroup>{string.Concat(parts.Select(part => $"<Reference Include=\"{part.Assembly.Location}\" />"))}<Analyzer Include=\"{generators}\" /></ItemGroup>";
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal void Write(string file, string text) => File.WriteAllText(Path.Combine(_folder, file), text);

    /// <summary>Builds it, without a warning.</summary>
    internal async Task Build()
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["build", _name + ".csproj", "-c", "Debug", "--disable-build-servers", "-tl:off", "-v:q", "-clp:NoSummary", "-nologo", "-p:NuGetAudit=false"])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
        };

        // A test run started by a build hands its own settings down, and this is to be a build like any other.
        foreach (string name in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        using Process build = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            string output = await build.StandardOutput.ReadToEndAsync(limit.Token);
            await build.WaitForExitAsync(limit.Token);
            Assert.True(build.ExitCode == 0 && !Regex.IsMatch(output, @"(warning|error) \w+:"), output);
        }
        catch (OperationCanceledException)
        {
            build.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet build in {_folder} took longer than {Limit.TotalSeconds:f0} s.");
        }
    }

    /// <summary>Runs what was built.</summary>
    internal Task<(int Status, string Output, string Errors)> Run(params string[] arguments) =>
        Repository.Run("", Path.Combine(_folder, "bin", "Debug", "net10.0", _name + ".dll"), arguments);
}
