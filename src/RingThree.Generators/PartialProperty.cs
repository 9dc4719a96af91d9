using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RingThree.Generators;

/// <summary>A property whose body is generated: its declaration, and what keeps a body from being written.</summary>
internal static class PartialProperty
{
    public static readonly SymbolDisplayFormat TypeFormat = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <returns>The declaration; <see langword="null"/> for an indexer.</returns>
    public static PropertyDeclarationSyntax? Find(IPropertySymbol property, out bool isPartial, CancellationToken cancellation)
    {
        var syntax = property.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) as PropertyDeclarationSyntax;
        isPartial = syntax is not null && syntax.Modifiers.Any(SyntaxKind.PartialKeyword);
        return syntax;
    }

    /// <summary>What is wrong with its shape, as a phrase, whatever it stands for; <see langword="null"/> for nothing.</summary>
    public static string? FindFault(IPropertySymbol property, PropertyDeclarationSyntax? syntax, bool isPartial) => property switch
    {
        _ when syntax is null => "is an indexer",
        { IsStatic: true } => "is static",
        _ when !isPartial => "is not partial",
        { GetMethod: null } => "has no getter",
        { RefKind: not RefKind.None } => "returns a reference",
        _ when HasBody(syntax) => "has a body of its own",
        _ => null,
    };

    /// <summary>Whether an implementation can be written for a partial one.</summary>
    public static bool CanBeWritten(IPropertySymbol property, PropertyDeclarationSyntax syntax) =>
        !HasBody(syntax) && property.GetMethod is not null && property.RefKind == RefKind.None;

    /// <summary>A type that does not exist is the compiler's to report.</summary>
    public static bool HasErrors(ITypeSymbol type) =>
        type.TypeKind == TypeKind.Error || (type is INamedTypeSymbol named && named.TypeArguments.Any(HasErrors));

    /// <summary>The declaration's modifiers, which the implementation repeats.</summary>
    public static string GetModifiers(PropertyDeclarationSyntax? syntax) =>
        syntax is null ? "" : string.Join(" ", syntax.Modifiers.Select(modifier => modifier.Text));

    public static AccessorDeclarationSyntax? FindSetter(PropertyDeclarationSyntax? syntax) =>
        syntax?.AccessorList?.Accessors.FirstOrDefault(accessor => !accessor.IsKind(SyntaxKind.GetAccessorDeclaration));

    /// <summary>An accessor's modifiers and keyword.</summary>
    public static string GetHead(AccessorDeclarationSyntax accessor) =>
        $"{string.Join(" ", accessor.Modifiers.Select(modifier => modifier.Text))} {accessor.Keyword.Text}".TrimStart();

    private static bool HasBody(PropertyDeclarationSyntax syntax) =>
        syntax.ExpressionBody is not null || syntax.Initializer is not null
        || syntax.AccessorList?.Accessors.Any(accessor => accessor.Body is not null || accessor.ExpressionBody is not null) == true;
}
