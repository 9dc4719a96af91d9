using System.Globalization;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Linux;

/// <summary>A function's configuration space as the kernel shows it in a file, whatever driver has the function. Reading it disturbs nothing.</summary>
/// <param name="Address">The function.</param>
/// <param name="Image">The bytes: all for root, the first 64 (128 of a CardBus bridge) for others.</param>
/// <param name="Size">How many bytes the kernel would show to root.</param>
/// <param name="Regions">Sizes of BARs and ROM (<see cref="PciNumbering"/>), which the kernel shows to everybody.</param>
public sealed record SysfsConfiguration(PciAddress Address, ReadOnlyMemory<byte> Image, int Size, IReadOnlyList<RegionDescription> Regions)
{
    private const int Largest = 0x1000;

    /// <summary>Whether the kernel kept a part to root.</summary>
    public bool IsPartial => Image.Length < Size;

    /// <summary>Reads a function's.</summary>
    /// <param name="address">The function.</param>
    /// <exception cref="DeviceException">There is no such function, or the file cannot be read.</exception>
    public static SysfsConfiguration Read(PciAddress address) => Read(address, SysfsPci.Root);

    internal static SysfsConfiguration Read(PciAddress address, string root)
    {
        string folder = SysfsPci.PathOf(address.ToString(), root);
        if (!Directory.Exists(folder))
        {
            throw new DeviceException(DeviceStatus.NotFound, address.ToString(), "reading its configuration space",
                "there is no such function", "See which there are: ring3 list");
        }

        try
        {
            string path = folder + "/config";
            using FileStream file = File.OpenRead(path);
            byte[] image = new byte[Largest];
            int length = file.ReadAtLeast(image, image.Length, throwOnEndOfStream: false);
            return new SysfsConfiguration(address, image.AsMemory(0, length), (int)Math.Min(file.Length, Largest), Resources(SysfsPci.ReadText(folder + "/resource")));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DeviceException(DeviceStatus.IoError, address.ToString(), "reading its configuration space",
                error.Message, "Is the function still there? See: ring3 list", error);
        }
    }

    /// <summary>A line each for BAR 0 to 5 and the ROM: first and last address, the kernel's flags (Linux, include/linux/ioport.h).</summary>
    private static IReadOnlyList<RegionDescription> Resources(string? text)
    {
        const ulong ports = 0x100;
        const ulong prefetchable = 0x2000;
        const ulong address64 = 0x10_0000;
        string[] lines = text?.Split('\n') ?? [];
        var regions = new RegionDescription[PciNumbering.Rom + 1];
        Array.Fill(regions, RegionDescription.Absent);
        for (int i = 0; i < Math.Min(regions.Length, lines.Length); i++)
        {
            string[] words = lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 3 || !Hex(words[0], out ulong first) || !Hex(words[1], out ulong last) || !Hex(words[2], out ulong flags) || flags == 0 || last < first) continue;
            RegionAbilities abilities = ((flags & prefetchable) != 0 ? RegionAbilities.Prefetchable : 0) | ((flags & address64) != 0 ? RegionAbilities.Address64 : 0);
            RegionKind kind = i == PciNumbering.Rom ? RegionKind.Rom : (flags & ports) != 0 ? RegionKind.Port : RegionKind.Memory;
            regions[i] = new RegionDescription(kind, last - first + 1, abilities, i == PciNumbering.Rom ? "ROM" : $"BAR {i}");
        }

        return regions;
    }

    private static bool Hex(string word, out ulong value)
    {
        value = 0;
        return word.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
