using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Transfers;

namespace RingThree.Registers.Files;

/// <summary>A <see cref="DeviceMap"/> as JSON: docs/registermaps.md. Unlike SVD it is written by hand, so anything odd in it is refused with its place.</summary>
internal static class DeviceMapJson
{
    private static readonly JsonDocumentOptions Reading = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, AllowDuplicateProperties = false };
    private static readonly JsonWriterOptions Writing = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static DeviceMap Read(string text, SvdPlacing? placing)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, Reading);
            var map = new JsonPart(document.RootElement, "the map");
            if (LiteXReader.IsJson(map)) return LiteXReader.ReadJson(map, placing ?? new SvdPlacing());
            if (placing is not null) throw new FormatException("a JSON map says itself where its registers are; --map-at and --map-base place the files of tools.");
            return Map(map);
        }
        catch (JsonException error)
        {
            throw new FormatException($"this is neither CMSIS-SVD or IP-XACT, which start with '<', nor a LiteX csr.csv, nor JSON: {(error.LineNumber is { } line ? $"line {line + 1}: " : "")}{ForeignText.Shown(Reason(error))}", error);
        }
        catch (InvalidOperationException error)
        {
            throw new FormatException("a text in it is not Unicode: half of a pair (\\ud800) without the other.", error);
        }
    }

    /// <summary>What is wrong, without where: the framework says that behind it, counted from 0.</summary>
    private static string Reason(JsonException error)
    {
        string text = error.Message;
        int at = text.IndexOf(" LineNumber:", StringComparison.Ordinal);
        int path = text.IndexOf(" Path:", StringComparison.Ordinal);
        int end = at < 0 ? path : path < 0 ? at : Math.Min(at, path);
        return end < 0 ? text : text[..end];
    }

    internal static string Write(DeviceMap map)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Writing))
        {
            json.WriteStartObject();
            json.WriteString("name", map.Name);
            if (map.Description is { } description) json.WriteString("description", description);
            json.WriteStartArray("registers");
            foreach (NamedRegister register in map.Registers) Write(json, register);
            json.WriteEndArray();
            WriteBesides(json, map);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static DeviceMap Map(JsonPart map)
    {
        map.Allow("name", "description", "registers", "memories", "constants");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var registers = new List<NamedRegister>();
        foreach (JsonPart part in map.List("registers"))
        {
            NamedRegister register = Register(part);
            if (!names.Add(register.Name)) throw part.Wrong($"there is another register called '{register.Name}'");
            if (registers.Count >= DeviceMap.MostRegisters) throw part.Wrong($"these are more than {DeviceMap.MostRegisters} registers");
            registers.Add(register);
        }

        return new DeviceMap(map.Text("name") ?? "device", registers)
        {
            Description = map.Text("description"),
            Memories = [.. map.List("memories", required: false).Select(Memory)],
            Constants = [.. map.Members("constants").Select(c => new KeyValuePair<string, string?>(c.Name, MapNames.Plain(c.Part.Own())))],
        };
    }

    private static MapMemory Memory(JsonPart part)
    {
        part.Allow("name", "at", "size");
        string name = part.Text("name") is { Length: > 0 } text && MapNames.Allows(text) ? text : throw part.Wrong(MapNames.Rule);
        return new MapMemory(name, Place(part), part.Number("size", null));
    }

    private static RegionPlace Place(JsonPart part)
    {
        string at = part.Text("at") ?? throw part.Wrong("it needs a place: \"at\": \"bar0+0x20\"");
        return RegionPlace.TryParse(at, null, out RegionPlace place) ? place : throw part.Wrong($"'{at}' is no place; places go like bar0+0x20, cfg+0x04, range1+4");
    }

    private static NamedRegister Register(JsonPart part)
    {
        part.Allow("name", "at", "width", "count", "stride", "access", "onWrite", "onRead", "reset", "description", "fields", "words", "wordBits", "order", "block");
        string name = part.Text("name") is { Length: > 0 } text && MapNames.Allows(text) ? text : throw part.Wrong(MapNames.Rule);
        RegionPlace place = Place(part);
        ulong bits = part.Number("width", 32);
        if (bits is not (8 or 16 or 32 or 64)) throw part.Wrong("its width is 8, 16, 32 or 64 bits");
        ulong width = bits / 8;
        ulong count = part.Number("count", 1);
        if (count is 0 or > DeviceMap.MostRegisters) throw part.Wrong($"its count is 1 to {DeviceMap.MostRegisters}");
        ulong stride = part.Number("stride", width);
        if (stride > uint.MaxValue || (count > 1 && stride < width)) throw part.Wrong($"its stride is {width} to {uint.MaxValue} bytes, so that the row's registers do not lie on one another");
        if (place.Offset % width != 0 || (count > 1 && stride % width != 0)) throw part.Wrong($"its place and stride are multiples of its {width} bytes");
        if (place.Offset > ulong.MaxValue - ((count - 1) * stride) - (width - 1)) throw part.Wrong("it ends beyond any address");
        (int words, int wordBits) = Words(part, (int)width, count);
        if (words > 1 && (stride < width || place.Offset > ulong.MaxValue - ((ulong)words * stride) - width)) throw part.Wrong("its words lie on one another, or end beyond any address");
        var register = new NamedRegister(name, place, (int)width)
        {
            Description = part.Text("description"),
            Ability = part.Word("access", RegisterAbility.ReadWrite),
            OnWrite = part.Word("onWrite", WriteEffect.Stores),
            OnRead = part.Word("onRead", ReadEffect.None),
            Reset = part.Has("reset") ? part.Number("reset", 0) : null,
            Count = (int)count,
            Stride = stride,
            Words = words,
            WordBits = wordBits,
            HighestFirst = part.Word("order", WordOrder.LowestFirst) == WordOrder.HighestFirst,
            Block = part.Text("block"),
        };
        if (register.Reset > register.Ones) throw part.Wrong("its reset value has more bits than it");
        var fields = new List<RegisterField>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonPart field in part.List("fields", required: false)) fields.Add(Field(field, register, names));
        return register with { Fields = fields };
    }

    /// <summary>How many accesses a value is made of, and how many bits each has.</summary>
    private static (int Words, int WordBits) Words(JsonPart part, int width, ulong count)
    {
        ulong words = part.Number("words", 1);
        ulong bits = part.Number("wordBits", 8 * (ulong)width);
        if (bits is 0 || bits > 8 * (ulong)width) throw part.Wrong($"its wordBits are 1 to {8 * width}, as many as an access has");
        if (words is 0 or > 64 || words * bits > 64) throw part.Wrong("its words have together more than 64 bits, or none");
        if (words > 1 && count > 1) throw part.Wrong("a row's registers are of one word each");
        return ((int)words, (int)bits);
    }

    private static RegisterField Field(JsonPart part, NamedRegister register, HashSet<string> before)
    {
        part.Allow("name", "bits", "access", "onWrite", "onRead", "description", "values");
        string name = part.Text("name") is { Length: > 0 } text && MapNames.AllowsField(text) ? text : throw part.Wrong(MapNames.Rule);
        if (!before.Add(name)) throw part.Wrong($"there is another field called '{name}'");
        if (!MapNumbers.TryReadBits(part.Text("bits"), out int low, out int count)) throw part.Wrong("a field needs its bits: \"bits\": \"7:4\", or \"3\"");
        if (low + count > register.ValueBits) throw part.Wrong($"its bits reach beyond the register's {register.ValueBits}");
        var field = new RegisterField(name, low, count)
        {
            Description = part.Text("description"),
            Ability = part.Word("access", register.Ability),
            OnWrite = part.Word("onWrite", register.OnWrite),
            OnRead = part.Word("onRead", register.OnRead),
        };
        return field with { Values = [.. Values(part, field)] };
    }

    private static IEnumerable<FieldValue> Values(JsonPart field, RegisterField bits)
    {
        foreach ((string name, JsonPart part) in field.Members("values"))
        {
            if (!MapNumbers.TryReadPattern(part.Own(), out ulong value, out ulong cared)) throw part.Wrong("a value goes like 3, \"0x3\", \"0b1x\", or \"*\" for all others");
            if (value > bits.Ones) throw part.Wrong($"the value does not fit into {bits.BitCount} bit(s)");
            yield return new FieldValue(name, value, cared);
        }
    }

    private static void Write(Utf8JsonWriter json, NamedRegister register)
    {
        json.WriteStartObject();
        json.WriteString("name", register.Name);
        json.WriteString("at", Write(register.Place));
        json.WriteNumber("width", 8 * register.Width);
        if (register.Count != 1) json.WriteNumber("count", register.Count);
        if (register.Words != 1) json.WriteNumber("words", register.Words);
        if (register.Count != 1 || register.Words != 1) json.WriteNumber("stride", register.Stride);
        if (register.WordBits != 8 * register.Width) json.WriteNumber("wordBits", register.WordBits);
        if (register.HighestFirst) json.WriteString("order", JsonPart.NameOf(WordOrder.HighestFirst));
        if (register.Block is { } block) json.WriteString("block", block);

        WriteEffects(json, (register.Ability, register.OnWrite, register.OnRead), default);
        if (register.Reset is { } reset) json.WriteString("reset", string.Create(CultureInfo.InvariantCulture, $"0x{reset:x}"));
        if (register.Description is { } description) json.WriteString("description", description);
        if (register.Fields.Count > 0)
        {
            json.WriteStartArray("fields");
            foreach (RegisterField field in register.Fields) Write(json, field, register);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RegisterField field, NamedRegister register)
    {
        json.WriteStartObject();
        json.WriteString("name", field.Name);
        json.WriteString("bits", field.Bits);
        WriteEffects(json, (field.Ability, field.OnWrite, field.OnRead), (register.Ability, register.OnWrite, register.OnRead));
        if (field.Description is { } description) json.WriteString("description", description);
        if (field.Values.Count > 0)
        {
            json.WriteStartObject("values");
            foreach (FieldValue value in field.Values.DistinctBy(v => v.Name)) json.WriteString(value.Name, MapNumbers.WritePattern(value));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>Memories and constants, where there are some.</summary>
    private static void WriteBesides(Utf8JsonWriter json, DeviceMap map)
    {
        if (map.Memories.Count > 0)
        {
            json.WriteStartArray("memories");
            foreach (MapMemory memory in map.Memories)
            {
                json.WriteStartObject();
                json.WriteString("name", memory.Name);
                json.WriteString("at", Write(memory.Place));
                json.WriteNumber("size", memory.Size);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (map.Constants.Count == 0) return;
        json.WriteStartObject("constants");
        foreach ((string name, string? value) in map.Constants) json.WriteString(name, value);
        json.WriteEndObject();
    }

    private static string Write(RegionPlace place) =>
        place.Region <= PciNumbering.Configuration ? place.ToString() : string.Create(CultureInfo.InvariantCulture, $"range{place.Region}+0x{place.Offset:x}");

    /// <summary>What is not as it would be without a word.</summary>
    private static void WriteEffects(Utf8JsonWriter json, (RegisterAbility Ability, WriteEffect OnWrite, ReadEffect OnRead) own, (RegisterAbility Ability, WriteEffect OnWrite, ReadEffect OnRead) usual)
    {
        if (own.Ability != usual.Ability) json.WriteString("access", JsonPart.NameOf(own.Ability));
        if (own.OnWrite != usual.OnWrite) json.WriteString("onWrite", JsonPart.NameOf(own.OnWrite));
        if (own.OnRead != usual.OnRead) json.WriteString("onRead", JsonPart.NameOf(own.OnRead));
    }

    private enum WordOrder
    {
        LowestFirst,
        HighestFirst,
    }
}
