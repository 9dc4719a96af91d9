using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>A VFIO container: one address space, and the groups in it. Closed when its last group is.</summary>
internal sealed class VfioContainer
{
    private readonly FileDescriptor _descriptor;
    private readonly Lock _gate = new();
    private VfioAddressSpace? _space;
    private int _groups;

    private VfioContainer(FileDescriptor descriptor) => _descriptor = descriptor;

    internal FileDescriptor Descriptor => _descriptor;

    /// <summary>The address space; there is one once a group is in it.</summary>
    internal VfioAddressSpace Space => _space!;

    internal static VfioContainer Open(FunctionDiagnosis diagnosis)
    {
        FileDescriptor descriptor = Libc.Open(diagnosis.System.Root + NodeChecks.Container, Libc.ReadWrite | Libc.CloseOnExec);
        if (descriptor.IsInvalid) throw diagnosis.NoContainer(Errno.Last);
        if (Libc.Ioctl(descriptor, VfioApi.GetApiVersion, 0) == VfioApi.ApiVersion && Libc.Ioctl(descriptor, VfioApi.CheckExtension, VfioApi.Type1V2) > 0)
            return new VfioContainer(descriptor);
        descriptor.Dispose();
        throw new DeviceException(DeviceStatus.NotSupported, diagnosis.Place, $"opening {NodeChecks.Container}", "the kernel's VFIO has another version or no type 1 IOMMU",
            diagnosis.System.Rights.Run("modprobe vfio_iommu_type1"));
    }

    /// <summary>Puts a group into the container.</summary>
    internal void Attach(FileDescriptor group, FunctionDiagnosis diagnosis)
    {
        lock (_gate)
        {
            if (_descriptor.IsClosed)
            {
                throw new DeviceException(DeviceStatus.InvalidArgument, diagnosis.Place, "opening in a shared address space",
                    "the space has ended with the last device that was open in it", "Open this one before that one is closed, or with a space of its own.");
            }

            unsafe
            {
                int container = _descriptor.Number;
                // Sound: the request takes a pointer to the container's number, and _descriptor keeps that open.
                if (Libc.Ioctl(group, VfioApi.GroupSetContainer, &container) < 0)
                {
                    throw diagnosis.NoDomain(Errno.Last, "putting its group into an address space", "VFIO_GROUP_SET_CONTAINER",
                        _groups == 0 ? "See the kernel's log: dmesg | tail" : "Devices behind different IOMMUs cannot share one: open it with a space of its own.");
                }
            }

            if (_groups == 0)
            {
                if (Libc.Ioctl(_descriptor, VfioApi.SetIommu, VfioApi.Type1V2) < 0)
                    throw diagnosis.NoDomain(Errno.Last, "setting up its address space", "VFIO_SET_IOMMU", "See the kernel's log: dmesg | tail");
                _space = new VfioAddressSpace(this, diagnosis);
            }
            else
            {
                _space!.Refresh();
            }

            _groups++;
        }
    }

    /// <summary>A group that was attached has been closed; with the last one the container goes.</summary>
    internal void Detached()
    {
        lock (_gate)
        {
            if (--_groups > 0) return;
            _space?.Dispose();
            _descriptor.Dispose();
        }
    }

    /// <summary>Closes a container that no group got into.</summary>
    internal void CloseIfEmpty()
    {
        lock (_gate)
        {
            if (_groups == 0) _descriptor.Dispose();
        }
    }
}
