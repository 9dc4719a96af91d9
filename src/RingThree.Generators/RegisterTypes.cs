using Microsoft.CodeAnalysis;

namespace RingThree.Generators;

/// <summary>The library's names, and what its register types mean.</summary>
internal static class RegisterTypes
{
    public const string Namespace = "RingThree.Registers";
    public const string MapAttribute = Namespace + ".RegisterMapAttribute";
    public const string RegisterAttribute = Namespace + ".RegisterAttribute";
    public const string BitFieldsAttribute = Namespace + ".BitFieldsAttribute";
    public const string BitsAttribute = Namespace + ".BitsAttribute";

    private const string Array = "Array"; // what the rows' names end in

    /// <summary>Whether a type is one of the four, or a row of one; if so, its values' type and whether it is a row of registers.</summary>
    public static bool TryRead(ITypeSymbol type, out ITypeSymbol value, out bool isArray)
    {
        value = type;
        isArray = false;
        if (type is not INamedTypeSymbol { Arity: 1, ContainingType: null } named || !IsInNamespace(named)) return false;
        isArray = named.Name.EndsWith(Array, StringComparison.Ordinal);
        string single = isArray ? named.Name.Substring(0, named.Name.Length - Array.Length) : named.Name;
        if (single is not ("Register" or "ReadOnlyRegister" or "WriteOnlyRegister" or "WriteOneToClearRegister")) return false;
        value = named.TypeArguments[0];
        return true;
    }

    /// <summary>The only access that a register of this type has; <see langword="null"/> for both.</summary>
    public static string? GetDirection(ITypeSymbol register) => register.Name switch
    {
        "ReadOnlyRegister" or "ReadOnlyRegisterArray" => "Read",
        "WriteOnlyRegister" or "WriteOnlyRegisterArray" => "Write",
        _ => null,
    };

    /// <summary>The access width of a value type, bytes; 0 where there is none.</summary>
    public static uint GetWidth(ITypeSymbol value)
    {
        ITypeSymbol? integer = value is INamedTypeSymbol { TypeKind: TypeKind.Enum } named ? named.EnumUnderlyingType
            : value.TypeKind == TypeKind.Struct && FindAttribute(value, BitFieldsAttribute) is { } fields ? GetStorage(fields)
            : value;
        return GetSize(integer);
    }

    /// <summary>What a struct of bit fields keeps its bits in; <see langword="null"/> where that did not compile.</summary>
    public static ITypeSymbol? GetStorage(AttributeData bitFields) =>
        bitFields.ConstructorArguments.Length == 1 ? bitFields.ConstructorArguments[0].Value as ITypeSymbol : null;

    /// <summary>An integer type's bytes; 0 for another type, and for those that have not one size everywhere.</summary>
    public static uint GetSize(ITypeSymbol? integer) => integer?.SpecialType switch
    {
        SpecialType.System_Byte or SpecialType.System_SByte => 1,
        SpecialType.System_UInt16 or SpecialType.System_Int16 => 2,
        SpecialType.System_UInt32 or SpecialType.System_Int32 => 4,
        SpecialType.System_UInt64 or SpecialType.System_Int64 => 8,
        _ => 0,
    };

    /// <summary>The attribute of a symbol that has this full name, or <see langword="null"/>.</summary>
    public static AttributeData? FindAttribute(ISymbol symbol, string name)
    {
        foreach (AttributeData attribute in symbol.GetAttributes())
        {
            if (attribute.AttributeClass is { } type && type.ToDisplayString() == name) return attribute;
        }

        return null;
    }

    /// <summary>An attribute's named argument, or the default where it is absent or did not compile.</summary>
    public static T? GetArgument<T>(AttributeData attribute, string name)
    {
        foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
        {
            if (argument.Key == name && argument.Value.Kind != TypedConstantKind.Error && argument.Value.Value is T value) return value;
        }

        return default;
    }

    /// <summary>Whether an attribute's named argument is there.</summary>
    public static bool HasArgument(AttributeData attribute, string name)
    {
        foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
        {
            if (argument.Key == name) return true;
        }

        return false;
    }

    private static bool IsInNamespace(INamedTypeSymbol type) =>
        type.ContainingNamespace is { Name: "Registers", ContainingNamespace: { Name: "RingThree", ContainingNamespace.IsGlobalNamespace: true } };
}
