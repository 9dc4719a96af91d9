using RingThree.Interrupts;
using RingThree.Platform;
using RingThree.Registers;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The card without PCI that docs/simulation.md shows does what is said of it.</summary>
public sealed class RelayCardTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void What_the_page_shows_is_what_is_compiled()
    {
        const string start = "public sealed class RelayCard";
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "simulation.md"));
        string source = File.ReadAllText(Path.Combine(Repository.Root, "tests", "RingThree.Tests", "Platform", "RelayCard.cs"));

        Assert.Contains("```csharp\n" + source[source.IndexOf(start, StringComparison.Ordinal)..] + "```", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contact_that_closes_interrupts()
    {
        var model = new RelayCard();
        using SimulatedHost host = new SimulatedHost().Add(model);
        using PlatformDevice card = host.Open(model.Resources);
        DeviceRegion ports = card.Region(0);
        await using InterruptSession interrupts = card.Interrupts.Enable(new InterruptOptions());

        ports.Write<byte>(0, 0x55);
        model.CloseContact(3);
        Interrupt interrupt = await interrupts.NextAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal((InterruptKind.Edge, 1), (interrupt.Kind, interrupt.Count));
        Assert.Equal((0x55, 0x08), (ports.Read<byte>(0), ports.Read<byte>(1)));
        ports.Write<byte>(1, 0x08);
        Assert.Equal(0, ports.Read<byte>(1));
    }
}
