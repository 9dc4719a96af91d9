using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using RingThree.Pci.Decoding;

namespace RingThree.Cli;

/// <summary>A function that is shown, and where its bytes are from.</summary>
/// <param name="Name">Its address, or what else it is called by.</param>
/// <param name="Source">Where its bytes are from.</param>
/// <param name="Image">The bytes.</param>
/// <param name="Decode">Says what they mean, for one who asks: of two equal images nobody does.</param>
internal sealed record ShownFunction(string Name, string Source, ReadOnlyMemory<byte> Image, Func<PciFunctionDescription> Decode)
{
    private PciFunctionDescription? _description;

    private ShownFunction(string name, string source, PciFunctionDescription description)
        : this(name, source, description.Image, () => description)
    {
    }

    /// <summary>What the bytes say.</summary>
    internal PciFunctionDescription Description => _description ??= Decode();

    /// <summary>Whether its name is an address, and not a file's.</summary>
    internal bool HasAddress => PciAddress.TryParse(Name, null, out _);

    /// <summary>Its name for people, with its state where there are several of it.</summary>
    internal string Title { get; private init; } = Name;

    internal static IEnumerable<ShownFunction> Of(PciDump dump, string file)
    {
        for (int i = 0; i < dump.Functions.Count; i++)
        {
            PciDumpFunction function = dump.Functions[i];
            int end = i + 1 < dump.Functions.Count ? dump.Functions[i + 1].Line : int.MaxValue;
            string name = DumpFile.NameOf(function, file);
            string state = function.States > 1 ? $" (state {function.State} of {function.States})" : "";
            yield return new ShownFunction(name, $"{file}{(function.Line > 0 ? $", line {function.Line}" : "")}{state}", function.Image, () => Decoded(dump, function, end)) { Title = name + state };
        }
    }

    /// <summary>The dump's own mistakes come first: they explain the decoder's.</summary>
    private static PciFunctionDescription Decoded(PciDump dump, PciDumpFunction function, int end)
    {
        PciFunctionDescription decoded = PciDecoder.Decode(function.Image.Span);
        IEnumerable<string> lines = dump.Problems.Where(p => !p.IsWarning && p.Line >= function.Line && p.Line < end).Select(p => p.ToString());
        return decoded with { Problems = [.. lines, .. decoded.Problems] };
    }

    internal static ShownFunction Read(string name)
    {
        if (PciAddress.TryParse(name, null, out PciAddress address)) return OfMachine(address);
        if (PciId.TryParse(name, null, out PciId id)) return OfMachine(Only(id));
        return Opened(name);
    }

    /// <summary>
    /// The kernel's file first: opening a function through VFIO resets it and takes it from others, and showing it must
    /// change nothing. Only what the file keeps to root is worth opening it for.
    /// </summary>
    private static ShownFunction OfMachine(PciAddress address)
    {
        using IHost host = HostNames.Machine();
        var file = SysfsConfiguration.Read(address, onlyDescribed: true);
        string name = address.ToString();
        string path = $"/sys/bus/pci/devices/{address}/config";
        string driver = host.Binding?.GetDriver(name) is { } bound ? $"driver {bound}" : "no driver";
        if (!file.IsPartial) return new ShownFunction(name, $"{path}, {driver}", PciDecoder.Decode(file.Image.Span, file.Regions));

        string? refused = null;
        if (host.Binding is { } binding && binding.GetDriver(name) == binding.RequiredDriver)
        {
            try
            {
                return Opened(name);
            }
            catch (DeviceException error)
            {
                refused = error.Message;
            }
        }

        PciFunctionDescription part = PciDecoder.Decode(file.Image.Span, file.Regions);
        string reason = $"The kernel shows {file.Image.Length} of {file.Size} bytes without privilege, so the capabilities are not known. Run it as root to see all of it."
            + (refused is null ? "" : $" It could not be opened either: {refused}");
        return new ShownFunction(name, $"{path}, {driver}", part with { Problems = [reason, .. part.Problems] });
    }

    private static ShownFunction Opened(string name)
    {
        (IHost host, PciDevice device) = HostNames.Open(name);
        using (host)
        using (device) return new ShownFunction(device.Address, $"host '{host.Name}', opened as {name}", PciDecoder.Decode(device));
    }

    private static PciAddress Only(PciId id)
    {
        using IHost host = HostNames.Machine();
        return PciAddress.Parse(host.Find(id).Address);
    }
}
