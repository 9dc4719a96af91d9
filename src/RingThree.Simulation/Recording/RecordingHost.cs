using System.Runtime.CompilerServices;
using RingThree.Hosting;
using RingThree.Memory;

namespace RingThree.Simulation;

/// <summary>
/// Any host, with everything its devices are asked and answer written to a file, for a <see cref="ReplayHost"/> to answer
/// from. Devices that are opened through it behave as they do on the host itself.
/// </summary>
/// <remarks>
/// Recorded are accesses with their values, binding and masking, signals as they are taken, resets, presence, DMA mappings,
/// and what changed in mapped memory. To see every access it offers no mappings and no stage nearer to the hardware, so that
/// each access is a call, and hands no descriptors to other processes. docs/recording.md says what it costs and cannot see.
/// </remarks>
public sealed class RecordingHost : IHost
{
    private readonly IHost _host;
    private readonly RecordingWriter _writer;
    private readonly ConditionalWeakTable<IAddressSpace, RecordingAddressSpace> _spaces = [];
    private readonly Lock _gate = new();
    private readonly HostEnd _end;
    private int _devices;
    private int _spaceCount;

    /// <summary>Starts a recording.</summary>
    /// <param name="host">The host whose devices are recorded; disposed with this one.</param>
    /// <param name="path">The file, by convention with the ending <c>.r3rec</c>; one that is there is replaced.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public RecordingHost(IHost host, string path)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentException.ThrowIfNullOrEmpty(path);
        _host = host;
        _end = new HostEnd(host.Name);
        _writer = new RecordingWriter(path);
    }

    /// <inheritdoc/>
    public string Name => _host.Name;

    /// <inheritdoc/>
    public string Machine => _host.Machine;

    /// <inheritdoc/>
    public IDriverBinding? Binding => _host.Binding;

    /// <summary>
    /// Why the file could not be written on, such as a full disk; <see langword="null"/> while all is well. The driver is not
    /// disturbed by it: look here after dispose.
    /// </summary>
    public Exception? Failure => _writer.Failure;

    /// <inheritdoc/>
    public IReadOnlyList<DeviceDescription> Scan() => _host.Scan();

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? PeekConfiguration(string address) => _host.PeekConfiguration(address);

    /// <inheritdoc/>
    public void PokeConfiguration(string address, int offset, ReadOnlySpan<byte> data) => _host.PokeConfiguration(address, offset, data);

    /// <inheritdoc/>
    public IReadOnlyList<RegionDescription>? PeekRegions(string address) => _host.PeekRegions(address);

    /// <inheritdoc/>
    public PhysicalMemoryMap? ReadMemoryMap() => _host.ReadMemoryMap();

    /// <inheritdoc/>
    public IHostedDevice OpenDevice(string address, OpenOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _end.ThrowIfOver($"opening {address}");
        if (options.ShareAddressSpace is RecordingAddressSpace shared) options = options with { ShareAddressSpace = shared.Inner };
        return Open(address, () => _host.OpenDevice(address, options));
    }

    /// <inheritdoc/>
    public IHostedDevice OpenDevice(DeviceDescriptors descriptors)
    {
        ArgumentNullException.ThrowIfNull(descriptors);
        return Open(descriptors.Address, () => _host.OpenDevice(descriptors));
    }

    /// <inheritdoc/>
    public IDisposable? Watch(Action<DeviceChange> onChange) => _host.Watch(onChange);

    /// <inheritdoc/>
    public IDisposable WhenDisposed(Action close) => _end.Add(close);

    /// <summary>Closes the devices that are open, ends the recording, and disposes the host.</summary>
    public void Dispose()
    {
        try
        {
            _end.Begin(); // first: how the devices were closed belongs to the recording
        }
        finally
        {
            _writer.Dispose();
            _host.Dispose();
        }
    }

    private RecordingDevice Open(string address, Func<IHostedDevice> open)
    {
        IHostedDevice device;
        try
        {
            device = open();
        }
        catch (DeviceException error)
        {
            var record = new RecordBuilder(new byte[256], RecordKind.OpenFailed, 0);
            record.Text(address);
            RecordingDevice.Describe(ref record, error);
            _writer.Append(record);
            throw;
        }

        lock (_gate) // the shape before anything else of this device
        {
            RecordingAddressSpace? space = device.AddressSpace is { } inner
                ? _spaces.GetValue(inner, s => new RecordingAddressSpace(s, ++_spaceCount, _writer))
                : null;
            return new RecordingDevice(device, ++_devices, space, _writer);
        }
    }
}
