namespace RingThree.Tests.Generators;

/// <summary>The C# that a test is about: <see cref="RegisterMapBuild"/> compiles all of them in one go.</summary>
/// <param name="source">A file's text, below the usings and a namespace of the test's own.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MapSourceAttribute(string source) : Attribute
{
    /// <summary>The text.</summary>
    public string Source { get; } = source;

    /// <summary>Whether the text stands in the global namespace, or brings its own.</summary>
    public bool WithoutNamespace { get; set; }

    /// <summary>The file that the compiler is to see.</summary>
    internal string GetFile(string test) =>
        $"using RingThree.Registers;\n{(WithoutNamespace ? "" : $"namespace {test.Replace("_", "", StringComparison.Ordinal)};\n")}{Source}\n";
}
