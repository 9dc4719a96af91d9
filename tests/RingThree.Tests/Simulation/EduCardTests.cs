using RingThree.Pci;
using RingThree.Registers;
using RingThree.Samples.Edu;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The edu card as QEMU documents it (docs/specs/edu) and, where that is silent, as its hw/misc/edu.c behaves.</summary>
public sealed class EduCardTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly EduCard _card = new();
    private readonly SimulatedHost _host;
    private readonly PciDevice _device;
    private readonly DeviceRegion _bar;

    public EduCardTests()
    {
        _host = new SimulatedHost().Add(_card);
        _device = _host.Open(EduDriver.Id);
        _bar = _device.Bar(0);
    }

    public void Dispose()
    {
        _device.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void It_looks_as_qemus_does()
    {
        Assert.Equal(0x00FF_0010u, _device.Config.Read32(0x08));
        Assert.Equal(0x1100_1AF4u, _device.Config.Read32(0x2C));
        Assert.Equal(1, _device.Config.Read8(0x3D));
        Assert.Equal(0x10_0000u, _bar.Size);
        Assert.Equal(1, _device.Interrupts.Count(Interrupts.InterruptKind.Msi));
        Assert.Equal(1, _device.Interrupts.Count(Interrupts.InterruptKind.Level));
        Assert.Equal(0, _device.Interrupts.Count(Interrupts.InterruptKind.MsiX));
        Assert.False(_device.CanReset);
    }

    [Fact]
    public void The_identification_is_read_only()
    {
        _bar.Write(0x00, 0u);

        Assert.Equal(0x0100_00EDu, _bar.Read<uint>(0x00));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x1234_5678u)]
    [InlineData(uint.MaxValue)]
    public void Liveness_reads_inverted(uint value)
    {
        _bar.Write(0x04, value);

        Assert.Equal(~value, _bar.Read<uint>(0x04));
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
        _bar.Write(0x08, n);
        WaitUntil(() => (_bar.Read<uint>(0x20) & 1) == 0);

        Assert.Equal(result, _bar.Read<uint>(0x08));
        Assert.Equal(0u, _bar.Read<uint>(0x24));
    }

    [Fact]
    public void While_it_computes_it_says_so_and_takes_no_other()
    {
        lock (_card.ModelGate) // the computation waits for this
        {
            _bar.Write(0x08, 5u);
            Assert.Equal(1u, _bar.Read<uint>(0x20));
            _bar.Write(0x08, 6u);
            Assert.Equal(5u, _bar.Read<uint>(0x08));
        }

        WaitUntil(() => (_bar.Read<uint>(0x20) & 1) == 0);
        Assert.Equal(120u, _bar.Read<uint>(0x08));
    }

    [Fact]
    public void Only_the_interrupt_bit_of_the_status_can_be_written()
    {
        _bar.Write(0x20, uint.MaxValue);
        Assert.Equal(0x80u, _bar.Read<uint>(0x20));

        _bar.Write(0x20, 0x7Fu);
        Assert.Equal(0u, _bar.Read<uint>(0x20));
    }

    [Fact]
    public void A_factorial_interrupts_when_asked_to()
    {
        _bar.Write(0x20, 0x80u);
        _bar.Write(0x08, 4u);

        WaitUntil(() => _bar.Read<uint>(0x24) != 0);

        Assert.Equal(1u, _bar.Read<uint>(0x24));
        Assert.Equal(24u, _bar.Read<uint>(0x08));
        Assert.Equal(0x80u, _bar.Read<uint>(0x20));
    }

    [Fact]
    public void Raising_adds_bits_and_acknowledging_takes_them_and_the_pin_follows()
    {
        _bar.Write(0x60, 0x8000_0001u);
        _bar.Write(0x60, 0x10u);
        Assert.Equal(0x8000_0011u, _bar.Read<uint>(0x24));
        Assert.Equal(PciStatus.InterruptPending, _device.Config.ReadStatus() & PciStatus.InterruptPending);

        _bar.Write(0x64, 0x8000_0100u);
        Assert.Equal(0x11u, _bar.Read<uint>(0x24));
        Assert.Equal(PciStatus.InterruptPending, _device.Config.ReadStatus() & PciStatus.InterruptPending);

        _bar.Write(0x64, 0x11u);
        Assert.Equal(0u, _bar.Read<uint>(0x24));
        Assert.Equal(PciStatus.None, _device.Config.ReadStatus() & PciStatus.InterruptPending);
    }

    [Fact]
    public void Raising_nothing_asserts_nothing()
    {
        _bar.Write(0x60, 0u);

        Assert.Equal(PciStatus.None, _device.Config.ReadStatus() & PciStatus.InterruptPending);
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
        _bar.Write(offset, 0u);

        Assert.Equal(uint.MaxValue, _bar.Read<uint>(offset));
    }

    [Fact]
    public void Below_80h_only_thirty_two_bits_answer()
    {
        _bar.Write(0x00, 7UL);
        _bar.Write(0x04, (ushort)7);
        _bar.Write(0x04, (byte)7);
        _bar.Write(0x60, 7UL);

        Assert.Equal(0u, _bar.Read<uint>(0x04));
        Assert.Equal(0u, _bar.Read<uint>(0x24));
        Assert.Equal(ulong.MaxValue, _bar.Read<ulong>(0x00));
        Assert.Equal(0, _bar.Read<byte>(0x00));
        Assert.Equal(0, _bar.Read<ushort>(0x02));
    }

    [Theory]
    [InlineData(0x80)]
    [InlineData(0x88)]
    [InlineData(0x90)]
    public void From_80h_thirty_two_and_sixty_four_bits_answer(ulong offset)
    {
        _bar.Write(offset, 0x1122_3344_5566_7788UL);
        Assert.Equal(0x1122_3344_5566_7788UL, _bar.Read<ulong>(offset));
        Assert.Equal(0x5566_7788u, _bar.Read<uint>(offset));

        _bar.Write(offset, (ushort)1);
        Assert.Equal(0, _bar.Read<ushort>(offset));
        _bar.Write(offset, 0xAABB_CCDDu);
        Assert.Equal(0xAABB_CCDDUL, _bar.Read<ulong>(offset));
    }

    private static void WaitUntil(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Patience));
}
