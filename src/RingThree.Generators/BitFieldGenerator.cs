using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace RingThree.Generators;

/// <summary>
/// Completes structs marked <c>[BitFields]</c>: their fields and <c>IBitFields</c>; and reports fields that lie beyond the storage,
/// overlap, or do not fit their type.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class BitFieldGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<BitFieldsResult> results = context.SyntaxProvider
            .ForAttributeWithMetadataName(RegisterTypes.BitFieldsAttribute, static (node, _) => node is TypeDeclarationSyntax, BitFieldReader.Read)
            .Where(static result => result is not null)!;
        IncrementalValuesProvider<BitFieldsModel> fields = results
            .Select(static (result, _) => result.Fields)
            .Where(static model => model is not null)!;
        context.RegisterSourceOutput(fields, static (output, model) => output.AddSource(model.Place.HintName, SourceText.From(BitFieldWriter.Write(model), Encoding.UTF8)));
        context.RegisterSourceOutput(results.SelectMany(static (result, _) => result.Diagnostics), static (output, diagnostic) => output.ReportDiagnostic(diagnostic.ToDiagnostic()));

        IncrementalValuesProvider<DiagnosticInfo> strays = context.SyntaxProvider
            .ForAttributeWithMetadataName(RegisterTypes.BitsAttribute, static (node, _) => node is PropertyDeclarationSyntax, ReadStray)
            .Where(static stray => stray is not null)!;
        context.RegisterSourceOutput(strays, static (output, diagnostic) => output.ReportDiagnostic(diagnostic.ToDiagnostic()));
    }

    /// <summary>What is wrong with a field outside any struct of bit fields, which nothing else would look at.</summary>
    private static DiagnosticInfo? ReadStray(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        INamedTypeSymbol type = context.TargetSymbol.ContainingType;
        return RegisterTypes.FindAttribute(type, RegisterTypes.BitFieldsAttribute) is null
            ? DiagnosticInfo.Create(Rules.StrayField, context.TargetSymbol.Locations[0], context.TargetSymbol.Name, type.Name)
            : null;
    }
}
