using System.Globalization;
using RingThree.Devices;
using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using RingThree.Platform;
using RingThree.Simulation;

namespace RingThree.DefaultHosts;

/// <summary>
/// Names to hosts and devices, for tools and for code that gets a name from its user: <c>sim:edu</c>, <c>sim:line-card#1</c>,
/// <c>sim:generic,id=10ee:7024,bar0=64K,msi=4</c>, <c>0000:00:04.0</c>, <c>1234:11e8</c>,
/// <c>platform:adc,mem=0xd0000+16K,io=0x300+16</c>, <c>replay:edu.r3rec</c>.
/// </summary>
public static class HostNames
{
    private const string SimulatedPrefix = "sim:";
    private const string GenericPrefix = "generic,";
    private const string PlatformPrefix = "platform:";
    private const string ReplayPrefix = "replay:";
    private const int MostInRow = 7;

    private static readonly Dictionary<string, Func<CardModel>> Cards = new(StringComparer.OrdinalIgnoreCase)
    {
        ["edu"] = () => new EduCard(),
        ["nvme"] = MemoryCard.Nvme,
        ["e1000e"] = MemoryCard.E1000e,
        ["xhci"] = MemoryCard.Xhci,
        ["line-card"] = () => new LineCard(),
        ["queue-card"] = () => new QueueCard(),
        ["dma-card"] = () => new DmaCard(),
        ["sriov-card"] = () => new SriovCard(),
        ["isa-card"] = () => new IsaCard(),
        ["button-card"] = () => new ButtonCard(),
    };

    /// <summary>The simulated cards that have a name; <c>generic</c> and a description (<see cref="GenericCard.Form"/>) is one more.</summary>
    public static IReadOnlyCollection<string> SimulatedCards => Cards.Keys;

    /// <summary>This machine's own PCI functions.</summary>
    /// <exception cref="PlatformNotSupportedException">Not on this system: only Linux has a host for real devices.</exception>
    public static IHost Machine() => OnLinux(() => new VfioHost());

    /// <summary>Opens a PCI function by name.</summary>
    /// <param name="name"><c>sim:</c> and a card's name (with <c>#1</c> the second of two on one interrupt line); <c>sim:generic,</c> and its description; a PCI address; vendor and device id; <c>replay:</c> and a recording's path.</param>
    /// <returns>The device and the host it came from; dispose both, the device first.</returns>
    /// <exception cref="FormatException">The name has none of those forms, or names a card that is no PCI function.</exception>
    /// <exception cref="DeviceException">There is no such device, or it could not be opened.</exception>
    public static (IHost Host, PciDevice Device) Open(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (After(PlatformPrefix, name) is { } text)
        {
            PlatformResources.Parse(text); // its own mistakes first
            throw NoFunction(name); // before any of this machine's memory is touched
        }

        (IHost host, Device device) = OpenAny(name);
        if (device is PciDevice function) return (host, function);
        device.Dispose();
        host.Dispose();
        throw NoFunction(name);
    }

    /// <summary>Opens a device by name, whatever kind it is: a <see cref="PciDevice"/> or a <see cref="PlatformDevice"/>.</summary>
    /// <param name="name">As for <see cref="Open(string)"/>; or <c>platform:</c> and the resources (<see cref="PlatformResources"/>) of a card in this machine.</param>
    /// <returns>The device and the host it came from; dispose both, the device first.</returns>
    /// <exception cref="FormatException">The name has none of those forms.</exception>
    /// <exception cref="DeviceException">There is no such device, or it could not be opened.</exception>
    public static (IHost Host, Device Device) OpenAny(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (AfterSimulated(name) is { } card) return Simulated(name, card);
        if (After(ReplayPrefix, name) is { } file) return Open(Recording(file), h => OpenOnly(h, file));
        if (After(PlatformPrefix, name) is { } text)
        {
            var resources = PlatformResources.Parse(text);
            return Open(OnLinux(() => new PlatformHost()), h => h.Open(resources));
        }

        if (PciAddress.TryParse(name, null, out PciAddress address)) return Open(Machine(), h => h.Open(address.ToString()));
        if (PciId.TryParse(name, null, out PciId id)) return Open(Machine(), h => h.Open(id));
        throw new FormatException($"{ForeignText.Quoted(name)} names no device.{Near(name)} Give an address (0000:00:04.0), an id (1234:11e8), {PlatformPrefix}RESOURCES, {ReplayPrefix}FILE, or one of {Names()}.");
    }

    private static FormatException NoFunction(string name) => new($"'{name}' is no PCI function but a card without plug and play. A program opens it with {nameof(HostNames)}.{nameof(OpenAny)}.");

    private static string? After(string prefix, string name) => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? name[prefix.Length..] : null;

    private static IHost OnLinux(Func<IHost> make) => OperatingSystem.IsLinux()
        ? make()
        : throw new PlatformNotSupportedException("Real devices are opened on Linux; on this system use the simulated cards: " + Names());

    private static (IHost Host, Device Device) Simulated(string name, string card)
    {
        (string kind, int place) = Numbered(card);
        if (Cards.TryGetValue(kind, out Func<CardModel>? make))
        {
            return make() switch
            {
                SimulatedCard => Open(Row(make, place), h => h.Open(h.Scan()[place].Address)),
                SimulatedPlatformCard when place > 0 => throw new FormatException($"{ForeignText.Quoted(name)}: a machine has one '{kind}', as two would be at one address."),
                SimulatedPlatformCard placed => Open(new SimulatedHost().Add(placed), h => h.Open(placed.Resources)),
                _ => throw new NotSupportedException(name),
            };
        }

        SimulatedCard generic = Generic(card);
        try
        {
            return Open(new SimulatedHost().Add(generic), h => h.Open(h.Scan()[0].Address));
        }
        catch (InvalidOperationException error)
        {
            throw new FormatException($"No machine has room for that card: {error.Message}", error);
        }
    }

    /// <summary>What stands behind <c>sim:</c>, or null where a name does not begin so.</summary>
    internal static string? AfterSimulated(string name) => After(SimulatedPrefix, name);

    /// <summary>A card's model by the name behind <c>sim:</c>.</summary>
    internal static CardModel MakeCard(string card) => Cards.TryGetValue(card, out Func<CardModel>? make) ? make() : Generic(card);

    private static GenericCard Generic(string card) => After(GenericPrefix, card) is { } description
        ? GenericCard.Parse(description)
        : throw new FormatException($"There is no simulated card {ForeignText.Quoted(SimulatedPrefix + card)}.{Near(card)} There are {Names()}.");

    /// <summary>The card's name and its place, from 0, among cards like it: <c>line-card#1</c>.</summary>
    private static (string Kind, int Place) Numbered(string card)
    {
        int mark = card.IndexOf('#', StringComparison.Ordinal);
        if (mark < 0) return (card, 0);
        return int.TryParse(card.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int place) && place < MostInRow
            ? (card[..mark], place)
            : throw new FormatException($"{ForeignText.Quoted(SimulatedPrefix + card)}: behind # comes the card's place in a row of them, 0 to {MostInRow - 1}.");
    }

    /// <summary>Cards in every fourth slot: their pins share one line.</summary>
    private static SimulatedHost Row(Func<CardModel> make, int last)
    {
        var host = new SimulatedHost();
        for (int i = 0; i <= last; i++) host.Add((SimulatedCard)make(), $"0000:00:{2 + (4 * i):x2}.0");
        return host;
    }

    private static ReplayHost Recording(string file)
    {
        try
        {
            return new ReplayHost(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            string answer = error switch
            {
                _ when file.Length == 0 => "no path is given",
                FileNotFoundException or DirectoryNotFoundException => "there is no such file",
                UnauthorizedAccessException => Directory.Exists(file) ? "it is a folder" : "this user may not read it",
                _ => error.Message.TrimEnd('.'),
            };
            throw new DeviceException(DeviceStatus.NotFound, ReplayPrefix + file, "reading the recording", answer, "Give the path of a file that a RecordingHost wrote.", error);
        }
        catch (InvalidDataException error)
        {
            throw new DeviceException(DeviceStatus.InvalidArgument, ReplayPrefix + file, "reading the recording", error.Message.TrimEnd('.'), "Record the card again.", error);
        }
    }

    private static Device OpenOnly(IHost host, string file)
    {
        IReadOnlyList<DeviceDescription> all = host.Scan();
        if (all.Count != 1)
        {
            throw new DeviceException(DeviceStatus.InvalidArgument, ReplayPrefix + file, "opening the recorded device",
                all.Count == 0 ? "there is none in it" : $"there are {all.Count}: {string.Join(", ", all.Select(d => d.Address))}", "Open the one you mean with a ReplayHost of your own.");
        }

        return PlatformResources.TryParse(all[0].Address, null, out PlatformResources? resources) && !resources.IsEmpty ? host.Open(resources) : host.Open(all[0].Address);
    }

    private static (IHost Host, Device Device) Open(IHost host, Func<IHost, Device> open)
    {
        try
        {
            return (host, open(host));
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>A simulated card of a name like this one, also without the prefix.</summary>
    private static string Near(string name) => NearName.Hint(SimulatedPrefix + (AfterSimulated(name) ?? name), Cards.Keys.Append("generic").Select(n => SimulatedPrefix + n));

    private static string Names() => string.Join(", ", Cards.Keys.Append(GenericPrefix + "DESCRIPTION").Select(n => SimulatedPrefix + n));
}
