using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace RingThree.Generators;

/// <summary>From types that an attribute marks to their generated files and diagnostics: what both generators do.</summary>
internal static class MarkedTypes
{
    /// <summary>Writes a file for each model. Apart from the diagnostics: a moved line changes where a mistake is reported, and not the code.</summary>
    public static void Write<TModel>(IncrementalGeneratorInitializationContext context, IncrementalValuesProvider<TModel?> models, Func<TModel, string> hint, Func<TModel, string> text)
        where TModel : class
    {
        IncrementalValuesProvider<TModel> written = models.Where(static model => model is not null)!;
        context.RegisterSourceOutput(written, (output, model) => output.AddSource(hint(model), SourceText.From(text(model), Encoding.UTF8)));
    }

    /// <summary>Reports what is wrong.</summary>
    public static void Report(IncrementalGeneratorInitializationContext context, IncrementalValuesProvider<DiagnosticInfo> diagnostics) =>
        context.RegisterSourceOutput(diagnostics, static (output, diagnostic) => output.ReportDiagnostic(diagnostic.ToDiagnostic()));

    /// <summary>Reports properties that an attribute marks in a type that another does not: nothing else would look at them.</summary>
    public static void ReportStrays(IncrementalGeneratorInitializationContext context, string propertyAttribute, string typeAttribute, DiagnosticDescriptor rule)
    {
        IncrementalValuesProvider<DiagnosticInfo> strays = context.SyntaxProvider
            .ForAttributeWithMetadataName(propertyAttribute, static (node, _) => node is PropertyDeclarationSyntax, (found, _) => ReadStray(found, typeAttribute, rule))
            .Where(static stray => stray is not null)!;
        Report(context, strays);
    }

    private static DiagnosticInfo? ReadStray(GeneratorAttributeSyntaxContext context, string typeAttribute, DiagnosticDescriptor rule)
    {
        INamedTypeSymbol type = context.TargetSymbol.ContainingType;
        return RegisterTypes.FindAttribute(type, typeAttribute) is null
            ? DiagnosticInfo.Create(rule, context.TargetSymbol.Locations[0], context.TargetSymbol.Name, type.Name)
            : null;
    }
}
