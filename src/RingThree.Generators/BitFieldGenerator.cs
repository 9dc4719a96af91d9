using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

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
        MarkedTypes.Write(context, results.Select(static (result, _) => result.Fields), static model => model.Place.HintName, BitFieldWriter.Write);
        MarkedTypes.Report(context, results.SelectMany(static (result, _) => result.Diagnostics));
        MarkedTypes.ReportStrays(context, RegisterTypes.BitsAttribute, RegisterTypes.BitFieldsAttribute, Rules.StrayField);
    }
}
