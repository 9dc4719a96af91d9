using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using Xunit;

namespace RingThree.Tests;

/// <summary>What a session that grows asks its host, and what becomes of it when the host refuses.</summary>
public sealed class GrowingTests : IDisposable
{
    private readonly List<PciDevice> _open = [];

    public void Dispose() => _open.ForEach(d => d.Dispose());

    [Theory]
    [InlineData(InterruptGroupAbilities.None, "bind MSI-X with 5")]
    [InlineData(InterruptGroupAbilities.FixedOnceBound, "unbind MSI-X, bind MSI-X with 5")]
    public void Only_a_group_that_is_fixed_is_unbound_first(InterruptGroupAbilities abilities, string expected)
    {
        (FakeDevice fake, InterruptSession session) = Enable(abilities);
        Assert.Equal(5, session.Grow(5));
        Assert.Equal(5, session.Grow(5)); // nothing to ask
        Assert.Equal(expected, string.Join(", ", fake.Events));
    }

    [Theory]
    [InlineData(InterruptGroupAbilities.None, "bind MSI-X with 8, bind MSI-X with 4")]
    [InlineData(InterruptGroupAbilities.FixedOnceBound, "unbind MSI-X, bind MSI-X with 8, bind MSI-X with 4")]
    public void What_is_granted_is_taken(InterruptGroupAbilities abilities, string expected)
    {
        (FakeDevice fake, InterruptSession session) = Enable(abilities);
        fake.Granting = wanted => Math.Min(wanted, 4);
        Assert.Equal(4, session.Grow(100));
        Assert.Equal(99 % 4, session.VectorOf(99));
        Assert.Equal(expected, string.Join(", ", fake.Events));
    }

    [Theory]
    [InlineData(InterruptGroupAbilities.None, "bind MSI-X with 3")]
    [InlineData(InterruptGroupAbilities.FixedOnceBound, "unbind MSI-X, bind MSI-X with 3, bind MSI-X with 2")]
    public void A_host_that_refuses_leaves_the_session_what_it_had(InterruptGroupAbilities abilities, string expected)
    {
        (FakeDevice fake, InterruptSession session) = Enable(abilities);
        fake.Granting = wanted => wanted > 2 ? throw Refused() : wanted;
        Assert.Equal("refused", Assert.Throws<DeviceException>(() => session.Grow(3)).Answer);
        Assert.Equal(expected, string.Join(", ", fake.Events));
        Assert.True(session.IsEnabled);
        Assert.Equal(2, session.VectorCount);
        Assert.Throws<ArgumentOutOfRangeException>(() => session.VectorOf(2));
    }

    [Fact]
    public void What_a_host_takes_and_does_not_give_back_ends_the_session()
    {
        (FakeDevice fake, InterruptSession session) = Enable(InterruptGroupAbilities.FixedOnceBound);
        fake.Granting = _ => 1;
        DeviceException lost = Assert.Throws<DeviceException>(() => session.Grow(5));
        Assert.Equal(DeviceStatus.NoResources, lost.Status);
        Assert.Same(lost, session.Error);
        Assert.False(session.IsEnabled);
    }

    private static DeviceException Refused() => new(DeviceStatus.NoResources, FakeDevice.Place, "enabling", "refused", "Nothing.");

    private (FakeDevice Fake, InterruptSession Session) Enable(InterruptGroupAbilities abilities)
    {
        InterruptGroupDescription[] groups = [.. Enumerable.Repeat(InterruptGroupDescription.Absent, PciNumbering.RemovalRequest + 1)];
        groups[PciNumbering.MsiX] = new(InterruptGroupKind.MsiX, 8, abilities, "MSI-X");
        var fake = new FakeDevice { InterruptGroups = groups };
        PciDevice device = fake.Open();
        _open.Add(device);
        InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Slots = 2, Handler = (in Interrupt _) => { } });
        fake.ForgetEvents();
        return (fake, session);
    }
}
