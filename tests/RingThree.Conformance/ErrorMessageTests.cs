using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Registers;
using RingThree.Samples.Edu;

namespace RingThree.Conformance;

/// <summary>A mistake is told in the same words on either host: what was written, on which device, what there is.</summary>
public sealed class ErrorMessageTests : RoadTest
{
    [Fact]
    public void A_place_that_is_not_there_is_told_with_the_map_and_the_region()
    {
        (PciDevice device, _) = OpenEdu();
        DeviceRegion bar = device.Bar(0);
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => bar.As<EduRegisters>(bar.Size - 8));
        Assert.StartsWith($"{device.Address} BAR 0: the register map EduRegisters of 0x{EduRegisters.Size:x} bytes does not fit at 0x{bar.Size - 8:x}; the region has 0x{bar.Size:x} bytes", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => bar.Read<bool>(0));
        Assert.Throws<ArgumentException>(() => new Register<bool>(bar.Window(0, 8), 0).Read());
        Assert.Contains("belongs to no device", Assert.Throws<InvalidOperationException>(() => default(EduRegisters).Identification.Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vector_a_slot_and_a_kind_that_are_not_there_are_told_with_those_that_are()
    {
        (PciDevice device, _) = OpenEdu();
        DeviceException refused = Assert.Throws<DeviceException>(() => device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.MsiX }));
        Assert.Contains("the card has no MSI-X; MSI (1)", refused.Answer, StringComparison.Ordinal);
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Msi });
        Assert.StartsWith($"{device.Address}: VectorOf(5)", Assert.Throws<ArgumentOutOfRangeException>(() => session.VectorOf(5)).Message, StringComparison.Ordinal);
        Assert.StartsWith($"{device.Address}: Trigger(7)", Assert.Throws<ArgumentOutOfRangeException>(() => session.Trigger(7)).Message, StringComparison.Ordinal);
        DeviceException late = await Assert.ThrowsAsync<DeviceException>(() => session.NextAsync(TimeSpan.FromMilliseconds(50)).AsTask());
        Assert.Equal(DeviceStatus.TimedOut, late.Status);
    }
}
