using System.Text.Json;
using Xunit;

namespace RingThree.Tests;

/// <summary><c>ring3 show</c>, run as a program.</summary>
public sealed class ShowTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task A_simulated_card_as_text()
    {
        (int status, string output, string errors) = await Show("", "sim:nvme");

        Assert.Equal(0, status);
        Assert.Empty(errors);
        Assert.StartsWith("0000:00:02.0  1b36:0010  NVMe controller (010802)  revision 02  subsystem 1af4:1100\n", output, StringComparison.Ordinal);
        Assert.Contains("\n    [40] MSI-X: disabled, vectors 65, table in BAR 0 at 0x2000, pending bits in BAR 0 at 0x3000\n", output, StringComparison.Ordinal);
        Assert.Contains("\n    BAR 0: memory at 0x", output, StringComparison.Ordinal);
        Assert.EndsWith("From host 'sim', opened as sim:nvme.\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_simulated_card_as_json()
    {
        (int status, string output, string errors) = await Show("", "sim:sriov-card", "--json");

        Assert.Equal(0, status);
        Assert.Empty(errors);
        using var json = JsonDocument.Parse(output);
        JsonElement root = json.RootElement;
        Assert.Equal(0x1AF4, root.GetProperty("vendorId").GetInt32());
        Assert.Equal(0x4000, root.GetProperty("bars")[0].GetProperty("sizeBytes").GetInt32());
        JsonElement[] capabilities = [.. root.GetProperty("capabilities").EnumerateArray()];
        Assert.Equal([0x11, 0x10, 0x10], capabilities.Select(c => c.GetProperty("id").GetInt32()));
        Assert.Equal(8, capabilities[2].GetProperty("fields").GetProperty("totalFunctions").GetInt32());
        Assert.Equal(2.5m, capabilities[1].GetProperty("fields").GetProperty("linkStatus").GetProperty("speedGigatransfersPerSecond").GetDecimal());
        Assert.False(capabilities[0].GetProperty("fields").GetProperty("enabled").GetBoolean());
        Assert.Equal(0, root.GetProperty("problems").GetArrayLength());
    }

    [Fact]
    public async Task A_dump_as_text_and_as_json()
    {
        await File.WriteAllTextAsync(_file, ImageBuilder.Dump("00:04.0", new ImageBuilder(256).Capability(0x50, 0x05, "8800").Bytes) + ImageBuilder.Dump("0001:00:05.0", new byte[64]));

        (int status, string output, string errors) = await Show("", "--dump", _file);
        Assert.Equal((0, ""), (status, errors));
        Assert.Contains("[50] MSI: disabled, messages 16", output, StringComparison.Ordinal);
        Assert.Contains("\n\n0001:00:05.0  ", output, StringComparison.Ordinal);

        (status, output, errors) = await Show("", "--dump", _file, "--json");
        Assert.Equal((0, ""), (status, errors));
        using var json = JsonDocument.Parse(output);
        Assert.Equal(["0000:00:04.0", "0001:00:05.0"], json.RootElement.EnumerateArray().Select(f => f.GetProperty("address").GetString()));
    }

    [Fact]
    public async Task A_dump_from_standard_input()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a shell");
        await File.WriteAllTextAsync(_file, ImageBuilder.Dump("00:04.0", new ImageBuilder(256).Bytes));

        Assert.Equal(0, (await Show($"<{_file}", "--dump", "-")).Status);
    }

    [Fact]
    public async Task A_damaged_dump_is_shown_as_far_as_it_goes_and_is_1()
    {
        await File.WriteAllTextAsync(_file, "00:04.0 x\n00: 86 80 zz\n\n" + ImageBuilder.Dump("00:05.0", new ImageBuilder(256).Bytes));

        (int status, string output, string errors) = await Show("", "--dump", _file);

        Assert.Equal(1, status);
        Assert.Contains("0000:00:04.0  not decoded\n    ! line 2: 'zz' is no byte", output, StringComparison.Ordinal);
        Assert.Contains("0000:00:05.0  8086:1234", output, StringComparison.Ordinal);
        Assert.Equal($"ring3: {_file}: line 2: 'zz' is no byte in hexadecimal; the function is known up to 02h only.\n", errors);
    }

    [Theory]
    [InlineData("is no byte in hexadecimal", "\n40: ", "\n40: zz ")]
    [InlineData("'?0' is no byte in hexadecimal", "\n40: ", "\n40: \u00000 ")]
    [InlineData("neither a function's nor bytes", "\n50: ", "\nfffffff0: ")]
    [InlineData("those between are missing", "\n40: ", "\nff0: ")]
    [InlineData("there a second time and differ", "\n00:02.0 ", "\n")]
    [InlineData("was there already", "\n00:02.0 ", "\n00:00.0 ")]
    [InlineData("is cut off", "\n\n00:02.0 ", null)]
    public async Task A_machines_dump_that_is_damaged_is_1_with_the_reason(string reason, string place, string? becomes)
    {
        string text = MachineDump.Text;
        int at = text.IndexOf(place, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_file, becomes is null ? text[..text.LastIndexOf('\n', at - 1)] : string.Concat(text.AsSpan(0, at), becomes, text.AsSpan(at + place.Length)));

        (int status, string output, string errors) = await Show("", "--dump", _file, "--json");

        Assert.Equal(1, status);
        Assert.StartsWith($"ring3: {_file}: line ", errors, StringComparison.Ordinal);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        using var json = JsonDocument.Parse(output);
        Assert.InRange(json.RootElement.GetArrayLength(), 2, 32);
    }

    [Fact]
    public async Task A_looping_list_is_told_and_is_no_failure_of_the_dump()
    {
        await File.WriteAllTextAsync(_file, ImageBuilder.Dump("00:04.0", new ImageBuilder(256).Capability(0x50, 0x05, "0000").Put8(0x51, 0x50).Bytes));

        (int status, string output, _) = await Show("", "--dump", _file);

        Assert.Equal(0, status);
        Assert.Contains("! The capability list goes from 50h to 50h, which the list has been to: it is a loop.", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nothing of that kind\n")]
    public async Task A_file_that_is_no_dump_is_1(string text)
    {
        await File.WriteAllTextAsync(_file, text);

        (int status, string output, string errors) = await Show("", "--dump", _file);

        Assert.Equal((1, ""), (status, output));
        Assert.Contains("There is no function in it", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_without_an_end_is_refused()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "needs /dev/zero");

        (int status, _, string errors) = await Show("", "--dump", "/dev/zero");

        Assert.Equal(1, status);
        Assert.Contains("larger than 64 MiB", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_of_this_machine()
    {
        const string devices = "/sys/bus/pci/devices";
        string? address = Directory.Exists(devices) ? Directory.EnumerateFileSystemEntries(devices).Select(Path.GetFileName).Order().FirstOrDefault() : null;
        Assert.SkipWhen(address is null, "there are no PCI functions here");

        (int status, string output, string errors) = await Show("", address!, "--json");

        Assert.Equal((0, ""), (status, errors));
        using var json = JsonDocument.Parse(output);
        string vendor = await File.ReadAllTextAsync($"{devices}/{address}/vendor");
        Assert.Equal(vendor.Trim(), $"0x{json.RootElement.GetProperty("vendorId").GetInt32():x4}");
        Assert.Contains("/config", json.RootElement.GetProperty("source").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_has_an_example()
    {
        (int status, string output, string errors) = await Show("", "--help");

        Assert.Equal((0, ""), (status, errors));
        Assert.Contains("ring3 show 0000:00:04.0", output, StringComparison.Ordinal);
    }

    private static Task<(int Status, string Output, string Errors)> Show(string redirection, params string[] arguments) =>
        Repository.Run(redirection, Repository.Find("src/RingThree.Cli", "ring3"), ["show", .. arguments]);
}
