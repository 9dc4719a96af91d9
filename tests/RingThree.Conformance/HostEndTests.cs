using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;

namespace RingThree.Conformance;

/// <summary>A host that is disposed before its devices, on either host: they close, and say so.</summary>
public sealed class HostEndTests : RoadTest
{
    [Fact]
    public async Task A_disposed_host_closes_its_devices_and_ends_their_sessions()
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        Assert.Equal(0x010000EDu, (uint)edu.Identification.Read());
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Msi, Immediate = Acknowledge });
        Task<Interrupt> waiting = session.NextAsync(Timeout.InfiniteTimeSpan).AsTask();

        Machine.Host.Dispose();

        Assert.True(device.IsClosed);
        Assert.Equal(uint.MaxValue, edu.Identification.Read()); // rule 8: ones, and no fault
        Assert.Equal(uint.MaxValue, device.Config.Read32(0));
        edu.Factorial.Write(5);
        ObjectDisposedException error = await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(Machine.Patience));
        Assert.Contains("host has been disposed", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ObjectDisposedException>(() => device.Interrupts.Enable(new InterruptOptions()));
        Assert.Contains($"{device.Address}: enabling interrupts failed: its host has been disposed", error.Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => Machine.Host.Open(device.Address));
        device.Dispose();
        Machine.Host.Dispose();
    }

    [Fact]
    public void A_buffer_outlives_its_host_and_its_device_and_then_names_itself()
    {
        (PciDevice device, _) = OpenEdu();
        DmaBuffer buffer = device.Dma.Allocate(4096, addressBits: 28);
        buffer.Span.Fill(0x5A);

        Machine.Host.Dispose();

        Assert.Equal(-1, buffer.Span.IndexOfAnyExcept((byte)0x5A));
        buffer.Dispose();
        ObjectDisposedException error = Assert.Throws<ObjectDisposedException>(() => buffer.Span.Clear());
        Assert.Equal(nameof(DmaBuffer), error.ObjectName);
        Assert.Contains($"{device.Address}: the buffer of 4096 bytes", error.Message, StringComparison.Ordinal);
    }
}
