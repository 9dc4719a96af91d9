using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using RingThree.Pci;
using Xunit;

namespace RingThree.Tests;

/// <summary>Both capability lists, over spaces made by hand and at random.</summary>
public sealed class CapabilityListTests
{
    [Fact]
    public void A_function_without_the_status_bit_has_no_list()
    {
        byte[] space = Space(256, (0x40, 0x05, 0));
        space[0x06] = 0;

        Assert.Empty(Walk(space));
    }

    [Fact]
    public void Capabilities_come_in_list_order() =>
        Assert.Equal(
            [new PciCapability(0x11, 0x80, false, 0), new PciCapability(0x05, 0x40, false, 0), new PciCapability(0x01, 0xFC, false, 0)],
            Walk(Space(256, (0x80, 0x11, 0x40), (0x40, 0x05, 0xFC), (0xFC, 0x01, 0))));

    [Fact]
    public void The_two_low_bits_of_a_pointer_are_not_part_of_it() =>
        Assert.Equal([0x40, 0x50], Walk(Space(256, (0x43, 0x05, 0x51), (0x50, 0x01, 0x02))).Select(c => (int)c.Offset));

    [Fact]
    public void Whoever_stops_on_the_way_reads_no_more()
    {
        byte[] space = Space(256, (0x80, 0x11, 0x40), (0x40, 0x05, 0xFC), (0xFC, 0x01, 0));
        var asked = new List<int>();

        PciCapability first = PciCapabilityList.Walk(at =>
        {
            asked.Add(at);
            return BinaryPrimitives.ReadUInt32LittleEndian(space.AsSpan(at));
        }, space.Length).First();

        Assert.Equal(0x80, first.Offset);
        Assert.Equal([0x04, 0x34, 0x80], asked);
    }

    [Fact]
    public void A_loop_ends_after_one_round() =>
        Assert.Equal([0x40, 0x50], Walk(Space(256, (0x40, 0x05, 0x50), (0x50, 0x01, 0x40))).Select(c => (int)c.Offset));

    [Fact]
    public void A_capability_that_points_at_itself_is_found_once() => Assert.Single(Walk(Space(256, (0x40, 0x05, 0x40))));

    [Fact]
    public void A_pointer_into_the_header_ends_the_list() => Assert.Single(Walk(Space(256, (0x40, 0x05, 0x3C))));

    [Fact]
    public void A_device_that_answers_nothing_has_no_capabilities()
    {
        byte[] space = new byte[4096];
        Array.Fill(space, byte.MaxValue);

        Assert.Empty(Walk(space));
    }

    [Fact]
    public void The_extended_list_starts_at_100h_and_carries_versions()
    {
        byte[] space = Space(4096, (0x40, 0x10, 0));
        Put32(space, 0x100, 0x148_2_0001);
        Put32(space, 0x148, 0x000_1_0010);

        Assert.Equal(
            [new PciCapability(0x10, 0x40, false, 0), new PciCapability(1, 0x100, true, 2), new PciCapability(0x10, 0x148, true, 1)],
            Walk(space));
    }

    [Fact]
    public void An_extended_list_of_a_small_space_is_not_looked_for()
    {
        var asked = new List<int>();
        PciCapabilityList.Read(at =>
        {
            asked.Add(at);
            return 0;
        }, 256);

        Assert.All(asked, at => Assert.InRange(at, 0, 0xFC));
    }

    [Fact]
    public void Extended_loops_and_pointers_into_the_header_end_the_list()
    {
        byte[] space = Space(4096);
        Put32(space, 0x100, 0x200_1_0001);
        Put32(space, 0x200, 0x100_1_0003);
        Assert.Equal(2, Walk(space).Count);

        Put32(space, 0x200, 0x040_1_0003);
        Assert.Equal(2, Walk(space).Count);
    }

    [Fact]
    public void Random_spaces_are_walked_to_an_end_inside_their_bounds() => Properties.ForAll(
        from big in Gen.Elements(true, false)
        from bytes in Properties.Bytes(big ? 4096 : 256)
        select bytes,
        space =>
        {
            space[0x06] |= 0x10;
            IReadOnlyList<PciCapability> found = Walk(space);

            Assert.Equal(found.Count, found.DistinctBy(c => c.Offset).Count());
            Assert.All(found, c =>
            {
                Assert.Equal(0, c.Offset % 4);
                Assert.InRange(c.Offset, c.IsExtended ? 0x100 : 0x40, (c.IsExtended ? space.Length : 256) - 4);
                Assert.Equal(c.IsExtended ? BinaryPrimitives.ReadUInt16LittleEndian(space.AsSpan(c.Offset)) : space[c.Offset], c.Id);
            });
        },
        tests: 2000);

    [Fact]
    public void A_device_with_a_random_space_opens_and_closes() => Properties.ForAll(
        from big in Gen.Elements(true, false)
        from bytes in Properties.Bytes(big ? 4096 : 256)
        select bytes,
        space =>
        {
            FakeDevice fake = new FakeDevice(space.Length).Add(0, 0x1000, mapped: [(0, 0x1000)]);
            space.CopyTo(fake.Configuration.Bytes);
            fake.Configuration.Bytes[0x06] |= 0x10;

            using PciDevice device = fake.Open();
            device.Bar(0).Read<uint>(0);
            device.Config.Write16(0x04, 0);
        },
        tests: 2000);

    [Fact]
    public void A_power_capability_that_does_not_fit_is_not_followed_beyond_the_end()
    {
        FakeDevice fake = new FakeDevice().Add(0, 0x1000, mapped: [(0, 0x1000)]);
        Space(256, (0xFC, 0x01, 0)).CopyTo(fake.Configuration.Bytes);

        using PciDevice device = fake.Open();

        Assert.Equal(0u, device.Bar(0).Read<uint>(0));
    }

    [Fact]
    public void The_first_of_several_with_one_id_is_found_and_ids_of_the_lists_are_not_mixed_up()
    {
        FakeDevice fake = new(4096);
        byte[] space = Space(4096, (0x40, 0x09, 0x50), (0x50, 0x09, 0));
        Put32(space, 0x100, 0x000_1_0010);
        space.CopyTo(fake.Configuration.Bytes);
        using PciDevice device = fake.Open();

        Assert.Equal(0x40, device.Config.FindCapability(PciCapabilityId.VendorSpecific)!.Value.Offset);
        Assert.Null(device.Config.FindCapability(PciCapabilityId.Express));
        Assert.Equal(0x100, device.Config.FindCapability(PciExtendedCapabilityId.SingleRootIoVirtualization)!.Value.Offset);
    }

    private static IReadOnlyList<PciCapability> Walk(byte[] space) =>
        PciCapabilityList.Read(at => BinaryPrimitives.ReadUInt32LittleEndian(space.AsSpan(at)), space.Length);

    /// <summary>A space whose list starts at the first of these.</summary>
    private static byte[] Space(int size, params (int At, byte Id, byte Next)[] capabilities)
    {
        byte[] space = new byte[size];
        space[0x06] = 0x10;
        foreach ((int at, byte id, byte next) in capabilities)
        {
            space[at & ~3] = id;
            space[(at & ~3) + 1] = next;
        }

        if (capabilities.Length > 0) space[0x34] = (byte)capabilities[0].At;
        return space;
    }

    private static void Put32(byte[] space, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(space.AsSpan(at), value);
}
