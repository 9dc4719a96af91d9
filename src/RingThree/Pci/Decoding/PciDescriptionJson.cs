using System.Text.Json;
using RingThree.Hosting;

namespace RingThree.Pci.Decoding;

/// <summary>A description as a JSON object for programs: camelCase names that stay, numbers as numbers, <c>null</c> for what is not known.</summary>
public static class PciDescriptionJson
{
    private static readonly string[] HeaderMembers =
    [
        "vendorId", "deviceId", "subsystemVendorId", "subsystemId", "revision", "classCode", "className", "headerType", "multiFunction", "command", "status", "cacheLineBytes",
        "latencyTimer", "selfTest", "bars", "rom", "interruptPin", "interruptLine", "bridge",
        "cardBusPointer", "minimumGrant", "maximumLatency", "unnamedBits",
    ];

    /// <summary>Writes one object. Its members are always the same; those of a header that could not be decoded are <c>null</c>.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="function">What was decoded.</param>
    /// <param name="name">What the function is called: its address.</param>
    /// <param name="source">Where the bytes are from, in words.</param>
    public static void Write(Utf8JsonWriter json, PciFunctionDescription function, string name, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(function);
        json.WriteStartObject();
        json.WriteString("address", name);
        json.WriteString("source", source);
        json.WriteNumber("bytesRead", function.BytesRead);
        if (function.IsDecoded) Header(json, function);
        else foreach (string member in HeaderMembers) json.WriteNull(member);
        json.WriteStartArray("capabilities");
        foreach (PciCapabilityDescription capability in function.Capabilities) Capability(json, capability);
        json.WriteEndArray();
        json.WriteStartArray("problems");
        foreach (string problem in function.Problems) json.WriteStringValue(problem);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes one field as a member of an object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="name">The member's name.</param>
    /// <param name="field">The field.</param>
    public static void Write(Utf8JsonWriter json, string name, PciField field)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(field);
        Field(json, name, field);
    }

    private static void Header(Utf8JsonWriter json, PciFunctionDescription function)
    {
        json.WriteNumber("vendorId", function.Id.Vendor);
        json.WriteNumber("deviceId", function.Id.Device);
        Number(json, "subsystemVendorId", function.Subsystem?.Vendor);
        Number(json, "subsystemId", function.Subsystem?.Device);
        json.WriteNumber("revision", function.Revision);
        json.WriteNumber("classCode", function.ClassCode);
        json.WriteString("className", function.ClassName);
        json.WriteNumber("headerType", function.HeaderType);
        json.WriteBoolean("multiFunction", function.IsMultiFunction);
        Group(json, "command", function.Command);
        Group(json, "status", function.Status);
        json.WriteNumber("cacheLineBytes", function.CacheLineBytes);
        json.WriteNumber("latencyTimer", function.LatencyTimer);
        Group(json, "selfTest", function.SelfTest);
        json.WriteStartArray("bars");
        foreach (PciBarDescription bar in function.Bars) Bar(json, bar);
        json.WriteEndArray();
        Rom(json, function.Rom, function.IsRomSwitchedOn);
        json.WriteNumber("interruptPin", function.InterruptPin);
        json.WriteNumber("interruptLine", function.InterruptLine);
        if (function.Bridge.Count > 0) Group(json, "bridge", function.Bridge);
        else json.WriteNull("bridge");
        Number(json, "cardBusPointer", function.CardBusPointer);
        Number(json, "minimumGrant", function.MinimumGrant);
        Number(json, "maximumLatency", function.MaximumLatency);
        json.WriteStartArray("unnamedBits");
        foreach (string bit in function.UnnamedBits) json.WriteStringValue(bit);
        json.WriteEndArray();
    }

    private static void Bar(Utf8JsonWriter json, PciBarDescription bar)
    {
        json.WriteStartObject();
        json.WriteNumber("bar", bar.Index);
        json.WriteString("kind", bar.Kind == RegionKind.Port ? "io" : "memory");
        json.WriteNumber("address", bar.Address);
        Number(json, "sizeBytes", bar.Size);
        json.WriteBoolean("is64Bit", bar.Is64Bit);
        json.WriteBoolean("below1Megabyte", bar.IsBelow1Megabyte);
        json.WriteBoolean("prefetchable", bar.IsPrefetchable);
        json.WriteBoolean("enabled", bar.IsEnabled);
        json.WriteBoolean("virtual", bar.IsVirtual);
        json.WriteBoolean("unplaced", bar.IsUnplaced);
        json.WriteEndObject();
    }

    private static void Rom(Utf8JsonWriter json, PciRomDescription? rom, bool isSwitchedOn)
    {
        if (rom is null)
        {
            json.WriteNull("rom");
            return;
        }

        json.WriteStartObject("rom");
        json.WriteNumber("address", rom.Address);
        Number(json, "sizeBytes", rom.Size);
        json.WriteBoolean("enabled", rom.IsEnabled);
        json.WriteBoolean("switchedOn", isSwitchedOn);
        json.WriteEndObject();
    }

    private static void Capability(Utf8JsonWriter json, PciCapabilityDescription capability)
    {
        json.WriteStartObject();
        json.WriteNumber("id", capability.Capability.Id);
        json.WriteString("name", capability.Name);
        json.WriteNumber("offset", capability.Capability.Offset);
        json.WriteBoolean("extended", capability.Capability.IsExtended);
        Number(json, "version", capability.Capability.IsExtended ? capability.Capability.Version : null);
        Group(json, "fields", capability.Fields);
        json.WriteEndObject();
    }

    private static void Group(Utf8JsonWriter json, string name, IReadOnlyList<PciField> fields)
    {
        json.WriteStartObject(name);
        foreach (PciField field in fields) Field(json, field.Name, field);
        json.WriteEndObject();
    }

    private static void Field(Utf8JsonWriter json, string name, PciField field)
    {
        switch (field.Kind)
        {
            case PciFieldKind.Number:
                json.WriteNumber(name, field.Number);
                break;
            case PciFieldKind.Flag:
                json.WriteBoolean(name, field.IsSet);
                break;
            case PciFieldKind.Text:
                json.WriteString(name, field.Words[0]);
                break;
            case PciFieldKind.Words:
                json.WriteStartArray(name);
                foreach (string word in field.Words) json.WriteStringValue(word);
                json.WriteEndArray();
                break;
            case PciFieldKind.Group:
                Group(json, name, field.Fields);
                break;
            default:
                json.WriteStartArray(name);
                foreach (PciField item in field.Fields)
                {
                    json.WriteStartObject();
                    foreach (PciField inner in item.Fields) Field(json, inner.Name, inner);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                break;
        }
    }

    private static void Number(Utf8JsonWriter json, string name, ulong? value)
    {
        if (value is { } known) json.WriteNumber(name, known);
        else json.WriteNull(name);
    }
}
