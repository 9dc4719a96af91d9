using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Cards from text, and the text that describes none.</summary>
public sealed class GenericCardTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Every_part_of_the_text_is_seen_on_the_bus()
    {
        using SimulatedHost host = new SimulatedHost().Add(GenericCard.Parse("id=10ee:7024,bar0=64K,bar2=16M:64,bar4=256:io,msi=4,msix=8,pin,class=ff0000,revision=0a,subsystem=1234:5678"));
        using PciDevice device = host.Open("00:02.0");

        Assert.Equal(new DeviceDescription("0000:00:02.0", 0x10EE, 0x7024) { SubsystemVendorId = 0x1234, SubsystemId = 0x5678, ClassCode = 0xFF0000, Revision = 0x0A, Name = "generic", IsolationGroup = 0 }, device.Description);
        Assert.Equal([0x10000UL, 0x2000UL, 1UL << 24, 256UL], device.Bars.OfType<Registers.DeviceRegion>().Select(b => b.Size));
        Assert.True(device.Bar(4).IsPort);
        Assert.Equal((8, 4, 1), (device.Interrupts.Count(InterruptKind.MsiX), device.Interrupts.Count(InterruptKind.Msi), device.Interrupts.Count(InterruptKind.Level)));
    }

    [Fact]
    public void The_least_is_an_id()
    {
        CardDefinition card = GenericCard.Parse(" ID=ABCD:0001 ").Definition;

        Assert.Equal((0xABCD, 1, 0xFF0000u, 0), (card.VendorId, card.DeviceId, card.ClassCode, card.Bars.Count));
    }

    [Fact]
    public async Task Its_bars_are_memory_and_its_interrupts_are_raised_by_hand()
    {
        var card = GenericCard.Parse("id=10ee:7024,bar0=4K,bar1=256G:64:prefetch,msix=2048,pin=D");
        using SimulatedHost host = new SimulatedHost().Add(card);
        using PciDevice device = host.Open("00:02.0");
        device.Bar(1).Write((1UL << 38) - 8, 0x1122_3344_5566_7788UL);
        device.Bar(0).Write(0xFFE, (ushort)7);

        Assert.Equal(0x1122_3344u, device.Bar(1).Read<uint>((1UL << 38) - 4));
        Assert.Equal((0u, (byte)7), (device.Bar(0).Read<uint>(0), device.Bar(0).Read<byte>(0xFFE)));
        Assert.Equal(4, device.Config.Read8(0x3D));
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Slots = 2048 });
        card.Raise(2047);
        Assert.Equal(2047, (await session.NextAsync(Patience)).Vector);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(",", "empty")]
    [InlineData("bar0=4K", "id is missing")]
    [InlineData("id", "vendor:device")]
    [InlineData("id=", "vendor:device")]
    [InlineData("id=10ee", "vendor:device")]
    [InlineData("id=10ee:70244", "hexadecimal")]
    [InlineData("id=10ee:702g", "hexadecimal")]
    [InlineData("id=10ee: 702", "hexadecimal")]
    [InlineData("id=+0ee:7024", "hexadecimal")]
    [InlineData("id=10ee:7024:1", "vendor:device")]
    [InlineData("id=1:1,id=1:1", "hexadecimal")]
    [InlineData("id=10ee:7024,ID=10ee:7024", "twice")]
    [InlineData("id=10ee:7024,pin,pin", "twice")]
    [InlineData("id=10ee:7024,", "empty")]
    [InlineData("id=10ee:7024,=4K", "empty")]
    [InlineData("id=10ee:7024,bar6=4K", "'bar6=4K'")]
    [InlineData("id=10ee:7024,bar=4K", "'bar=4K'")]
    [InlineData("id=10ee:7024,bar00=4K", "'bar00=4K'")]
    [InlineData("id=10ee:7024,bar0", "power of two")]
    [InlineData("id=10ee:7024,bar0=", "power of two")]
    [InlineData("id=10ee:7024,bar0=K", "power of two")]
    [InlineData("id=10ee:7024,bar0=0", "power of two")]
    [InlineData("id=10ee:7024,bar0=-4K", "power of two")]
    [InlineData("id=10ee:7024,bar0=3K", "power of two")]
    [InlineData("id=10ee:7024,bar0=4T", "power of two")]
    [InlineData("id=10ee:7024,bar0=18446744073709551616", "power of two")]
    [InlineData("id=10ee:7024,bar0=17179869184G", "power of two")]
    [InlineData("id=10ee:7024,bar0=2048G:64", "power of two")]
    [InlineData("id=10ee:7024,bar0=4G", "64-bit")]
    [InlineData("id=10ee:7024,bar0=8", "at least 16")]
    [InlineData("id=10ee:7024,bar0=2:io", "ports: 4")]
    [InlineData("id=10ee:7024,bar0=512:io", "256")]
    [InlineData("id=10ee:7024,bar0=256:io:64", "64-bit")]
    [InlineData("id=10ee:7024,bar0=256:io:prefetch", "prefetchable")]
    [InlineData("id=10ee:7024,bar0=4K:32", "'32'")]
    [InlineData("id=10ee:7024,bar5=4K:64", "64-bit")]
    [InlineData("id=10ee:7024,bar0=4K:64,bar1=4K", "64-bit")]
    [InlineData("id=10ee:7024,msi=3", "power of two")]
    [InlineData("id=10ee:7024,msi=64", "1 to 32")]
    [InlineData("id=10ee:7024,msi", "1 to 32")]
    [InlineData("id=10ee:7024,msix=0", "1 to 2048")]
    [InlineData("id=10ee:7024,msix=2049", "1 to 2048")]
    [InlineData("id=10ee:7024,msix=-1", "1 to 2048")]
    [InlineData("id=10ee:7024,msix=1,bar0=4K:64,bar2=4K:64,bar4=4K:64", "free")]
    [InlineData("id=10ee:7024,pin=E", "A, B, C or D")]
    [InlineData("id=10ee:7024,pin=1", "A, B, C or D")]
    [InlineData("id=10ee:7024,class=ff", "6 hexadecimal")]
    [InlineData("id=10ee:7024,revision=100", "2 hexadecimal")]
    [InlineData("id=10ee:7024,x\u001b[2J\nx", "'x?[2J?x'")]
    public void Text_that_describes_no_card_is_told_what_is_wrong_and_what_is_right(string text, string reason)
    {
        var error = Assert.Throws<FormatException>(() => GenericCard.Parse(text));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"A card is given as {GenericCard.Form}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_text_is_shown_in_part()
    {
        var error = Assert.Throws<FormatException>(() => GenericCard.Parse("id=10ee:7024," + new string('x', 1_000_000)));

        Assert.InRange(error.Message.Length, 1, 400);
    }

    [Fact]
    public void Random_text_is_a_card_or_a_format_error()
    {
        string[] pieces = ["id=", "10ee:7024", ",", "bar", "0", "5", "=", "64", "K", "G", ":64", ":io", "msi=", "msix=", "pin", "class=", "ff0000", ":", "-", "\0", "\ud800", " "];
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++)
        {
            string text = "id=10ee:7024," + string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => pieces[random.Next(pieces.Length)]));
            Exception? error = Record.Exception(() => GenericCard.Parse(text));
            Assert.True(error is null or FormatException, $"'{text}': {error}");
        }
    }

    [Theory]
    [InlineData("sim:generic,id=10ee:7024,bar0=64K,msi=4", 0x10EE, 0x7024)]
    [InlineData("SIM:GENERIC,ID=10EE:7024", 0x10EE, 0x7024)]
    [InlineData("sim:line-card", 0x10B5, 0x9050)]
    [InlineData("sim:queue-card", 0x1AF4, 0x10F0)]
    [InlineData("sim:dma-card", 0x1AF4, 0x10F1)]
    [InlineData("sim:sriov-card", 0x1AF4, 0x10F2)]
    [InlineData("sim:line-card#1", 0x10B5, 0x9050)]
    [InlineData("sim:edu#6", 0x1234, 0x11E8)]
    public void Names_open_the_cards(string name, int vendor, int device)
    {
        (IHost host, PciDevice opened) = HostNames.Open(name);
        using (host)
        using (opened)
        {
            Assert.Equal(new PciId((ushort)vendor, (ushort)device), opened.Id);
            if (name == "sim:line-card#1") Assert.Equal(["0000:00:02.0", "0000:00:06.0"], host.Scan().Select(d => d.Address));
        }
    }

    [Theory]
    [InlineData("sim:generic", "sim:generic,")]
    [InlineData("sim:generic,", "A card is given as")]
    [InlineData("sim:generic,bar0=4K", "A card is given as")]
    [InlineData("sim:generic,id=10ee:7024,bar0=2G", "No machine has room")]
    [InlineData("sim:nothing", "sim:dma-card")]
    [InlineData("sim:edu#7", "0 to 6")]
    [InlineData("sim:edu#", "0 to 6")]
    [InlineData("sim:edu#-1", "0 to 6")]
    [InlineData("sim:isa-card#1", "a machine has one 'isa-card'")]
    public void A_name_that_opens_nothing_says_why(string name, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => HostNames.Open(name)).Message, StringComparison.Ordinal);
}
