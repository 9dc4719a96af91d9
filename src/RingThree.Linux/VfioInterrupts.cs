using System.Runtime.InteropServices;
using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>A device's interrupt groups through VFIO_DEVICE_SET_IRQS.</summary>
internal sealed unsafe class VfioInterrupts
{
    private readonly FileDescriptor _device;
    private readonly string _address;
    private readonly InterruptGroupDescription[] _groups;
    private readonly int[] _bound;
    private readonly Lock _gate = new();

    internal VfioInterrupts(FileDescriptor device, string address, uint count)
    {
        _device = device;
        _address = address;
        _groups = new InterruptGroupDescription[Math.Max(count, PciNumbering.RemovalRequest + 1)];
        Array.Fill(_groups, InterruptGroupDescription.Absent);
        _bound = new int[_groups.Length];
        for (uint i = 0; i < count; i++)
        {
            var info = new VfioApi.IrqInfo { Size = (uint)sizeof(VfioApi.IrqInfo), Index = i };
            // Sound: the request fills a vfio_irq_info. A group that the device lacks is refused, or has count 0.
            if (Libc.Ioctl(device, VfioApi.DeviceGetIrqInfo, &info) < 0 || info.Count == 0 || (info.Flags & VfioApi.IrqEventfd) == 0) continue;
            _groups[i] = Describe((int)i, info);
        }
    }

    internal IReadOnlyList<InterruptGroupDescription> Groups => _groups;

    internal int Bind(int group, ReadOnlySpan<VectorRoute> routes)
    {
        lock (_gate)
        {
            int first = _bound[group];
            if (first > 0 && (routes.Length <= first || (_groups[group].Abilities & InterruptGroupAbilities.FixedOnceBound) != 0))
                throw new DeviceException(DeviceStatus.Busy, _address, $"enabling {_groups[group].Name}", "it is enabled already", "Disable it first.");
            int head = sizeof(VfioApi.IrqSet);
            ReadOnlySpan<VectorRoute> added = routes[first..];
            byte[] request = new byte[head + (added.Length * sizeof(int))];
            MemoryMarshal.Write(request, new VfioApi.IrqSet
            {
                Size = (uint)request.Length,
                Flags = VfioApi.DataEventfd | VfioApi.ActionTrigger,
                Index = (uint)group,
                Start = (uint)first,
                Count = (uint)added.Length,
            });
            Span<int> events = MemoryMarshal.Cast<byte, int>(request.AsSpan(head));
            for (int v = 0; v < added.Length; v++) events[v] = added[v].Waiter is EventWaiter waiter ? waiter.EventOf(added[v].Tag).Number : -1;
            int answer;
            // Sound: a vfio_irq_set with one descriptor per vector behind it, and its size in front; the waiters are open.
            fixed (byte* pointer = request)
            {
                answer = Libc.Ioctl(_device, VfioApi.DeviceSetIrqs, pointer);
            }

            if (answer == 0)
            {
                _bound[group] = routes.Length;
                return routes.Length;
            }

            if (answer > 0) return Math.Min(answer, routes.Length - 1); // the kernel has only so many vectors
            if (Errno.Last == Errno.ENOSPC) return first;
            throw VfioErrors.Failed(_address, $"enabling {_groups[group].Name} with {routes.Length} vector(s)", "VFIO_DEVICE_SET_IRQS", (group, Errno.Last) switch
            {
                (PciNumbering.IntX, Errno.EBUSY) => "The card cannot disable its INTx pin (PCI 2.3) and shares the line with another device, so it needs the line for itself: move it to another slot, or use messages.",
                (_, Errno.EINVAL) => "Another kind of interrupt of this device is enabled, or the device has fewer vectors.",
                _ => "See the kernel's log: dmesg | tail",
            });
        }
    }

    internal void Unbind(int group)
    {
        lock (_gate)
        {
            if (_bound[group] == 0) return;
            _bound[group] = 0;
            // Count 0 tears the whole group down; the kernel waits for handlers that run.
            Set(group, 0, 0, VfioApi.DataNone | VfioApi.ActionTrigger);
        }
    }

    internal void Mask(int group, int vector) => Set(group, vector, 1, VfioApi.DataNone | VfioApi.ActionMask);

    internal void Unmask(int group, int vector) => Set(group, vector, 1, VfioApi.DataNone | VfioApi.ActionUnmask);

    internal void Trigger(int group, int first, int count)
    {
        if (Set(group, first, count, VfioApi.DataNone | VfioApi.ActionTrigger) == 0) return;
        throw new DeviceException(DeviceStatus.IoError, _address, $"signalling {_groups[group].Name} {first} to {first + count - 1} by software",
            "VFIO_DEVICE_SET_IRQS refused", "The vectors must be enabled.");
    }

    private static InterruptGroupDescription Describe(int index, VfioApi.IrqInfo info)
    {
        InterruptGroupAbilities abilities = InterruptGroupAbilities.Triggerable
            | ((info.Flags & VfioApi.IrqMaskable) != 0 ? InterruptGroupAbilities.Maskable : 0)
            | ((info.Flags & VfioApi.IrqAutomasked) != 0 ? InterruptGroupAbilities.AutoMasked : 0)
            | ((info.Flags & VfioApi.IrqNoResize) != 0 ? InterruptGroupAbilities.FixedOnceBound : 0);
        (InterruptGroupKind kind, string name) = index switch
        {
            PciNumbering.IntX => (InterruptGroupKind.Level, "INTx"),
            PciNumbering.Msi => (InterruptGroupKind.Msi, "MSI"),
            PciNumbering.MsiX => (InterruptGroupKind.MsiX, "MSI-X"),
            PciNumbering.Error => (InterruptGroupKind.Error, "error"),
            PciNumbering.RemovalRequest => (InterruptGroupKind.RemovalRequest, "removal request"),
            _ => (InterruptGroupKind.None, $"group {index}"),
        };
        return new InterruptGroupDescription(kind, (int)info.Count, abilities, name);
    }

    private int Set(int group, int start, int count, uint flags)
    {
        var request = new VfioApi.IrqSet { Size = (uint)sizeof(VfioApi.IrqSet), Flags = flags, Index = (uint)group, Start = (uint)start, Count = (uint)count };
        try
        {
            // Sound: a vfio_irq_set without data.
            return Libc.IoctlFast(_device, VfioApi.DeviceSetIrqs, &request);
        }
        catch (ObjectDisposedException)
        {
            return -1; // closed meanwhile: nothing signals any more
        }
    }
}
