using System.Text.Json;
using RingThree.Memory;

namespace RingThree.Cli;

/// <summary>A memory map and a reservation for programs. Addresses are numbers, as everywhere in ring3's JSON.</summary>
internal static class MemoryJson
{
    internal static void Write(Utf8JsonWriter json, PhysicalMemoryMap map, MemoryReservation? plan)
    {
        json.WriteStartObject();
        json.WriteString("source", map.Name);
        json.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(map.Source.ToString()));
        Write(json, "ranges", map.Ranges);
        Write(json, "usable", map.Usable);
        Write(json, "keptFromTheSystem", map.Withheld);
        Write(json, "keptWithin", [.. MemoryText.KeptWithin(map)]);
        Write(json, "nodes", map.Nodes);
        Write(json, "bootSettings", map.BootSettings);
        Write(json, "problems", map.Problems);
        Write(json, "remarks", map.Remarks);
        json.WriteString("notTold", map.Doubt is { } doubt ? $"{doubt.What}. {doubt.Advice}" : null);
        json.WritePropertyName("reservation");
        if (plan is null) json.WriteNullValue();
        else Write(json, plan);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MemoryReservation plan)
    {
        json.WriteStartObject();
        json.WriteNumber("base", plan.Base);
        json.WriteNumber("size", plan.Size);
        json.WriteNumber("leftToTheSystem", plan.LeftToSystem);
        json.WriteStartArray("settings");
        foreach (BootSetting setting in plan.Settings)
        {
            json.WriteStartObject();
            json.WriteString("name", setting.Name);
            json.WriteString("text", setting.Text);
            Write(json, "steps", setting.Steps);
            json.WriteString("effect", setting.Effect);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Write(json, "checks", plan.Checks);
        Write(json, "notes", plan.Notes);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<PhysicalMemoryRange> ranges)
    {
        json.WriteStartArray(name);
        foreach (PhysicalMemoryRange range in ranges)
        {
            json.WriteStartObject();
            json.WriteNumber("start", range.Start);
            json.WriteNumber("last", range.Last);
            json.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(range.Kind.ToString()));
            json.WriteString("name", range.Name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
