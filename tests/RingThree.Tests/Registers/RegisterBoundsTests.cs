using RingThree.Pci;
using RingThree.Registers;
using Xunit;

namespace RingThree.Tests;

/// <summary>A register made by hand with a wrong offset is an error, never somebody else's memory.</summary>
public sealed class RegisterBoundsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_register_outside_its_window_throws_when_it_is_used(bool mapped)
    {
        FakeDevice fake = new FakeDevice().Add(0, 0x100, mapped: mapped ? [(0, 0x100)] : null);
        using PciDevice device = fake.Open();
        RegisterWindow window = device.Bar(0).Window(0x40, 0x20);
        foreach (uint offset in (uint[])[0x1D, 0x20, 0xFFFF_FFFC, uint.MaxValue])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new Register<uint>(window, offset).Read());
            Assert.Throws<ArgumentOutOfRangeException>(() => new Register<uint>(window, offset).Write(1));
        }

        new Register<uint>(window, 0x1C).Write(7);
        Assert.Equal(7u, device.Bar(0).Read<uint>(0x5C));
    }
}
