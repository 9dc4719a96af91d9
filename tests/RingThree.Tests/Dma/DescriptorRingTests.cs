using System.Runtime.InteropServices;
using FsCheck.Fluent;
using RingThree.Dma;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Rings of descriptors: what each side sees, where they end, and who is wrong.</summary>
public sealed class DescriptorRingTests : IDisposable
{
    private const int OwnerBit = 63;
    private readonly SimulatedHost _host = new SimulatedHost().Add(new EduCard());
    private readonly PciDevice _device;
    private readonly DmaBuffer _memory;

    public DescriptorRingTests()
    {
        _device = _host.Open(new PciId(0x1234, 0x11E8));
        _memory = _device.Dma.Allocate(4096);
    }

    public static TheoryData<bool> Owners => [true, false];

    public void Dispose()
    {
        _memory.Dispose();
        _device.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void Without_flags_one_entry_stays_free_and_indices_say_the_rest()
    {
        DescriptorRing<Entry> ring = _memory.Ring<Entry>(entries: 4, offset: 64);

        for (uint i = 0; i < 3; i++) Assert.True(ring.TryPost(new Entry(i, 0)));
        Assert.False(ring.TryPost(new Entry(3, 0)));

        Assert.Equal((3, 3, 3), (ring.Capacity, ring.Count, ring.Tail.Index));
        Assert.Equal(_memory.Address + 64, ring.Address);
        Assert.Equal([0u, 0, 1, 0, 2, 0, 0, 0], _memory.As<uint>(64)[..8].ToArray());
        Assert.True(ring.TryMoveHead(2)); // as the card says
        Assert.True(ring.TryPost(new Entry(3, 0)));
        Assert.Equal((2, 0, false), (ring.Count, ring.Tail.Index, ring.Tail.Phase));
    }

    [Fact]
    public void A_device_that_names_an_entry_which_cannot_be_is_told_from_one_that_does_not()
    {
        DescriptorRing<Entry> ring = _memory.Ring<Entry>(4);
        ring.TryPost(default);
        ring.TryPost(default);

        foreach (int wrong in (int[])[-1, 3, 4, int.MaxValue, int.MinValue]) Assert.False(ring.TryMoveHead(wrong));
        Assert.Equal((2, 0), (ring.Count, ring.Head.Index));
        Assert.True(ring.TryMoveHead(2));

        Assert.True(ring.TryMoveTail(1)); // 2, 3 and 0 are filled
        Assert.Equal(3, ring.Count);
        foreach (int wrong in (int[])[2, 3, 4, -1]) Assert.False(ring.TryMoveTail(wrong));
        Assert.Equal((3, 1), (ring.Count, ring.Tail.Index));
    }

    [Fact]
    public void An_entry_is_new_by_its_phase_way_round_after_way_round()
    {
        DescriptorRing<Entry> device = _memory.Ring<Entry>(3, RingFlag.PhaseAt(32));
        DescriptorRing<Entry> driver = _memory.Ring<Entry>(3, RingFlag.PhaseAt(32));

        for (uint i = 0; i < 20; i++)
        {
            Assert.False(driver.TryTake(out _));
            Assert.True(device.TryPost(new Entry(i, 0xFFFE)));
            Assert.True(driver.TryTake(out Entry entry));
            Assert.Equal(new Entry(i, 0xFFFE | (i / 3 % 2 == 0 ? 1u : 0)), entry);
            Assert.True(device.TryMoveHead(driver.Head.Index));
        }

        Assert.Equal(0, driver.Count);
    }

    [Theory]
    [MemberData(nameof(Owners))]
    public void An_entry_with_an_owner_comes_back_in_its_place(bool isSetForDevice)
    {
        DescriptorRing<Entry> ring = _memory.Ring<Entry>(4, RingFlag.OwnerAt(OwnerBit, isSetForDevice));
        const uint Owner = 0x8000_0000;

        for (uint i = 0; i < 4; i++) Assert.True(ring.TryPost(new Entry(i, isSetForDevice ? 5 : Owner | 5)));
        Assert.False(ring.TryPost(default));
        Assert.All(_memory.As<Entry>()[..4].ToArray(), entry => Assert.Equal(isSetForDevice ? Owner | 5 : 5, entry.Flags));
        Assert.False(ring.TryTake(out _)); // all are the card's

        ring[0] = new Entry(100, isSetForDevice ? 0 : Owner); // the card gives it back
        Assert.True(ring.TryTake(out Entry back));
        Assert.Equal(100u, back.Value);
        Assert.False(ring.TryTake(out _));
        Assert.Equal(3, ring.Count);
    }

    [Fact]
    public void An_empty_ring_whose_owner_bits_say_driver_has_nothing_to_take() =>
        Assert.False(_memory.Ring<Entry>(4, RingFlag.OwnerAt(OwnerBit)).TryTake(out _));

    [Fact]
    public void Reset_starts_anew()
    {
        DescriptorRing<Entry> ring = _memory.Ring<Entry>(4, RingFlag.PhaseAt(32));
        ring.TryPost(new Entry(1, 1));

        ring.Reset();

        Assert.Equal((0, 0, 0, true), (ring.Count, ring.Head.Index, ring.Tail.Index, ring.Tail.Phase));
        Assert.False(ring.TryTake(out _));
        Assert.Equal(default, ring[0]);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_what_was_asked_for()
    {
        Assert.Contains("512 entries of Entry (8 bytes each) at 8", Refusal(() => _memory.Ring<Entry>(512, offset: 8)), StringComparison.Ordinal);
        Assert.Contains("takes 4104 bytes; the buffer has 4096", Refusal(() => _memory.Ring<Entry>(513)), StringComparison.Ordinal);
        Assert.Contains("2 entries or more", Refusal(() => _memory.Ring<Entry>(1)), StringComparison.Ordinal);
        Assert.Contains("multiple of 4", Refusal(() => _memory.Ring<Entry>(4, offset: 2)), StringComparison.Ordinal);
        Assert.Contains("the 32 bits at 8", Refusal(() => _memory.Ring<Entry>(4, RingFlag.PhaseAt(64))), StringComparison.Ordinal);
        Assert.Contains("entries 0 to 3", Refusal(() => _ = _memory.Ring<Entry>(4)[4]), StringComparison.Ordinal);
        Assert.Contains("at 4097", Refusal(() => _ = _memory.As<uint>(4097).Length), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => RingFlag.PhaseAt(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RingCursor(0));
    }

    [Fact]
    public void A_disposed_buffer_says_so()
    {
        DescriptorRing<Entry> ring = _memory.Ring<Entry>(4);
        _memory.Dispose();

        Assert.Throws<ObjectDisposedException>(() => ring.TryPost(default));
        Assert.Equal(0, ring.Count);
    }

    [Fact]
    public void One_thread_fills_while_another_takes()
    {
        DescriptorRing<Entry> ring = _memory.Ring<Entry>(7);
        const uint Total = 200_000;
        uint seen = 0;
        var taker = new Thread(() =>
        {
            var spin = default(SpinWait);
            while (seen < Total)
            {
                if (!ring.TryTake(out Entry entry)) spin.SpinOnce();
                else if (entry == new Entry(seen, ~seen)) seen++;
                else return;
            }
        });
        taker.Start();

        var wait = default(SpinWait);
        for (uint i = 0; i < Total && taker.IsAlive;)
        {
            if (ring.TryPost(new Entry(i, ~i))) i++;
            else wait.SpinOnce();
        }

        taker.Join();
        Assert.Equal(Total, seen);
        Assert.Equal(0, ring.Count);
    }

    [Fact]
    public void Against_a_plain_queue_any_order_of_calls_gives_the_same() => Properties.ForAll(Gen.Choose(0, int.MaxValue), seed =>
    {
        var random = new Random(seed);
        int entries = random.Next(2, 9);
        int kind = random.Next(3);
        RingFlag? flag = kind == 0 ? null : kind == 1 ? RingFlag.PhaseAt(32) : RingFlag.OwnerAt(OwnerBit);
        _memory.Span.Clear();
        DescriptorRing<Entry> device = _memory.Ring<Entry>(entries, flag);
        DescriptorRing<Entry> driver = kind == 1 ? _memory.Ring<Entry>(entries, flag) : device;
        var model = new Queue<uint>();
        for (int step = 0; step < 100; step++)
        {
            var value = (uint)step;
            if (random.Next(2) == 0)
            {
                bool fits = model.Count < (kind == 2 ? entries : entries - 1);
                Assert.Equal(fits, device.TryPost(new Entry(value, 0)));
                if (fits) model.Enqueue(value);
                continue;
            }

            if (kind == 2 && model.Count > 0) device[driver.Head.Index] = new Entry(model.Peek(), 0); // the card is done with it
            Assert.Equal(model.Count > 0, driver.TryTake(out Entry taken));
            if (model.Count > 0) Assert.Equal(model.Dequeue(), taken.Value);
            if (kind == 1) Assert.True(device.TryMoveHead(driver.Head.Index));
        }

        Assert.Equal(model.Count, device.Count);
    });

    [Fact]
    public void Steady_use_allocates_nothing()
    {
        DescriptorRing<Entry> ring = _memory.Ring<Entry>(8, RingFlag.OwnerAt(OwnerBit, isSetForDevice: false));
        Assert.Equal(0, Allocations.OfSteady(() =>
        {
            ring.TryPost(new Entry(1, 2));
            ring[ring.Head.Index].Flags = 0x8000_0000;
            ring.TryTake(out _);
        }));
    }

    private static string Refusal(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;

    [StructLayout(LayoutKind.Sequential)]
    private record struct Entry(uint Value, uint Flags);
}
