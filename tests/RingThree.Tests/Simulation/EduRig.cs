using RingThree.Pci;
using RingThree.Registers;
using RingThree.Samples.Edu;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>An edu card alone in a machine, opened and with its BAR at hand.</summary>
public abstract class EduRig : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly SimulatedHost _host;

    protected EduRig()
    {
        _host = new SimulatedHost().Add(Card);
        Device = _host.Open(EduDriver.Id);
        Bar = Device.Bar(0);
    }

    protected EduCard Card { get; } = new();

    protected PciDevice Device { get; }

    protected DeviceRegion Bar { get; }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        Device.Dispose();
        _host.Dispose();
    }

    protected static void WaitUntil(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Patience));
}
