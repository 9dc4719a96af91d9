using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RingThree.Generators;

/// <summary>Reads one register's property: what to write for it, which bytes it takes, what is wrong with it.</summary>
internal sealed class RegisterReader(string map, uint mapSize, List<DiagnosticInfo> diagnostics)
{
    /// <param name="property">A property marked as a register.</param>
    /// <param name="attribute">Its mark.</param>
    /// <param name="extent">Which bytes it takes; <see langword="null"/> when that cannot be said or was reported already.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public RegisterModel Read(IPropertySymbol property, AttributeData attribute, out RegisterExtent? extent, CancellationToken cancellation)
    {
        PropertyDeclarationSyntax? syntax = PartialProperty.Find(property, out bool isPartial, cancellation);
        bool isShaped = CheckShape(property, syntax, isPartial);
        uint offset = GetOffset(attribute);
        string value = "default!";
        extent = null;

        // A type that does not exist is the compiler's to report, and nothing can be said about its width.
        bool isKnown = !PartialProperty.HasErrors(property.Type);
        if (isKnown && isShaped && CheckType(property, out uint width, out bool isArray)
            && CheckRow(property, attribute, offset, width, isArray, out uint count, out uint stride))
        {
            value = isArray ? $"new(_window, 0x{offset:x}, {count}, {stride})" : $"new(_window, 0x{offset:x})";
            extent = CheckPlace(new RegisterExtent(
                property.Name, offset, width, count, stride, SplitNames(RegisterTypes.GetArgument<string>(attribute, "Overlaps")), GetLocation(property)));
        }

        return new RegisterModel(
            Identifiers.Escape(property.Name),
            PartialProperty.GetModifiers(syntax),
            property.Type.ToDisplayString(PartialProperty.TypeFormat),
            offset,
            value,
            WriteSetter(syntax),
            IsWritten: isKnown && isPartial && PartialProperty.CanBeWritten(property, syntax!),
            RegisterTypes.GetArgument<string>(attribute, "Source"),
            extent?.Width ?? 0,
            extent?.Count ?? 0,
            extent?.Stride ?? 0,
            RegisterTypes.GetDirection(property.Type));
    }

    private static Location GetLocation(ISymbol symbol) => symbol.Locations[0];

    private static uint GetOffset(AttributeData attribute) =>
        attribute.ConstructorArguments.Length == 1 && attribute.ConstructorArguments[0] is { Kind: TypedConstantKind.Primitive, Value: uint offset } ? offset : 0;

    private static string WriteSetter(PropertyDeclarationSyntax? syntax) =>
        PartialProperty.FindSetter(syntax) is { } setter ? $"{PartialProperty.GetHead(setter)} {{ }}" : "";

    private static List<string> SplitNames(string? names) =>
        names is null ? [] : [.. names.Split(',').Select(name => name.Trim()).Where(name => name.Length > 0)];

    private bool CheckShape(IPropertySymbol property, PropertyDeclarationSyntax? syntax, bool isPartial)
    {
        string? fault = PartialProperty.FindFault(property, syntax, isPartial) ?? (property.SetMethod is null ? null : "has a setter");
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
