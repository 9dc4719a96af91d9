using System.Globalization;
using RingThree.Interrupts;

namespace RingThree.Cli;

/// <summary>One handler call, as it is printed.</summary>
/// <param name="Number">Which call, from 1.</param>
/// <param name="Time">Since listening began.</param>
/// <param name="Kind">How it signalled.</param>
/// <param name="Vector">Which vector.</param>
/// <param name="Count">How many signals it stands for.</param>
/// <param name="Values">What the acknowledge commands read.</param>
/// <param name="Latency">From the stimulus, microseconds.</param>
internal sealed record HeardInterrupt(long Number, TimeSpan Time, InterruptKind Kind, int Vector, long Count, ulong[] Values, double? Latency)
{
    internal string ToText()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        string values = Values.Length == 0 ? "" : "  read " + string.Join(' ', Values.Select(v => string.Create(culture, $"0x{v:x}")));
        string latency = Latency is { } microseconds ? string.Create(culture, $"  {microseconds:0.0} us") : "";
        return string.Create(culture, $"{Time.TotalSeconds,12:0.000000} s  #{Number}  {NameOf(Kind)} vector {Vector}{(Count == 1 ? "" : string.Create(culture, $"  {Count} signals"))}{values}{latency}");
    }

    internal void Write() => JsonOutput.WriteLine(j =>
    {
        j.WriteStartObject();
        j.WriteNumber("call", Number);
        j.WriteNumber("seconds", Time.TotalSeconds);
        j.WriteString("kind", NameOf(Kind));
        j.WriteNumber("vector", Vector);
        j.WriteNumber("count", Count);
        j.WriteStartArray("values");
        foreach (ulong value in Values) j.WriteNumberValue(value);
        j.WriteEndArray();
        if (Latency is { } latency) j.WriteNumber("latencyMicroseconds", latency);
        j.WriteEndObject();
    });

    internal static string NameOf(InterruptKind kind) => kind switch
    {
        InterruptKind.MsiX => "msix",
        InterruptKind.Msi => "msi",
        InterruptKind.Level => "intx",
        _ => "edge",
    };
}
