using System.Globalization;
using System.Numerics;

namespace RingThree.Pci.Decoding;

/// <summary>The rows of a capability's layout, in the order they are shown.</summary>
/// <param name="at">Its registers, by offset from its start, for what depends on their content.</param>
internal delegate IEnumerable<Row> Layout(CapabilityReader at);

/// <summary>A row of a layout: a register with its fields, or several of one form.</summary>
/// <remarks>
/// No bit is dropped: each field says which bits it has shown, and a bit that is set and that none has shown is added by its
/// number, as is one between the registers of a layout.
/// </remarks>
internal abstract record Row
{
    /// <summary>Adds a layout's fields.</summary>
    /// <param name="reader">The registers.</param>
    /// <param name="rows">The layout.</param>
    /// <param name="fields">Takes the fields.</param>
    /// <param name="from">Where the layout begins, or <see langword="null"/> for one inside another's.</param>
    internal static void Decode(CapabilityReader reader, IEnumerable<Row> rows, FieldList fields, int? from = null)
    {
        var unnamed = new List<string>();
        foreach (Row row in rows) row.Add(reader, fields, unnamed);
        if (from is { } start) unnamed.AddRange(reader.BitsBetween(start));
        fields.Unnamed(unnamed);
    }

    /// <summary>The fields of one register.</summary>
    internal static IReadOnlyList<PciField> Fields(CapabilityReader reader, RegisterRow row)
    {
        var fields = new FieldList();
        (row with { Name = "register" }).Add(reader, fields, []);
        return fields.Fields.Count == 0 ? [] : fields.Fields[0].Fields;
    }

    /// <summary>Adds this row's fields; bits without a name are added to a group, or noted where there is none.</summary>
    protected abstract void Add(CapabilityReader reader, FieldList fields, List<string> unnamed);
}

/// <summary>A register: nothing where it was not read, so that absent is not taken for zero.</summary>
/// <param name="Offset">From the capability's start.</param>
/// <param name="Width">Bytes.</param>
/// <param name="Name">The group its fields are in, or <see langword="null"/> where they stand for themselves.</param>
/// <param name="Rules">Its fields, in the order they are shown.</param>
internal sealed record RegisterRow(int Offset, int Width, string? Name, params FieldRule[] Rules) : Row
{
    /// <summary>Whether the upper half of its 64 bits comes first.</summary>
    internal bool UpperFirst { get; init; }

    protected override void Add(CapabilityReader reader, FieldList fields, List<string> unnamed)
    {
        Register register = reader.Read(Offset, Width);
        if (!register.IsKnown) return;
        ulong value = UpperFirst ? (register.Value << 32) | (register.Value >> 32) : register.Value;
        FieldList into = Name is null ? fields : new FieldList();
        ulong shown = 0;
        foreach (FieldRule rule in Rules) shown |= rule(into, value);
        ulong left = value & ~shown;
        if (Name is not null)
        {
            var bits = new List<string>();
            for (; left != 0; left &= left - 1) bits.Add(string.Create(CultureInfo.InvariantCulture, $"bit {BitOperations.TrailingZeroCount(left)}"));
            fields.Group(Name, into.Unnamed(bits));
            return;
        }

        if (UpperFirst) left = (left << 32) | (left >> 32);
        unnamed.AddRange(CapabilityReader.NamesOf(left << (8 * (Offset % 4)), Offset & ~3));
    }
}

/// <summary>Several things of one form, each with its own registers, as far as they were read.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Items">The rows of each.</param>
internal sealed record ListRow(string Name, IEnumerable<IEnumerable<Row>> Items) : Row
{
    protected override void Add(CapabilityReader reader, FieldList fields, List<string> unnamed)
    {
        var items = new List<FieldList>();
        foreach (IEnumerable<Row> rows in Items)
        {
            var item = new FieldList();
            Decode(reader, rows, item);
            if (reader.Lack is not null) break;
            items.Add(item);
        }

        fields.List(Name, items);
    }
}

/// <summary>Registers without fields, as text in hexadecimal.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Offset">Offset of the first.</param>
/// <param name="Count">How many.</param>
/// <param name="Width">Bytes of each.</param>
internal sealed record ValuesRow(string Name, int Offset, int Count, int Width) : Row
{
    protected override void Add(CapabilityReader reader, FieldList fields, List<string> unnamed)
    {
        var values = new List<string>();
        for (int i = 0; i < Count; i++)
        {
            Register one = reader.Read(Offset + (Width * i), Width);
            if (!one.IsKnown) break;
            values.Add(one.Value.ToString($"x{2 * Width}", CultureInfo.InvariantCulture));
        }

        if (values.Count > 0) fields.Text(Name, string.Join(' ', values));
    }
}

/// <summary>What no layout explains: each 32 bits that are not 0, by their offset. They count as not shown, so that a difference names them by their place.</summary>
/// <param name="From">Offset of the first byte, or <see langword="null"/> for what follows the rows before.</param>
/// <param name="To">Offset after the last byte, or <see langword="null"/> for up to the next capability.</param>
internal sealed record RestRow(int? From, int? To) : Row
{
    /// <summary>The group's name.</summary>
    internal const string Name = "registers";

    protected override void Add(CapabilityReader reader, FieldList fields, List<string> unnamed)
    {
        var registers = new FieldList();
        int end = To ?? reader.Next;
        for (int at = From ?? reader.End, next; at < end; at = next)
        {
            next = Math.Min((at & ~3) + 4, end);
            ulong value = 0;
            for (int i = at; i < next; i++) value |= (ulong)reader.Peek(i, 1, 7, 0) << (8 * (i - at));
            if (value != 0) registers.Hex(string.Create(CultureInfo.InvariantCulture, $"{at:x2}h"), value, 2 * (next - at));
        }

        if (registers.Fields.Count > 0) fields.Group(Name, registers);
    }
}
