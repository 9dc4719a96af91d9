using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
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
    private const int Conventional = 0x100;
    private const int Largest = 0x1000;

    /// <summary>Whether the kernel kept a part to root.</summary>
    public bool IsPartial => Image.Length < Size;

    /// <summary>Reads a function's.</summary>
    /// <param name="address">The function.</param>
    /// <param name="onlyDescribed">
    /// Leaves out the extended space of a function that has no capability there (its first double word is zero: PCI Express Base 6.0,
    /// 7.9.1). In a virtual machine its 960 accesses take longer than everything else; <see cref="Size"/> is then what was read.
    /// </param>
    /// <exception cref="DeviceException">There is no such function, or the file cannot be read.</exception>
    public static SysfsConfiguration Read(PciAddress address, bool onlyDescribed = false) => Read(address, SysfsPci.Root, onlyDescribed);

    internal static SysfsConfiguration Read(PciAddress address, string root, bool onlyDescribed = false)
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
            using SafeFileHandle file = File.OpenHandle(path);
            byte[] image = new byte[Largest];
            int length = RandomAccess.Read(file, image.AsSpan(0, onlyDescribed ? Conventional : Largest), 0);
            int size = (int)Math.Min(RandomAccess.GetLength(file), Largest);
            if (onlyDescribed && length == Conventional)
            {
                bool isEmpty = RandomAccess.Read(file, image.AsSpan(Conventional, sizeof(uint)), Conventional) < sizeof(uint)
                    || BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(Conventional)) is 0 or uint.MaxValue;
                if (isEmpty) size = length;
                else length += RandomAccess.Read(file, image.AsSpan(Conventional), Conventional);
            }

            return new SysfsConfiguration(address, image.AsMemory(0, length), size, Describe(SysfsPci.ReadText(folder + "/resource"), image.AsSpan(0, length)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (SysfsPci.IsExhaustion(error)) throw VfioErrors.OutOfDescriptors(error, address.ToString(), "reading its configuration space");
            throw new DeviceException(DeviceStatus.IoError, address.ToString(), "reading its configuration space",
                error.Message, "Is the function still there? See: ring3 list", error);
        }
    }

    /// <summary>What the kernel says of BAR 0 to 5 and the ROM.</summary>
    internal static RegionDescription[] Describe(string? text, ReadOnlySpan<byte> image)
    {
        KernelResource[] resources = KernelResource.Parse(text);
        bool[] unplaced = text is null ? new bool[PciNumbering.BarCount] : KernelResource.FindUnplaced(resources, image);
        var regions = new RegionDescription[resources.Length];
        for (int i = 0; i < regions.Length; i++)
        {
            RegionObstacle? obstacle = i < unplaced.Length && unplaced[i] ? resources[i].NoRoom(i) : null;
            string name = i == PciNumbering.Rom ? "ROM" : $"BAR {i}";
            regions[i] = resources[i].IsKnown
                ? new(i == PciNumbering.Rom ? RegionKind.Rom : resources[i].IsPort ? RegionKind.Port : RegionKind.Memory, resources[i].Size, resources[i].Abilities, name) { Obstacle = obstacle }
                : obstacle is null ? RegionDescription.Absent
                : new((image[0x10 + (4 * i)] & 1) != 0 ? RegionKind.Port : RegionKind.Memory, 0, RegionAbilities.None, name) { Obstacle = obstacle };
        }

        return regions;
    }
}
