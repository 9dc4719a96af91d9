using System.Text;
using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>
/// An open isolation group. The kernel lets one process open it once, so all its devices that this process opens share
/// this; it closes with the last of them.
/// </summary>
internal sealed class VfioGroup
{
    private static readonly Dictionary<int, VfioGroup> Open = [];
    private static readonly Lock Gate = new();
    private readonly int _number;
    private readonly FileDescriptor _descriptor;
    private readonly HashSet<string> _devices = [];

    private VfioGroup(int number, FileDescriptor descriptor, VfioContainer container)
    {
        _number = number;
        _descriptor = descriptor;
        Container = container;
    }

    internal VfioContainer Container { get; }

    /// <summary>Opens a device of a group, and the group with the first.</summary>
    internal static (VfioGroup Group, FileDescriptor Device) OpenDevice(string address, int number, VfioContainer? share, Guid? token)
    {
        lock (Gate)
        {
            if (!Open.TryGetValue(number, out VfioGroup? group))
            {
                group = Create(address, number, share);
                Open.Add(number, group);
            }
            else if (share is not null && share != group.Container)
            {
                throw new DeviceException(DeviceStatus.Busy, address, "opening in a shared address space",
                    $"another device of its isolation group {number} is open in another space", "Open both with the same space, or close that one.");
            }

            try
            {
                if (!group._devices.Add(address))
                    throw new DeviceException(DeviceStatus.Busy, address, "opening through VFIO", "this process has it open already", "Close it there; a device has one user.");
                try
                {
                    return (group, group.GetDevice(address, token));
                }
                catch
                {
                    group._devices.Remove(address);
                    throw;
                }
            }
            catch
            {
                group.CloseIfUnused();
                throw;
            }
        }
    }

    /// <summary>
    /// Closes a device of the group. Under the gate from the descriptor's end on: from then the kernel may give the device
    /// to another driver and back, and whoever opens it next must not find it open here.
    /// </summary>
    internal void Close(string address, FileDescriptor device)
    {
        lock (Gate)
        {
            device.Dispose();
            _devices.Remove(address);
            CloseIfUnused();
        }
    }

    private static unsafe VfioGroup Create(string address, int number, VfioContainer? share)
    {
        string path = $"/dev/vfio/{number}";
        using var guard = new Guard(Libc.Open(path, Libc.ReadWrite | Libc.CloseOnExec));
        if (guard.Descriptor.IsInvalid)
        {
            throw VfioErrors.Failed(address, $"opening its isolation group ({path})", "open", Errno.Last switch
            {
                Errno.EBUSY => "Another process has a device of this group open: close it there. Processes cannot share a group.",
                Errno.EACCES => $"Run as root, or give yourself the file: chown $USER {path}",
                _ => "Load the driver and bind the device: modprobe vfio-pci; ring3 bind " + address,
            });
        }

        var status = new VfioApi.GroupStatus { Size = (uint)sizeof(VfioApi.GroupStatus) };
        // Sound: the request fills a vfio_group_status, whose size the structure carries.
        if (Libc.Ioctl(guard.Descriptor, VfioApi.GroupGetStatus, &status) < 0)
            throw VfioErrors.Failed(address, $"asking isolation group {number} for its state", "VFIO_GROUP_GET_STATUS", "See the kernel's log: dmesg | tail");
        // Asked first: SET_CONTAINER would answer EPERM, which looks like a matter of permissions.
        if ((status.Flags & VfioApi.GroupViable) == 0) throw VfioErrors.NotViable(address, number);
        VfioContainer container = share ?? VfioContainer.Open(address);
        try
        {
            container.Attach(guard.Descriptor, address);
        }
        catch
        {
            container.CloseIfEmpty();
            throw;
        }

        return new VfioGroup(number, guard.Keep(), container);
    }

    private unsafe FileDescriptor GetDevice(string address, Guid? token)
    {
        string name = token is { } uuid ? $"{address} vf_token={uuid}" : address;
        int number;
        // Sound: a zero-terminated name, which the kernel copies.
        fixed (byte* text = Encoding.ASCII.GetBytes(name + '\0'))
        {
            number = Libc.Ioctl(_descriptor, VfioApi.GroupGetDeviceFd, text);
        }

        if (number >= 0) return new FileDescriptor(number);
        throw VfioErrors.Failed(address, "opening through VFIO", "VFIO_GROUP_GET_DEVICE_FD", Errno.Last switch
        {
            Errno.EACCES => "A virtual function needs the token its physical function was opened with (OpenOptions.Token).",
            Errno.ENODEV => $"Run: ring3 bind {address}",
            _ => "See the kernel's log: dmesg | tail",
        });
    }

    private void CloseIfUnused()
    {
        if (_devices.Count > 0) return;
        Open.Remove(_number);
        _descriptor.Dispose();
        Container.Detached();
    }

    /// <summary>Holds a descriptor until it is known who owns it.</summary>
    private sealed class Guard(FileDescriptor descriptor) : IDisposable
    {
        private bool _kept;

        internal FileDescriptor Descriptor => descriptor;

        internal FileDescriptor Keep()
        {
            _kept = true;
            return descriptor;
        }

        public void Dispose()
        {
            if (!_kept) descriptor.Dispose();
        }
    }
}
