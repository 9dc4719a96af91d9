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
    public async Task A_function_that_is_there_twice_is_shown_in_two_states()
    {
        await File.WriteAllTextAsync(_file, ImageBuilder.Dump("00:04.0", new ImageBuilder(256).Bytes) + ImageBuilder.Dump("00:04.0", new ImageBuilder(256).Put16(0x04, 4).Bytes));

        (int status, string output, string errors) = await Show("", "--dump", _file);

        Assert.Equal(0, status);
        Assert.Contains("was there already at line 1; both are shown.", errors, StringComparison.Ordinal);
        Assert.StartsWith("0000:00:04.0 (state 1 of 2)  8086:1234", output, StringComparison.Ordinal);
        Assert.Contains("\n\n0000:00:04.0 (state 2 of 2)  8086:1234", output, StringComparison.Ordinal);

        (status, output, _) = await Show("", "--diff", _file);
        Assert.Equal(0, status);
        Assert.Contains("    command.busMaster: no -> yes\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_of_another_program_is_a_warning()
    {
        string[] lines = ImageBuilder.Dump("00:04.0", new ImageBuilder(256).Bytes).Split('\n');
        await File.WriteAllTextAsync(_file, string.Join('\n', [.. lines[..5], "[  12.345678] usb 1-1: new device", .. lines[5..]])); // before 40h

        (int status, string output, string errors) = await Show("", "--dump", _file);

        Assert.Equal(0, status);
        Assert.Contains("line 6: This line is neither a function's nor bytes", errors, StringComparison.Ordinal);
        Assert.Contains("256 bytes read", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_of_a_config_file()
    {
        await File.WriteAllBytesAsync(_file, new ImageBuilder(256).Capability(0x50, 0x05, "8800").Bytes);

        (int status, string output, string errors) = await Show("", "--dump", _file);

        Assert.Equal((0, ""), (status, errors));
        Assert.StartsWith(Path.GetFileName(_file) + "  8086:1234", output, StringComparison.Ordinal);
        Assert.Contains("[50] MSI: disabled, messages 16", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_differs_between_two_dumps_and_from_a_card()
    {
        byte[] image = new ImageBuilder(256).Capability(0x50, 0x05, "8000").Bytes;
        await File.WriteAllTextAsync(_file, ImageBuilder.Dump("00:04.0", image) + ImageBuilder.Dump("00:05.0", image) + ImageBuilder.Dump("00:06.0", image));
        string other = _file + ".after";
        try
        {
            byte[] changed = new ImageBuilder(256).Capability(0x50, 0x05, "8100 0c10e0fe").Bytes;
            await File.WriteAllTextAsync(other, ImageBuilder.Dump("00:04.0", changed) + ImageBuilder.Dump("00:05.0", image) + ImageBuilder.Dump("00:07.0", image));

            (int status, string output, string errors) = await Show("", "--diff", _file, other);
            Assert.Equal((0, ""), (status, errors));
            Assert.Equal($"0000:00:04.0  from {_file}, line 1 to {other}, line 1\n    MSI.enabled: no -> yes\n    MSI.address: 0x0 -> 0xfee0100c\n"
                + $"0000:00:06.0  only before, in {_file}, line 37\n0000:00:07.0  only after, in {other}, line 37\n", output);

            (status, output, errors) = await Show("", "--diff", _file, other, "--json");
            Assert.Equal((0, ""), (status, errors));
            using var json = JsonDocument.Parse(output);
            JsonElement first = json.RootElement[0];
            Assert.Equal("0000:00:04.0", first.GetProperty("address").GetString());
            Assert.Equal(256, first.GetProperty("bytesCompared").GetInt32());
            Assert.Equal("MSI.enabled", first.GetProperty("changes")[0].GetProperty("name").GetString());
            Assert.Equal((JsonValueKind.False, JsonValueKind.True), (first.GetProperty("changes")[0].GetProperty("before").ValueKind, first.GetProperty("changes")[0].GetProperty("after").ValueKind));
            Assert.Equal(0xFEE0100CL, first.GetProperty("changes")[1].GetProperty("after").GetInt64());
            Assert.Equal(4, json.RootElement.GetArrayLength());

            (status, output, _) = await Show("", "--diff", _file, _file);
            Assert.Equal((0, "Nothing differs in 3 functions.\n"), (status, output));

            await File.WriteAllBytesAsync(other, image);
            (status, output, _) = await Show("", "--diff", other, "sim:edu");
            Assert.Equal(0, status);
            Assert.Contains("    vendorId: 0x8086 -> 0x1234\n", output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(other);
        }
    }

    [Theory]
    [InlineData(2, "in several states", "--diff", "FILE")]
    [InlineData(1, "nothing to compare", "--diff", "FILE", "sim:edu")]
    [InlineData(2, "one of the three", "--diff", "FILE", "FILE", "--dump", "FILE")]
    [InlineData(1, "", "--diff", "/no/such", "FILE")]
    public async Task What_cannot_be_compared_is_told(int expected, string reason, params string[] arguments)
    {
        await File.WriteAllTextAsync(_file, ImageBuilder.Dump("00:04.0", new ImageBuilder(256).Bytes) + ImageBuilder.Dump("00:05.0", new ImageBuilder(256).Bytes));

        (int status, string output, string errors) = await Show("", [.. arguments.Select(a => a == "FILE" ? _file : a)]);

        Assert.Equal((expected, ""), (status, output));
        Assert.Contains(reason, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_without_an_address_beside_several_functions_is_told_which_there_are()
    {
        string image = _file + ".bin";
        try
        {
            await File.WriteAllTextAsync(_file, ImageBuilder.Dump("00:04.0", new ImageBuilder(256).Bytes) + ImageBuilder.Dump("00:05.0", new ImageBuilder(256).Bytes));
            await File.WriteAllBytesAsync(image, new ImageBuilder(256).Put16(0x04, 4).Bytes);

            foreach ((string before, string after) in new[] { (image, _file), (_file, image) })
            {
                (int status, string output, string errors) = await Show("", "--diff", before, after);
                Assert.Equal((1, ""), (status, output));
                Assert.Contains($"{image} does not say which function it is", errors, StringComparison.Ordinal);
                Assert.Contains($"The functions of {_file}: 0000:00:04.0, 0000:00:05.0. Name the file after one of them, such as 0000:00:04.0.bin.", errors, StringComparison.Ordinal);
            }

            await File.WriteAllTextAsync(_file, ImageBuilder.Dump("00:04.0", new ImageBuilder(256).Bytes)); // of one function there is nothing to choose
            Assert.Contains("command.busMaster: no -> yes", (await Show("", "--diff", _file, image)).Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(image);
        }
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
