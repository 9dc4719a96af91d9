using System.Text.Json;
using RingThree.DefaultHosts;
using RingThree.Hosting;
using Xunit;

namespace RingThree.Tests;

/// <summary>What ring3's commands answer, run as a program.</summary>
public sealed class CommandTests
{
    private const string Acknowledge = "r32 bar0+0x24; mask 0xffffffff; wb32 bar0+0x64";

    [Fact]
    public async Task List_shows_what_sysfs_and_lspci_show()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        JsonElement[] listed = [.. (await Json("list", "--json"))[0].EnumerateArray()];

        string[] folders = Directory.Exists("/sys/bus/pci/devices") ? [.. Directory.EnumerateFileSystemEntries("/sys/bus/pci/devices").Order(StringComparer.Ordinal)] : [];
        Assert.Equal(folders.Select(f => Path.GetFileName(f)), listed.Select(d => d.GetProperty("address").GetString()));
        foreach ((string folder, JsonElement device) in folders.Zip(listed))
        {
            string Value(string file) => File.ReadAllText($"{folder}/{file}").Trim();
            Assert.Equal(Value("vendor"), $"0x{device.GetProperty("vendorId").GetInt32():x4}");
            Assert.Equal(Value("device"), $"0x{device.GetProperty("deviceId").GetInt32():x4}");
            Assert.Equal(Value("class"), $"0x{device.GetProperty("classCode").GetInt32():x6}");
            Assert.Equal(File.Exists($"{folder}/driver/module") || Directory.Exists($"{folder}/driver"), device.GetProperty("driver").ValueKind == JsonValueKind.String);
        }

        if (!File.Exists("/usr/bin/lspci")) return;
        (_, string lspci, _) = await Repository.Shell("lspci -n -D");
        Assert.Equal(
            lspci.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => string.Join(' ', l.Split(' ').Take(3))),
            listed.Select(d => $"{d.GetProperty("address").GetString()} {d.GetProperty("classCode").GetInt32() >> 8:x4}: {d.GetProperty("vendorId").GetInt32():x4}:{d.GetProperty("deviceId").GetInt32():x4}"));
    }

    [Fact]
    public async Task List_shows_the_simulated_cards_and_what_they_signal()
    {
        JsonElement[] cards = [.. (await Json("list", "--host", "sim", "--json"))[0].EnumerateArray()];

        Assert.Equal(HostNames.SimulatedCards.Select(c => "sim:" + c), cards.Select(c => c.GetProperty("device").GetString()));
        JsonElement nvme = cards.Single(c => c.GetProperty("device").GetString() == "sim:nvme").GetProperty("interrupts");
        Assert.Equal((1, 0, 65), (nvme.GetProperty("intx").GetInt32(), nvme.GetProperty("msi").GetInt32(), nvme.GetProperty("msix").GetInt32()));
        (int status, string text, _) = await Run("list", "--host", "sim");
        Assert.Equal(0, status);
        Assert.Contains("sim:e1000e      8086:10d3 020000 -            0     INTx MSI:1 MSI-X:5", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_follows_until_it_is_told_to_end()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");

        string file = Path.GetTempFileName();
        (int status, string output, string errors) = await Repository.Run(
            $"> {file} & pid=$!; until [ -s {file} ]; do sleep 0.1; done; kill -TERM $pid; wait $pid; status=$?; cat {file}; rm {file}; exit $status", Program, "list", "--follow");

        Assert.Equal((0, ""), (status, errors.Contains("'?'", StringComparison.Ordinal) ? "" : errors));
        Assert.StartsWith("device ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0x010000ed\n", "read", "sim:edu", "bar0+0x00")]
    [InlineData("0x11e8\n", "read", "sim:edu", "cfg+2", "--width", "16")]
    [InlineData("0x4953\n", "read", "sim:isa-card", "range1+4", "--width", "16")]
    [InlineData("cfg+0x0: 34 12 e8 11\n", "read", "sim:edu", "cfg+0", "--width", "8", "--count", "4")]
    [InlineData("cfg+0x0: 11e81234 11e81234\n", "read", "sim:edu", "cfg+0", "--count", "2", "--fifo")]
    [InlineData("", "write", "sim:edu", "bar0+4", "0x12")]
    [InlineData("{\"device\":\"sim:edu\",\"place\":\"bar0+0x4\",\"width\":32,\"values\":[18]}\n", "write", "sim:edu", "bar0+4", "0x12", "--json")]
    [InlineData("{\"device\":\"sim:edu\",\"place\":\"bar0+0x0\",\"width\":32,\"values\":[16777453]}\n", "read", "sim:edu", "bar0+0", "--json")]
    public async Task Registers_are_read_and_written(string expected, params string[] arguments)
    {
        (int status, string output, string errors) = await Run(arguments);

        Assert.Equal((0, expected, ""), (status, output, errors));
    }

    [Theory]
    [InlineData(2, "is no place in a device", "read", "sim:edu", "bar0")]
    [InlineData(2, "is no place in a device", "read", "sim:edu", "bar7+0")]
    [InlineData(2, "multiple of the access width", "read", "sim:edu", "bar0+2")]
    [InlineData(2, "--width is 8, 16, 32 or 64", "read", "sim:edu", "bar0+0", "--width", "24")]
    [InlineData(2, "--count is 1 to", "read", "sim:edu", "bar0+0", "--count", "0")]
    [InlineData(2, "is no value", "write", "sim:edu", "bar0+0", "one")]
    [InlineData(2, "does not fit", "write", "sim:edu", "bar0+0", "256", "--width", "8")]
    [InlineData(1, "reaches beyond BAR 0", "read", "sim:edu", "bar0+0x100000")]
    [InlineData(1, "the device has no such region", "read", "sim:edu", "bar3+0")]
    [InlineData(1, "there is no such function", "read", "ffff:ff:1f.7", "bar0+0")]
    [InlineData(2, "is no command", "listen", "sim:edu", "--ack", "read it")]
    [InlineData(2, "is no rate", "listen", "sim:edu", "--stimulus", "w32 bar0+0x60 1 @often")]
    [InlineData(2, "--vectors is 1 to 2048", "listen", "sim:edu", "--vectors", "0")]
    [InlineData(2, "--timeout is more than 0", "listen", "sim:edu", "--timeout", "-1")]
    [InlineData(1, "not among the kinds allowed", "listen", "sim:edu", "--kind", "msix")]
    [InlineData(1, "the device has no such region", "listen", "sim:edu", "--ack", "r32 bar2+0", "--timeout", "1")]
    [InlineData(2, "--follow watches this machine", "list", "--host", "sim", "--follow")]
    [InlineData(2, "one of: 'msix' 'msi' 'intx' 'edge'. See", "listen", "sim:edu", "--kind", "foo")]
    [InlineData(2, "'sim'", "list", "--host", "foo")]
    [InlineData(2, "'bash' 'zsh' 'fish'", "completion", "tcsh")]
    [InlineData(2, "multiple of the access width", "read", "sim:edu", "bar0+1")]
    [InlineData(2, "does not fit", "write", "sim:edu", "bar0+0", "0x1ffffffff")]
    [InlineData(2, "Unrecognized option '--bogus'", "watch", "sim:edu", "--bogus")]
    [InlineData(2, "Unrecognized option '--bogus'", "watch", "sim:edu", "bar0+0", "--bogus")]
    [InlineData(2, "'[suggest:-5]' is no place", "[suggest:-5]", "ring3 re")]
    [InlineData(2, "'[suggest:99999999999999]' is no place", "[suggest:99999999999999]", "ring3 re")]
    [InlineData(2, "'[suggest:x]' is no place", "[suggest:x]", "ring3 re")]
    [InlineData(2, "no transfer command", "listen", "sim:edu", "--stimulus", "@1Hz")]
    [InlineData(2, "'@nothing' is no place", "read", "sim:edu", "@nothing")]
    public async Task Mistakes_are_told_in_one_line(int expected, string reason, params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");

        (int status, _, string errors) = await Run(arguments);

        Assert.Equal(expected, status);
        string line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => !l.StartsWith("ring3: listening", StringComparison.Ordinal));
        Assert.StartsWith("ring3: ", line, StringComparison.Ordinal);
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\t', line);
    }

    [Fact]
    public async Task No_file_is_taken_for_arguments()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "@" + file, TestContext.Current.CancellationToken);

        (int status, string output, string errors) = await Run("read", "@" + file);
        File.Delete(file);

        Assert.Equal((2, ""), (status, output));
        Assert.Contains("Required argument", Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_fits_at_the_cursor_is_suggested() => Assert.Equal((0, "read\nremove\nrescan\nreset\n", ""), await Run("[suggest:8]", "ring3 re"));

    [Theory]
    [InlineData("msi")]
    [InlineData("intx")]
    public async Task Listen_takes_the_interrupts_that_a_stimulus_makes(string kind)
    {
        JsonElement[] lines = await Json("listen", "sim:edu", "--kind", kind, "--ack", Acknowledge, "--stimulus", "w32 bar0+0x60 5 @2kHz", "--count", "100", "--timeout", "30", "--json");

        JsonElement sums = lines[^1];
        long received = sums.GetProperty("received").GetInt64();
        Assert.InRange(received, 100, 100_000);
        Assert.Equal(received, sums.GetProperty("handled").GetInt64() + sums.GetProperty("lost").GetInt64());
        Assert.Equal("stimulus", sums.GetProperty("latencyFrom").GetString());
        JsonElement latency = sums.GetProperty("latencyMicroseconds");
        Assert.True(latency.GetProperty("p50").GetDouble() > 0);
        Assert.InRange(latency.GetProperty("p50").GetDouble(), 0, latency.GetProperty("p99").GetDouble());
        Assert.InRange(latency.GetProperty("p99").GetDouble(), 0, latency.GetProperty("max").GetDouble());
        Assert.All(lines[..^1], l => Assert.Equal(kind, l.GetProperty("kind").GetString()));
        // A message may come when the one before it has cleared the status already; on a line nobody is asked then.
        Assert.All(lines[..^1], l => Assert.True(l.GetProperty("values")[0].GetUInt64() is 5 || (kind == "msi" && l.GetProperty("values")[0].GetUInt64() is 0)));
        if (kind == "intx") Assert.Contains(lines[..^1], l => l.GetProperty("values")[0].GetUInt64() == 5); // of a batch of messages the last run counts, and that may be one more
        Assert.Equal(sums.GetProperty("handled").GetInt64(), lines[..^1].Sum(l => l.GetProperty("count").GetInt64()));
    }

    [Fact]
    public async Task Listen_that_hears_too_few_says_why()
    {
        (int status, string output, string errors) = await Run("listen", "sim:edu", "--count", "3", "--timeout", "0.5");

        Assert.Equal(1, status);
        Assert.Equal("received 0, handled 0, lost 0; 0.0 a second\n", output);
        Assert.Contains("ring3: 0 of 3 interrupts in 0.5 s. The device has not signalled", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_storm_is_told_at_once_and_is_a_failure()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        string[] arguments = ["listen", "sim:edu", "--kind", "intx", "--stimulus", "w32 bar0+0x60 1"];

        (int status, string output, string errors) = await Run([.. arguments, "--timeout", "2"]);
        Assert.Equal(1, status);
        Assert.StartsWith("received ", output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^2], StringComparison.Ordinal);
        Assert.Single(errors.Split('\n'), l => l.Contains("has been left masked", StringComparison.Ordinal));

        string file = Path.GetTempFileName();
        (status, _, _) = await Repository.Run(
            $"> /dev/null 2> {file} & pid=$!; until grep -q 'left masked' {file}; do sleep 0.1; done; kill -TERM $pid; wait $pid; status=$?; rm {file}; exit $status", Program, arguments);
        Assert.Equal(1, status);
    }

    [Fact]
    public async Task Listen_hears_the_edges_of_a_card_that_nothing_enumerates()
    {
        (int status, string output, _) = await Run("listen", "sim:isa-card", "--stimulus", "w8 range1+0 3", "--count", "1", "--timeout", "30");

        Assert.Equal(0, status);
        Assert.Contains("#1  edge vector 0", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_looks_at_the_machine_and_prints_what_mends_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");

        (int status, string output, string errors) = await Run("doctor", "--json");
        JsonElement[] checks = [.. JsonDocument.Parse(output).RootElement.EnumerateArray()];

        Assert.Equal("", errors);
        Assert.Equal(checks.Any(c => c.GetProperty("state").GetString() == "FAILED") ? 1 : 0, status);
        Assert.Contains(checks, c => c.GetProperty("check").GetString() == "IOMMU");
        Assert.All(checks, c => Assert.True(c.GetProperty("state").GetString() != "FAILED" || c.GetProperty("remedy").GetString()!.Length > 0));
        (status, output, _) = await Run("doctor", "--rules", "anna");
        Assert.Equal(0, status);
        Assert.Contains("SUBSYSTEM==\"vfio\", OWNER=\"anna\", MODE=\"0660\"", output, StringComparison.Ordinal);
        Assert.Equal(0, (await Repository.Shell($"bash -n <<'X'\n{output}\nX")).Status);
        Assert.Equal(2, (await Run("doctor", "--rules", "a; rm -rf /")).Status);
        Assert.Equal(2, (await Run("doctor", "nothing")).Status);
        Assert.Equal(1, (await Run("doctor", "ffff:ff:1f.7")).Status);
        foreach (string shell in (string[])["bash", "zsh", "fish"]) Assert.Contains("ring3", (await Run("completion", shell)).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await Run("completion", "cmd")).Status);
    }

    [Fact]
    public async Task Watch_prints_what_changes()
    {
        JsonElement[] lines = await Json("watch", "sim:edu", "bar0+0", "bar0+4", "--interval", "1", "--timeout", "0.3", "--json");

        Assert.Equal(["bar0+0x0", "bar0+0x4"], lines.Select(l => l.GetProperty("place").GetString()));
        Assert.Equal(0x0100_00EDul, lines[0].GetProperty("value").GetUInt64());
        (int status, string output, _) = await Run("watch", "sim:edu", "bar0+0", "--timeout", "0.1");
        Assert.Equal(0, status);
        Assert.Contains("bar0+0x0  0x010000ed", output, StringComparison.Ordinal);
        Assert.Equal(2, (await Run("watch", "sim:edu")).Status);
        Assert.Equal(2, (await Run("watch", "sim:edu", "bar0+0", "--interval", "0")).Status);
    }

    [Fact]
    public async Task On_a_terminal_listen_draws_a_table()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "needs script(1), of bsdutils");
        string command = $"dotnet '{Program}' listen sim:edu --ack '{Acknowledge}' --stimulus 'w32 bar0+0x60 1 @100Hz' --count 20";

        (int status, string output, _) = await Repository.Shell($"script -qec \"{command}\" /dev/null < /dev/null");

        Assert.Equal(0, status);
        Assert.Contains("vector   signalled     claimed     handled        lost", output, StringComparison.Ordinal);
        Assert.Contains("\e[", output, StringComparison.Ordinal);
        Assert.Contains("latency from stimulus: p50", output, StringComparison.Ordinal);
    }

    private static string Program => Repository.Find("src/RingThree.Cli", "ring3");

    internal static Task<(int Status, string Output, string Errors)> Run(params string[] arguments) => Repository.Run("", Program, arguments);

    /// <summary>The documents of a command's output, one a line.</summary>
    private static async Task<JsonElement[]> Json(params string[] arguments)
    {
        (int status, string output, string errors) = await Run(arguments);
        Assert.True(status == 0, errors);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
    }
}
