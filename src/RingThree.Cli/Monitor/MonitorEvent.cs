using System.Diagnostics.Tracing;
using System.Globalization;
using System.Text.Json;
using RingThree.Diagnostics;

namespace RingThree.Cli;

/// <summary>One event of the program that is looked at. What it holds came from there: nothing of it is trusted.</summary>
/// <param name="Time">When it happened there.</param>
/// <param name="Level">How bad it is.</param>
/// <param name="Section">What it is about.</param>
/// <param name="Name">Its name in the event source.</param>
/// <param name="Fields">Its fields, in order.</param>
internal sealed record MonitorEvent(DateTime Time, EventLevel Level, MonitorSections Section, string Name, IReadOnlyList<(string Name, object? Value)> Fields)
{
    /// <summary>The device's address; empty where it is about none.</summary>
    internal string Device => Fields.FirstOrDefault(f => f.Name == "device").Value as string ?? "";

    /// <summary>Signals a second since the last count of the same session; only of counts, and not of the first.</summary>
    internal double? PerSecond { get; init; }

    /// <summary>Without what would change a terminal: it may hold what a device's or a file's name holds.</summary>
    internal static string Printable(string text) => ForeignText.Shown(text);

    /// <summary>A field that is a number; 0 where it is missing or something else.</summary>
    internal long Number(string field) => Fields.FirstOrDefault(f => f.Name == field).Value switch
    {
        long number => number,
        int number => number,
        uint number => number,
        _ => 0,
    };

    /// <summary>A field that is text; empty where it is missing or something else.</summary>
    internal string Text(string field) => Printable(Fields.FirstOrDefault(f => f.Name == field).Value as string ?? "");

    internal string ToText()
    {
        string rate = PerSecond is { } perSecond ? string.Create(CultureInfo.InvariantCulture, $", {perSecond:0.0} a second") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{Time:HH:mm:ss.ffffff}  {MonitorNames.NameOf(Level),-7}  {MonitorNames.NameOf(Section),-8}  {Words()}{rate}");
    }

    internal void Write() => JsonOutput.WriteLine(j =>
    {
        j.WriteStartObject();
        j.WriteString("time", Time.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture));
        j.WriteString("level", MonitorNames.NameOf(Level));
        j.WriteString("section", MonitorNames.NameOf(Section));
        j.WriteString("event", Name);
        j.WriteString("device", Device);
        j.WriteString("text", Words());
        if (PerSecond is { } rate) j.WriteNumber("perSecond", Math.Round(rate, 1));
        j.WriteStartObject("fields");
        foreach ((string name, object? value) in Fields.DistinctBy(f => f.Name)) Write(j, name, value);
        j.WriteEndObject();
        j.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case int number: json.WriteNumber(name, number); break;
            case uint number: json.WriteNumber(name, number); break;
            case long number: json.WriteNumber(name, number); break;
            case ulong number: json.WriteNumber(name, number); break;
            case double number when double.IsFinite(number): json.WriteNumber(name, number); break;
            case bool truth: json.WriteBoolean(name, truth); break;
            default: json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }

    private string Words() => Printable(DebugMonitor.Describe(Name, [.. Fields.Select(f => f.Value)]));
}
