using Jungo.wdapi_dotnet;
using RingThree.DefaultHosts;
using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.WinDriver;

/// <summary>
/// Where a WinDriver program's cards are. Without a word they are this machine's own functions: a simulated card never
/// stands in for a missing one. The variable RINGTHREE_HOSTS names others (<see cref="HostLists.Open"/>), and so does
/// <see cref="Use"/>, before <c>WDC_DriverOpen</c>.
/// </summary>
public static class WinDriverHosts
{
    /// <summary>The environment variable that names the hosts.</summary>
    public const string Variable = "RINGTHREE_HOSTS";

    // Slots of the second host and on lie in domains of their own, so that a slot says which host it is of.
    private const uint DomainsPerHost = 0x10000;
    private static readonly Lock Gate = new();
    private static IReadOnlyList<IHost>? _given;
    private static IReadOnlyList<IHost> _open = [];
    private static bool _owned;

    /// <summary>Has the program find its cards on these hosts; without any, as if nothing had been said.</summary>
    /// <param name="hosts">The hosts; the caller disposes them, after <c>WDC_DriverClose</c>.</param>
    public static void Use(params IReadOnlyList<IHost> hosts)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        lock (Gate) _given = hosts.Count == 0 ? null : [.. hosts];
    }

    internal static IReadOnlyList<IHost> All
    {
        get
        {
            lock (Gate) return _open;
        }
    }

    /// <exception cref="FormatException">The variable names something that is no host.</exception>
    /// <exception cref="PlatformNotSupportedException">Nothing is named, and this system has no host for real devices.</exception>
    internal static void Open()
    {
        lock (Gate)
        {
            if (_open.Count > 0) return;
            string? named = Environment.GetEnvironmentVariable(Variable);
            _owned = _given is null;
            _open = _given ?? Named(string.IsNullOrWhiteSpace(named) ? "machine" : named);
        }
    }

    /// <remarks>A variable that is wrong is no mistake of the program's, which shows a status at best: it is told where a person looks.</remarks>
    private static IReadOnlyList<IHost> Named(string hosts)
    {
        try
        {
            return HostLists.Open(hosts);
        }
        catch (Exception error) when (error is FormatException or PlatformNotSupportedException)
        {
            Console.Error.WriteLine($"RingThree: {Variable}: {ForeignText.Shown(error.Message)}");
            throw;
        }
    }

    internal static void Close()
    {
        IReadOnlyList<IHost> over;
        lock (Gate)
        {
            over = _owned ? _open : [];
            _open = [];
        }

        foreach (IHost host in over) host.Dispose(); // outside: that closes devices, which waits for handlers, and those may ask for a host
    }

    internal static IEnumerable<(IHost Host, DeviceDescription Device, WD_PCI_SLOT Slot)> Scan() =>
        All.SelectMany(host => host.Scan().Where(d => PciAddress.TryParse(d.Address, null, out _)).Select(d => (host, d, SlotOf(host, PciAddress.Parse(d.Address)))));

    internal static WD_PCI_SLOT SlotOf(IHost host, PciAddress address) => new()
    {
        dwDomain = address.Domain + ((uint)IndexOf(host) * DomainsPerHost),
        dwBus = address.Bus,
        dwSlot = address.Device,
        dwFunction = address.Function,
    };

    /// <summary>The host and address of a slot.</summary>
    /// <exception cref="StatusException">No slot can be called so.</exception>
    internal static (IHost Host, string Address) Find(in WD_PCI_SLOT slot)
    {
        IReadOnlyList<IHost> hosts = All;
        uint host = slot.dwDomain / DomainsPerHost;
        if (host >= hosts.Count || slot.dwBus > 0xFF || slot.dwSlot > 0x1F || slot.dwFunction > 7)
            throw new StatusException(WD_ERROR_CODES.WD_DEVICE_NOT_FOUND, $"there is no slot {slot.dwDomain:x4}:{slot.dwBus:x2}:{slot.dwSlot:x2}.{slot.dwFunction:x}.");
        return (hosts[(int)host], new PciAddress(slot.dwDomain % DomainsPerHost, (byte)slot.dwBus, (byte)slot.dwSlot, (byte)slot.dwFunction).ToString());
    }

    /// <summary>Does something with the host that takes cards defined by hand.</summary>
    /// <exception cref="DeviceException">None does; what the last one answered.</exception>
    internal static T WithAddresses<T>(Func<IHost, T> work)
    {
        DeviceException? refused = null;
        foreach (IHost host in All)
        {
            try
            {
                return work(host);
            }
            catch (DeviceException error) when (error.Status is DeviceStatus.NotFound or DeviceStatus.NotSupported)
            {
                refused = error; // one for functions only
            }
        }

        throw refused ?? (Exception)new StatusException(WD_ERROR_CODES.WD_WINDRIVER_NOT_FOUND, "no host is open.");
    }

    private static int IndexOf(IHost host)
    {
        IReadOnlyList<IHost> hosts = All;
        for (int i = 0; i < hosts.Count; i++)
        {
            if (ReferenceEquals(hosts[i], host)) return i;
        }

        throw new InvalidOperationException("The host is not open.");
    }
}
