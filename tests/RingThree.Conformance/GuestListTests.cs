using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using RingThree.Tests;

namespace RingThree.Conformance;

/// <summary>What ring3 list says of a machine in use, function by function, against the kernel's files and lspci.</summary>
[Trait("Host", "many")]
public sealed partial class GuestListTests : IDisposable
{
    private const int LeastFunctions = 32;
    private readonly GuestFunction _physical = GuestVirtualFunctions.Enable();
    private readonly JsonElement[] _listed = [.. JsonDocument.Parse(GuestProgram.Ring3Does("list", "--json").Output).RootElement.EnumerateArray()];

    public void Dispose() => GuestVirtualFunctions.Disable(_physical);

    [Fact]
    public void It_is_what_the_kernel_shows()
    {
        GuestFunction[] functions = [.. GuestFunction.All];
        Assert.True(functions.Length >= LeastFunctions, $"the topology has {functions.Length} functions");
        Assert.Equal(functions.Select(f => f.Address), _listed.Select(l => l.GetProperty("address").GetString()));
        foreach ((GuestFunction function, JsonElement listed) in functions.Zip(_listed))
        {
            uint Number(string name) => listed.GetProperty(name).GetUInt32();
            Assert.Equal(
                (function.Address, function.Hex("vendor"), function.Hex("device"), function.Hex("class"), function.Hex("revision"), function.Hex("subsystem_vendor"), function.Hex("subsystem_device"), function.Driver, function.Group),
                (function.Address, Number("vendorId"), Number("deviceId"), Number("classCode"), Number("revision"), Number("subsystemVendorId"), Number("subsystemId"), listed.GetProperty("driver").GetString(), listed.GetProperty("isolationGroup").GetInt32()));
            Assert.Equal((function.Address, Signals(function.Configuration)), (function.Address, Signals(listed)));
        }

        // Else the comparison would say little.
        Assert.True(_listed.Select(l => l.GetProperty("driver").GetString()).Distinct().Count() >= 10, "too few drivers");
        Assert.True(_listed.Count(l => Signals(l).Msi > 0) >= 8 && _listed.Count(l => Signals(l).MsiX > 1) >= 6, "too few kinds of interrupts");
        Assert.True(_listed.GroupBy(l => l.GetProperty("isolationGroup").GetInt32()).Count(g => g.Count() > 1) >= 4, "too few groups of several");
    }

    [Fact]
    public void It_is_what_lspci_shows()
    {
        string[] lspci = [.. LspciOracle.Run("-n", "-D").Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        Assert.Equal(lspci, _listed.Select(l =>
        {
            uint Number(string name) => l.GetProperty(name).GetUInt32();
            string revision = Number("revision") is > 0 and uint number ? $" (rev {number:x2})" : "";
            string text = $"{l.GetProperty("address").GetString()} {Number("classCode") >> 8:x4}: {Number("vendorId"):x4}:{Number("deviceId"):x4}{revision}";
            return lspci.FirstOrDefault(line => line.StartsWith(text + " (prog-if ", StringComparison.Ordinal)) ?? text;
        }));

        string[] blocks = LspciOracle.Run("-D", "-vvv").Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(_listed.Length, blocks.Length);
        foreach ((JsonElement listed, string block) in _listed.Zip(blocks))
        {
            string address = block[..block.IndexOf(' ', StringComparison.Ordinal)];
            Assert.Equal(listed.GetProperty("address").GetString(), address);
            Assert.Equal(
                (address, Count(MsiLine().Match(block)), Count(MsiXLine().Match(block)), DriverLine().Match(block) is { Success: true } driver ? driver.Groups[1].Value : null),
                (address, Signals(listed).Msi, Signals(listed).MsiX, listed.GetProperty("driver").GetString()));
        }
    }

    private static (int Pin, int Msi, int MsiX) Signals(JsonElement listed)
    {
        JsonElement interrupts = listed.GetProperty("interrupts");
        return (interrupts.GetProperty("intx").GetInt32(), interrupts.GetProperty("msi").GetInt32(), interrupts.GetProperty("msix").GetInt32());
    }

    /// <summary>Read anew from the bytes: the pin at 3Dh, the list from 34h on, MSI is 05h and MSI-X 11h (PCI Local Bus 3.0, 6.2.4, 6.7, 6.8).</summary>
    private static (int Pin, int Msi, int MsiX) Signals(byte[] bytes)
    {
        int msi = 0;
        int msix = 0;
        if ((bytes[6] & 0x10) != 0)
        {
            int left = 48;
            for (int at = bytes[0x34] & 0xFC; at >= 0x40 && left-- > 0; at = bytes[at + 1] & 0xFC)
            {
                int control = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at + 2));
                if (bytes[at] == 0x05) msi = 1 << ((control >> 1) & 7);
                if (bytes[at] == 0x11) msix = (control & 0x7FF) + 1;
            }
        }

        return (bytes[0x3D] > 0 ? 1 : 0, msi, msix);
    }

    private static int Count(Match match) => match.Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"\] MSI: Enable[+-] Count=\d+/(\d+)")]
    private static partial Regex MsiLine();

    [GeneratedRegex(@"\] MSI-X: Enable[+-] Count=(\d+)")]
    private static partial Regex MsiXLine();

    [GeneratedRegex(@"\tKernel driver in use: (\S+)")]
    private static partial Regex DriverLine();
}
