using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using System.Text.Json;
using RingThree.Registers.Files;
using RingThree.Transfers;

namespace RingThree.Cli;

/// <summary>Something a command reads or writes: a place, or what a register map calls one.</summary>
/// <param name="Label">What to call it in the output.</param>
/// <param name="Place">Where it is.</param>
/// <param name="Width">Bytes of one access.</param>
/// <param name="Register">The register, one or a row; null for a place.</param>
/// <param name="Field">The field that was meant, or null for the whole register.</param>
internal sealed record Target(string Label, RegionPlace Place, int Width, NamedRegister? Register, RegisterField? Field)
{
    /// <summary>A value as it is shown: all digits of the access, or the field's number.</summary>
    internal string Show(ulong value) => Field is { } field
        ? RegisterNames.Show(field, value)
        : "0x" + value.ToString("x" + ((Bits + 3) / 4).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>The bits of the whole value.</summary>
    internal int Bits => Register?.ValueBits ?? 8 * Width;

    /// <summary>How many bus accesses it takes.</summary>
    internal int Words => Register?.Words ?? 1;

    /// <summary>Where each of them goes.</summary>
    internal IEnumerable<RegionPlace> Places => Register is { Words: > 1 } wide ? Enumerable.Range(0, wide.Words).Select(wide.PlaceOf) : [Place];

    /// <summary>The value of what they read.</summary>
    internal ulong Join(ReadOnlySpan<ulong> words)
    {
        ulong value = Register?.Join(words) ?? words[0];
        return Field?.Of(value) ?? value;
    }

    /// <summary>The fields to show with a value.</summary>
    internal IEnumerable<RegisterField> Shown => Register is null ? [] : Field is null ? Register.Fields.Where(f => f.Ability != RegisterAbility.WriteOnly) : [];
}

/// <summary>The options that name a register map, and what its names mean.</summary>
internal sealed class RegisterNames
{
    private readonly Option<string?> _map = new("--map") { HelpName = "file", Description = "Registers by name: a CMSIS-SVD or IP-XACT file, LiteX's csr.csv or csr.json, or RingThree's JSON." };
    private readonly Option<string?> _at = At();
    private readonly Option<string?> _base = Base();

    internal static Option<string?> At() => new("--map-at") { HelpName = "place", Description = "Where the addresses of a tool's file start (bar0+0)." };

    internal static Option<string?> Base() => new("--map-base") { HelpName = "address", Description = "The file's address that lies there (0)." };

    internal void AddTo(Command command)
    {
        command.Options.Add(_map);
        command.Options.Add(_at);
        command.Options.Add(_base);
    }

    /// <summary>The map that was given, or null.</summary>
    internal DeviceMap? Load(ParseResult parsed)
    {
        (string? map, string? at, string? start) = (parsed.GetValue(_map), parsed.GetValue(_at), parsed.GetValue(_base));
        if (map is null) return at is null && start is null ? null : throw new FormatException("--map-at and --map-base place the file that --map names, and there is none.");
        return Load(map, at, start);
    }

    /// <inheritdoc cref="Load(ParseResult)"/>
    internal static DeviceMap Load(string file, string? at, string? start)
    {
        SvdPlacing? placing = null;
        if (at is not null || start is not null)
        {
            ulong address = 0;
            if (start is not null && !TransferText.TryNumber(start, out address)) throw new FormatException($"--map-base '{start}' is no address; addresses go like 0xf0000000.");
            placing = new SvdPlacing(at is null ? default : RegionPlace.Parse(at), address);
        }

        return DeviceMap.Load(file, placing);
    }

    /// <summary>Offers the map's names to the shell.</summary>
    internal IEnumerable<CompletionItem> Complete(CompletionContext context)
    {
        try
        {
            return Load(context.ParseResult)?.Registers.Select(r => new CompletionItem(r.Name)) ?? [];
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
        {
            return []; // the command itself will say it
        }
    }

    /// <summary>What a text on the command line means: a place, a register, or a field.</summary>
    /// <param name="map">The map, or null.</param>
    /// <param name="text">Such as <c>bar0+0x20</c>, <c>STATUS</c>, <c>CHANNEL[2]</c>, <c>CONTROL.MODE</c>.</param>
    /// <param name="width">Bytes of an access to a place.</param>
    /// <param name="widthGiven">Whether the user has said so.</param>
    internal static Target Find(DeviceMap? map, string text, int width, bool widthGiven)
    {
        if (RegionPlace.TryParse(text, null, out RegionPlace place)) return new Target(place.ToString(), place, width, null, null);
        if (map is null) throw new FormatException($"'{text}' is no place in a device; places go like bar0+0x20, cfg+0x04, rom+0, or range1+4 for a card without PCI. For a register's name add --map FILE.");
        RegisterField? field = null;
        NamedRegister? register = map.Find(text);
        if (register is null && text.LastIndexOf('.') is > 0 and var dot)
        {
            register = map.Find(text[..dot]);
            field = register?.Field(text[(dot + 1)..]);
            if (register is not null && field is null) throw new FormatException($"{register.Name} has no field '{text[(dot + 1)..]}'; it has {(register.Fields.Count == 0 ? "none" : string.Join(", ", register.Fields.Select(f => f.Name)))}.");
        }

        if (register is null) throw new FormatException(map.Explain(text));
        if (widthGiven) throw new FormatException($"--width goes with a place; {register.Name} has {8 * register.Width} bits by its map.");
        return new Target(field is null ? register.Name : $"{register.Name}.{field.Name}", register.Place, register.Width, register, field);
    }

    /// <summary>Refuses what cannot be read.</summary>
    internal static void CheckReadable(Target target)
    {
        if ((target.Field?.Ability ?? target.Register?.Ability) == RegisterAbility.WriteOnly)
            throw new FormatException($"{target.Label} is write-only by its map. If the map is wrong, read its place: {target.Place}.");
    }

    /// <summary>A field's value, with its name where it has one.</summary>
    internal static string Show(RegisterField field, ulong value)
    {
        string number = value < 10 ? value.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{value} (0x{value:x})");
        return field.NameOf(value) is { } name ? $"{number} {name}" : number;
    }

    /// <summary>Writes a register's place, value and fields into an open JSON object.</summary>
    internal static void WriteValue(Utf8JsonWriter json, Target target, ulong value)
    {
        if (target.Register is not null) json.WriteString("register", target.Label);
        json.WriteString("place", target.Place.ToString());
        json.WriteNumber("value", value);
        if (target.Field?.NameOf(value) is { } name) json.WriteString("meaning", name);
        if (target.Register is null || target.Field is not null) return;
        json.WriteStartObject("fields");
        foreach (RegisterField field in target.Shown.DistinctBy(f => f.Name))
        {
            json.WriteStartObject(field.Name);
            json.WriteString("bits", field.Bits);
            json.WriteNumber("value", field.Of(value));
            if (field.NameOf(field.Of(value)) is { } meaning) json.WriteString("meaning", meaning);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
