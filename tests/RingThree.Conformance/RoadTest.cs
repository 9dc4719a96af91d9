using RingThree.Devices;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;
using RingThree.Transfers;

namespace RingThree.Conformance;

/// <summary>A test with a machine, and the shorthands of those that drive edu cards.</summary>
public abstract class RoadTest : IDisposable
{
    protected Machine Machine { get; } = new();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => Machine.Dispose();

    /// <summary>Opens an edu card, silenced.</summary>
    protected (PciDevice Device, EduRegisters Registers) OpenEdu(string card = Machine.EduA, DeviceOpenOptions? options = null)
    {
        PciDevice device = Machine.Open(card, options);
        EduRegisters registers = device.Bar(0).As<EduRegisters>();
        registers.Status.Write(EduStatus.None);
        registers.AcknowledgeInterrupt.Write(EduInterrupts.All);
        return (device, registers);
    }

    /// <summary>The driver's own program: ours if the status is not 0, acknowledge what was read.</summary>
    protected static TransferProgram Acknowledge => EduDriver.Acknowledge();

    /// <summary>Claims like the driver's and acknowledges nothing.</summary>
    protected static TransferProgram ClaimOnly => new TransferProgramBuilder()
        .Read32(bar: 0, EduRegisters.Offsets.InterruptStatus).Mask(0xFFFF_FFFF)
        .Build();

    protected static void Raise(EduRegisters registers, uint bits = 1) => registers.RaiseInterrupt.Write((EduInterrupts)bits);

    protected static void AssertIdentity(InterruptCounters c)
    {
        Assert.Equal(c.Rejected + c.Claimed, c.Signalled);
        Assert.Equal(c.EndedEarly + c.Handled + c.Lost + c.Pending, c.Claimed);
    }
}
