using System.Buffers.Binary;
using System.Reflection;
using System.Runtime.CompilerServices;
using RingThree.Pci;
using RingThree.Registers;
using Xunit;

namespace RingThree.Tests.Generators;

public sealed class RegisterMapTests : IDisposable
{
    /// <summary>Where the tests lay the map, so that an offset that ignores the window is seen.</summary>
    private const int Start = 0x40;

    private readonly MemoryDevice _memory = new(0x400);
    private readonly PciDevice _device;
    private readonly SampleRegisters _map;

    public RegisterMapTests()
    {
        _device = _memory.Open(MemoryDevice.Address);
        _map = _device.Bar(0).As<SampleRegisters>(Start);
    }

    public void Dispose()
    {
        _device.Dispose();
        _memory.Dispose();
    }

    [Fact]
    public void A_register_is_read_with_one_access_of_its_width_at_its_offset()
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_memory.Memory.AsSpan(Start), 0x010000edu);

        Assert.Equal(0x010000edu, _map.Identification.Read());
        Assert.Equal(["read 4 at 0x40"], _memory.Accesses);
    }

    [Fact]
    public void Each_integer_has_the_access_width_of_its_size()
    {
        _map.Temperature.Write(-2);
        _map.Address.Write(0x1122334455667788);

        Assert.Equal(["write 2 at 0x46", "write 8 at 0x48"], _memory.Accesses);
        Assert.Equal(-2, _map.Temperature.Read());
        Assert.Equal(0x1122334455667788u, _map.Address.Read());
    }

    [Fact]
    public void An_enum_has_the_access_width_of_its_underlying_type()
    {
        _map.Link.Write(LinkState.Up);

        Assert.Equal(["write 1 at 0x45"], _memory.Accesses);
        Assert.Equal(0x81, _memory.Memory[Start + 5]);
        Assert.Equal(LinkState.Up, _map.Link.Read());
    }

    [Fact]
    public void Write_only_and_write_one_to_clear_registers_write_at_their_offsets()
    {
        _map.Acknowledge.Write(1);
        _map.Status.Clear(2);

        Assert.Equal(["write 4 at 0xa4", "write 4 at 0xa8"], _memory.Accesses);
    }

    [Fact]
    public void A_row_of_registers_advances_by_its_stride()
    {
        _map.Heads[0].Write(1);
        _map.Heads[7].Write(2);
        _map.Tails[7].Write(3);

        Assert.Equal(8, _map.Heads.Count);
        Assert.Equal(["write 4 at 0x140", "write 4 at 0x1b0", "write 4 at 0x1b4"], _memory.Accesses);
    }

    [Fact]
    public void A_row_of_registers_without_a_stride_has_no_gaps()
    {
        _map.Counters[3].Write(1);

        Assert.Equal(4, _map.Counters.Count);
        Assert.Equal(["write 2 at 0x23e"], _memory.Accesses);
    }

    [Fact]
    public void Two_views_of_the_same_bytes_see_the_same_bytes()
    {
        _map.Address.Write(0x1122334455667788);

        Assert.Equal(0x55667788u, _map.AddressLow.Read());
        Assert.Equal(0x11223344u, _map.AddressHigh.Read());
    }

    [Fact]
    public void A_nested_map_reaches_its_last_byte()
    {
        SampleCard.Mailbox mailbox = _device.Bar(0).As<SampleCard.Mailbox>(0x3f8);

        mailbox.Message.Write(uint.MaxValue);

        Assert.Equal(["write 4 at 0x3fc"], _memory.Accesses);
    }

    [Fact]
    public void The_size_is_the_attributes()
    {
        Assert.Equal(0x200u, SampleRegisters.Size);
        Assert.Equal(8u, SampleCard.Mailbox.Size);
    }

    [Fact]
    public void A_window_of_the_maps_size_is_long_enough()
    {
        SampleRegisters map = SampleRegisters.Create(_device.Bar(0).Window(0, 0x200));

        Assert.Equal(0u, map.Identification.Read());
    }

    [Fact]
    public void A_shorter_window_is_refused_with_both_lengths()
    {
        RegisterWindow window = _device.Bar(0).Window(0x40, 0x1ff);

        var exception = Assert.Throws<ArgumentException>("window", () => SampleRegisters.Create(window));
        Assert.StartsWith(
            "0000:00:01.0 BAR 0: SampleRegisters takes 0x200 bytes, the window at 0x40 has 0x1ff.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_window_is_refused() =>
        Assert.Throws<ArgumentNullException>("window", () => SampleRegisters.Create(null!));

    [Fact]
    public void Offsets_are_constants()
    {
        const uint Acknowledge = SampleRegisters.Offsets.Acknowledge;

        Assert.Equal(0x64u, Acknowledge);
        Assert.Equal(0x70u, SampleRegisters.Offsets.@event);
        Assert.Equal(0x4u, SampleCard.Mailbox.Offsets.Message);
    }

    [Fact]
    public void Every_register_has_its_offset_and_nothing_else_has()
    {
        const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;
        Dictionary<string, uint> registers = typeof(SampleRegisters).GetProperties(Any)
            .ToDictionary(property => property.Name, property => property.GetCustomAttribute<RegisterAttribute>()!.Offset);

        Dictionary<string, uint> constants = typeof(SampleRegisters.Offsets).GetFields()
            .ToDictionary(field => field.Name, field => (uint)field.GetRawConstantValue()!);

        Assert.Equal(12, registers.Count);
        Assert.Equal(registers.OrderBy(pair => pair.Key), constants.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void A_map_is_as_small_as_a_reference() => Assert.Equal(nint.Size, Unsafe.SizeOf<SampleRegisters>());

    [Fact]
    public void Getters_are_inlined()
    {
        MethodInfo getter = typeof(SampleRegisters).GetProperty(nameof(SampleRegisters.Identification))!.GetMethod!;

        Assert.Equal(MethodImplAttributes.AggressiveInlining, getter.MethodImplementationFlags & MethodImplAttributes.AggressiveInlining);
    }
}
