using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>
/// DMA faults as the kernel's log tells them: VFIO itself does not. Best effort: reading the log needs a privilege, and
/// the kernel limits how many faults it writes down.
/// </summary>
internal sealed unsafe partial class DmaFaultLog : IDisposable
{
    private readonly FileDescriptor? _log;
    private readonly Lock _gate = new();

    internal DmaFaultLog()
    {
        FileDescriptor log = Libc.Open("/dev/kmsg", Libc.ReadOnly | Libc.NonBlocking | Libc.CloseOnExec);
        if (log.IsInvalid) return;
        Libc.Seek(log, 0, Libc.FromEnd); // what happened before is not ours
        _log = log;
    }

    public void Dispose() => _log?.Dispose();

    internal IReadOnlyList<DmaFault> Take()
    {
        var faults = new List<DmaFault>();
        if (_log is null || _log.IsClosed) return faults;
        byte[] record = new byte[8192]; // a record never has more (Documentation/ABI/testing/dev-kmsg)
        lock (_gate)
        {
            while (true)
            {
                nint length;
                // Sound: the pinned array is as long as the call is told.
                fixed (byte* pointer = record)
                {
                    length = Libc.Read(_log, pointer, (nuint)record.Length);
                }

                if (length < 0 && Errno.Last == Errno.EPIPE) continue; // records were overwritten before we read them; go on behind the gap
                if (length <= 0) return faults;
                if (Parse(Encoding.UTF8.GetString(record, 0, (int)length)) is { } fault) faults.Add(fault);
            }
        }
    }

    /// <summary>Reads one line of the kernel's: Intel's "DMAR:" or AMD's "AMD-Vi:".</summary>
    internal static DmaFault? Parse(string line)
    {
        Match intel = Intel().Match(line);
        if (intel.Success)
        {
            return new DmaFault(intel.Groups["segment"].Success ? $"{intel.Groups["segment"].Value}:{intel.Groups["device"].Value}" : "0000:" + intel.Groups["device"].Value,
                Address(intel.Groups["address"]), intel.Groups["kind"].ValueSpan is "Write", "fault reason " + intel.Groups["reason"].Value);
        }

        Match amd = Amd().Match(line);
        if (!amd.Success) return null;
        string device = amd.Groups["device"].Value;
        const ulong write = 0x20; // AMD I/O Virtualization specification, IO_PAGE_FAULT: RW
        bool writes = ulong.TryParse(amd.Groups["flags"].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong flags) && (flags & write) != 0;
        return new DmaFault(device.Length == 7 ? "0000:" + device : device, Address(amd.Groups["address"]), writes, "IO_PAGE_FAULT");
    }

    private static Iova Address(Group group) =>
        new(ulong.TryParse(group.ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong value) ? value : 0);

    [GeneratedRegex(@"DMAR: \[DMA (?<kind>Read|Write)[^\]]*\] Request device \[(?:(?<segment>[0-9a-f]{4}):)?(?<device>[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\].*fault addr (?:0x)?(?<address>[0-9a-f]+).*\[fault reason (?<reason>0x[0-9a-f]+|\d+)")]
    private static partial Regex Intel();

    [GeneratedRegex(@"(?:(?<device>[0-9a-f:]+\.[0-7]): AMD-Vi: Event logged \[IO_PAGE_FAULT|IO_PAGE_FAULT device=(?<device>[0-9a-f:.]+)) .*address=(?:0x)?(?<address>[0-9a-f]+) flags=(?:0x)?(?<flags>[0-9a-f]+)")]
    private static partial Regex Amd();
}
