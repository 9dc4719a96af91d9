using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>
/// Memory from the kernel with the pages and at the node that were wished for, as far as it has them. Populated at once, so
/// that what was granted is known and nothing fails later. Source: mmap(2), mbind(2), Linux hugetlbpage.rst.
/// </summary>
internal sealed unsafe class HostMemory : SafeHandle, IHostMemory
{
    private const int MostPages = 4096; // of which the node is looked at, evenly spread

    private HostMemory(nint address, ulong length, DmaMemoryGrant grant)
        : base(-1, ownsHandle: true)
    {
        SetHandle(address);
        Length = length;
        Grant = grant;
    }

    public override bool IsInvalid => handle == -1;

    public nuint Address => (nuint)handle;

    public ulong Length { get; }

    public DmaMemoryGrant Grant { get; }

    /// <summary>Takes some.</summary>
    /// <param name="device">Whom it is for, for messages.</param>
    /// <param name="length">Bytes, at least 1.</param>
    /// <param name="wishes">What it is to be like.</param>
    /// <exception cref="DeviceException">There is no memory.</exception>
    internal static HostMemory Allocate(string device, ulong length, DmaMemoryOptions wishes)
    {
        var refusals = new List<string>();
        long page = wishes.PageSize;
        (nint address, ulong whole) = (-1, 0);
        if (page > Environment.SystemPageSize)
        {
            whole = Up(length, page);
            address = Map(whole, Libc.MapHugePages | (BitOperations.Log2((ulong)page) << Libc.HugePageShift));
            string? refusal = address == -1 ? HugePagePool.WhyNot(page, whole, Errno.Last) : Populate(ref address, whole, page, wishes.Node, refusals);
            if (refusal is not null) refusals.Add(refusal);
        }

        if (address == -1)
        {
            page = Environment.SystemPageSize;
            whole = Up(length, page);
            address = Map(whole, 0);
            if (address == -1) throw Failed(device, length);
            if (wishes.PageSize > page) _ = Libc.Advise(address, (nuint)whole, Libc.AdviseHugePages); // the next best; whether it does so, the kernel does not say
            if (Populate(ref address, whole, page, wishes.Node, refusals) is not null) throw Failed(device, length);
        }

        int? node = NodeOf(address, whole, page);
        if (wishes.Node is { } wanted && node != wanted && !refusals.Exists(r => r.StartsWith("node ", StringComparison.Ordinal)))
            refusals.Add($"node {wanted}: it has too little memory left, and {(node is { } other ? $"all of it is at node {other}" : "some of it is at others")} (numactl -H shows what each has)");
        return new HostMemory(address, whole, new DmaMemoryGrant(page, node, refusals));
    }

    /// <remarks>Sound while the handle is referenced: the caller keeps its owner reachable for as long as it uses the span.</remarks>
    public Span<byte> Span(int length)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)length, Length);
        return new Span<byte>((void*)handle, length);
    }

    protected override bool ReleaseHandle() => Libc.Munmap(handle, (nuint)Length) == 0;

    /// <summary>Has the pages made, at a node first of all; gives the memory back, with the reason, where there are none.</summary>
    private static string? Populate(ref nint address, ulong length, long page, int? node, List<string> refusals)
    {
        if (node is { } wanted && Libc.PreferNode(address, (nuint)length, wanted) != 0)
            refusals.Add($"node {wanted}: mbind answers {Errno.Describe(Errno.Last)}; this machine has {Nodes()}");
        if (Libc.Advise(address, (nuint)length, Libc.AdvisePopulate) == 0) return null;
        int error = Errno.Last;
        if (error == Errno.EINVAL) // a kernel before 5.14: touching them does it, and a reservation stands behind huge ones
        {
            // Sound: the memory is ours, writable, and as long.
            for (ulong at = 0; at < length; at += (ulong)page) Volatile.Write(ref *((byte*)address + at), 0);
            return null;
        }

        _ = Libc.Munmap(address, (nuint)length);
        address = -1;
        return HugePagePool.WhyNot(page, length, error);
    }

    private static nint Map(ulong length, int flags) => Libc.MmapAnonymous(0, (nuint)length, Libc.ProtectReadWrite, Libc.MapPrivate | Libc.MapAnonymous | flags, -1, 0);

    /// <summary>The node that all of it is at, by a look at some of its pages.</summary>
    private static int? NodeOf(nint address, ulong length, long page)
    {
        ulong count = length / (ulong)page;
        int looked = (int)Math.Min(count, MostPages);
        nint[] pages = [.. Enumerable.Range(0, looked).Select(i => address + (nint)((ulong)i * count / (ulong)looked * (ulong)page))];
        int[] nodes = new int[looked];
        return Libc.FindNodes(pages, nodes) == 0 && nodes[0] >= 0 && Array.TrueForAll(nodes, n => n == nodes[0]) ? nodes[0] : null;
    }

    private static string Nodes()
    {
        try
        {
            return $"nodes {File.ReadAllText("/sys/devices/system/node/online").Trim()}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "no nodes";
        }
    }

    private static ulong Up(ulong length, long page) => (length + (ulong)page - 1) & ~((ulong)page - 1);

    private static DeviceException Failed(string device, ulong length) => new(DeviceStatus.NoResources, device, string.Create(CultureInfo.InvariantCulture, $"allocating {length} bytes for DMA"),
        $"mmap answers {Errno.Describe(Errno.Last)}", "Dispose buffers, or allocate less; in a container its memory limit counts.");
}
