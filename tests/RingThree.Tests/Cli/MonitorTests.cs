using System.Globalization;
using System.Text.Json;
using Xunit;

namespace RingThree.Tests;

/// <summary><c>ring3 monitor</c>, attached to a driver at work in a process of its own.</summary>
public sealed class MonitorTests : IDisposable
{
    private readonly MonitoredProgram _program = new();

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task It_shows_what_the_program_opens_claims_calls_and_what_fails()
    {
        SkipElsewhere();
        _program.Start();

        (int status, string output, string errors) = await _program.Monitor($"{_program.Id} --count 40 --for 40s");

        Assert.Equal((0, $"ring3: monitoring {_program.Id} (monitored). Ctrl-C ends it.\n"), (status, errors));
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(40, lines.Length);
        Assert.All(lines, l => Assert.Matches("^[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}  (error  |warning|info   )  [A-Z_]+ +0000:00:0[23].0: ", l));
        foreach (string expected in (string[])
            [
                "info     PCI       0000:00:03.0: opened on host 'sim' (1234:11e8)",
                "info     PCI       0000:00:03.0: closed",
                "error    PCI       0000:00:02.0: accessing 64 bits of configuration space at 0x40 failed: ports and configuration space take at most 32 bits at once. Use two 32-bit accesses.",
                "info     CARD_REG  0000:00:02.0: has claimed memory 0x1000+0x100 (exclusively)",
                "info     CARD_REG  0000:00:02.0: has given back memory 0x1000+0x100 (exclusively)",
                "info     KER_PLUG  0000:00:02.0: plug-in 'doubler' answered message 1 with ",
            ])
        {
            Assert.Contains(lines, l => l.Contains(expected, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task It_counts_interrupts_and_says_how_many_come_in_a_second()
    {
        SkipElsewhere();
        _program.Start();

        (int status, string output, _) = await _program.Monitor($"{_program.Id} --section INT --interval 500ms --json --count 4 --for 40s");

        Assert.Equal(0, status);
        JsonElement[] counts = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal(4, counts.Length);
        Assert.All(counts, c =>
        {
            Assert.Equal(("INT", "info", "InterruptsCounted", "0000:00:02.0"), (Text(c, "section"), Text(c, "level"), Text(c, "event"), Text(c, "device")));
            Assert.True(DateTime.TryParse(Text(c, "time"), CultureInfo.InvariantCulture, out _));
            JsonElement fields = c.GetProperty("fields");
            Assert.Equal(("Msi", 1), (Text(fields, "kind"), fields.GetProperty("vectors").GetInt32()));
            Assert.Equal(fields.GetProperty("signalled").GetInt64(), fields.GetProperty("rejected").GetInt64() + fields.GetProperty("claimed").GetInt64());
        });
        Assert.False(counts[0].TryGetProperty("perSecond", out _)); // nothing to compare it with
        long[] signalled = [.. counts.Select(c => c.GetProperty("fields").GetProperty("signalled").GetInt64())];
        DateTime[] times = [.. counts.Select(c => c.GetProperty("time").GetDateTime())];
        for (int i = 1; i < 4; i++) Assert.Equal((signalled[i] - signalled[i - 1]) / (times[i] - times[i - 1]).TotalSeconds, counts[i].GetProperty("perSecond").GetDouble(), 0.06); // it is rounded to a tenth
        Assert.Equal(signalled.Order(), signalled);
        Assert.True(signalled[^1] > signalled[0], output); // a machine that is busy may keep the program from any one interval's, and not from all
    }

    [Theory]
    [InlineData("--section PCI --level error", "error", "PCI")]
    [InlineData("--section s_card_reg,KER_PLUG", "info", "CARD_REG KER_PLUG")]
    [InlineData("--section INT --level trace", "info trace", "INT")]
    [InlineData("--level error", "error", "PCI")]
    public async Task Sections_and_levels_are_what_was_asked_for(string arguments, string levels, string sections)
    {
        SkipElsewhere();
        _program.Start();

        (int status, string output, _) = await _program.Monitor($"{_program.Id} {arguments} --json --count 10 --for 40s");

        Assert.Equal(0, status);
        JsonElement[] events = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal(10, events.Length);
        Assert.Equal(levels, string.Join(' ', events.Select(e => Text(e, "level")).Distinct().Order(StringComparer.Ordinal)));
        Assert.Equal(sections, string.Join(' ', events.Select(e => Text(e, "section")).Distinct().Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task What_would_change_the_terminal_is_not_passed_on()
    {
        SkipElsewhere();
        _program.Start();

        (int status, string output, _) = await _program.Monitor($"{_program.Id} --section MISC --level trace --count 1 --for 40s");

        Assert.Equal(0, status);
        Assert.EndsWith("  trace    MISC      0000:00:02.0: a round ?[31mis over\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_only_program_is_found_and_of_several_one_must_be_named()
    {
        SkipElsewhere();
        (int none, _, string noneErrors) = await _program.Monitor("--for 1s");
        _program.Start();
        (int one, _, string oneErrors) = await _program.Monitor("--count 1 --for 40s");
        int first = _program.Id;
        _program.Start();
        (int two, _, string twoErrors) = await _program.Monitor("--for 1s");
        (int named, _, string namedErrors) = await _program.Monitor("monitored --for 1s");
        (int other, _, string otherErrors) = await _program.Monitor("no-such-program --for 1s");

        Assert.Equal((1, 0, 1, 1, 1), (none, one, two, named, other));
        Assert.Equal("ring3: looking for a program that uses RingThree failed: none that this user may attach to has loaded it. Start it, or run this as its user or as root.\n", noneErrors);
        Assert.StartsWith($"ring3: monitoring {first} (monitored).", oneErrors, StringComparison.Ordinal);
        int[] both = [.. new[] { first, _program.Id }.Order()];
        string list = $"there are 2: {both[0]} (monitored), {both[1]} (monitored). Say which: ring3 monitor {both[0]}\n";
        Assert.Equal("ring3: looking for a program that uses RingThree failed: " + list, twoErrors);
        Assert.Equal("ring3: looking for the program 'monitored' failed: " + list, namedErrors);
        Assert.StartsWith("ring3: looking for the program 'no-such-program' failed: there is none of that name. There are ", otherErrors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 0, "has ended.")]
    [InlineData("--count 100000", 1, "has ended after [0-9]+ of 100000 events.")]
    public async Task A_program_that_is_killed_ends_it(string arguments, int expected, string said)
    {
        SkipElsewhere();
        _program.Start();

        (int status, string output, string errors) = await _program.Monitor($"{_program.Id} {arguments} | tee >(grep -m 1 KER_PLUG > /dev/null; kill -KILL {_program.Id}; cat > /dev/null)");

        Assert.Equal(expected, status);
        Assert.Contains("KER_PLUG", output, StringComparison.Ordinal);
        Assert.Matches($"\nring3: {_program.Id} \\(monitored\\) {said}\n$", errors);
        Assert.DoesNotContain("defect", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_goes_on_when_the_monitor_is_told_to_end()
    {
        SkipElsewhere();
        _program.Start();

        for (int round = 0; round < 2; round++)
        {
            (int status, string output, string errors) = await _program.Monitor($"{_program.Id} > out & pid=$!; until [ -s out ]; do sleep 0.1; done; kill -TERM $pid; wait $pid; status=$?; cat out; rm out; exit $status");
            Assert.Equal((0, 1), (status, errors.Count(c => c == '\n')));
            Assert.Contains("0000:00:02.0", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Fewer_events_than_asked_for_are_a_failure()
    {
        SkipElsewhere();
        _program.Start();

        (int status, string output, string errors) = await _program.Monitor($"{_program.Id} --section IPC --count 3 --for 300ms");

        Assert.Equal((1, ""), (status, output));
        Assert.Contains("ring3: 0 of 3 events in 300ms.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_has_the_interrupts_and_what_happens_goes_above_it()
    {
        SkipElsewhere();
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "needs script(1), of bsdutils");
        _program.Start();

        // The program takes over a second for so many, however slow the machine: the table is drawn many times.
        (int status, string output, _) = await _program.Shell($"script -qec \"stty cols 200 rows 50; env -u NO_COLOR TERM=xterm {MonitoredProgram.Tool} monitor {_program.Id} --count 120 --interval 100ms --for 40s\" /dev/null < /dev/null");

        Assert.Equal(0, status);
        Assert.Contains("\e[2A\e[J", output, StringComparison.Ordinal); // the heading and a session, drawn over
        string[] rows = output.Replace("\r", "", StringComparison.Ordinal).Split('\n');
        Assert.Contains(rows, r => System.Text.RegularExpressions.Regex.IsMatch(r, @"^0000:00:02\.0 +Msi +1 +[0-9]+ +[0-9]+ +0 +0 +[0-9]+\.[0-9]$"));
        Assert.Contains(rows, r => r.Contains("\e[31;1m", StringComparison.Ordinal) && r.Contains("accessing 64 bits", StringComparison.Ordinal));
        Assert.DoesNotContain(rows, r => r.Contains("signalled,", StringComparison.Ordinal)); // counts are the table's
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static void SkipElsewhere() => Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
}
