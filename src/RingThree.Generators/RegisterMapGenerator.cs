using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace RingThree.Generators;

/// <summary>
/// Completes structs marked <c>[RegisterMap]</c>: their registers, <c>IRegisterMap</c> and a nested <c>Offsets</c>; and
/// reports registers that are misplaced, overlap or have no access width.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class RegisterMapGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<MapResult> results = context.SyntaxProvider
            .ForAttributeWithMetadataName(RegisterTypes.MapAttribute, static (node, _) => node is TypeDeclarationSyntax, MapReader.Read)
            .Where(static result => result is not null)!;

        // Two steps: a moved line changes where a mistake is reported, and not the code.
        IncrementalValuesProvider<MapModel> maps = results
            .Select(static (result, _) => result.Map)
            .Where(static map => map is not null)!;
        context.RegisterSourceOutput(maps, static (output, map) => output.AddSource(map.Place.HintName, SourceText.From(MapWriter.Write(map), Encoding.UTF8)));

        IncrementalValuesProvider<DiagnosticInfo> diagnostics = results.SelectMany(static (result, _) => result.Diagnostics);
        context.RegisterSourceOutput(diagnostics, static (output, diagnostic) => output.ReportDiagnostic(diagnostic.ToDiagnostic()));

        IncrementalValuesProvider<DiagnosticInfo> strays = context.SyntaxProvider
            .ForAttributeWithMetadataName(RegisterTypes.RegisterAttribute, static (node, _) => node is PropertyDeclarationSyntax, ReadStray)
            .Where(static stray => stray is not null)!;
        context.RegisterSourceOutput(strays, static (output, diagnostic) => output.ReportDiagnostic(diagnostic.ToDiagnostic()));
    }

    /// <summary>What is wrong with a register outside any map, which nothing else would look at.</summary>
    private static DiagnosticInfo? ReadStray(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        INamedTypeSymbol type = context.TargetSymbol.ContainingType;
        return RegisterTypes.FindAttribute(type, RegisterTypes.MapAttribute) is null
            ? DiagnosticInfo.Create(Rules.OutsideMap, context.TargetSymbol.Locations[0], context.TargetSymbol.Name, type.Name)
            : null;
    }
}
