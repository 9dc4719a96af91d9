using System.Runtime.InteropServices;
using RingThree.Devices;
using RingThree.Registers;
using RingThree.Transfers;

namespace RingThree.PlugIns;

/// <summary>
/// A device as its plug-in has it: registers, transfer programs and memory, all of which may be used at interrupt level, since
/// none of them allocates managed memory there.
/// </summary>
public sealed class PlugInDevice
{
    private readonly Device _device;

    /// <summary>Makes one for a device that stays open as long as the plug-in is.</summary>
    public PlugInDevice(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        _device = device;
    }

    /// <summary>Where it is.</summary>
    public string Address => _device.Address;

    /// <summary>A region to read and write; look it up when the plug-in is opened.</summary>
    /// <param name="number">For PCI a BAR's number.</param>
    /// <returns>The region, or <see langword="null"/> where there is none.</returns>
    public DeviceRegion? FindRegion(int number) => _device.FindRegion(number);

    /// <summary>Makes a transfer program ready to run at interrupt level; not there itself.</summary>
    /// <exception cref="Hosting.DeviceException">It does not fit the device.</exception>
    public PreparedProgram Prepare(TransferProgram program) => _device.Prepare(program);

    /// <summary>Memory that the collector does not move or count, for what interrupts leave behind.</summary>
    /// <param name="bytes">How many, zeroed.</param>
    public static PlugInMemory Allocate(int bytes) => new(bytes);
}

/// <summary>Memory outside the collector's reach. Dispose it when the plug-in is closed.</summary>
public sealed unsafe class PlugInMemory : SafeHandle
{
    internal PlugInMemory(int bytes)
        : base(0, ownsHandle: true)
    {
        if (bytes < 1) throw new ArgumentOutOfRangeException(nameof(bytes), $"A plug-in's memory of {bytes} bytes was asked for; it can have 1 or more.");
        Length = bytes;
        SetHandle((nint)NativeMemory.AllocZeroed((nuint)bytes));
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Bytes.</summary>
    public int Length { get; }

    /// <summary>Where it is, to hand to a program in the same process.</summary>
    public nint Address => handle;

    /// <summary>Its bytes; keep the object referenced while you use them.</summary>
    /// <remarks>Sound: the block is <see cref="Length"/> bytes long until it is freed, which a closed handle refuses.</remarks>
    public Span<byte> Span
    {
        get
        {
            if (IsClosed) throw new ObjectDisposedException(nameof(PlugInMemory), $"The plug-in's memory of {Length} bytes has been disposed.");
            return new Span<byte>((void*)handle, Length);
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        return true;
    }
}
