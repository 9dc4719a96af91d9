using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RingThree.Generators;

/// <summary>Reads one type marked as a register map.</summary>
internal static class MapReader
{
    /// <summary>The names that the generated part declares, and what to call a register instead.</summary>
    private static readonly (string Name, string Instead)[] Reserved =
        [("Size", "SizeRegister"), ("Create", "CreateRegister"), ("Offsets", "OffsetsRegister"), ("_window", "_view")];

    /// <returns>The result; <see langword="null"/> where another part of the type is the one to read.</returns>
    public static MapResult? Read(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        var type = (INamedTypeSymbol)context.TargetSymbol;
        AttributeData attribute = context.Attributes[0];

        // Marked twice, on two parts: the compiler reports that, and one file must not be written twice.
        if (RegisterTypes.FindAttribute(type, RegisterTypes.MapAttribute)?.ApplicationSyntaxReference is not { } mark
            || mark.SyntaxTree != context.TargetNode.SyntaxTree || !context.TargetNode.Span.Contains(mark.Span)) return null;

        var diagnostics = new List<DiagnosticInfo>();
        bool canBeWritten = CheckType(type, (TypeDeclarationSyntax)context.TargetNode, diagnostics, cancellation);
        uint size = RegisterTypes.GetArgument<uint>(attribute, "Size");
        if (size == 0) diagnostics.Add(DiagnosticInfo.Create(Rules.NoSize, type.Locations[0], type.Name));
        canBeWritten &= CheckNames(type, diagnostics);
        RegisterModel[] registers = ReadRegisters(type, size, diagnostics, cancellation);

        MapModel? map = !canBeWritten ? null : new MapModel(
            GetHintName(type),
            type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted)),
            new EquatableArray<TypeModel>([.. GetContainers(type).Select(GetHead)]),
            GetHead(type),
            size,
            RegisterTypes.GetArgument<string>(attribute, "Source"),
            new EquatableArray<RegisterModel>(registers));
        return new MapResult(map, new EquatableArray<DiagnosticInfo>([.. diagnostics]));
    }

    private static RegisterModel[] ReadRegisters(INamedTypeSymbol type, uint size, List<DiagnosticInfo> diagnostics, CancellationToken cancellation)
    {
        var registers = new List<RegisterModel>();
        var names = new HashSet<string>();
        var extents = new List<RegisterExtent>();
        var reader = new RegisterReader(type.Name, size, diagnostics);
        foreach (IPropertySymbol property in type.GetMembers().OfType<IPropertySymbol>())
        {
            if (RegisterTypes.FindAttribute(property, RegisterTypes.RegisterAttribute) is not { } attribute) continue;
            registers.Add(reader.Read(property, attribute, out RegisterExtent? extent, cancellation));
            names.Add(property.Name);
            if (extent is not null) extents.Add(extent);
        }

        OverlapCheck.Run(type.Name, names, extents, diagnostics, cancellation);
        return [.. registers];
    }

    /// <returns>Whether a generated part can be added to the type.</returns>
    private static bool CheckType(INamedTypeSymbol type, TypeDeclarationSyntax node, List<DiagnosticInfo> diagnostics, CancellationToken cancellation)
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
            diagnostics.Add(DiagnosticInfo.Create(Rules.NotAStruct, node.Identifier.GetLocation(), type.Name, fault));
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

    private static bool CheckNames(INamedTypeSymbol type, List<DiagnosticInfo> diagnostics)
    {
        int before = diagnostics.Count;
        foreach ((string name, string instead) in Reserved)
        {
            ISymbol? taker = type.Name == name ? type : type.GetMembers(name).FirstOrDefault();
            if (taker is not null) diagnostics.Add(DiagnosticInfo.Create(Rules.NameTaken, taker.Locations[0], name, type.Name, instead));
        }

        return diagnostics.Count == before;
    }

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
