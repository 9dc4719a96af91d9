using Microsoft.CodeAnalysis;

namespace RingThree.Generators;

/// <summary>The mistakes that a register map can have. Each message says what to do.</summary>
internal static class Rules
{
    private const string Category = "RingThree.Registers";

    public static readonly DiagnosticDescriptor NotAStruct = Error(
        "RT0001", "A register map is a struct", "'{0}' is {1}, which cannot be a register map. Declare it as 'readonly partial struct'.");

    public static readonly DiagnosticDescriptor NotPartial = Error(
        "RT0002", "A generated type is partial", "'{0}' is not partial, so its members cannot be generated. Add 'partial' to its declaration.");

    public static readonly DiagnosticDescriptor NotReadOnly = Error(
        "RT0003", "A generated type is readonly", "'{0}' is not readonly. Declare it as 'readonly partial struct': a register map is only a view of the device, and bit fields are a value.");

    public static readonly DiagnosticDescriptor NoSize = Error(
        "RT0004", "A register map has a size", "The register map '{0}' has no size. Write [RegisterMap(Size = n)] with the block's length in bytes.");

    public static readonly DiagnosticDescriptor NameTaken = Error(
        "RT0005", "A register map generates this name", "'{0}' is a name that the register map '{1}' generates itself. Choose another, such as '{2}'.");

    public static readonly DiagnosticDescriptor OutsideMap = Error(
        "RT0006", "A register is part of a register map", "The register '{0}' is in '{1}', which is no register map. Mark '{1}' with [RegisterMap(Size = n)].");

    public static readonly DiagnosticDescriptor WrongShape = Error(
        "RT0007", "A register is a partial property with only a getter", "The register '{0}' {1}. Declare it as 'partial Register<uint> {0} {{ get; }}', with the register type that fits.");

    public static readonly DiagnosticDescriptor WrongType = Error(
        "RT0008", "A register has a register type", "The register '{0}' has type '{1}'. Use Register<T>, ReadOnlyRegister<T>, WriteOnlyRegister<T> or WriteOneToClearRegister<T>, or the array of one of them, such as RegisterArray<T>.");

    public static readonly DiagnosticDescriptor WrongValueType = Error(
        "RT0009", "A register's value is an integer", "The register '{0}' has values of type '{1}'. Use byte, ushort, uint, ulong, sbyte, short, int, long or an enum: its size is the access width.");

    public static readonly DiagnosticDescriptor Misaligned = Error(
        "RT0010", "A register's offset is a multiple of its width", "The register '{0}' is {1} bytes wide, and its offset 0x{2} is not a multiple of that. Correct the offset, or use a narrower value type.");

    public static readonly DiagnosticDescriptor BeyondSize = Error(
        "RT0011", "A register lies in its map", "The register '{0}' ends at 0x{1}, but '{2}' has 0x{3} bytes. Correct the offset or the count, or raise the map's Size.");

    public static readonly DiagnosticDescriptor Overlap = Error(
        "RT0012", "Registers overlap only on purpose", "The register '{0}' at 0x{1} overlaps '{2}' at 0x{3}. Correct an offset, or write Overlaps = nameof({2}) if both are views of the same bytes.");

    public static readonly DiagnosticDescriptor UnknownOverlap = Error(
        "RT0013", "Overlaps names another register of the map", "The register '{0}' is said to overlap '{1}', but '{2}' has no other register of that name. Correct the name or remove it.");

    public static readonly DiagnosticDescriptor NoCount = Error(
        "RT0014", "A register array has a count", "The register array '{0}' has no Count of 1 or more. Write [Register(0x{1}, Count = n)].");

    public static readonly DiagnosticDescriptor NotAnArray = Error(
        "RT0015", "Count and Stride belong to a register array", "'{0}' is a single register, and has a Count or Stride. Make it a RegisterArray<T>, or remove them.");

    public static readonly DiagnosticDescriptor WrongStride = Error(
        "RT0016", "A register array's stride is a multiple of its width", "The register array '{0}' has a stride of {1}, and registers {2} bytes wide. Make the stride a multiple of the width, or remove it for registers without gaps.");

    public static readonly DiagnosticDescriptor NotBitFields = Error(
        "RT0017", "Bit fields are a struct without fields of its own", "'{0}' is {1}, which cannot hold bit fields. Declare it as 'readonly partial struct' of partial properties alone.");

    public static readonly DiagnosticDescriptor WrongStorage = Error(
        "RT0018", "Bit fields have an unsigned storage", "'{0}' is to keep its bits in '{1}'. Write [BitFields(typeof(uint))], or typeof(byte), typeof(ushort), typeof(ulong): its size is the access width.");

    public static readonly DiagnosticDescriptor WrongField = Error(
        "RT0019", "A bit field is a partial property with a getter and perhaps init", "The bit field '{0}' {1}. Declare it as 'partial bool {0} {{ get; init; }}', with the type that fits.");

    public static readonly DiagnosticDescriptor OutsideStorage = Error(
        "RT0020", "A bit field lies in its storage", "The bit field '{0}' takes {1}, but '{2}' has bits 0 to {3}. Correct the place or the count, or widen the storage.");

    public static readonly DiagnosticDescriptor BitOverlap = Error(
        "RT0021", "Bit fields do not overlap", "The bit field '{0}' takes {1}, which {2} takes too. Correct one of the two.");

    public static readonly DiagnosticDescriptor WrongFieldType = Error(
        "RT0022", "A bit field's type holds its bits", "The bit field '{0}' has {1} and type '{2}'. Use bool for one bit, else an integer or an enum of at least as many bits.");

    public static readonly DiagnosticDescriptor StrayField = Error(
        "RT0023", "A bit field is part of a struct of bit fields", "The bit field '{0}' is in '{1}', which is no struct of bit fields. Mark '{1}' with [BitFields(typeof(uint))].");

    private static DiagnosticDescriptor Error(string id, string title, string message) =>
        new(id, title, message, Category, DiagnosticSeverity.Error, isEnabledByDefault: true);
}
