using System.Globalization;
using System.Text;
using RingThree.Cli;
using Xunit;

namespace RingThree.Tests;

/// <summary>The names that <c>ring3 list</c> finds in pci.ids.</summary>
public sealed class PciIdsTests
{
    private const string SystemFile = "/usr/share/misc/pci.ids";

    private const string Small = """
        # A comment first, as in the file itself.
        0001  First
        	00a0  Its device
        		0002 00b0  A subsystem, which is no device
        		0002  00c0
        # A comment between
        	00d0  Behind a comment
        0002  Second
        	00c0  Of the second
        8086
        C 02  Network controller
        	00  Ethernet controller
        		01  An interface
        C 0c  Serial bus controller
        	03  USB controller
        """;

    private static readonly PciNames Names = new(Encoding.UTF8.GetBytes(Small));

    [Theory]
    [InlineData(1, 0xA0, "First", "Its device")]
    [InlineData(1, 0xD0, "First", "Behind a comment")]
    [InlineData(1, 0xB0, "First", null)]
    [InlineData(1, 0xC0, "First", null)]
    [InlineData(1, 2, "First", null)]
    [InlineData(2, 0xC0, "Second", "Of the second")]
    [InlineData(2, 0xA0, "Second", null)]
    [InlineData(2, 0, "Second", null)]
    [InlineData(0xA0, 0, null, null)]
    [InlineData(0, 0xA0, null, null)]
    [InlineData(0x8086, 3, null, null)]
    public void Vendors_and_devices(int vendor, int device, string? vendorName, string? deviceName)
    {
        Assert.Equal(vendorName, Names.Vendor((ushort)vendor));
        Assert.Equal(deviceName, Names.Device((ushort)vendor, (ushort)device));
    }

    [Theory]
    [InlineData(0x020000, "Ethernet controller")]
    [InlineData(0x02FF00, "Network controller")]
    [InlineData(0x020300, "Network controller")]
    [InlineData(0x0C0330, "USB controller")]
    [InlineData(0x0CFF00, "Serial bus controller")]
    [InlineData(0x010000, null)]
    public void Classes(uint code, string? name) => Assert.Equal(name, Names.Class(code));

    [Fact]
    public void Without_a_file_there_are_no_names()
    {
        var none = new PciNames([]);

        Assert.Null(none.Vendor(0x8086));
        Assert.Null(none.Device(0x8086, 0x100E));
        Assert.Null(none.Class(0x020000));
    }

    [Fact]
    public void Every_name_of_the_file_is_found()
    {
        Assert.SkipUnless(File.Exists(SystemFile), "needs pci.ids");
        var names = new PciNames(File.ReadAllBytes(SystemFile));
        int vendor = -1, baseClass = -1, found = 0;
        foreach (string line in File.ReadLines(SystemFile))
        {
            if (line.Length == 0 || line[0] == '#' || line.StartsWith("\t\t", StringComparison.Ordinal)) continue;
            if (line.StartsWith("C ", StringComparison.Ordinal))
            {
                (vendor, baseClass) = (-1, Hex(line[2..4]));
                continue;
            }

            if (line[0] != '\t') Assert.Equal(line[4..].Trim(), names.Vendor((ushort)(vendor = Hex(line[..4]))));
            else if (vendor >= 0) Assert.Equal(line[5..].Trim(), names.Device((ushort)vendor, (ushort)Hex(line[1..5])));
            else Assert.Equal(line[3..].Trim(), names.Class((uint)((baseClass << 16) | (Hex(line[1..3]) << 8))));
            found++;
        }

        Assert.True(found > 10_000, $"{found} names");
    }

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
