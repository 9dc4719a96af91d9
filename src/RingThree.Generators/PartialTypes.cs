using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RingThree.Generators;

/// <summary>The types that a generated part is added to: where they stand, and whether one can be added.</summary>
internal static class PartialTypes
{
    /// <summary>Whether this is the mark that counts. A type marked twice, on two parts, is the compiler's to report, and one file must not be written twice.</summary>
    public static bool IsTheMark(GeneratorAttributeSyntaxContext context, string attribute) =>
        RegisterTypes.FindAttribute(context.TargetSymbol, attribute)?.ApplicationSyntaxReference is { } mark
        && mark.SyntaxTree == context.TargetNode.SyntaxTree && context.TargetNode.Span.Contains(mark.Span);

    /// <summary>Checks that a type is a struct that a part can be added to, and reports what it is instead.</summary>
    /// <param name="type">The type.</param>
    /// <param name="node">Its marked part.</param>
    /// <param name="wrongKind">Reports that it is no struct: the type's name, and what it is.</param>
    /// <param name="diagnostics">Where to add what is wrong.</param>
    /// <param name="cancellation">Ends the check.</param>
    /// <returns>Whether a generated part can be added to the type.</returns>
    public static bool Check(INamedTypeSymbol type, TypeDeclarationSyntax node, DiagnosticDescriptor wrongKind, List<DiagnosticInfo> diagnostics, CancellationToken cancellation)
    {
        string? fault = type switch
        {
            { TypeKind: not TypeKind.Struct } => type.IsRecord ? "a record class" : type.TypeKind == TypeKind.Interface ? "an interface" : "a class",
            { IsRecord: true } => "a record",
            { IsRefLikeType: true } => "a ref struct",
            _ => GetContainers(type).Append(type).Any(part => IsFileLocal(part, cancellation)) ? "local to its file" : null,
        };
        if (fault is not null)
        {
            diagnostics.Add(DiagnosticInfo.Create(wrongKind, node.Identifier.GetLocation(), type.Name, fault));
            return false;
        }

        bool isPartial = true;
        foreach (INamedTypeSymbol part in GetContainers(type).Append(type))
        {
            if (HasModifier(part, "partial", cancellation)) continue;
            isPartial = false;
            diagnostics.Add(DiagnosticInfo.Create(Rules.NotPartial, node.Identifier.GetLocation(), part.Name));
        }

        if (!type.IsReadOnly) diagnostics.Add(DiagnosticInfo.Create(Rules.NotReadOnly, node.Identifier.GetLocation(), type.Name));
        return isPartial;
    }

    /// <summary>Reports members that take a name which the generated part declares.</summary>
    /// <param name="type">The type.</param>
    /// <param name="reserved">The names that the generated part declares, and what to call a member instead.</param>
    /// <param name="diagnostics">Where to add what is wrong.</param>
    /// <returns>Whether there is none.</returns>
    public static bool CheckNames(INamedTypeSymbol type, (string Name, string Instead)[] reserved, List<DiagnosticInfo> diagnostics)
    {
        int before = diagnostics.Count;
        foreach ((string name, string instead) in reserved)
        {
            ISymbol? taker = type.Name == name ? type : type.GetMembers(name).FirstOrDefault();
            if (taker is not null) diagnostics.Add(DiagnosticInfo.Create(Rules.NameTaken, taker.Locations[0], name, type.Name, instead));
        }

        return diagnostics.Count == before;
    }

    /// <summary>Where the type stands, and what it is called there.</summary>
    public static PlaceModel GetPlace(INamedTypeSymbol type) => new(
        GetHintName(type),
        type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted)),
        new EquatableArray<TypeModel>([.. GetContainers(type).Select(GetHead)]),
        GetHead(type));

    private static bool HasModifier(INamedTypeSymbol type, string modifier, CancellationToken cancellation) =>
        type.DeclaringSyntaxReferences.Any(part =>
            part.GetSyntax(cancellation) is TypeDeclarationSyntax syntax && syntax.Modifiers.Any(token => token.Text == modifier));

    /// <summary>By the modifier's text: the oldest compiler that this assembly loads into has no API for it.</summary>
    private static bool IsFileLocal(INamedTypeSymbol type, CancellationToken cancellation) => HasModifier(type, "file", cancellation);

    private static List<INamedTypeSymbol> GetContainers(INamedTypeSymbol type)
    {
        var containers = new List<INamedTypeSymbol>();
        for (INamedTypeSymbol? container = type.ContainingType; container is not null; container = container.ContainingType) containers.Insert(0, container);
        return containers;
    }

    private static TypeModel GetHead(INamedTypeSymbol type)
    {
        string keyword = type switch
        {
            { TypeKind: TypeKind.Interface } => "interface",
            { TypeKind: TypeKind.Struct, IsRecord: true } => "record struct",
            { TypeKind: TypeKind.Struct } => "struct",
            { IsRecord: true } => "record",
            _ => "class",
        };
        return new TypeModel(keyword, Identifiers.Escape(type.Name), new EquatableArray<string>([.. type.TypeParameters.Select(parameter => Identifiers.Escape(parameter.Name))]));
    }

    /// <summary>Unique in a compilation, of characters that every compiler takes in a hint.</summary>
    private static string GetHintName(INamedTypeSymbol type) => type.ToDisplayString().Replace('<', '{').Replace('>', '}').Replace("@", "") + ".g.cs";
}
