using System.Globalization;

namespace RingThree.Registers.Files;

/// <summary>A register as a property of a map: one bus access, or a row of them.</summary>
/// <param name="Source">The register that it is, or is a word of.</param>
/// <param name="Name">The property.</param>
/// <param name="Offset">Bytes from its block's start.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Stride">Bytes from one to the next.</param>
/// <param name="Description">What its comment says.</param>
internal sealed record CSharpRegister(NamedRegister Source, string Name, ulong Offset, int Count, ulong Stride, string Description)
{
    /// <summary>Behind its last byte.</summary>
    internal ulong End => Offset + ((ulong)(Count - 1) * Stride) + (ulong)Source.Width;

    /// <summary>Its values' type where no enum stands for it.</summary>
    internal string Integer => Source.Width switch { 1 => "byte", 2 => "ushort", 4 => "uint", _ => "ulong" };

    /// <summary>The register type that can do what the register can.</summary>
    internal string Kind => (Source.Ability switch
    {
        RegisterAbility.ReadOnly => "ReadOnlyRegister",
        RegisterAbility.WriteOnly => "WriteOnlyRegister",
        _ when Source.OnWrite == WriteEffect.OneToClear || (Source.Fields.Count > 0 && Source.Fields.All(f => f.OnWrite == WriteEffect.OneToClear)) => "WriteOneToClearRegister",
        _ => "Register",
    }) + (Count > 1 ? "Array" : "");

    /// <summary>A register's properties: itself, or one for each of its words.</summary>
    internal static IEnumerable<CSharpRegister> Of(NamedRegister register, string name, ulong start, CSharpNames names)
    {
        string description = register.Description is { Length: > 0 } text ? text : register.Name;
        if (register.Words == 1)
        {
            yield return new CSharpRegister(register, names.Add(name, "Register"), register.Place.Offset - start, register.Count, register.Stride, description);
            yield break;
        }

        for (int i = 0; i < register.Words; i++)
        {
            int low = register.WordBits * (register.HighestFirst ? register.Words - 1 - i : i);
            string word = string.Create(CultureInfo.InvariantCulture, $"Bits{low + register.WordBits - 1}To{low}");
            yield return new CSharpRegister(register, names.Add(name, "Register", word), register.PlaceOf(i).Offset - start, 1, (ulong)register.Width,
                string.Create(CultureInfo.InvariantCulture, $"{description} (bits {low + register.WordBits - 1} to {low}; its words are read and written by rising places)"));
        }
    }

    /// <summary>Whether both take some byte; what lies between the registers of a row is free for others.</summary>
    internal bool Intersects(CSharpRegister other)
    {
        if (Offset >= other.End || other.Offset >= End) return false;
        (CSharpRegister few, CSharpRegister many) = Count <= other.Count ? (this, other) : (other, this);
        for (int i = 0; i < few.Count; i++)
        {
            ulong start = few.Offset + ((ulong)i * few.Stride);
            ulong behind = many.Offset + (ulong)many.Source.Width;
            ulong nearest = start < behind ? 0 : ((start - behind) / many.Stride) + 1; // the first that ends behind the start
            if (nearest < (ulong)many.Count && many.Offset + (nearest * many.Stride) < start + (ulong)few.Source.Width) return true;
        }

        return false;
    }
}
