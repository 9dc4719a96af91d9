using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using RingThree.Pci.Decoding;

namespace RingThree.Cli;

/// <summary>A function that is shown, and where its bytes are from.</summary>
internal sealed record ShownFunction(string Name, string Source, PciFunctionDescription Description)
{
    internal static ShownFunction Of(PciDumpFunction function, PciDump dump, string file)
    {
        PciFunctionDescription decoded = PciDecoder.Decode(function.Image.Span);
        // The dump's own mistakes come first: they explain the decoder's.
        IEnumerable<string> lines = dump.Problems.Where(p => p.Address == function.Address && p.Line >= function.Line).Select(p => p.ToString());
        return new ShownFunction(function.Address.ToString(), $"{file}, line {function.Line}", decoded with { Problems = [.. lines, .. decoded.Problems] });
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
        var file = SysfsConfiguration.Read(address);
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
