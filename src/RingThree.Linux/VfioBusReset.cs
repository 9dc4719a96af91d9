using System.Buffers.Binary;
using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Pci;

namespace RingThree.Linux;

/// <summary>The reset of a whole bus or slot, which the kernel makes for whoever has the group of every function on it.</summary>
internal static unsafe class VfioBusReset
{
    // struct vfio_pci_hot_reset_info: argsz, flags, count; then per function its group, segment, bus, devfn (linux/vfio.h).
    private const int Head = 12;
    private const int Entry = 8;
    private const int LargestAnswer = Head + (Entry * 1024);

    /// <summary>A function on the bus, and its isolation group.</summary>
    internal readonly record struct Place(string Address, int Group);

    /// <summary>Every function that the reset reaches, the device's own included; <see langword="null"/> where there is no such reset.</summary>
    internal static IReadOnlyList<Place>? Reach(FileDescriptor device, string address)
    {
        byte[] answer = new byte[LargestAnswer];
        BinaryPrimitives.WriteInt32LittleEndian(answer, answer.Length);
        int result;
        // Sound: the first field tells the kernel how long the pinned array is, and it writes no further.
        fixed (byte* pointer = answer) result = Libc.Ioctl(device, VfioApi.DeviceGetHotResetInfo, pointer);
        if (result < 0)
        {
            // ENODEV: neither slot nor bus can be reset, as of what sits on a root bus.
            if (Errno.Last is Errno.ENODEV or Errno.ENOTTY) return null;
            throw VfioErrors.Failed(address, "asking what is on its bus", "VFIO_DEVICE_GET_PCI_HOT_RESET_INFO", "See the kernel's log: dmesg | tail");
        }

        int count = BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(8));
        var places = new Place[Math.Clamp(count, 0, (answer.Length - Head) / Entry)];
        for (int i = 0; i < places.Length; i++)
        {
            ReadOnlySpan<byte> entry = answer.AsSpan(Head + (i * Entry), Entry);
            var place = new PciAddress(BinaryPrimitives.ReadUInt16LittleEndian(entry[4..]), entry[6], (byte)(entry[7] >> 3), (byte)(entry[7] & 7));
            places[i] = new Place(place.ToString(), BinaryPrimitives.ReadInt32LittleEndian(entry));
        }

        return places;
    }

    internal static void Reset(FileDescriptor device, string address)
    {
        const string operation = "resetting its bus";
        IReadOnlyList<Place> places = Reach(device, address) ?? throw NoBus(address);
        using VfioGroup.Loan groups = VfioGroup.Lend(address, operation, places.Select(p => p.Group).Where(g => g >= 0).Distinct());
        // struct vfio_pci_hot_reset: argsz, flags, count, then the groups' descriptors.
        byte[] request = new byte[Head + (sizeof(int) * groups.Descriptors.Count)];
        BinaryPrimitives.WriteInt32LittleEndian(request, request.Length);
        BinaryPrimitives.WriteInt32LittleEndian(request.AsSpan(8), groups.Descriptors.Count);
        for (int i = 0; i < groups.Descriptors.Count; i++) BinaryPrimitives.WriteInt32LittleEndian(request.AsSpan(Head + (i * sizeof(int))), groups.Descriptors[i].Number);
        int result;
        // Sound: as above; the descriptors are open for as long as the loan lasts.
        fixed (byte* pointer = request) result = Libc.Ioctl(device, VfioApi.DeviceHotReset, pointer);
        if (result == 0) return;
        int error = Errno.Last;
        string[] foreign = [.. places.Where(p => SysfsPci.DriverOf(p.Address)?.Contains("vfio", StringComparison.Ordinal) != true).Select(p => p.Address)];
        throw VfioErrors.Failed(error, address, operation, "VFIO_DEVICE_PCI_HOT_RESET", foreign.Length > 0
            ? $"Everything on the bus must be bound to vfio-pci: {string.Join("; ", foreign.Select(f => "ring3 bind " + f))}"
            : error switch
            {
                Errno.EAGAIN => "A function on the bus is being removed: close it.",
                Errno.ENOTTY => $"The link did not come up again after the reset, or the bridge cannot make one: dmesg | tail says which. A card that is lost comes back by: ring3 remove {address}; ring3 rescan",
                _ => "See the kernel's log: dmesg | tail",
            });
    }

    private static DeviceException NoBus(string address) => new(DeviceStatus.NotSupported, address, "resetting its bus",
        "it sits on a root bus, or in a slot that cannot be reset", "Bring it to a known state through its registers, or remove it and rescan: ring3 remove " + address);
}
