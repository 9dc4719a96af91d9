using FsCheck;
using FsCheck.Fluent;
using RingThree.Pci;
using Xunit;

namespace RingThree.Tests;

/// <summary>Ids and addresses as text, there and back.</summary>
public sealed class PciNamesTests
{
    [Fact]
    public void An_id_reads_back_as_it_was_written() => Properties.ForAll(
        Properties.Bits(),
        bits =>
        {
            var id = new PciId((ushort)bits, (ushort)(bits >> 16));
            Assert.Equal(id, PciId.Parse(id.ToString()));
            Assert.Equal(id, PciId.Parse(id.ToString().ToUpperInvariant().AsSpan()));
        });

    [Fact]
    public void An_address_reads_back_as_it_was_written() => Properties.ForAll(
        Addresses(),
        address =>
        {
            Assert.Equal(address, PciAddress.Parse(address.ToString()));
            Assert.Equal(address, PciAddress.Parse(address.ToString().ToUpperInvariant().AsSpan()));
            if (address.Domain == 0) Assert.Equal(address, PciAddress.Parse(address.ToString()[5..]));
        });

    [Fact]
    public void Whatever_text_is_read_is_the_text_that_would_be_written() => Properties.ForAll(
        from characters in Gen.ArrayOf(Gen.Elements([.. "0123456789abcdefABCDEFg:. -+x\0\t"]))
        from repair in Gen.Choose(0, 2)
        select repair switch
        {
            0 => new string(characters),
            1 => $"{new string(characters)}:04.0",
            _ => $"{new string([.. characters.Take(4)]),4}:{new string([.. characters.Skip(4).Take(4)]),4}",
        },
        text =>
        {
            if (PciAddress.TryParse(text, null, out PciAddress address))
            {
                // A domain may come short of zeros, or have more of them, or be left out.
                Assert.Equal(address.ToString().TrimStart('0'), (text.Length == 7 ? ":" + text : text.TrimStart('0')), ignoreCase: true);
            }

            if (PciId.TryParse(text, null, out PciId id)) Assert.Equal(text, id.ToString(), ignoreCase: true);
        },
        tests: 5000);

    [Theory]
    [InlineData("1234:11e8", 0x1234, 0x11E8)]
    [InlineData("FFFF:0000", 0xFFFF, 0)]
    public void An_id_has_one_form(string text, int vendor, int device) => Assert.Equal(new PciId((ushort)vendor, (ushort)device), PciId.Parse(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1234")]
    [InlineData("123411e8")]
    [InlineData("1234:11e")]
    [InlineData("1234:11e8 ")]
    [InlineData(" 234:11e8")]
    [InlineData("0x12:11e8")]
    [InlineData("-123:11e8")]
    [InlineData("12g4:11e8")]
    [InlineData("1234-11e8")]
    [InlineData("12345:1e8")]
    [InlineData("١٢٣٤:11e8")]
    [InlineData("12\0\0:11e8")]
    [InlineData("1234:11e\0")]
    public void What_is_no_id_is_refused(string? text)
    {
        Assert.False(PciId.TryParse(text, null, out PciId id));
        Assert.Equal(default, id);
        Assert.Throws<FormatException>(() => PciId.Parse(text!));
    }

    [Fact]
    public void An_address_may_leave_its_domain_out() => Assert.Equal(new PciAddress(0, 0xC4, 0x1F, 7), PciAddress.Parse("c4:1f.7"));

    [Fact]
    public void A_domain_may_have_eight_digits() => Assert.Equal(new PciAddress(0x1000_0001, 2, 3, 4), PciAddress.Parse("10000001:02:03.4"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("00:00.0.")]
    [InlineData("00:20.0")]
    [InlineData("00:00.8")]
    [InlineData("00:00.a")]
    [InlineData("00:00.")]
    [InlineData("0:00.0")]
    [InlineData("00-00.0")]
    [InlineData("00:00:0")]
    [InlineData(" 0:00.0")]
    [InlineData("00: 0.0")]
    [InlineData("+0:00.0")]
    [InlineData("0g:00.0")]
    [InlineData(":00:00.0")]
    [InlineData("000:00:00.0")]
    [InlineData("0000.00:00.0")]
    [InlineData("000g:00:00.0")]
    [InlineData("100000000:00:00.0")]
    [InlineData("0000:00:04.0\n")]
    [InlineData("../../../0000:00:04.0")]
    [InlineData("0\0:00.0")]
    [InlineData("00:1\0.0")]
    [InlineData("0\0\0\0:00:00.0")]
    public void What_is_no_address_is_refused(string? text)
    {
        Assert.False(PciAddress.TryParse(text, null, out PciAddress address));
        Assert.Equal(default, address);
        Assert.Contains("0000:00:04.0", Assert.Throws<FormatException>(() => PciAddress.Parse(text!)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_are_in_the_order_of_their_parts() => Properties.ForAll(
        Addresses().Two(),
        pair =>
        {
            (PciAddress a, PciAddress b) = pair;
            int expected = (a.Domain, a.Bus, a.Device, a.Function).CompareTo((b.Domain, b.Bus, b.Device, b.Function));
            Assert.Equal(Math.Sign(expected), Math.Sign(a.CompareTo(b)));
            Assert.Equal(Math.Sign(-expected), Math.Sign(b.CompareTo(a)));
        });

    private static Gen<PciAddress> Addresses() =>
        from domain in Gen.OneOf(Gen.Elements(0u, 1u, 0xFFFFu, 0x10000u, uint.MaxValue), Gen.Choose(0, 3).Select(d => (uint)d))
        from bus in Gen.Choose(0, 255)
        from device in Gen.Choose(0, 31)
        from function in Gen.Choose(0, 7)
        select new PciAddress(domain, (byte)bus, (byte)device, (byte)function);
}
