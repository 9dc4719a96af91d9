using RingThree.Pci;
using Xunit;

namespace RingThree.Tests;

/// <summary>The edu card as QEMU documents it (docs/specs/edu) and, where that is silent, as its hw/misc/edu.c behaves.</summary>
public sealed class EduCardTests : EduRig
{
    [Fact]
    public void It_looks_as_qemus_does()
    {
        Assert.Equal(0x00FF_0010u, Device.Config.Read32(0x08));
        Assert.Equal(0x1100_1AF4u, Device.Config.Read32(0x2C));
        Assert.Equal(1, Device.Config.Read8(0x3D));
        Assert.Equal(0x10_0000u, Bar.Size);
        Assert.Equal(1, Device.Interrupts.Count(Interrupts.InterruptKind.Msi));
        Assert.Equal(1, Device.Interrupts.Count(Interrupts.InterruptKind.Level));
        Assert.Equal(0, Device.Interrupts.Count(Interrupts.InterruptKind.MsiX));
        Assert.False(Device.CanReset);
    }

    [Fact]
    public void The_identification_is_read_only()
    {
        Bar.Write(0x00, 0u);

        Assert.Equal(0x0100_00EDu, Bar.Read<uint>(0x00));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x1234_5678u)]
    [InlineData(uint.MaxValue)]
    public void Liveness_reads_inverted(uint value)
    {
        Bar.Write(0x04, value);

        Assert.Equal(~value, Bar.Read<uint>(0x04));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(5, 120)]
    [InlineData(12, 479_001_600)]
    [InlineData(13, 1_932_053_504)]
    [InlineData(33, 0x8000_0000)]
    [InlineData(34, 0)]
    [InlineData(uint.MaxValue, 0)]
    public void A_factorial_is_modulo_two_to_the_thirty_second(uint n, uint result)
    {
        Bar.Write(0x08, n);
        WaitUntil(() => (Bar.Read<uint>(0x20) & 1) == 0);

        Assert.Equal(result, Bar.Read<uint>(0x08));
        Assert.Equal(0u, Bar.Read<uint>(0x24));
    }

    [Fact]
    public void While_it_computes_it_says_so_and_takes_no_other()
    {
        lock (Card.ModelGate) // the computation waits for this
        {
            Bar.Write(0x08, 5u);
            Assert.Equal(1u, Bar.Read<uint>(0x20));
            Bar.Write(0x08, 6u);
            Assert.Equal(5u, Bar.Read<uint>(0x08));
        }

        WaitUntil(() => (Bar.Read<uint>(0x20) & 1) == 0);
        Assert.Equal(120u, Bar.Read<uint>(0x08));
    }

    [Fact]
    public void Only_the_interrupt_bit_of_the_status_can_be_written()
    {
        Bar.Write(0x20, uint.MaxValue);
        Assert.Equal(0x80u, Bar.Read<uint>(0x20));

        Bar.Write(0x20, 0x7Fu);
        Assert.Equal(0u, Bar.Read<uint>(0x20));
    }

    [Fact]
    public void A_factorial_interrupts_when_asked_to()
    {
        Bar.Write(0x20, 0x80u);
        Bar.Write(0x08, 4u);

        WaitUntil(() => Bar.Read<uint>(0x24) != 0);

        Assert.Equal(1u, Bar.Read<uint>(0x24));
        Assert.Equal(24u, Bar.Read<uint>(0x08));
        Assert.Equal(0x80u, Bar.Read<uint>(0x20));
    }

    [Fact]
    public void Raising_adds_bits_and_acknowledging_takes_them_and_the_pin_follows()
    {
        Bar.Write(0x60, 0x8000_0001u);
        Bar.Write(0x60, 0x10u);
        Assert.Equal(0x8000_0011u, Bar.Read<uint>(0x24));
        Assert.Equal(PciStatus.InterruptPending, Device.Config.ReadStatus() & PciStatus.InterruptPending);

        Bar.Write(0x64, 0x8000_0100u);
        Assert.Equal(0x11u, Bar.Read<uint>(0x24));
        Assert.Equal(PciStatus.InterruptPending, Device.Config.ReadStatus() & PciStatus.InterruptPending);

        Bar.Write(0x64, 0x11u);
        Assert.Equal(0u, Bar.Read<uint>(0x24));
        Assert.Equal(PciStatus.None, Device.Config.ReadStatus() & PciStatus.InterruptPending);
    }

    [Fact]
    public void Raising_nothing_asserts_nothing()
    {
        Bar.Write(0x60, 0u);

        Assert.Equal(PciStatus.None, Device.Config.ReadStatus() & PciStatus.InterruptPending);
    }

    [Theory]
    [InlineData(0x0C)]
    [InlineData(0x10)]
    [InlineData(0x28)]
    [InlineData(0x60)]
    [InlineData(0x64)]
    [InlineData(0x84)]
    [InlineData(0x9C)]
    [InlineData(0xA0)]
    [InlineData(0x4_0000)]
    [InlineData(0xF_FFFC)]
    public void Where_nothing_can_be_read_it_reads_all_ones(ulong offset)
    {
        Bar.Write(offset, 0u);

        Assert.Equal(uint.MaxValue, Bar.Read<uint>(offset));
    }

    [Fact]
    public void Below_80h_only_thirty_two_bits_answer()
    {
        Bar.Write(0x00, 7UL);
        Bar.Write(0x04, (ushort)7);
        Bar.Write(0x04, (byte)7);
        Bar.Write(0x60, 7UL);

        Assert.Equal(0u, Bar.Read<uint>(0x04));
        Assert.Equal(0u, Bar.Read<uint>(0x24));
        Assert.Equal(ulong.MaxValue, Bar.Read<ulong>(0x00));
        Assert.Equal(0, Bar.Read<byte>(0x00));
        Assert.Equal(0, Bar.Read<ushort>(0x02));
    }

    [Theory]
    [InlineData(0x80)]
    [InlineData(0x88)]
    [InlineData(0x90)]
    public void From_80h_thirty_two_and_sixty_four_bits_answer(ulong offset)
    {
        Bar.Write(offset, 0x1122_3344_5566_7788UL);
        Assert.Equal(0x1122_3344_5566_7788UL, Bar.Read<ulong>(offset));
        Assert.Equal(0x5566_7788u, Bar.Read<uint>(offset));

        Bar.Write(offset, (ushort)1);
        Assert.Equal(0, Bar.Read<ushort>(offset));
        Bar.Write(offset, 0xAABB_CCDDu);
        Assert.Equal(0xAABB_CCDDUL, Bar.Read<ulong>(offset));
    }
}
