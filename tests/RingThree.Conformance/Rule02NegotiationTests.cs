using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;

namespace RingThree.Conformance;

/// <summary>Rule 2: MSI-X, then MSI, then level; what is allowed, what is granted; bus mastering.</summary>
public sealed class Rule02NegotiationTests : RoadTest
{
    [Theory]
    [InlineData(Machine.EduA, 1, 1, 0)]
    [InlineData(Machine.Xhci, 1, 16, 0)]
    [InlineData(Machine.Nvme, 1, 0, 65)]
    [InlineData(Machine.E1000e, 1, 1, 5)]
    public void A_device_says_what_it_supports_before_anything_is_enabled(string card, int level, int msi, int msix)
    {
        PciDevice device = Machine.Open(card);
        Assert.Equal(level, device.Interrupts.Count(InterruptKind.Level));
        Assert.Equal(msi, device.Interrupts.Count(InterruptKind.Msi));
        Assert.Equal(msix, device.Interrupts.Count(InterruptKind.MsiX));
        InterruptKinds expected = (level > 0 ? InterruptKinds.Level : 0) | (msi > 0 ? InterruptKinds.Msi : 0) | (msix > 0 ? InterruptKinds.MsiX : 0);
        Assert.Equal(expected, device.Interrupts.Supported);
        Assert.Null(device.Interrupts.Current);
    }

    [Theory]
    [InlineData(Machine.EduA, InterruptKinds.All, 1, InterruptKind.Msi, 1)]
    [InlineData(Machine.EduA, InterruptKinds.Level, 1, InterruptKind.Level, 1)]
    [InlineData(Machine.EduA, InterruptKinds.Level | InterruptKinds.MsiX, 1, InterruptKind.Level, 1)]
    [InlineData(Machine.Xhci, InterruptKinds.All, 1, InterruptKind.Msi, 1)]
    [InlineData(Machine.Xhci, InterruptKinds.All, 16, InterruptKind.Msi, 16)]
    [InlineData(Machine.Xhci, InterruptKinds.Level, 16, InterruptKind.Level, 1)]
    [InlineData(Machine.Nvme, InterruptKinds.All, 1, InterruptKind.MsiX, 1)]
    [InlineData(Machine.Nvme, InterruptKinds.All, 65, InterruptKind.MsiX, 65)]
    [InlineData(Machine.Nvme, InterruptKinds.All, 200, InterruptKind.MsiX, 65)]
    [InlineData(Machine.Nvme, InterruptKinds.Msi | InterruptKinds.Level, 8, InterruptKind.Level, 1)]
    [InlineData(Machine.E1000e, InterruptKinds.All, 5, InterruptKind.MsiX, 5)]
    [InlineData(Machine.E1000e, InterruptKinds.Msi | InterruptKinds.Level, 5, InterruptKind.Msi, 1)]
    [InlineData(Machine.E1000e, InterruptKinds.Level, 5, InterruptKind.Level, 1)]
    public void The_best_kind_allowed_is_taken_with_as_many_vectors_as_there_are(string card, InterruptKinds allowed, int slots, InterruptKind kind, int vectors)
    {
        PciDevice device = Machine.Open(card);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = allowed, Slots = slots });
        Assert.Equal(kind, session.Kind);
        Assert.Equal(vectors, session.VectorCount);
        Assert.Same(session, device.Interrupts.Current);
        Assert.Null(session.LastMessage);
        for (int slot = 0; slot < slots; slot++) Assert.InRange(session.VectorOf(slot), 0, vectors - 1);
        Assert.Equal(Math.Min(slots, vectors), Enumerable.Range(0, slots).Select(session.VectorOf).Distinct().Count());
    }

    [Theory]
    [InlineData(Machine.EduA, InterruptKinds.MsiX)]
    [InlineData(Machine.Nvme, InterruptKinds.Msi)]
    [InlineData(Machine.Nvme, InterruptKinds.None)]
    public void No_kind_is_a_clear_error_that_says_what_there_is(string card, InterruptKinds allowed)
    {
        PciDevice device = Machine.Open(card);
        DeviceException error = Assert.Throws<DeviceException>(() => device.Interrupts.Enable(new InterruptOptions { Kinds = allowed }));
        Assert.Equal(DeviceStatus.NoResources, error.Status);
        Assert.Contains(device.Address, error.Message, StringComparison.Ordinal);
        Assert.Contains("INTx (1) is not among the kinds allowed", error.Message, StringComparison.Ordinal);
        Assert.Contains(allowed switch { InterruptKinds.MsiX => "the card has no MSI-X", InterruptKinds.Msi => "the card has no MSI;", _ => "no kind is allowed" }, error.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void One_vector_serves_several_slots()
    {
        PciDevice device = Machine.Open(Machine.E1000e);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Msi,
            Slots = 3,
            Handler = (in Interrupt _) => { },
        });
        Assert.Equal([0, 0, 0], Enumerable.Range(0, 3).Select(session.VectorOf));
        for (int slot = 0; slot < 3; slot++) session.Trigger(session.VectorOf(slot));
        Machine.Until(() => session.GetCounters(0).Handled == 3, "all three arrive on the one vector");
    }

    [Theory]
    [InlineData(Machine.EduA, InterruptKinds.Msi)]
    [InlineData(Machine.Nvme, InterruptKinds.MsiX)]
    public void Messages_switch_bus_mastering_on_and_close_switches_it_off(string card, InterruptKinds kind)
    {
        using (PciDevice device = Machine.Host.Open(Machine.AddressOf(card)))
        {
            Assert.Equal(PciCommand.None, device.Config.ReadCommand() & PciCommand.BusMaster);
            using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = kind });
            Assert.Equal(PciCommand.BusMaster, device.Config.ReadCommand() & PciCommand.BusMaster);
        }

        using PciDevice again = Machine.Host.Open(Machine.AddressOf(card));
        Assert.Equal(PciCommand.None, again.Config.ReadCommand() & PciCommand.BusMaster);
    }

    [Fact]
    public async Task Without_bus_mastering_no_message_arrives_and_the_timeout_says_why()
    {
        (PciDevice device, Samples.Edu.EduRegisters edu) = OpenEdu();
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Msi, Immediate = Acknowledge });
        device.Config.ModifyCommand(PciCommand.BusMaster, PciCommand.None);
        Raise(edu);
        DeviceException error = await Assert.ThrowsAsync<DeviceException>(() => session.NextAsync(TimeSpan.FromMilliseconds(300)).AsTask());
        Assert.Equal(DeviceStatus.TimedOut, error.Status);
        Assert.Contains("Bus mastering is off", error.Message, StringComparison.Ordinal);
        edu.AcknowledgeInterrupt.Write(Samples.Edu.EduInterrupts.All);
    }

    [Fact]
    public void A_second_session_of_one_device_is_refused_and_a_later_one_is_not()
    {
        PciDevice device = Machine.Open(Machine.EduA);
        InterruptSession first = device.Interrupts.Enable(new InterruptOptions());
        DeviceException error = Assert.Throws<DeviceException>(() => device.Interrupts.Enable(new InterruptOptions()));
        Assert.Equal(DeviceStatus.Busy, error.Status);
        first.Disable();
        Assert.Null(device.Interrupts.Current);
        using InterruptSession second = device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Level });
        Assert.Equal(InterruptKind.Level, second.Kind);
    }
}

/// <summary>Rule 2 where the host runs short of vectors, which a test can only arrange on the simulated one.</summary>
[Trait("Host", "sim")]
public sealed class Rule02ScarcityTests : RoadTest
{
    [Theory]
    [InlineData(Machine.Nvme, 65, 4, InterruptKind.MsiX, 4)]
    [InlineData(Machine.Xhci, 16, 11, InterruptKind.Msi, 8)]
    [InlineData(Machine.Xhci, 3, 2, InterruptKind.Msi, 2)]
    [InlineData(Machine.Nvme, 65, 0, InterruptKind.Level, 1)]
    public void Fewer_granted_than_asked_is_success_with_the_smaller_count(string card, int slots, int most, InterruptKind kind, int vectors)
    {
        Machine.Sim!.MaximumVectors = most;
        PciDevice device = Machine.Open(card);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Slots = slots, Waiters = 2, Handler = (in Interrupt _) => { } });
        Assert.Equal(kind, session.Kind);
        Assert.Equal(vectors, session.VectorCount);
        session.Trigger(0, vectors);
        Machine.Until(() => session.GetCounters().Handled == vectors, "every granted vector is heard");
        Assert.Equal(session.VectorOf(0), session.VectorOf(vectors)); // the first slot too many shares with the first
    }

    [Fact]
    public void None_granted_and_no_line_allowed_is_an_error_that_says_so()
    {
        Machine.Sim!.MaximumVectors = 0;
        PciDevice device = Machine.Open(Machine.Nvme);
        DeviceException error = Assert.Throws<DeviceException>(() => device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.MsiX | InterruptKinds.Msi }));
        Assert.Contains("MSI-X: the host grants no vector of 65", error.Message, StringComparison.Ordinal);
    }
}
