using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using RingThree.Registers;
using RingThree.Registers.Files;
using Xunit;

namespace RingThree.Tests.Generators;

/// <summary>
/// Compiles the sources of all tests about the compiler's answers, once, as a user would: in a project outside the
/// repository that refers to the library and has the generator for an analyzer.
/// </summary>
public sealed partial class RegisterMapBuild : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("ringthree-maps-").FullName;
    private readonly Dictionary<string, string> _files = [];
    private readonly List<Finding> _findings = [];
    private string _output = "";

    public async ValueTask InitializeAsync()
    {
        string root = FindRoot();
        File.Copy(Path.Combine(root, "global.json"), Path.Combine(_folder, "global.json"));
        foreach (string file in (string[])[".editorconfig", ".globalconfig"]) File.Copy(Path.Combine(root, file), Path.Combine(_folder, file));
        foreach (string shared in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"])
            await File.WriteAllTextAsync(Path.Combine(_folder, shared), "<Project />");
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "nuget.config"), "<configuration><packageSources><clear /></packageSources></configuration>");

        // Apart from each other: after an error in a declaration, the compiler does not look into any body.
        await WriteProject("Mistakes", [typeof(RegisterMapMistakeTests), typeof(BitFieldMistakeTests)], root);
        await WriteProject("Accepted", [typeof(RegisterMapAcceptanceTests), typeof(BitFieldAcceptanceTests)], root);
        await WriteProject("Generated", root, isStrict: true);
        foreach ((string name, DeviceMap map) in CSharpMapTests.Maps())
            await File.WriteAllTextAsync(Path.Combine(_folder, "Generated", $"{name}.cs"), map.ToCSharp($"Generated.{name}"));
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "Maps.slnx"),
            """<Solution><Project Path="Mistakes/Mistakes.csproj" /><Project Path="Accepted/Accepted.csproj" /><Project Path="Generated/Generated.csproj" /></Solution>""");

        _output = await Build();
        if (CrashPattern().Match(_output) is { Success: true } crash) throw new InvalidOperationException(crash.Value);
        foreach (Match line in FindingPattern().Matches(_output))
        {
            var finding = new Finding(
                line.Groups["file"].Value,
                int.Parse(line.Groups["line"].Value, CultureInfo.InvariantCulture),
                int.Parse(line.Groups["column"].Value, CultureInfo.InvariantCulture),
                line.Groups["id"].Value,
                line.Groups["message"].Value);
            if (!_findings.Contains(finding)) _findings.Add(finding);
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>The test's source gave this one mistake, there, and nothing else.</summary>
    /// <param name="id">The rule.</param>
    /// <param name="at">The identifier it is reported at.</param>
    /// <param name="compiler">What the compiler itself has to say besides, by its own rules' ids.</param>
    /// <param name="test">The test.</param>
    /// <returns>The message.</returns>
    internal string AssertOnly(string id, string at, string[]? compiler = null, [CallerMemberName] string test = "")
    {
        List<Finding> findings = Find(test);
        Assert.Equal([.. compiler ?? [], id], findings.Select(finding => finding.Id).Distinct().Order(StringComparer.Ordinal));
        Finding only = Assert.Single(findings, finding => finding.Id == id);
        string line = _files[test].Split('\n')[only.Line - 1];
        Assert.Matches($@"^{Regex.Escape(at)}\b", line[(only.Column - 1)..]);
        return only.Message;
    }

    /// <summary>The test's source, and the code generated for it, compiled without a word from any analyzer.</summary>
    internal void AssertNothing([CallerMemberName] string test = "")
    {
        Assert.Empty(Find(test));
        string assembly = Path.Combine(_folder, "Accepted", "bin", "Debug", "net10.0", "Accepted.dll");
        Assert.True(File.Exists(assembly), $"The project of accepted maps did not compile:\n{_output}");
    }

    /// <summary>What <c>ring3 map --csharp</c> makes of <see cref="CSharpMapTests.Maps"/>, compiled.</summary>
    internal Assembly Generated()
    {
        string assembly = Path.Combine(_folder, "Generated", "bin", "Debug", "net10.0", "Generated.dll");
        Assert.True(File.Exists(assembly), $"The generated maps did not compile:\n{_output}");
        return Assembly.LoadFrom(assembly);
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "RingThree.slnx"))) return folder.FullName;
        }

        throw new InvalidOperationException($"RingThree.slnx is in no folder above {AppContext.BaseDirectory}. Run the tests from the repository's own output.");
    }

    private static string FindGenerator(string root)
    {
        // .../bin/<configuration>/net10.0/
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string path = Path.Combine(root, "src", "RingThree.Generators", "bin", configuration, "netstandard2.0", "RingThree.Generators.dll");
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is absent. Build RingThree.Generators.");
    }

    private List<Finding> Find(string test)
    {
        Assert.True(_files.ContainsKey(test), $"{test} has no [MapSource].");
        return [.. _findings.Where(finding => Path.GetFileNameWithoutExtension(finding.File) == test)];
    }

    private async Task WriteProject(string name, Type[] tests, string root)
    {
        string folder = await WriteProject(name, root, isStrict: name == "Accepted");
        foreach (MethodInfo test in tests.SelectMany(type => type.GetMethods()))
        {
            if (test.GetCustomAttribute<MapSourceAttribute>() is not { } source) continue;
            _files.Add(test.Name, source.GetFile(test.Name));
            await File.WriteAllTextAsync(Path.Combine(folder, $"{test.Name}.cs"), _files[test.Name]);
        }
    }

    private async Task<string> WriteProject(string name, string root, bool isStrict)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <AnalysisLevel>latest-all</AnalysisLevel>
                <TreatWarningsAsErrors>{isStrict}</TreatWarningsAsErrors>
                <RunAnalyzers>{isStrict}</RunAnalyzers>
                <GenerateDocumentationFile>{isStrict}</GenerateDocumentationFile>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{typeof(RegisterWindow).Assembly.Location}" />
                <Analyzer Include="{FindGenerator(root)}" />
              </ItemGroup>
            </Project>
            """);
        return folder;
    }

    private async Task<string> Build()
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["build", "Maps.slnx", "-c", "Debug", "--disable-build-servers", "-tl:off", "-v:q", "-clp:NoSummary", "-nologo"])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A test run started by a build hands its own settings down, and this is to be a build like any other.
        foreach (string name in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        using Process build = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            Task<string> errors = build.StandardError.ReadToEndAsync(limit.Token);
            string output = await build.StandardOutput.ReadToEndAsync(limit.Token);
            await build.WaitForExitAsync(limit.Token);
            return output + await errors;
        }
        catch (OperationCanceledException)
        {
            build.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet build in {_folder} took longer than {Limit.TotalSeconds:f0} s.");
        }
    }

    [GeneratedRegex(@"^\s*(?<file>[^\r\n(]+\.cs)\((?<line>\d+),(?<column>\d+)\): (?:error|warning) (?<id>\w+): (?<message>.*?)(?: \[[^\]]*\])?\r?$", RegexOptions.Multiline)]
    private static partial Regex FindingPattern();

    /// <summary>A generator or analyzer that failed, which is only a warning and at no place in the code.</summary>
    [GeneratedRegex(@"^.*\b(?:CS8784|CS8785|CS8032|AD0001)\b.*$", RegexOptions.Multiline)]
    private static partial Regex CrashPattern();

    private sealed record Finding(string File, int Line, int Column, string Id, string Message);
}

/// <summary>Lets both classes of tests share the one build.</summary>
[CollectionDefinition(nameof(RegisterMapBuild))]
public sealed class RegisterMapBuilds : ICollectionFixture<RegisterMapBuild>;
