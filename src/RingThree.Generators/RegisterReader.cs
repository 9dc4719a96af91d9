using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RingThree.Generators;

/// <summary>Reads one register's property: what to write for it, which bytes it takes, what is wrong with it.</summary>
internal sealed class RegisterReader(string map, uint mapSize, List<DiagnosticInfo> diagnostics)
{
    private static readonly SymbolDisplayFormat TypeFormat = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <param name="property">A property marked as a register.</param>
    /// <param name="attribute">Its mark.</param>
    /// <param name="extent">Which bytes it takes; <see langword="null"/> when that cannot be said or was reported already.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public RegisterModel Read(IPropertySymbol property, AttributeData attribute, out RegisterExtent? extent, CancellationToken cancellation)
    {
        var syntax = property.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) as PropertyDeclarationSyntax;
        bool isPartial = syntax is not null && syntax.Modifiers.Any(SyntaxKind.PartialKeyword);
        bool isShaped = CheckShape(property, syntax, isPartial);
        uint offset = GetOffset(attribute);
        string value = "default!";
        extent = null;

        // A type that does not exist is the compiler's to report, and nothing can be said about its width.
        bool isKnown = !HasErrors(property.Type);
        if (isKnown && isShaped && CheckType(property, out uint width, out bool isArray)
            && CheckRow(property, attribute, offset, width, isArray, out uint count, out uint stride))
        {
            value = isArray ? $"new(_window, 0x{offset:x}, {count}, {stride})" : $"new(_window, 0x{offset:x})";
            extent = CheckPlace(new RegisterExtent(
                property.Name, offset, width, count, stride, SplitNames(RegisterTypes.GetArgument<string>(attribute, "Overlaps")), GetLocation(property)));
        }

        return new RegisterModel(
            Identifiers.Escape(property.Name),
            syntax is null ? "" : string.Join(" ", syntax.Modifiers.Select(modifier => modifier.Text)),
            property.Type.ToDisplayString(TypeFormat),
            offset,
            value,
            WriteSetter(syntax),
            IsWritten: isKnown && isPartial && !HasBody(syntax!) && property.GetMethod is not null && property.RefKind == RefKind.None,
            RegisterTypes.GetArgument<string>(attribute, "Source"),
            extent?.Width ?? 0,
            extent?.Count ?? 0,
            extent?.Stride ?? 0,
            RegisterTypes.GetDirection(property.Type));
    }

    private static Location GetLocation(ISymbol symbol) => symbol.Locations[0];

    private static uint GetOffset(AttributeData attribute) =>
        attribute.ConstructorArguments.Length == 1 && attribute.ConstructorArguments[0] is { Kind: TypedConstantKind.Primitive, Value: uint offset } ? offset : 0;

    private static bool HasErrors(ITypeSymbol type) =>
        type.TypeKind == TypeKind.Error || (type is INamedTypeSymbol named && named.TypeArguments.Any(HasErrors));

    private static bool HasBody(PropertyDeclarationSyntax syntax) =>
        syntax.ExpressionBody is not null || syntax.Initializer is not null
        || syntax.AccessorList?.Accessors.Any(accessor => accessor.Body is not null || accessor.ExpressionBody is not null) == true;

    private static string WriteSetter(PropertyDeclarationSyntax? syntax)
    {
        AccessorDeclarationSyntax? setter = syntax?.AccessorList?.Accessors.FirstOrDefault(accessor => !accessor.IsKind(SyntaxKind.GetAccessorDeclaration));
        return setter is null ? "" : $"{string.Join(" ", setter.Modifiers.Select(modifier => modifier.Text))} {setter.Keyword.Text} {{ }}".TrimStart();
    }

    private static List<string> SplitNames(string? names) =>
        names is null ? [] : [.. names.Split(',').Select(name => name.Trim()).Where(name => name.Length > 0)];

    private bool CheckShape(IPropertySymbol property, PropertyDeclarationSyntax? syntax, bool isPartial)
    {
        string? fault = property switch
        {
            _ when syntax is null => "is an indexer",
            { IsStatic: true } => "is static",
            _ when !isPartial => "is not partial",
            { SetMethod: not null } => "has a setter",
            { GetMethod: null } => "has no getter",
            { RefKind: not RefKind.None } => "returns a reference",
            _ when HasBody(syntax) => "has a body of its own",
            _ => null,
        };
        return fault is null || Report(Rules.WrongShape, property, fault);
    }

    private bool CheckType(IPropertySymbol property, out uint width, out bool isArray)
    {
        width = 0;
        if (!RegisterTypes.TryRead(property.Type, out ITypeSymbol value, out isArray))
            return Report(Rules.WrongType, property, property.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat));
        width = RegisterTypes.GetWidth(value);
        return width != 0 || Report(Rules.WrongValueType, property, value.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat));
    }

    private bool CheckRow(IPropertySymbol property, AttributeData attribute, uint offset, uint width, bool isArray, out uint count, out uint stride)
    {
        bool hasStride = RegisterTypes.HasArgument(attribute, "Stride");
        int given = RegisterTypes.GetArgument<int>(attribute, "Count");
        count = isArray ? (uint)Math.Max(given, 0) : 1;
        stride = hasStride ? RegisterTypes.GetArgument<uint>(attribute, "Stride") : width;
        if (!isArray)
            return (!hasStride && !RegisterTypes.HasArgument(attribute, "Count")) || Report(Rules.NotAnArray, property);
        if (count == 0) return Report(Rules.NoCount, property, offset.ToString("x"));
        return (stride >= width && stride % width == 0) || Report(Rules.WrongStride, property, stride.ToString(), width.ToString());
    }

    /// <summary>The extent, unless it is not where a register can be: then comparing it with others would only say so again.</summary>
    private RegisterExtent? CheckPlace(RegisterExtent extent)
    {
        bool isAligned = extent.Offset % extent.Width == 0;
        bool isInside = mapSize == 0 || extent.End <= mapSize;
        if (!isAligned)
        {
            diagnostics.Add(DiagnosticInfo.Create(
                Rules.Misaligned, extent.Location, extent.Name, extent.Width.ToString(), extent.Offset.ToString("x")));
        }

        if (!isInside)
        {
            diagnostics.Add(DiagnosticInfo.Create(
                Rules.BeyondSize, extent.Location, extent.Name, extent.End.ToString("x"), map, mapSize.ToString("x")));
        }

        return isAligned && isInside ? extent : null;
    }

    /// <returns><see langword="false"/>.</returns>
    private bool Report(DiagnosticDescriptor rule, IPropertySymbol property, params string[] rest)
    {
        diagnostics.Add(DiagnosticInfo.Create(rule, GetLocation(property), [property.Name, .. rest]));
        return false;
    }
}
