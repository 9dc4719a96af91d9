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
    internal static (VfioGroup Group, FileDescriptor Device) OpenDevice(FunctionDiagnosis diagnosis, int number, VfioContainer? share, Guid? token)
    {
        string address = diagnosis.Place;
        lock (Gate)
        {
            if (!Open.TryGetValue(number, out VfioGroup? group))
            {
                group = Create(diagnosis, number, share);
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
                    return (group, group.GetDevice(diagnosis, token));
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

    /// <summary>Descriptors of groups, opened for the time of one call where this process has them not open.</summary>
    /// <exception cref="DeviceException">One cannot be opened.</exception>
    internal static Loan Lend(string address, string operation, IEnumerable<int> numbers)
    {
        Gate.Enter();
        var loan = new Loan();
        try
        {
            foreach (int number in numbers)
            {
                if (Open.TryGetValue(number, out VfioGroup? group)) loan.Add(group._descriptor, isBorrowed: true);
                else loan.Add(OpenFile(address, number, operation), isBorrowed: false);
            }

            return loan;
        }
        catch
        {
            loan.Dispose();
            throw;
        }
    }

    private static FileDescriptor OpenFile(string address, int number, string operation)
    {
        FileDescriptor file = Libc.Open(NodeChecks.OfGroup(number), Libc.ReadWrite | Libc.CloseOnExec);
        if (!file.IsInvalid) return file;
        int error = Errno.Last;
        file.Dispose();
        DeviceException cause = new FunctionDiagnosis(new LinuxSystem(), SysfsPci.Members(number) is [var first, ..] ? first : address).NoGroup(error, number);
        throw new DeviceException(cause.Status, address, operation, $"{string.Join(", ", SysfsPci.Members(number))} is on the same bus, and {cause.Answer}", cause.Advice, cause);
    }

    private static unsafe VfioGroup Create(FunctionDiagnosis diagnosis, int number, VfioContainer? share)
    {
        using var guard = new Guard(Libc.Open(diagnosis.System.Root + NodeChecks.OfGroup(number), Libc.ReadWrite | Libc.CloseOnExec));
        if (guard.Descriptor.IsInvalid) throw diagnosis.NoGroup(Errno.Last, number);
        var status = new VfioApi.GroupStatus { Size = (uint)sizeof(VfioApi.GroupStatus) };
        // Sound: the request fills a vfio_group_status, whose size the structure carries.
        if (Libc.Ioctl(guard.Descriptor, VfioApi.GroupGetStatus, &status) < 0)
            throw VfioErrors.Failed(diagnosis.Place, $"asking isolation group {number} for its state", "VFIO_GROUP_GET_STATUS", "See the kernel's log: dmesg | tail");
        // Asked first: SET_CONTAINER would answer EPERM, which looks like a matter of permissions.
        if ((status.Flags & VfioApi.GroupViable) == 0) throw diagnosis.NotViable(number);
        VfioContainer container = share ?? VfioContainer.Open(diagnosis);
        try
        {
            container.Attach(guard.Descriptor, diagnosis);
        }
        catch
        {
            container.CloseIfEmpty();
            throw;
        }

        return new VfioGroup(number, guard.Keep(), container);
    }

    private unsafe FileDescriptor GetDevice(FunctionDiagnosis diagnosis, Guid? token)
    {
        string name = token is { } uuid ? $"{diagnosis.Place} vf_token={uuid}" : diagnosis.Place;
        int number;
        // Sound: a zero-terminated name, which the kernel copies.
        fixed (byte* text = Encoding.ASCII.GetBytes(name + '\0'))
        {
            number = Libc.Ioctl(_descriptor, VfioApi.GroupGetDeviceFd, text);
        }

        return number >= 0 ? new FileDescriptor(number) : throw diagnosis.NoDevice(Errno.Last, token is not null);
    }

    private void CloseIfUnused()
    {
        if (_devices.Count > 0) return;
        Open.Remove(_number);
        _descriptor.Dispose();
        Container.Detached();
    }

    /// <summary>Descriptors that stay open until it is disposed; nobody opens or closes a group meanwhile.</summary>
    internal sealed class Loan : IDisposable
    {
        private readonly List<FileDescriptor> _own = [];
        private readonly List<FileDescriptor> _all = [];

        internal IReadOnlyList<FileDescriptor> Descriptors => _all;

        internal void Add(FileDescriptor descriptor, bool isBorrowed)
        {
            _all.Add(descriptor);
            if (!isBorrowed) _own.Add(descriptor);
        }

        public void Dispose()
        {
            foreach (FileDescriptor descriptor in _own) descriptor.Dispose();
            Gate.Exit();
        }
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
