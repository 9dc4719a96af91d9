using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RingThree.Generators;

/// <summary>Reads one struct of bit fields.</summary>
internal sealed class BitFieldReader
{
    /// <summary>The names that the generated part declares, and what to call a field instead.</summary>
    private static readonly (string Name, string Instead)[] Reserved = [("Raw", "RawField"), ("_raw", "_own")];

    private readonly INamedTypeSymbol _type;
    private readonly int _bits;
    private readonly List<DiagnosticInfo> _diagnostics = [];
    private readonly List<(string Name, ulong Mask)> _taken = [];
    private ulong _cleared;

    private BitFieldReader(INamedTypeSymbol type, int bits)
    {
        _type = type;
        _bits = bits;
    }

    /// <returns>The result; <see langword="null"/> where another part of the type is the one to read.</returns>
    public static BitFieldsResult? Read(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        if (!PartialTypes.IsTheMark(context, RegisterTypes.BitFieldsAttribute)) return null;
        var type = (INamedTypeSymbol)context.TargetSymbol;
        ITypeSymbol? storage = RegisterTypes.GetStorage(context.Attributes[0]);
        bool isUnsigned = storage?.SpecialType is SpecialType.System_Byte or SpecialType.System_UInt16 or SpecialType.System_UInt32 or SpecialType.System_UInt64;
        var reader = new BitFieldReader(type, isUnsigned ? 8 * (int)RegisterTypes.GetSize(storage) : 64);
        bool canBeWritten = reader.CheckType((TypeDeclarationSyntax)context.TargetNode, storage, isUnsigned, cancellation);
        BitFieldsModel model = reader.ReadFields(context.Attributes[0], isUnsigned ? storage!.ToDisplayString() : "ulong", cancellation);
        return new BitFieldsResult(canBeWritten ? model : null, new EquatableArray<DiagnosticInfo>([.. reader._diagnostics]));
    }

    private static ulong MaskOf(int lowest, int count) => (count == 64 ? ulong.MaxValue : (1UL << count) - 1) << lowest;

    private static string NameBits(int lowest, int count) => count == 1 ? $"bit {lowest}" : count > 1 && lowest >= 0 ? $"bits {lowest + count - 1}:{lowest}" : $"{count} bits from {lowest} on";

    private bool CheckType(TypeDeclarationSyntax node, ITypeSymbol? storage, bool isUnsigned, CancellationToken cancellation)
    {
        bool canBeWritten = PartialTypes.Check(_type, node, Rules.NotBitFields, _diagnostics, cancellation);
        if (canBeWritten && _type.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(field => !field.IsStatic) is { } field)
        {
            _diagnostics.Add(DiagnosticInfo.Create(Rules.NotBitFields, node.Identifier.GetLocation(), _type.Name, $"a struct with a field of its own ('{field.AssociatedSymbol?.Name ?? field.Name}')"));
            canBeWritten = false;
        }

        canBeWritten &= PartialTypes.CheckNames(_type, Reserved, _diagnostics);
        if (!isUnsigned && storage?.TypeKind != TypeKind.Error)
            _diagnostics.Add(DiagnosticInfo.Create(Rules.WrongStorage, node.Identifier.GetLocation(), _type.Name, storage?.ToDisplayString() ?? "nothing"));
        return canBeWritten;
    }

    private BitFieldsModel ReadFields(AttributeData attribute, string storage, CancellationToken cancellation)
    {
        ulong zeros = ReadReserved(attribute, "ReservedZero");
        ulong ones = ReadReserved(attribute, "ReservedOne");
        var fields = new List<BitFieldModel>();
        foreach (IPropertySymbol property in _type.GetMembers().OfType<IPropertySymbol>())
        {
            if (RegisterTypes.FindAttribute(property, RegisterTypes.BitsAttribute) is { } bits && ReadField(property, bits, cancellation) is { } field) fields.Add(field);
        }

        bool hasText = _type.GetMembers("ToString").OfType<IMethodSymbol>().Any(method => method.Parameters.Length == 0 && method.TypeParameters.Length == 0);
        return new BitFieldsModel(PartialTypes.GetPlace(_type), storage, _bits, _cleared | zeros, ones, hasText, new EquatableArray<BitFieldModel>([.. fields]));
    }

    /// <summary>A mask of bits without a field, which other fields may not take.</summary>
    private ulong ReadReserved(AttributeData attribute, string name)
    {
        ulong mask = RegisterTypes.GetArgument<ulong>(attribute, name);
        if (mask == 0) return 0;
        if (_bits < 64 && mask >> _bits != 0)
            _diagnostics.Add(DiagnosticInfo.Create(Rules.OutsideStorage, _type.Locations[0], name, $"the mask 0x{mask:x}", _type.Name, $"{_bits - 1}"));
        foreach ((string other, ulong taken) in _taken)
        {
            if ((taken & mask) != 0) _diagnostics.Add(DiagnosticInfo.Create(Rules.BitOverlap, _type.Locations[0], name, $"the mask 0x{mask:x}", $"'{other}'"));
        }

        _taken.Add((name, mask));
        return mask;
    }

    /// <returns>The field; <see langword="null"/> where no implementation can be written.</returns>
    private BitFieldModel? ReadField(IPropertySymbol property, AttributeData attribute, CancellationToken cancellation)
    {
        PropertyDeclarationSyntax? syntax = PartialProperty.Find(property, out bool isPartial, cancellation);
        AccessorDeclarationSyntax? setter = PartialProperty.FindSetter(syntax);
        string? fault = PartialProperty.FindFault(property, syntax, isPartial) ?? (setter is not null && !setter.IsKind(SyntaxKind.InitAccessorDeclaration) ? "can be set" : null);
        bool isShaped = fault is null || Report(Rules.WrongField, property, fault);
        bool isKnown = !PartialProperty.HasErrors(property.Type);
        int lowest = attribute.ConstructorArguments.Length == 2 && attribute.ConstructorArguments[0].Value is int first ? first : 0;
        int count = attribute.ConstructorArguments.Length == 2 && attribute.ConstructorArguments[1].Value is int number ? number : 1;
        var kind = BitFieldKind.Unsigned;
        bool isRight = isKnown && isShaped && CheckPlace(property, lowest, count) && CheckKind(property, count, out kind);
        if (isRight && RegisterTypes.GetArgument<int>(attribute, "Access") is 2 or 3) _cleared |= MaskOf(lowest, count); // WriteOnly, WriteOneToClear
        if (!isKnown || !isPartial || !PartialProperty.CanBeWritten(property, syntax!)) return null;
        return new BitFieldModel(
            Identifiers.Escape(property.Name), PartialProperty.GetModifiers(syntax), property.Type.ToDisplayString(PartialProperty.TypeFormat),
            lowest, isRight ? count : 0, kind, setter is null ? "" : PartialProperty.GetHead(setter));
    }

    private bool CheckPlace(IPropertySymbol property, int lowest, int count)
    {
        string bits = NameBits(lowest, count);
        if (lowest < 0 || count < 1 || lowest >= _bits || count > _bits - lowest)
            return Report(Rules.OutsideStorage, property, bits, _type.Name, $"{_bits - 1}");
        ulong mask = MaskOf(lowest, count);
        bool isAlone = true;
        foreach ((string other, ulong taken) in _taken)
        {
            if ((taken & mask) != 0) isAlone = Report(Rules.BitOverlap, property, bits, $"'{other}'");
        }

        _taken.Add((property.Name, mask));
        return isAlone;
    }

    private bool CheckKind(IPropertySymbol property, int count, out BitFieldKind kind)
    {
        kind = BitFieldKind.Unsigned;
        ITypeSymbol type = property.Type;
        if (type.SpecialType == SpecialType.System_Boolean)
        {
            kind = BitFieldKind.Flag;
            return count == 1 || Wrong();
        }

        bool isEnum = type.TypeKind == TypeKind.Enum;
        ITypeSymbol? integer = isEnum ? ((INamedTypeSymbol)type).EnumUnderlyingType : type;
        if (!isEnum && integer?.SpecialType is SpecialType.System_SByte or SpecialType.System_Int16 or SpecialType.System_Int32 or SpecialType.System_Int64) kind = BitFieldKind.Signed;
        return 8 * (int)RegisterTypes.GetSize(integer) >= count || Wrong();

        bool Wrong() => Report(Rules.WrongFieldType, property, count == 1 ? "1 bit" : $"{count} bits", type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat));
    }

    /// <returns><see langword="false"/>.</returns>
    private bool Report(DiagnosticDescriptor rule, IPropertySymbol property, params string[] rest)
    {
        _diagnostics.Add(DiagnosticInfo.Create(rule, property.Locations[0], [property.Name, .. rest]));
        return false;
    }
}
