using System.Buffers.Binary;
using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Platform;

namespace RingThree.Linux;

/// <summary>A range of I/O ports of this machine.</summary>
internal sealed class IoPorts : IRegionAccess
{
    // Linux gives the permission to a thread, and a register may be read by any.
    [ThreadStatic]
    private static HashSet<PlatformRange>? allowedHere;

    private readonly PlatformRange _range;
    private bool _closed;

    internal IoPorts(string card, PlatformRange range)
    {
        _range = range;
        if (!PortInstructions.Exist)
            throw new DeviceException(DeviceStatus.NotSupported, card, $"opening {range}", "this processor has no I/O ports", "Where such a machine shows them as memory, give that address.");
        int error = PortInstructions.Prepare();
        if (error != 0)
            throw new DeviceException(DeviceStatus.NoResources, card, $"opening {range}", $"no page for code: {Errno.Describe(error)}", "Let this process have executable memory.");
        if (!Allow())
            throw Refused(card, range, new LinuxSystem());
    }

    /// <summary>The kernel does not give the ports; its errno is this thread's last.</summary>
    internal static DeviceException Refused(string card, PlatformRange range, LinuxSystem system)
    {
        int error = Errno.Last;
        if (error == Errno.EPERM && ProcessChecks.NoRawAccess(system) is { } cause) return cause.ToException(card, $"opening {range}", VfioErrors.Answer("ioperm", error));
        return VfioErrors.Failed(error, card, $"opening {range}", "ioperm", error == Errno.ENOSYS
            ? "This kernel gives ports to nobody (built without CONFIG_X86_IOPL_IOPERM, or a sandbox is in its place): boot one that does."
            : system.Rights.IsFiltered ? "A seccomp filter may refuse it: start the container with one that lets ioperm pass (--security-opt seccomp=unconfined)." : "See the kernel's log: dmesg | tail");
    }

    public ulong Read(ulong offset, int width) => _closed || !Allow()
        ? ulong.MaxValue >> (64 - (8 * width))
        : PortInstructions.Read((ushort)(_range.Start + offset), width);

    public void Write(ulong offset, int width, ulong value)
    {
        if (!_closed && Allow()) PortInstructions.Write((ushort)(_range.Start + offset), width, (uint)value);
    }

    internal void Close() => _closed = true;

    internal void Read(ulong offset, Span<byte> data)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Read(offset, data.Length));
        bytes[..data.Length].CopyTo(data);
    }

    internal void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        data.CopyTo(bytes);
        Write(offset, data.Length, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
    }

    private bool Allow()
    {
        if (allowedHere is { } known && known.Contains(_range)) return true;
        if (Libc.IoPermission((nuint)_range.Start, (nuint)_range.Length, 1) != 0) return false;
        (allowedHere ??= []).Add(_range);
        return true;
    }
}
