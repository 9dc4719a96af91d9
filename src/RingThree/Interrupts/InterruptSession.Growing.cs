using RingThree.Devices;
using RingThree.Hosting;

namespace RingThree.Interrupts;

/// <content>Vectors that are added while the session runs.</content>
public sealed partial class InterruptSession
{
    private readonly Lock _binding = new(); // growing and ending both bind and unbind

    /// <summary>
    /// Whether <see cref="Grow"/> adds vectors without a gap, because the host can add to a group that is bound (MSI-X, on
    /// Linux from 6.5 on). Where it cannot, all vectors are disabled for a moment, and what the device signals then is lost.
    /// </summary>
    public bool GrowsWithoutGap => (Group.Abilities & InterruptGroupAbilities.FixedOnceBound) == 0;

    private InterruptGroupDescription Group => Device.Host.InterruptGroups[_group];

    /// <summary>
    /// Asks for more slots, and with them for as many vectors as the device has and the host grants. What is masked, counted
    /// and pending stays so; a new vector v belongs to waiter v modulo <see cref="WaiterCount"/>, as the others do.
    /// </summary>
    /// <param name="slots">How many sources the driver wants to tell apart from now on; no fewer than before.</param>
    /// <returns><see cref="VectorCount"/>. Where no vector can be added it is what it was, and slots share.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are more slots already.</exception>
    /// <exception cref="DeviceException">
    /// The host refused. The session goes on as it was; only where it grows with a gap, and the host does not give back what it
    /// had, it ends with that error.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The session has ended.</exception>
    public int Grow(int slots)
    {
        DeviceException? lost = null;
        lock (_binding)
        {
            if (slots < _slots) throw new ArgumentOutOfRangeException(nameof(slots), $"{Device.Address}: {nameof(Grow)}({slots}): the session has {_slots} slots already, and can have that or more.");
            ThrowIfEnded();
            VectorState[] before = _vectors;
            int wanted = Math.Min(slots, Group.Count);
            if (wanted > before.Length)
            {
                VectorState[] all = [.. before, .. NewVectors(before.Length, wanted)];
                ShareSlots(all, slots);
                Use(all); // before they are bound: the first signal finds everything in its place
                int bound = before.Length;
                try
                {
                    bound = GrowsWithoutGap ? BindMore(wanted, before.Length) : BindAgain(wanted, before.Length, out lost);
                }
                finally
                {
                    ShareSlots(all[..bound], slots);
                    Use(all[..bound]);
                    Volatile.Write(ref _bound, bound);
                }
            }

            else
            {
                ShareSlots(before, slots);
            }

            _slots = slots;
        }

        if (lost is null) return VectorCount;
        Fail(lost, tell: false); // the caller hears of it; not inside the lock: it waits for callbacks, which may be growing the session too
        throw lost;
    }

    private VectorState[] NewVectors(int first, int end) => [.. Enumerable.Range(first, end - first).Select(v => new VectorState(v, _plans(v))
    {
        Latency = _meters[v % _meters.Length] is { } meter ? new VectorLatency(meter) : null,
    })];

    private void Use(VectorState[] vectors)
    {
        for (int i = 0; i < _executors.Length; i++) _executors[i].Use([.. vectors.Where((_, v) => v % _executors.Length == i)]);
        Volatile.Write(ref _vectors, vectors);
    }

    /// <summary>Binds as many vectors as the host grants, more than there are.</summary>
    /// <returns>How many are bound: as many as before when none was added.</returns>
    private int BindMore(int wanted, int before)
    {
        while (wanted > before)
        {
            int granted = Device.Host.Bind(_group, Routes(wanted));
            if (granted == wanted) return wanted;
            wanted = Math.Min(granted, wanted - 1);
        }

        return before;
    }

    /// <summary>The same for a group that is fixed once bound.</summary>
    private int BindAgain(int wanted, int before, out DeviceException? lost)
    {
        lost = null;
        Device.Host.Unbind(_group);
        DeviceException? refused = null;
        try
        {
            int bound = BindMore(wanted, before);
            if (bound > before) return bound;
        }
        catch (DeviceException error)
        {
            refused = error;
        }

        try
        {
            if (Device.Host.Bind(_group, Routes(before)) != before)
                throw new DeviceException(DeviceStatus.NoResources, Device.Address, $"enabling {Group.Name} again", $"the host no longer grants {before} vector(s)", "Enable interrupts anew.");
        }
        catch (DeviceException error)
        {
            lost = error;
        }

        return refused is null || lost is not null ? before : throw refused;
    }
}
