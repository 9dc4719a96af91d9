using System.Buffers.Binary;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Simulation;

namespace RingThree.Tests;

/// <summary>A host of one function made of plain memory, which writes down what it is asked to do.</summary>
internal sealed class FakeDevice : IHost, IHostedDevice
{
    internal const string Place = "0000:00:07.0";
    private const RegionAbilities ReadWrite = RegionAbilities.Read | RegionAbilities.Write;
    private readonly RegionDescription[] _regions = new RegionDescription[PciNumbering.Configuration + 1];
    private readonly FakeMemory?[] _memories = new FakeMemory?[PciNumbering.Configuration + 1];
    private readonly List<IRegionMapping>[] _mappings = [.. Enumerable.Range(0, PciNumbering.Configuration + 1).Select(_ => new List<IRegionMapping>())];
    private readonly List<string> _events = [];
    private readonly Lock _gate = new();

    internal FakeDevice(int configurationSize = 256)
    {
        Array.Fill(_regions, RegionDescription.Absent);
        Add(PciNumbering.Configuration, configurationSize, RegionKind.Configuration);
        Configuration.IsLogging = false;
        BinaryPrimitives.WriteUInt32LittleEndian(Configuration.Bytes, 0x11E8_1234);
        BinaryPrimitives.WriteUInt32LittleEndian(Configuration.Bytes[8..], 0x00FF_0010);
    }

    public string Name => "fake";

    public DeviceDescription Description { get; init; } = new(Place, 0x1234, 0x11E8);

    public IReadOnlyList<RegionDescription> Regions => _regions;

    public IReadOnlyList<InterruptGroupDescription> InterruptGroups { get; init; } = [.. Enumerable.Repeat(InterruptGroupDescription.Absent, PciNumbering.RemovalRequest + 1)];

    public IAddressSpace? AddressSpace { get; init; }

    public bool CanReset { get; init; }

    public IHostScheduler? Scheduler { get; init; }

    /// <summary>Accesses through the host, in order; configuration space is left out.</summary>
    internal List<BusAccess> Accesses { get; } = [];

    /// <summary>Whether the card answers when it is asked.</summary>
    internal bool Present { get; set; } = true;

    internal int PresenceChecks { get; private set; }

    /// <summary>Makes other waiters than the simulation's.</summary>
    internal Func<IInterruptWaiter> NewWaiter { get; init; } = () => new SimulatedWaiter();

    /// <summary>The interrupt group that cannot be enabled.</summary>
    internal int Refused { get; init; } = -1;

    /// <summary>How many of so many vectors it grants; may throw.</summary>
    internal Func<int, int> Granting { get; set; } = wanted => wanted;

    /// <summary>Looks at what is to be unbound; may throw.</summary>
    internal Action<int> Unbinding { get; set; } = _ => { };

    /// <summary>Asked for priority and processors; says why not, or nothing.</summary>
    internal Func<int, int[], string?> Prioritizing { get; set; } = (_, _) => null;

    internal FakeMemory Configuration => this[PciNumbering.Configuration];

    /// <summary>What else happened, in order: configuration writes, overlays, bindings, the end.</summary>
    internal string[] Events
    {
        get
        {
            lock (_gate) return [.. _events];
        }
    }

    internal FakeMemory this[int region] => _memories[region] ?? throw new InvalidOperationException($"There is no region {region}.");

    /// <summary>Gives it a region, parts of it mapped.</summary>
    internal FakeDevice Add(
        int region, int size, RegionKind kind = RegionKind.Memory, RegionAbilities abilities = ReadWrite, bool isVolatile = false,
        (int Offset, int Length)[]? mapped = null, RegionPart[]? parts = null)
    {
        string name = kind == RegionKind.Configuration ? "configuration space" : region == PciNumbering.Rom ? "ROM" : $"BAR {region}";
        _regions[region] = new RegionDescription(kind, (ulong)size, mapped is null ? abilities : abilities | RegionAbilities.Map, name) { Parts = parts ?? [] };
        FakeMemory memory = _memories[region] = new FakeMemory(region, size, Accesses) { IsVolatile = isVolatile };
        foreach ((int offset, int length) in mapped ?? []) _mappings[region].Add(new FakeMapping(this, name, memory, (ulong)offset, (ulong)length));
        return this;
    }

    /// <summary>Gives it a region that nobody reaches.</summary>
    internal FakeDevice AddUnreachable(int region, RegionObstacle obstacle)
    {
        _regions[region] = new RegionDescription(RegionKind.Memory, 0, RegionAbilities.None, $"BAR {region}") { Obstacle = obstacle };
        return this;
    }

    /// <summary>What is mapped of a region.</summary>
    internal IEnumerable<FakeMapping> Mappings(int region) => _mappings[region].Cast<FakeMapping>();

    internal PciDevice Open() => PciHostExtensions.Open(this, Place);

    internal void Note(string happened)
    {
        lock (_gate) _events.Add(happened);
    }

    internal void ForgetEvents()
    {
        lock (_gate) _events.Clear();
    }

    public IReadOnlyList<DeviceDescription> Scan() => [Description];

    public IHostedDevice OpenDevice(string address, OpenOptions options) => this;

    public void Read(int region, ulong offset, Span<byte> data)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, this[region].Read(offset, data.Length));
        bytes[..data.Length].CopyTo(data);
    }

    public void Write(int region, ulong offset, ReadOnlySpan<byte> data)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        data.CopyTo(bytes);
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (region == PciNumbering.Configuration) Note($"write {data.Length} at 0x{offset:x}: 0x{value:x}");
        this[region].Write(offset, data.Length, value);
    }

    /// <summary>The regions it was asked to map, in order.</summary>
    internal List<int> Mapped { get; } = [];

    /// <summary>Whether it maps for write-combining; else it refuses.</summary>
    internal bool Combines { get; init; }

    public IReadOnlyList<IRegionMapping> Map(int region)
    {
        Mapped.Add(region);
        return _mappings[region];
    }

    public IReadOnlyList<IRegionMapping> Map(int region, RegionCaching caching)
    {
        if (!Combines) throw new DeviceException(DeviceStatus.NotSupported, Place, "mapping", "the fake refuses", "Take it as it is.");
        Mapped.Add(region);
        foreach (FakeMapping mapping in Mappings(region)) mapping.Caching = caching;
        return _mappings[region];
    }

    public IInterruptWaiter CreateWaiter() => NewWaiter();

    public int Bind(int group, ReadOnlySpan<VectorRoute> routes)
    {
        if (group == Refused) throw new DeviceException(DeviceStatus.NoResources, Place, "enabling interrupts", "refused", "Nothing.");
        Note($"bind {InterruptGroups[group].Name} with {routes.Length}");
        return Granting(routes.Length);
    }

    public void Unbind(int group)
    {
        Unbinding(group);
        Note($"unbind {InterruptGroups[group].Name}");
    }

    public void Mask(int group, int vector)
    {
    }

    public void Unmask(int group, int vector)
    {
    }

    public void Trigger(int group, int first, int count)
    {
    }

    public bool TryPrioritize(int realTimePriority, ReadOnlySpan<int> processors, out string answer)
    {
        string? refusal = Prioritizing(realTimePriority, processors.ToArray());
        answer = refusal ?? "";
        return refusal is null;
    }

    public void Reset() => Note("reset");

    public bool IsPresent()
    {
        PresenceChecks++;
        return Present;
    }

    public void Dispose() => Note("dispose");
}
