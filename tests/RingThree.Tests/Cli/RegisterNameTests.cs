using System.Text.Json;
using Xunit;

namespace RingThree.Tests;

/// <summary>ring3 with a register map: registers and fields by name.</summary>
public sealed class RegisterNameTests : IDisposable
{
    private static readonly string Edu = Path.Combine(Repository.Root, "samples", "edu", "edu.svd");
    private readonly string _map = Path.GetTempFileName();

    public void Dispose() => File.Delete(_map);

    [Fact]
    public async Task A_register_is_read_by_its_name_and_its_fields_are_decoded()
    {
        (int status, string output, string errors) = await Run("read", "sim:edu", "status", "--map", Edu);

        Assert.Equal((0, "EDU.STATUS  0x00000000\n  [0]  COMPUTING            0 idle\n  [7]  INTERRUPT_WHEN_DONE  0 off\n", ""), (status, output, errors));
        (_, output, _) = await Run("read", "sim:edu", "IDENTIFICATION.MAGIC", "--map", Edu);
        Assert.Equal("EDU.IDENTIFICATION.MAGIC  237 (0xed)\n", output);
        (_, output, _) = await Run("read", "sim:edu", "IDENTIFICATION", "--map", Edu, "--json");
        JsonElement register = JsonDocument.Parse(output).RootElement.GetProperty("registers")[0];
        Assert.Equal((32, "EDU.IDENTIFICATION", "bar0+0x0", 0x010000EDu), (register.GetProperty("width").GetInt32(), register.GetProperty("register").GetString(), register.GetProperty("place").GetString(), register.GetProperty("value").GetUInt32()));
        Assert.Equal(1, register.GetProperty("fields").GetProperty("MAJOR").GetProperty("value").GetInt32());
    }

    [Fact]
    public async Task Rows_are_read_and_written_as_a_whole()
    {
        await File.WriteAllTextAsync(_map, """{ "registers": [ { "name": "WORD", "at": "bar0+0x0", "width": 8, "count": 3, "stride": 2, "fields": [ { "name": "LOW", "bits": "3:0" } ] } ] }""");

        Assert.Equal("WORD[0]  0x00\n  [3:0]  LOW  0\nWORD[1]  0x00\n  [3:0]  LOW  0\nWORD[2]  0x00\n  [3:0]  LOW  0\n", (await Run("read", "sim:generic,id=1234:0001,bar0=4K", "WORD", "--map", _map)).Output);
        Assert.Equal("WORD[1].LOW  0\n", (await Run("read", "sim:generic,id=1234:0001,bar0=4K", "WORD[1].LOW", "--map", _map)).Output);
        (int status, string output, _) = await Run("write", "sim:generic,id=1234:0001,bar0=4K", "WORD", "1", "2", "--map", _map, "--json");
        Assert.Equal(0, status);
        Assert.Equal(["bar0+0x0", "bar0+0x2"], JsonDocument.Parse(output).RootElement.GetProperty("registers").EnumerateArray().Select(r => r.GetProperty("place").GetString()));
        Assert.Equal(2, (await Run("write", "sim:generic,id=1234:0001,bar0=4K", "WORD", "1", "2", "3", "4", "--map", _map)).Status);
    }

    [Theory]
    [InlineData(2, "no register is called 'STAT'", "read", "sim:edu", "STAT")]
    [InlineData(2, "EDU.STATUS has no field 'SPEED'", "read", "sim:edu", "STATUS.SPEED")]
    [InlineData(2, "is write-only by its map", "read", "sim:edu", "RAISE_INTERRUPT")]
    [InlineData(2, "is read-only by its map", "write", "sim:edu", "STATUS.COMPUTING", "1")]
    [InlineData(2, "or off, on", "write", "sim:edu", "STATUS.INTERRUPT_WHEN_DONE", "maybe")]
    [InlineData(2, "takes at most 0x1", "write", "sim:edu", "STATUS.INTERRUPT_WHEN_DONE", "2")]
    [InlineData(2, "takes 1 value(s)", "write", "sim:edu", "STATUS", "2", "3")]
    [InlineData(2, "has 32 bits by its map", "read", "sim:edu", "STATUS", "--width", "16")]
    [InlineData(2, "--count goes with a place", "read", "sim:edu", "STATUS", "--count", "2")]
    [InlineData(2, "is no address", "read", "sim:edu", "STATUS", "--map-base", "high")]
    [InlineData(2, "is no place in a device", "read", "sim:edu", "STATUS", "--map-at", "0x1000")]
    [InlineData(1, "the device has no such region", "read", "sim:edu", "STATUS", "--map-at", "bar4+0")]
    public async Task Mistakes_with_names_are_told_in_one_line(int expected, string reason, params string[] arguments)
    {
        (int status, _, string errors) = await Run([.. arguments, "--map", Edu]);

        Assert.Equal(expected, status);
        Assert.Contains(reason, Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_or_wrong_map_is_told_with_its_path()
    {
        Assert.Contains("For a register's name add --map FILE", (await Run("read", "sim:edu", "STATUS")).Errors, StringComparison.Ordinal);
        (int status, _, string errors) = await Run("read", "sim:edu", "STATUS", "--map", "/nowhere/card.svd");
        Assert.Equal((1, "ring3: /nowhere/card.svd: there is no such file.\n"), (status, errors));
        await File.WriteAllTextAsync(_map, "name = STATUS");
        (status, _, errors) = await Run("map", _map);
        Assert.Equal(2, status);
        Assert.StartsWith($"ring3: {_map}: this is neither CMSIS-SVD", errors, StringComparison.Ordinal);
        Assert.Contains("there is none", (await Run("read", "sim:edu", "bar0+0", "--map-at", "bar0+0")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_register_that_a_read_changes_is_not_watched_by_name()
    {
        await File.WriteAllTextAsync(_map, """{ "registers": [ { "name": "FIFO", "at": "bar0+0x0", "onRead": "changes" }, { "name": "LEVEL", "at": "bar0+0x0" } ] }""");

        (int status, _, string errors) = await Run("watch", "sim:edu", "FIFO", "--map", _map, "--timeout", "0.1");

        Assert.Equal(2, status);
        Assert.Contains("FIFO changes when it is read", errors, StringComparison.Ordinal);
        (status, string output, _) = await Run("watch", "sim:edu", "LEVEL", "bar0+0", "--map", _map, "--timeout", "0.1");
        Assert.Equal(0, status);
        Assert.Contains("LEVEL  0x010000ed", output, StringComparison.Ordinal);
        Assert.Contains("bar0+0x0  0x010000ed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Map_shows_a_file_and_writes_it_as_json()
    {
        (int status, string json, string errors) = await Run("map", Edu, "--json", "--map-at", "bar2+0x100");
        Assert.Equal((0, ""), (status, errors));
        await File.WriteAllTextAsync(_map, json);

        (_, string output, _) = await Run("map", _map);

        Assert.Contains("EDU.IDENTIFICATION         bar2+0x100     32 bit  r-  RR00_00EDh", output, StringComparison.Ordinal);
        Assert.Equal(output, (await Run("map", Edu, "--map-at", "bar2+0x100")).Output);
        await File.WriteAllTextAsync(_map, "<device><peripherals><peripheral><name>P</name><registers><register><name>ODD</name><size>24</size></register></registers></peripheral></peripherals></device>");
        Assert.Equal("ring3: left out: line 1: P.ODD: its size is not 8, 16, 32 or 64 bits, so that no bus access fits\n", (await Run("map", _map)).Errors);
        Assert.Contains("'ODD' was left out of the map", (await Run("read", "sim:edu", "ODD", "--map", _map)).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Digits_are_a_number_also_where_a_value_is_called_so()
    {
        await File.WriteAllTextAsync(_map, """{ "registers": [ { "name": "R", "at": "bar0+0x4", "fields": [ { "name": "DIV", "bits": "1:0", "values": { "1": 0, "2": 1, "4": 2, "off": 3, "any": "*" } } ] } ] }""");

        (int status, string output, _) = await Run("write", "sim:generic,id=1234:0001,bar0=4K", "R.DIV", "2", "--map", _map, "--json");
        Assert.Equal(0, status);
        Assert.Equal(2, JsonDocument.Parse(output).RootElement.GetProperty("registers")[0].GetProperty("value").GetInt32());
        (_, output, _) = await Run("write", "sim:generic,id=1234:0001,bar0=4K", "R.DIV", "off", "--map", _map, "--json");
        Assert.Equal(3, JsonDocument.Parse(output).RootElement.GetProperty("registers")[0].GetProperty("value").GetInt32());
        Assert.EndsWith("values go like 17 or 0x11, or off.\n", (await Run("write", "sim:edu", "R.DIV", "any", "--map", _map)).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_field_is_not_written_where_reading_its_register_changes_another()
    {
        await File.WriteAllTextAsync(_map, """{ "registers": [ { "name": "S", "at": "bar0+0x4", "fields": [ { "name": "IE", "bits": "0" }, { "name": "EV", "bits": "8", "onRead": "clears" } ] } ] }""");

        (int status, _, string errors) = await Run("write", "sim:edu", "S.IE", "1", "--map", _map);

        Assert.Equal(2, status);
        Assert.Contains("S changes when it is read", errors, StringComparison.Ordinal);
        Assert.Equal(2, (await Run("map", "")).Status);
        Assert.Equal(2, (await Run("map", "/dev/zero")).Status);
    }

    private static Task<(int Status, string Output, string Errors)> Run(params string[] arguments) => CommandTests.Run(arguments);
}
