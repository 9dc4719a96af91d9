using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>
/// Devices that answer from a file that a <see cref="RecordingHost"/> wrote: a driver runs again without its card, and where
/// it departs from what was recorded is reported.
/// </summary>
/// <remarks>docs/recording.md says what counts as a departure, and what does not.</remarks>
public sealed class ReplayHost : IHost
{
    private const int MostDepartures = 10_000;
    private readonly string _path;
    private readonly Recording _recording;
    private readonly Dictionary<int, ReplayAddressSpace> _spaces = [];
    private readonly Dictionary<string, int> _opened = new(StringComparer.Ordinal);
    private readonly List<Departure> _departures = [];
    private readonly Lock _gate = new();

    /// <summary>Reads a recording.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to replay it; <see langword="null"/> for the defaults.</param>
    /// <exception cref="InvalidDataException">It is no recording, or damaged; the message says where. (One that was cut off is replayed as far as it goes.)</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public ReplayHost(string path, ReplayOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Options = options ?? ReplayOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.LookAhead, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Options.Patience, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Options.Patience, TimeSpan.FromDays(1), nameof(options));
        _path = path;
        _recording = Recording.Load(path);
    }

    /// <inheritdoc/>
    public string Name => "replay";

    /// <summary>Whether the recording was ended in order, rather than cut off.</summary>
    public bool IsComplete => _recording.IsComplete;

    /// <summary>
    /// Where the driver departed from the recording, so far and in that order; all of it is known when the device is closed.
    /// At most 10,000 are kept.
    /// </summary>
    public IReadOnlyList<Departure> Departures
    {
        get
        {
            lock (_gate) return [.. _departures];
        }
    }

    internal ReplayOptions Options { get; }

    /// <summary>Lists the devices that were opened in the recording.</summary>
    public IReadOnlyList<DeviceDescription> Scan() =>
        [.. _recording.Openings.Where(o => o.Shape is not null).DistinctBy(o => o.Address).Select(o => o.Shape!.Description).OrderBy(d => d.Address, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public IHostedDevice OpenDevice(string address, OpenOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (PciAddress.TryParse(address, null, out PciAddress place)) address = place.ToString();
        lock (_gate)
        {
            RecordedOpening[] openings = [.. _recording.Openings.Where(o => o.Address == address)];
            int next = _opened.GetValueOrDefault(address);
            if (next >= openings.Length) throw NotRecorded(address, openings.Length);
            _opened[address] = next + 1;
            if (openings[next].Failure is { } failure) throw failure.ToException(address);
            return new ReplayDevice(this, openings[next], openings[next].Shape!, SpaceOf(openings[next].Shape!));
        }
    }

    /// <summary>Does nothing: open devices stay usable, and there is nothing else to give back.</summary>
    public void Dispose()
    {
    }

    internal void Report(Departure departure)
    {
        lock (_gate)
        {
            if (_departures.Count < MostDepartures) _departures.Add(departure);
        }
    }

    private ReplayAddressSpace? SpaceOf(RecordedShape shape)
    {
        if (shape.Space == 0) return null;
        if (!_spaces.TryGetValue(shape.Space, out ReplayAddressSpace? space))
            _spaces[shape.Space] = space = new ReplayAddressSpace(this, shape.Description.Address, _recording.Spaces[shape.Space]);
        space.Enter();
        return space;
    }

    private DeviceException NotRecorded(string address, int times)
    {
        string[] all = [.. _recording.Openings.Select(o => o.Address).Distinct()];
        return times == 0
            ? new DeviceException(DeviceStatus.NotFound, address, "opening", $"{_path} has no such device",
                all.Length == 0 ? "It has none at all: record again." : $"It has {string.Join(", ", all)}.")
            : new DeviceException(DeviceStatus.NotFound, address, "opening", $"{_path} opens it {times} time(s), and this is one more",
                "Open it as often as it was recorded, or start a replay of its own for each.");
    }
}
