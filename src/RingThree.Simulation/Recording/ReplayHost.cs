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
    private readonly HostEnd _end = new("replay");

    /// <summary>Reads a recording.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to replay it; <see langword="null"/> for the defaults.</param>
    /// <exception cref="InvalidDataException">It is no recording, or damaged; the message says where. (One that was cut off is replayed as far as it goes.)</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public ReplayHost(string path, ReplayOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Options = options ?? ReplayOptions.Default;
        if (Options.LookAhead < 1)
            throw new ArgumentOutOfRangeException(nameof(options), $"{path}: ReplayOptions.LookAhead is {Options.LookAhead}; it can be 1 or more.");
        if (Options.Patience <= TimeSpan.Zero || Options.Patience > TimeSpan.FromDays(1))
            throw new ArgumentOutOfRangeException(nameof(options), $"{path}: ReplayOptions.Patience is {Options.Patience}; it can be more than 0, up to 1 day.");
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
        _end.ThrowIfOver($"opening {address}");
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

    /// <inheritdoc/>
    public IDisposable WhenDisposed(Action close) => _end.Add(close);

    /// <summary>Closes the devices that are open. None can be opened afterwards; <see cref="Departures"/> stay readable. Idempotent.</summary>
    public void Dispose() => _end.Begin();

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
