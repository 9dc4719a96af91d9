using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

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
        MarkedTypes.Write(context, results.Select(static (result, _) => result.Map), static model => model.Place.HintName, MapWriter.Write);
        MarkedTypes.Report(context, results.SelectMany(static (result, _) => result.Diagnostics));
        MarkedTypes.ReportStrays(context, RegisterTypes.RegisterAttribute, RegisterTypes.MapAttribute, Rules.OutsideMap);
    }
}
