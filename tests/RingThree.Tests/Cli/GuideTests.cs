using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using RingThree.DefaultHosts;
using RingThree.Linux;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The guide's code, pasted in order into a project of its own, compiles without a warning and does what it says.</summary>
public sealed partial class GuideTests : IDisposable
{
    private const string ProjectFile = "mydriver.csproj";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly string _folder = Directory.CreateTempSubdirectory("ringthree-guide-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_guide_compiles_in_order_and_runs()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        Dictionary<string, string> files = await Paste();
        foreach ((string name, string text) in files.Where(file => file.Key != ProjectFile)) await File.WriteAllTextAsync(Path.Combine(_folder, name), text);
        await File.WriteAllTextAsync(Path.Combine(_folder, ProjectFile), WithBuiltAssemblies(files[ProjectFile]));
        File.Copy(Path.Combine(Repository.Root, "global.json"), Path.Combine(_folder, "global.json"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "nuget.config"), "<configuration><packageSources><clear /></packageSources></configuration>");

        string built = await Build();
        Assert.DoesNotMatch(@"(warning|error) \w+:", built);
        (int status, string output, string errors) = await Repository.Run("", Path.Combine(_folder, "bin", "Debug", "net10.0", "mydriver.dll"));

        Assert.Equal((0, ""), (status, errors));
        Assert.Equal(["cafe0001", "Msi: Done, channel 2 = 21", "channel 2 by DMA = 27", "sample 15 = 15"], output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task The_projects_that_the_guide_refers_to_are_there()
    {
        string project = (await Paste())[ProjectFile];

        string[] paths = [.. ReferencePattern().Matches(project).Select(match => match.Groups["path"].Value)];

        Assert.Equal(2, paths.Length);
        Assert.All(paths, path => Assert.True(File.Exists(Path.Combine(Repository.Root, path)), path));
    }

    /// <summary>The indented blocks by file: the one that the line above names, or else the program.</summary>
    private static async Task<Dictionary<string, string>> Paste()
    {
        var files = new Dictionary<string, StringBuilder>();
        string above = "", file = "";
        foreach (string line in await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "docs", "guide.md")))
        {
            if (line.Length > 0 && !line.StartsWith("    ", StringComparison.Ordinal))
            {
                above = line;
                file = "";
                continue;
            }

            if (file.Length == 0)
            {
                if (line.Length == 0) continue;
                file = FilePattern().Match(above) is { Success: true } name ? name.Groups["file"].Value : "Program.cs";
                files.TryAdd(file, new StringBuilder());
            }

            files[file].AppendLine(line.Length > 4 ? line[4..] : "");
        }

        return files.ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
    }

    /// <summary>The same project with what these tests were built with: the repository's own projects are not to be built from within a test.</summary>
    private static string WithBuiltAssemblies(string project)
    {
        string generators = Path.Combine(Repository.Root, "src", "RingThree.Generators", "bin",
            new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "netstandard2.0", "RingThree.Generators.dll");
        Type[] parts = [typeof(PciDevice), typeof(SimulatedHost), typeof(VfioHost), typeof(Interop.Errno), typeof(HostNames)];
        string references = string.Concat(parts.Select(part => $"<Reference Include=\"{part.Assembly.Location}\" />"));
        return Regex.Replace(project, "(?s)<ItemGroup>.*</ItemGroup>", $"<ItemGroup>{references}<Analyzer Include=\"{generators}\" /></ItemGroup>");
    }

    private async Task<string> Build()
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["build", ProjectFile, "-c", "Debug", "--disable-build-servers", "-tl:off", "-v:q", "-clp:NoSummary", "-nologo", "-p:NuGetAudit=false"])
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
            Assert.True(build.ExitCode == 0, output);
            return output;
        }
        catch (OperationCanceledException)
        {
            build.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet build in {_folder} took longer than {Limit.TotalSeconds:f0} s.");
        }
    }

    [GeneratedRegex(@"`mydriver/(?<file>[\w.]+)`:$")]
    private static partial Regex FilePattern();

    [GeneratedRegex("ProjectReference Include=\"../RingThree/(?<path>[^\"]+)\"")]
    private static partial Regex ReferencePattern();
}
