using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;

namespace RingThree.Conformance;

/// <summary>What a bus reset does to a card's registers, in a machine in use: its neighbours are to be bound first.</summary>
[Trait("Host", "many")]
public sealed class GuestBusResetTests : IDisposable
{
    /// <summary>LEDCTL (82540 software developer's manual, 13.4.34); QEMU's e1000 sets it to 602h when it is reset.</summary>
    private const ulong LedControl = 0xE00;

    public void Dispose() => GuestFunction.GiveAllBack();

    [Fact]
    public void Registers_are_as_after_power_on_and_a_neighbour_that_is_not_bound_is_named()
    {
        GuestFunction card = GuestFunction.All.First(f => f.Driver == "e1000" && GuestFunction.All.Count(o => o.Group == f.Group && GuestFunction.IsCard(o)) == 3);
        GuestProgram.Ring3Does("bind", card.Address);
        GuestProgram.Ring3Refuses("bound to vfio-pci: ring3 bind", "reset", card.Address, "--bus", "--force");

        GuestProgram.Ring3Does("bind", card.Address, "--group");
        using var host = new VfioHost();
        using PciDevice device = host.Open(card.Address);
        Assert.Equal(3, device.GetBusResetReach()!.Count);
        device.Bar(0).Write(LedControl, 0u);
        Assert.Equal(0u, device.Bar(0).Read<uint>(LedControl));
        device.ResetBus();
        Assert.Equal(0x602u, device.Bar(0).Read<uint>(LedControl));
    }
}
