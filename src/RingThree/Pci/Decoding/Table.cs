using System.Globalization;

namespace RingThree.Pci.Decoding;

/// <summary>A field of a register: adds itself, and says which bits it has shown.</summary>
/// <param name="into">Takes the field.</param>
/// <param name="register">The register's value.</param>
/// <returns>The bits that the field shows; 0 where their value has no meaning that it could show.</returns>
internal delegate ulong FieldRule(FieldList into, ulong register);

/// <summary>What layouts are written with. Bits are numbered as specifications number them: the highest, then the lowest.</summary>
internal static class Table
{
    internal static RegisterRow Byte(int offset, params FieldRule[] rules) => new(offset, 1, null, rules);

    internal static RegisterRow Byte(int offset, string name, params FieldRule[] rules) => new(offset, 1, name, rules);

    internal static RegisterRow Half(int offset, params FieldRule[] rules) => new(offset, 2, null, rules);

    internal static RegisterRow Half(int offset, string name, params FieldRule[] rules) => new(offset, 2, name, rules);

    internal static RegisterRow Word(int offset, params FieldRule[] rules) => new(offset, 4, null, rules);

    internal static RegisterRow Word(int offset, string name, params FieldRule[] rules) => new(offset, 4, name, rules);

    internal static RegisterRow Long(int offset, params FieldRule[] rules) => new(offset, 8, null, rules);

    /// <summary>64 bits of which the upper half comes first.</summary>
    internal static RegisterRow UpperFirst(int offset, params FieldRule[] rules) => new(offset, 8, null, rules) { UpperFirst = true };

    /// <summary>Several things of one form.</summary>
    internal static ListRow List(string name, int count, Func<int, IEnumerable<Row>> rows) => new(name, Enumerable.Range(0, count).Select(rows));

    /// <summary>Bytes without a defined meaning, from one offset up to another.</summary>
    internal static ValuesRow Bytes(string name, int from, int to) => new(name, from, to - from, 1);

    /// <summary>What no layout explains, from an offset or from where the rows before ended, up to another or to the next capability.</summary>
    internal static RestRow Rest(int? from = null, int? to = null) => new(from, to);

    internal static FieldRule Flag(int bit, string name, string? set = null, string? clear = null) => (into, register) =>
    {
        into.Flag(name, ((register >> bit) & 1) != 0, set, clear);
        return 1UL << bit;
    };

    internal static FieldRule Number(int high, int low, string name) => (into, register) =>
    {
        into.Number(name, Bits(register, high, low));
        return Mask(high, low);
    };

    /// <summary>A number in a unit. A code that the specification reserves is <see langword="null"/>: shown as 0, and its bits by their numbers.</summary>
    internal static FieldRule Number(int high, int low, string name, Func<uint, decimal?> scale) => (into, register) =>
    {
        uint code = (uint)Bits(register, high, low);
        if (scale(code) is { } value)
        {
            into.Number(name, value);
            return Mask(high, low);
        }

        into.Take(PciField.OfReserved(name, code));
        return 0;
    };

    /// <summary>A number of which a person is told only when it is not 0.</summary>
    internal static FieldRule Optional(int high, int low, string name) => (into, register) =>
    {
        into.Take(PciField.OfNumber(name, Bits(register, high, low), quietZero: true));
        return Mask(high, low);
    };

    internal static FieldRule Hex(int high, int low, string name, int digits = 1) => (into, register) =>
    {
        into.Hex(name, Bits(register, high, low), digits);
        return Mask(high, low);
    };

    /// <summary>An address or offset, of which the register leaves out the lowest bits.</summary>
    internal static FieldRule Address(int high, int low, string name) => (into, register) =>
    {
        into.Hex(name, register & Mask(high, low));
        return Mask(high, low);
    };

    /// <summary>One word of several, numbered from 0; an empty one is reserved.</summary>
    internal static FieldRule Choice(int high, int low, string name, params string[] words) => (into, register) =>
    {
        ulong value = Bits(register, high, low);
        into.Text(name, value < (ulong)words.Length && words[value].Length > 0 ? words[value] : string.Create(CultureInfo.InvariantCulture, $"reserved ({value})"));
        return Mask(high, low);
    };

    /// <summary>A word for each bit that is set; one without a word is there by its number.</summary>
    internal static FieldRule Words(int high, int low, string name, params (int Bit, string Word)[] words) => (into, register) =>
    {
        var set = new List<string>();
        foreach ((int bit, string word) in words)
        {
            if (((register >> bit) & 1) != 0) set.Add(word);
        }

        for (int bit = low; bit <= high; bit++)
        {
            if (((register >> bit) & 1) != 0 && !Array.Exists(words, w => w.Bit == bit)) set.Add(string.Create(CultureInfo.InvariantCulture, $"bit {bit}"));
        }

        into.Take(PciField.OfWords(name, set));
        return Mask(high, low);
    };

    /// <summary>A value and the power of a base that it is in units of: nothing is known of the unit of 0, or of a reserved one.</summary>
    internal static FieldRule Scaled(string name, (int High, int Low) value, (int High, int Low) unit, Func<uint, decimal?> unitOf) => (into, register) =>
    {
        uint number = (uint)Bits(register, value.High, value.Low);
        decimal? one = unitOf((uint)Bits(register, unit.High, unit.Low));
        into.Number(name, number * (one ?? 0));
        return number == 0 || one is null ? 0 : Mask(value.High, value.Low) | Mask(unit.High, unit.Low);
    };

    /// <summary>What is not in the register, but known of it: its place in a list, or a number that is fixed.</summary>
    internal static FieldRule Fixed(string name, decimal value) => (into, _) =>
    {
        into.Number(name, value);
        return 0;
    };

    /// <summary>Bits that are shown elsewhere.</summary>
    internal static FieldRule Elsewhere(int high, int low) => (_, _) => Mask(high, low);

    internal static ulong Bits(ulong register, int high, int low) => (register & Mask(high, low)) >> low;

    internal static ulong Mask(int high, int low) => (high - low == 63 ? ulong.MaxValue : (1UL << (high - low + 1)) - 1) << low;
}
