using System.Buffers.Binary;
using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using Xunit;

namespace RingThree.Tests;

/// <summary>What reads configuration space, over a million spaces: random ones, and real ones with bytes changed.</summary>
public sealed class ConfigurationSpaceFuzzTests
{
    private const int Cases = 1000;
    private const int SpacesPerCase = 1000;
    private const int MostCapabilities = (0x100 - 0x40) / 4;
    private const int MostExtended = (0x1000 - 0x100) / 4;

    // As sysfs shows QEMU's cards: place:bytes, the rest 0.
    private static readonly byte[][] Real =
    [
        Space(256, "0:3412E811030110001000FF 10:000020FE 20:000000000000000000000000F41A0011 30:0000000040000000000000000B01 40:050080"), // edu
        Space(4096, "0:361B10000701100002020801 10:040040FE 20:000000000000000000000000F41A0011 30:0000000040000000000000000A01 40:11804000002000000030 60:010003000B 80:1060920000800010000000001104 90:000011 a0:00000000000030"), // nvme
        Space(4096, "0:33109401030110000330030C 10:044040FE 20:000000000000000000000000F41A0011 30:00000000A0000000000000000B01 60:30 70:050088 a0:1070920000800000000000001104 b0:000011 c0:00000000000030"), // xhci
        Space(256, "0:361B0500030100000000FF 10:009040FE01E000000C00A0FE 20:000000000000000000000000F41A0011"), // testdev
        Space(4096, "0:8680D3100301100000000002 10:000004FE000006FE01D00000000008FE 20:0000000000000000000000008680 30:000000FEC8000000000000000A01 a0:11000400030000000320 c0:000000000000000001D0220003 d0:05E080 e0:10A0010000800000000000001104 f0:000011 100:010002140000000000000000302046 110:0000000000E00000A0 140:03000100563412FFFF005452"), // e1000e
    ];

    private int _spaces;

    [Fact]
    public void A_million_spaces_are_read_to_an_end_inside_their_bounds()
    {
        var time = Stopwatch.StartNew();
        Properties.ForAll(Gen.Choose(int.MinValue, int.MaxValue), Run, Cases);
        Assert.Equal(Cases * SpacesPerCase, _spaces);
        Assert.InRange(time.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(2)); // some seconds; a walk without end never gets here
    }

    [Fact]
    public void The_longest_lists_are_walked_whole()
    {
        byte[] space = new byte[4096];
        space[0x06] = 0x10;
        space[0x34] = 0x40;
        for (int at = 0x40; at < 0x100; at += 4) BinaryPrimitives.WriteUInt16LittleEndian(space.AsSpan(at), (ushort)(((at + 4) << 8) | 0x09));
        for (int at = 0x100; at < 0x1000; at += 4) BinaryPrimitives.WriteUInt32LittleEndian(space.AsSpan(at), ((uint)(at + 4) << 20) | 0x1_000B);

        Assert.Equal(MostCapabilities + MostExtended, PciCapabilityList.Read(at => Read(space, at), space.Length).Count);
    }

    private void Run(int seed)
    {
        var random = new Random(seed);
        byte[] space = new byte[4096];
        for (int i = 0; i < SpacesPerCase; i++, _spaces++)
        {
            int size = Next(random, space);
            Check(space, size);
            if (i == 0) Open(space.AsSpan(0, size));
        }
    }

    private static void Check(byte[] space, int size)
    {
        int reads = 0;
        uint ReadCounted(int at)
        {
            reads++;
            Assert.True(at >= 0 && at % 4 == 0 && at + 4 <= size);
            return Read(space, at);
        }

        IReadOnlyList<PciCapability> found = PciCapabilityList.Read(ReadCounted, size);
        Assert.True(found.Count <= MostCapabilities + (size > 0x100 ? MostExtended : 0));
        Assert.True(reads <= found.Count + 4); // command, pointer, and what ends each list
        int last = -1;
        foreach (PciCapability c in found)
        {
            Assert.True(c.Offset % 4 == 0 && c.Offset >= (c.IsExtended ? 0x100 : 0x40) && c.Offset + 4 <= (c.IsExtended ? size : 0x100));
            Assert.True(c.Offset != last);
            last = c.Offset;
        }

        if (VfioRegions.MsixTable(ReadCounted, size, out (int Bar, ulong Offset, ulong Length) pending) is { } table)
        {
            Assert.True(table.Bar is >= 0 and <= 7 && table.Offset % 8 == 0 && table.Length is >= 16 and <= 2048 * 16);
            Assert.True(pending.Bar is >= 0 and <= 7 && pending.Offset % 8 == 0 && pending.Length is >= 8 and <= 256);
        }
        else
        {
            Assert.Equal(-1, pending.Bar);
        }

        for (int i = 0; i < PciNumbering.BarCount; i++)
        {
            uint bar = Read(space, 0x10 + (4 * i));
            RegionDescription region = VfioRegions.Describe(i, new VfioApi.RegionInfo { Length = 0x1000 }, bar);
            Assert.Equal((bar & 1) != 0 ? RegionKind.Port : RegionKind.Memory, region.Kind);
            Assert.True(region.Kind == RegionKind.Memory || (region.Abilities & (RegionAbilities.Address64 | RegionAbilities.Prefetchable)) == 0);
        }
    }

    private static void Open(ReadOnlySpan<byte> space)
    {
        FakeDevice fake = new FakeDevice(space.Length).Add(0, 0x1000, mapped: [(0, 0x1000)]);
        space.CopyTo(fake.Configuration.Bytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(space[0x08..]) == uint.MaxValue)
        {
            // Class and revision of all ones are nobody's: such a device does not respond.
            Assert.Equal(DeviceStatus.DeviceGone, Assert.Throws<DeviceException>(() => fake.Open()).Status);
            return;
        }

        using PciDevice device = fake.Open();
        device.Config.Write16(0x04, 0);
        Assert.Equal(uint.MaxValue, device.Bar(0).Read<uint>(0));
    }

    /// <summary>A random space, or a real one with some of it changed where the lists are.</summary>
    private static int Next(Random random, byte[] space)
    {
        int size = random.Next(2) == 0 ? 256 : 4096;
        if (random.Next(4) == 0)
        {
            random.NextBytes(space.AsSpan(0, size));
            if (random.Next(4) != 0) space[0x06] |= 0x10;
            return size;
        }

        byte[] real = Real[random.Next(Real.Length)];
        size = random.Next(8) == 0 ? 256 : real.Length;
        real.AsSpan(0, size).CopyTo(space);
        for (int changes = random.Next(1, 9); changes > 0; changes--)
        {
            int at = random.Next(random.Next(2) == 0 ? 0x100 : size);
            switch (random.Next(6))
            {
                case 0: space[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: space[at] = (byte)random.Next(256); break;
                case 2: space[0x34] = (byte)random.Next(256); break;
                case 3: BinaryPrimitives.WriteUInt16LittleEndian(space.AsSpan(at & 0xFC), (ushort)random.Next(0x10000)); break;
                case 4: BinaryPrimitives.WriteUInt32LittleEndian(space.AsSpan(at & ~3), random.Next(2) == 0 ? uint.MaxValue : (uint)random.NextInt64()); break;
                default: space.AsSpan(random.Next(0x40, 0x100), 8).CopyTo(space.AsSpan(Math.Min(at, size - 8))); break;
            }
        }

        return size;
    }

    private static uint Read(byte[] space, int at) => BinaryPrimitives.ReadUInt32LittleEndian(space.AsSpan(at));

    private static byte[] Space(int size, string content)
    {
        byte[] space = new byte[size];
        foreach (string part in content.Split(' '))
        {
            string[] halves = part.Split(':');
            Convert.FromHexString(halves[1]).CopyTo(space, Convert.ToInt32(halves[0], 16));
        }

        return space;
    }
}
