using System.Buffers.Binary;
using RingThree.Hosting;

namespace RingThree.Pci.Decoding;

/// <summary>Decodes an image of configuration space: of an open device, of a file under /sys, of a dump.</summary>
public static class PciDecoder
{
    /// <summary>Bytes of the header, which every function has (PCI Local Bus 3.0, 6.1).</summary>
    private const int HeaderLength = 0x40;
    private const int Largest = 0x1000;
    private const int ConventionalEnd = 0x100;

    /// <summary>Decodes what was read. Malformed content is told in <see cref="PciFunctionDescription.Problems"/>, never thrown.</summary>
    /// <param name="image">The bytes from offset 0 on: 4096, 256 or 64 where the system showed no more; any other length is a problem that is told.</param>
    /// <param name="regions">The host's regions in <see cref="PciNumbering"/>'s order, for their sizes; <see langword="null"/> where there is no host.</param>
    public static PciFunctionDescription Decode(ReadOnlySpan<byte> image, IReadOnlyList<RegionDescription>? regions = null)
    {
        var problems = new List<string>();
        byte[] bytes = image[..Math.Min(image.Length, Largest)].ToArray();
        if (image.Length > Largest) problems.Add($"There are {image.Length} bytes, and configuration space has 4096: the rest is left out.");
        if (bytes.Length < HeaderLength)
        {
            problems.Add($"Only {bytes.Length} bytes were read; the header alone has 64.");
            return new PciFunctionDescription { BytesRead = bytes.Length, Image = bytes, Problems = problems };
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) == uint.MaxValue && !bytes.AsSpan(4, 12).ContainsAnyExcept(byte.MaxValue))
        {
            problems.Add("Everything reads all ones: the function does not answer (it is gone, asleep or its bus is off).");
            return new PciFunctionDescription { BytesRead = bytes.Length, Image = bytes, Problems = problems };
        }

        if (bytes.Length is not (HeaderLength or 0x80 or ConventionalEnd or Largest))
            problems.Add($"{bytes.Length} bytes were read; the function's configuration space has 256 or 4096.");
        (FunctionContext function, List<PciCapabilityDescription> capabilities) = Capabilities(bytes, problems);
        return HeaderDecoder.Decode(bytes, function, regions, problems, capabilities);
    }

    /// <summary>Reads an open function's configuration space as its host shows it, and decodes it.</summary>
    /// <param name="device">The function. Its host may show its own view of some registers (<see cref="PciConfiguration"/>).</param>
    public static PciFunctionDescription Decode(PciDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        byte[] image = new byte[device.Config.Size & ~3];
        for (int at = 0; at < image.Length; at += 4) BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(at), device.Config.Read32(at));
        return Decode(image, device.Host.Regions);
    }

    /// <summary>What a capability is called, such as <c>MSI-X</c>; <c>unknown</c> and the id where it has no name here.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="isExtended">Whether that is an id of the extended list, from 100h on.</param>
    public static string CapabilityName(ushort id, bool isExtended) => CapabilityDecoder.NameOf(id, isExtended);

    private static (FunctionContext, List<PciCapabilityDescription>) Capabilities(byte[] image, List<string> problems)
    {
        const int cardBus = 2;
        int type = image[0x0E] & 0x7F;
        List<PciCapability> found = PciCapabilityList.Read(
            at => BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(at)), image.Length, type == cardBus ? 0x14 : 0x34, problems.Add);
        int express = found.FindIndex(c => c is { IsExtended: false, Id: (ushort)PciCapabilityId.Express });
        if (express < 0 && !found.Exists(c => c is { IsExtended: false, Id: (ushort)PciCapabilityId.PciX }) && found.RemoveAll(c => c.IsExtended) > 0)
        {
            // Some conventional functions show their first 256 bytes again from 100h on.
            problems.Add("There is something from 100h on, but neither a PCI Express nor a PCI-X capability that could make it an extended list: it is left out.");
        }

        if (express >= 0 && image.Length == ConventionalEnd) problems.Add("Only the first 256 bytes were read; the extended capabilities from 100h on are not known.");
        var described = new List<PciCapabilityDescription>(found.Count);
        FunctionContext function = Context(image, express < 0 ? null : found[express].Offset);
        int[] places = [.. found.Select(c => (int)c.Offset).Order()];
        foreach (PciCapability capability in found) described.Add(CapabilityDecoder.Decode(capability, places, image, function, problems));
        return (function, described);
    }

    /// <summary>What a capability's registers depend on: the port type and the link's width are the PCI Express capability's.</summary>
    private static FunctionContext Context(byte[] image, int? express)
    {
        uint Word(int at) => express is { } start && start + at + 4 <= image.Length ? BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(start + at)) : 0;
        int? port = express is { } offset && offset + 3 <= image.Length ? image[offset + 2] >> 4 : null;
        int width = (int)(Word(0x0C) >> 4) & 0x3F;
        return new FunctionContext(BinaryPrimitives.ReadUInt16LittleEndian(image), BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(2)), image[0x0E] & 0x7F, port,
            port is null or ExpressCapability.IntegratedEndpoint or ExpressCapability.EventCollector ? 0 : Math.Min(width, 32));
    }
}
