using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Registers;
using RingThree.Transfers;

namespace RingThree.Pci;

/// <summary>
/// An open PCI function: configuration space, BARs, interrupts, DMA. Made by <see cref="HostExtensions"/>'s Open. Every
/// method may be called from any thread.
/// </summary>
/// <remarks>
/// When it is disposed, interrupts are disabled, DMA mappings undone, bus mastering switched off, and mapped BARs overlaid:
/// a register read by another thread yields all ones, never a fault.
/// </remarks>
public sealed class PciDevice : IDisposable
{
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(30);
    private readonly PciDecodeState _decode = new();
    private bool _closed;
    private readonly DeviceRegion?[] _bars = new DeviceRegion?[PciNumbering.BarCount];
    private readonly DeviceRegion? _rom;
    private readonly DmaSpace? _dma;
    private readonly RemovalMonitor _monitor;
    private readonly Lock _subscribers = new();
    private Action<RemovalNotice>? _removal;
    private int _state;

    internal PciDevice(IHostedDevice host, PciOpenOptions options)
    {
        Host = host;
        Scheduler = host.Scheduler ?? ThreadScheduler.Instance;
        RemovalTime = options.RemovalTime;
        if (host.Regions.Count <= PciNumbering.Configuration || host.Regions[PciNumbering.Configuration].Size < 64)
        {
            throw new DeviceException(DeviceStatus.NotSupported, host.Description.Address, "opening as a PCI function",
                "the host shows no configuration space", "Open it as what it is, or correct the host.");
        }

        Config = new PciConfiguration(host, _decode);
        // Firmware may have left decoding off; a kernel's pci_enable_device switches it on, and so do we.
        PciCommand needed = host.Regions.Take(PciNumbering.BarCount).Aggregate(PciCommand.None, (all, r) => all | r.Kind switch
        {
            RegionKind.Memory => PciCommand.MemorySpace,
            RegionKind.Port => PciCommand.IoSpace,
            _ => PciCommand.None,
        });
        Config.ModifyCommand(PciCommand.None, needed);
        Interrupts = new DeviceInterrupts(this);
        if (host.AddressSpace is { } space) _dma = new DmaSpace(this, space);
        try
        {
            for (int i = 0; i < _bars.Length; i++)
            {
                if (host.Regions[i].Size > 0) _bars[i] = new DeviceRegion(host, i);
            }

            if (host.Regions[PciNumbering.Rom].Size > 0) _rom = new DeviceRegion(host, PciNumbering.Rom);
            _decode.Guard(_bars.OfType<DeviceRegion>(), Config.Decodes);
            _monitor = new RemovalMonitor(this);
        }
        catch
        {
            // Nobody has a register of a device that was never opened: the mappings can go at once.
            foreach (DeviceRegion? bar in _bars) bar?.Unmap();
            throw;
        }

        _monitor.Start(); // last: from here on the device may be told to leave
    }

    /// <summary>
    /// Raised when the device is about to leave or has left, on a thread of its own. The driver has
    /// <see cref="RemovalNotice.Time"/> to finish; then interrupts are disabled, registers overlaid and the device closed.
    /// Disposing the device in the handler is fine. An exception thrown there changes nothing.
    /// </summary>
    public event Action<RemovalNotice>? RemovalRequested
    {
        add
        {
            lock (_subscribers) _removal += value;
        }

        remove
        {
            lock (_subscribers) _removal -= value;
        }
    }

    /// <summary>What the scan said of it.</summary>
    public DeviceDescription Description => Host.Description;

    /// <summary>Its address on its host, such as <c>0000:00:04.0</c>.</summary>
    public string Address => Host.Description.Address;

    /// <summary>Vendor and device id.</summary>
    public PciId Id => new(Description.VendorId, Description.DeviceId);

    /// <summary>Configuration space.</summary>
    public PciConfiguration Config { get; }

    /// <summary>The six BARs; <see langword="null"/> where there is none (also at the upper half of a 64-bit one).</summary>
    public IReadOnlyList<DeviceRegion?> Bars => _bars;

    /// <summary>The expansion ROM, or <see langword="null"/>.</summary>
    public DeviceRegion? Rom => _rom;

    /// <summary>What it can signal, and the way to take it.</summary>
    public DeviceInterrupts Interrupts { get; }

    /// <summary>Whether the host gives its DMA an address space.</summary>
    public bool HasDma => _dma is not null;

    /// <summary>Memory that the device reaches.</summary>
    /// <exception cref="DeviceException">The host offers no DMA (<see cref="DeviceStatus.NotSupported"/>).</exception>
    public DmaSpace Dma => _dma ?? throw new DeviceException(DeviceStatus.NotSupported, Address, "using DMA",
        "its host offers no address space", "Ask HasDma first, and move data through registers instead.");

    /// <summary>Whether <see cref="Reset"/> can work.</summary>
    public bool CanReset => Host.CanReset;

    /// <summary>Whether it has been closed, by its user or because it left.</summary>
    public bool IsClosed => Volatile.Read(ref _state) != 0;

    internal IHostedDevice Host { get; }

    internal IHostScheduler Scheduler { get; }

    internal TimeSpan RemovalTime { get; }

    /// <summary>A BAR that must be there.</summary>
    /// <param name="index">0 to 5.</param>
    /// <exception cref="DeviceException">It has no such BAR (<see cref="DeviceStatus.NotFound"/>); ask <see cref="Bars"/> when in doubt.</exception>
    public DeviceRegion Bar(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, PciNumbering.BarCount);
        return _bars[index] ?? throw new DeviceException(DeviceStatus.NotFound, Address, $"opening BAR {index}",
            "the card has no such BAR", $"It has {DescribeRegions()}.");
    }

    /// <summary>Asks the function itself whether it is there (class and revision; hosts answer the ids from a copy). One bus access.</summary>
    public bool IsPresent()
    {
        if (IsClosed) return false;
        if (Host.IsPresent()) return true;
        NoticeGone();
        return false;
    }

    /// <summary>Resets the function. Reads by other threads yield all ones meanwhile.</summary>
    /// <exception cref="DeviceException">It cannot be reset, or the reset failed.</exception>
    public void Reset()
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        if (!CanReset)
        {
            throw new DeviceException(DeviceStatus.NotSupported, Address, "resetting the function",
                "it has no reset of its own", "Bring it to a known state through its registers.");
        }

        lock (_decode.Gate)
        {
            _decode.Hold();
            try
            {
                Host.Reset();
            }
            finally
            {
                _decode.Release();
            }
        }
    }

    /// <summary>Checks a transfer program against this device and makes it ready to run, again and again.</summary>
    /// <exception cref="DeviceException">It does not fit the device; the message names the command.</exception>
    public PreparedProgram Prepare(TransferProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return new PreparedProgram(this, program);
    }

    /// <summary>
    /// Disables, unmaps, overlays and closes; waits for callbacks that run, a bounded time. Idempotent: when another thread
    /// is at it already, this waits until it is done.
    /// </summary>
    public void Dispose()
    {
        if (TryClose()) return;
        if (!Interrupts.IsInsideCallback) Scheduler.WaitUntil(() => Volatile.Read(ref _closed), CloseTime); // the one who closes waits for callbacks, so none may wait for it
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Address} ({Id})";

    /// <summary>Closes, unless that has begun already.</summary>
    /// <returns>Whether this call did it.</returns>
    internal bool TryClose()
    {
        if (Interlocked.Exchange(ref _state, 1) != 0) return false;
        // A host that fails at one step still gets the others, above all the overlay before the end.
        try
        {
            Interrupts.Close();
        }
        finally
        {
            try
            {
                _monitor.Stop();
                // No more DMA before its memory and its addresses go to somebody else.
                Config.ModifyCommand(PciCommand.BusMaster, PciCommand.None);
                _dma?.Close();
            }
            finally
            {
                try
                {
                    _decode.End();
                }
                finally
                {
                    Host.Dispose();
                    Volatile.Write(ref _closed, true);
                }
            }
        }

        return true;
    }

    internal DeviceRegion? FindRegion(int number) => number switch
    {
        >= 0 and < PciNumbering.BarCount => _bars[number],
        PciNumbering.Rom => _rom,
        PciNumbering.Configuration => Config.Region,
        _ => null,
    };

    internal string DescribeRegions() =>
        string.Join(", ", Host.Regions.Where(r => r.Size > 0).Select(r => $"{r.Name} ({r.Kind}, 0x{r.Size:x} bytes)"));

    /// <summary>Switches bus mastering on: for DMA, and for messages, which are memory writes.</summary>
    internal void EnableBusMaster() => Config.ModifyCommand(PciCommand.None, PciCommand.BusMaster);

    /// <summary>The device has stopped answering: overlay at once, tell the driver, close.</summary>
    internal void NoticeGone()
    {
        _decode.End();
        _monitor.Gone();
    }

    internal void RaiseRemoval(RemovalNotice notice, TimeSpan grace)
    {
        Scheduler.WaitUntil(() => Volatile.Read(ref _removal) is not null, grace < notice.Time ? grace : notice.Time);
        Action<RemovalNotice>? handlers;
        lock (_subscribers) handlers = _removal;
        foreach (Action<RemovalNotice> handler in handlers?.GetInvocationList().Cast<Action<RemovalNotice>>() ?? [])
        {
            try
            {
                handler(notice);
            }
            catch (Exception)
            {
                // A driver's handler that fails cannot stop the device from leaving; the others still hear of it.
            }
        }
    }
}
