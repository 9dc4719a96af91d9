namespace RingThree.Generators;

/// <summary>What reading one marked type gave.</summary>
/// <param name="Map">What to write; <see langword="null"/> where nothing written could compile.</param>
/// <param name="Diagnostics">What is wrong with it.</param>
internal sealed record MapResult(MapModel? Map, EquatableArray<DiagnosticInfo> Diagnostics);

/// <summary>Where a type stands that a part is generated for.</summary>
/// <param name="HintName">The generated file's name.</param>
/// <param name="Namespace">Empty for the global one.</param>
/// <param name="Containers">The types it is nested in, outermost first.</param>
/// <param name="Type">The struct.</param>
internal sealed record PlaceModel(string HintName, string Namespace, EquatableArray<TypeModel> Containers, TypeModel Type);

/// <summary>A register map, as far as its code depends on it.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Source">Where the registers are specified.</param>
/// <param name="Registers">In the order of their declaration.</param>
internal sealed record MapModel(PlaceModel Place, uint Size, string? Source, EquatableArray<RegisterModel> Registers)
{
    /// <summary>The struct.</summary>
    public TypeModel Type => Place.Type;
}

/// <summary>The head of a partial type.</summary>
/// <param name="Keyword">Such as <c>struct</c> or <c>record class</c>.</param>
/// <param name="Name">Its name, as an identifier.</param>
/// <param name="Parameters">Its type parameters' names.</param>
internal sealed record TypeModel(string Keyword, string Name, EquatableArray<string> Parameters)
{
    /// <summary>Such as <c>Ring&lt;T&gt;</c>.</summary>
    public string FullName => Parameters.Count == 0 ? Name : $"{Name}<{string.Join(", ", Parameters)}>";

    /// <summary>Such as <c>Ring{T}</c>, for documentation.</summary>
    public string DocumentedName => Parameters.Count == 0 ? Name : $"{Name}{{{string.Join(", ", Parameters)}}}";
}

/// <summary>A register, as far as its code depends on it.</summary>
/// <param name="Name">Its name, as an identifier.</param>
/// <param name="Modifiers">The declaration's modifiers, which the implementation repeats.</param>
/// <param name="Type">The property's type, fully qualified.</param>
/// <param name="Offset">Bytes from the block's start.</param>
/// <param name="Value">The expression that makes the register.</param>
/// <param name="Setter">
/// An accessor to write besides the getter, for a declaration that is reported already: the compiler would else report
/// the same mistake again in its own words.
/// </param>
/// <param name="IsWritten">Whether the property's implementation can be written at all.</param>
/// <param name="Source">Where it is specified, if that is said.</param>
/// <param name="Width">Bytes of one access, 0 where that cannot be said.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Stride">Bytes from one to the next.</param>
/// <param name="Direction">Which accesses it has, when not both: <c>Read</c> or <c>Write</c>.</param>
internal sealed record RegisterModel(
    string Name, string Modifiers, string Type, uint Offset, string Value, string Setter, bool IsWritten, string? Source, uint Width, uint Count, uint Stride, string? Direction);

/// <summary>What reading one struct of bit fields gave.</summary>
/// <param name="Fields">What to write; <see langword="null"/> where nothing written could compile.</param>
/// <param name="Diagnostics">What is wrong with it.</param>
internal sealed record BitFieldsResult(BitFieldsModel? Fields, EquatableArray<DiagnosticInfo> Diagnostics);

/// <summary>A struct of bit fields, as far as its code depends on it.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Storage">The keyword of the type that has its bits.</param>
/// <param name="Bits">How many bits that has.</param>
/// <param name="Cleared">The bits that an update writes as zeros unless it is told otherwise.</param>
/// <param name="Ones">The bits that an update writes as ones.</param>
/// <param name="HasText">Whether the struct has a <c>ToString</c> of its own.</param>
/// <param name="Fields">In the order of their declaration.</param>
internal sealed record BitFieldsModel(
    PlaceModel Place, string Storage, int Bits, ulong Cleared, ulong Ones, bool HasText, EquatableArray<BitFieldModel> Fields);

/// <summary>A bit field, as far as its code depends on it.</summary>
/// <param name="Name">Its name, as an identifier.</param>
/// <param name="Modifiers">The declaration's modifiers, which the implementation repeats.</param>
/// <param name="Type">The property's type, fully qualified.</param>
/// <param name="Lowest">Its lowest bit.</param>
/// <param name="Count">How many bits it has; 0 where that is reported already.</param>
/// <param name="Kind">What it is read as.</param>
/// <param name="Setter">The head of the accessor beside the getter; empty for none.</param>
internal sealed record BitFieldModel(string Name, string Modifiers, string Type, int Lowest, int Count, BitFieldKind Kind, string Setter);

/// <summary>What a bit field is read as.</summary>
internal enum BitFieldKind
{
    /// <summary>A truth.</summary>
    Flag,

    /// <summary>A number without a sign, or an enum.</summary>
    Unsigned,

    /// <summary>A number in two's complement.</summary>
    Signed,
}
