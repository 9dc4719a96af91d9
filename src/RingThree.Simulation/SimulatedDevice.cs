using System.Buffers.Binary;
using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>An open simulated function, as the library sees it: VFIO's view of a card.</summary>
internal sealed class SimulatedDevice : IHostedDevice
{
    private readonly SimulatedFunction _function;
    private readonly int? _grant;
    private readonly SimulatedAddressSpace _space;
    private readonly RegionPart[][] _parts; // arrays: an access allocates no enumerator
    private int _closed;

    internal SimulatedDevice(SimulatedFunction function, DeviceDescription description, SimulatedAddressSpace space, int? grant)
    {
        _function = function;
        _grant = grant;
        _space = space;
        Description = description;
        CardDefinition card = function.Card.Definition;
        var regions = new RegionDescription[PciNumbering.Configuration + 1];
        for (int i = 0; i < PciNumbering.BarCount; i++) regions[i] = Bar(card, i);
        regions[PciNumbering.Rom] = RegionDescription.Absent;
        regions[PciNumbering.Configuration] = new(RegionKind.Configuration, SimulatedConfiguration.Size, RegionAbilities.Read | RegionAbilities.Write, "configuration space");
        Regions = regions;
        _parts = [.. regions.Select(r => r.Parts.ToArray())];
        InterruptGroups =
        [
            Group(InterruptGroupKind.Level, card.Pin == 0 ? 0 : 1, InterruptGroupAbilities.Maskable | InterruptGroupAbilities.AutoMasked, "INTx") with { Shared = function.SharesLine },
            Group(InterruptGroupKind.Msi, card.MsiVectors, InterruptGroupAbilities.FixedOnceBound, "MSI"),
            Group(InterruptGroupKind.MsiX, card.MsixVectors, InterruptGroupAbilities.FixedOnceBound, "MSI-X"),
            InterruptGroupDescription.Absent,
            Group(InterruptGroupKind.RemovalRequest, 1, InterruptGroupAbilities.None, "removal request"),
        ];
    }

    public DeviceDescription Description { get; }

    public IReadOnlyList<RegionDescription> Regions { get; }

    public IReadOnlyList<InterruptGroupDescription> InterruptGroups { get; }

    public IAddressSpace AddressSpace => _space;

    public bool CanReset => _function.Card.Definition.CanReset;

    private bool IsClosed => Volatile.Read(ref _closed) != 0;

    public void Read(int region, ulong offset, Span<byte> data)
    {
        if (IsClosed)
        {
            data.Fill(0xFF);
            return;
        }

        if (region == PciNumbering.Configuration)
        {
            _function.ReadConfiguration((int)offset, data);
            return;
        }

        if (data.Length is not (1 or 2 or 4 or 8))
        {
            for (int i = 0; i < data.Length; i++) Read(region, offset + (ulong)i, data.Slice(i, 1));
            return;
        }

        ulong value = Special(region, offset) is { } part ? (part.Kind == RegionPartKind.MsixPending && _function.Decodes(region) ? 0 : ulong.MaxValue) : _function.Read(region, offset, data.Length);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        bytes[..data.Length].CopyTo(data);
    }

    public void Write(int region, ulong offset, ReadOnlySpan<byte> data)
    {
        if (IsClosed) return;
        if (region == PciNumbering.Configuration)
        {
            _function.WriteConfiguration((int)offset, data);
            return;
        }

        if (Special(region, offset) is not null) return;
        if (data.Length is not (1 or 2 or 4 or 8))
        {
            for (int i = 0; i < data.Length; i++) Write(region, offset + (ulong)i, data.Slice(i, 1));
            return;
        }

        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        data.CopyTo(bytes);
        _function.Write(region, offset, data.Length, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
    }

    /// <summary>A model's registers are code, not memory: nothing can be mapped.</summary>
    public IReadOnlyList<IRegionMapping> Map(int region) => [];

    public IInterruptWaiter CreateWaiter() => new SimulatedWaiter();

    public int Bind(int group, ReadOnlySpan<VectorRoute> routes)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        int[] kinds = [PciNumbering.IntX, PciNumbering.Msi, PciNumbering.MsiX];
        int other = Array.Find(kinds, g => _function.IsBound(g));
        if (_function.IsBound(group) || (kinds.Contains(group) && _function.IsBound(other)))
        {
            throw new DeviceException(DeviceStatus.Busy, Description.Address, $"enabling {InterruptGroups[group].Name}",
                "interrupts of this function are enabled already", "Disable them first.");
        }

        if (_grant is { } most && group is PciNumbering.Msi or PciNumbering.MsiX && routes.Length > most)
            return group == PciNumbering.Msi && most > 0 ? 1 << System.Numerics.BitOperations.Log2((uint)most) : most;
        foreach (VectorRoute route in routes) ((SimulatedWaiter?)route.Waiter)?.Prepare(route.Tag);
        _function.Bind(group, routes.ToArray());
        return routes.Length;
    }

    public void Unbind(int group)
    {
        if (!IsClosed) _function.Unbind(group); // closed, it is another user's
    }

    public void Mask(int group, int vector)
    {
        if (!IsClosed) _function.MaskPin(true);
    }

    public void Unmask(int group, int vector)
    {
        if (!IsClosed) _function.MaskPin(false);
    }

    public void Trigger(int group, int first, int count)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        _function.Trigger(group, first, count);
    }

    public void Reset()
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        _function.Reset();
    }

    public bool IsPresent()
    {
        _function.ThrowIfModelFailed();
        Span<byte> classAndRevision = stackalloc byte[4];
        Read(PciNumbering.Configuration, 0x08, classAndRevision);
        return BinaryPrimitives.ReadUInt32LittleEndian(classAndRevision) != uint.MaxValue;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0) _function.Close();
    }

    private static InterruptGroupDescription Group(InterruptGroupKind kind, int count, InterruptGroupAbilities abilities, string name) =>
        count == 0 ? InterruptGroupDescription.Absent : new(kind, count, abilities | InterruptGroupAbilities.Triggerable, name);

    private static RegionDescription Bar(CardDefinition card, int number)
    {
        if (!card.Bars.TryGetValue(number, out CardBar? bar)) return RegionDescription.Absent;
        RegionAbilities abilities = RegionAbilities.Read | RegionAbilities.Write | (bar.Is64Bit ? RegionAbilities.Address64 : 0);
        return new RegionDescription(bar.Kind, bar.Size, abilities, $"BAR {number}")
        {
            Parts = card.MsixVectors == 0 || card.MsixBar != number ? [] :
            [
                new(RegionPartKind.MsixTable, card.MsixTableOffset, (ulong)card.MsixVectors * 16),
                new(RegionPartKind.MsixPending, card.MsixPendingOffset, card.PendingLength),
            ],
        };
    }

    private RegionPart? Special(int region, ulong offset)
    {
        foreach (RegionPart part in _parts[region])
        {
            if (offset >= part.Offset && offset < part.Offset + part.Length) return part;
        }

        return null;
    }
}
