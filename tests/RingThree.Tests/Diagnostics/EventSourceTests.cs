using System.Diagnostics.Tracing;
using System.Reflection;
using RingThree.Diagnostics;
using Xunit;

namespace RingThree.Tests;

/// <summary>The event source as tools see it: numbers, sections, levels, words.</summary>
[Collection(nameof(Alone))]
public sealed class EventSourceTests
{
    private static readonly MethodInfo[] Events = [.. typeof(RingThreeEvents).GetMethods().Where(m => m.GetCustomAttribute<EventAttribute>() is not null)];

    [Fact]
    public void The_declarations_are_what_the_framework_takes()
    {
        string manifest = EventSource.GenerateManifest(typeof(RingThreeEvents), "RingThree.dll", EventManifestOptions.Strict | EventManifestOptions.AllCultures)!;

        Assert.Contains("name=\"RingThree\"", manifest, StringComparison.Ordinal);
        Assert.InRange(Events.Length, 30, 100);
        Assert.All(Events, e => Assert.Contains($"symbol=\"{e.Name}\"", manifest, StringComparison.Ordinal));
    }

    [Fact]
    public void Each_event_has_one_section_a_level_and_words_with_its_device_first()
    {
        Assert.All(Events, e =>
        {
            EventAttribute declared = e.GetCustomAttribute<EventAttribute>()!;
            Assert.True(Enum.IsDefined((MonitorSections)declared.Keywords), e.Name);
            Assert.InRange(declared.Level, EventLevel.Error, EventLevel.Verbose);
            if (e.Name == nameof(RingThreeEvents.HostOpened)) return;
            Assert.Equal("device", e.GetParameters()[0].Name);
            Assert.StartsWith("{0}: ", declared.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void The_table_of_words_is_what_the_declarations_say() =>
        Assert.Equal(Events.ToDictionary(e => e.Name, e => e.GetCustomAttribute<EventAttribute>()!.Message!), EventText.Words);

    [Fact]
    public void Each_event_comes_out_as_it_went_in()
    {
        foreach (MethodInfo declared in Events)
        {
            using var listener = new MonitorListener(devices: "device!"); // what the example of each device is
            object[] arguments = [.. declared.GetParameters().Select(Example)];

            declared.Invoke(RingThreeEvents.Log, arguments);

            EventWrittenEventArgs heard = listener.Only(declared.Name);
            EventAttribute attribute = declared.GetCustomAttribute<EventAttribute>()!;
            Assert.Equal((attribute.EventId, attribute.Level), (heard.EventId, heard.Level));
            Assert.Equal(arguments, heard.Payload);
            Assert.Equal(declared.GetParameters().Select(p => p.Name), heard.PayloadNames);
            string words = listener.Words(declared.Name);
            Assert.DoesNotContain("{", words, StringComparison.Ordinal);
            Assert.NotEqual(string.Join(' ', arguments.Prepend(declared.Name)), words);
        }
    }

    [Theory]
    [InlineData(EventLevel.Error, MonitorSections.All, false, false)]
    [InlineData(EventLevel.Informational, MonitorSections.All, true, false)]
    [InlineData(EventLevel.Informational, MonitorSections.Dma | MonitorSections.Events, false, false)]
    [InlineData(EventLevel.Verbose, MonitorSections.Interrupts, false, true)]
    [InlineData(EventLevel.Verbose, MonitorSections.All, true, true)]
    public void A_listener_gets_the_sections_and_levels_it_asks_for(EventLevel level, MonitorSections sections, bool opened, bool stage)
    {
        using var listener = new MonitorListener(level, sections);

        RingThreeEvents.Log.DeviceOpened("a", "b", "c");
        RingThreeEvents.Log.ImmediateStageRan("a", 1, 0, 1, "b");

        Assert.Equal((opened, stage), (listener.Names.Contains("DeviceOpened"), listener.Names.Contains("ImmediateStageRan")));
        Assert.Equal(stage, MonitorSwitch.TracesInterrupts);
        Assert.Equal(opened, DebugMonitor.IsEnabled(EventLevel.Informational, MonitorSections.Pci));
    }

    [Theory]
    [InlineData(EventLevel.Critical, "MessageError")]
    [InlineData(EventLevel.Error, "MessageError")]
    [InlineData(EventLevel.Warning, "MessageWarning")]
    [InlineData(EventLevel.Informational, "MessageInformation")]
    [InlineData(EventLevel.Verbose, "MessageTrace")]
    public void A_face_tells_what_it_likes(EventLevel level, string name)
    {
        using var listener = new MonitorListener();

        DebugMonitor.Write(level, "0000:00:02.0", "it rains");

        Assert.Equal("0000:00:02.0: it rains", listener.Words(name));
        Assert.Equal(level == EventLevel.Critical ? EventLevel.Error : level, listener.Only(name).Level);
    }

    [Fact]
    public void Words_are_found_for_whatever_another_version_has_written()
    {
        Assert.Equal("it rains", DebugMonitor.Describe("MessageError", ["", "it rains"]));
        Assert.Equal("NoSuchEvent 1 x", DebugMonitor.Describe("NoSuchEvent", [1, "x"]));
        Assert.Equal("DeviceOpened a", DebugMonitor.Describe("DeviceOpened", ["a"]));
        Assert.Equal("a: opened on host 'b' ()", DebugMonitor.Describe("DeviceOpened", ["a", "b", null, "more"]));
        Assert.Equal("", DebugMonitor.Describe("", []));
    }

    [Theory]
    [InlineData("2.5", 2.5)]
    [InlineData("0", 0.05)]
    [InlineData("-1e300", 0.05)]
    [InlineData("1e300", 3600.0)]
    [InlineData("NaN", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("1,5", null)]
    public void An_interval_is_kept_in_bounds(string? given, double? seconds) => Assert.Equal(seconds, InterruptCounts.Seconds(given));

    private static object Example(ParameterInfo parameter) => parameter.ParameterType switch
    {
        var t when t == typeof(string) => parameter.Name + "!",
        var t when t == typeof(int) => 40 + parameter.Position,
        var t when t == typeof(uint) => 50u + (uint)parameter.Position,
        var t when t == typeof(long) => 60L + parameter.Position,
        var t when t == typeof(double) => 0.5 + parameter.Position,
        _ => throw new NotSupportedException($"{parameter.ParameterType}: add an example."),
    };
}
