using RingThree.Diagnostics;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Registers;
using RingThree.Transfers;

namespace RingThree.Devices;

/// <summary>
/// An open device, whatever enumerates it: a <see cref="Pci.PciDevice"/>, or a <see cref="Platform.PlatformDevice"/> that
/// nothing does. Regions, interrupts, DMA, the way it leaves. Every method may be called from any thread.
/// </summary>
/// <remarks>
/// When it is disposed, interrupts are disabled, DMA mappings undone, and mapped regions overlaid: a register read by
/// another thread yields all ones, never a fault. A host that is disposed first closes its devices in the same way.
/// </remarks>
#pragma warning disable CA1063, CA1816 // the family is closed (a private protected constructor), and none of it has a finalizer
public abstract partial class Device : IDisposable
#pragma warning restore CA1063, CA1816
{
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(30);
    private readonly DmaSpace? _dma;
    private readonly GoneSignal _gone;
    private readonly Lock _subscribers = new();
    private RemovalMonitor? _monitor;
    private IDisposable? _hostEnd;
    private string _whyClosed = "the device has been closed";
    private Action<RemovalNotice>? _removal;
    private DeviceRegion[] _regions = [];
    private int _state;
    private bool _closed;

    private protected Device(IHostedDevice host, DeviceOpenOptions options)
    {
        Host = host;
        Scheduler = host.Scheduler ?? ThreadScheduler.Instance;
        _gone = new GoneSignal(Scheduler, $"{host.Description.Address} gone");
        RemovalTime = options.RemovalTime;
        Interrupts = new DeviceInterrupts(this);
        if (host.AddressSpace is { } space) _dma = new DmaSpace(this, space);
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

    /// <summary>What the host said of it.</summary>
    public DeviceDescription Description => Host.Description;

    /// <summary>Its address on its host, such as <c>0000:00:04.0</c>.</summary>
    public string Address => Host.Description.Address;

    /// <summary>What it can signal, and the way to take it.</summary>
    public DeviceInterrupts Interrupts { get; }

    /// <summary>Whether the host gives its DMA an address space.</summary>
    public bool HasDma => _dma is not null;

    /// <summary>Memory that the device reaches.</summary>
    /// <exception cref="DeviceException">The host offers no DMA (<see cref="DeviceStatus.NotSupported"/>).</exception>
    public DmaSpace Dma => _dma ?? throw new DeviceException(DeviceStatus.NotSupported, Address, "using DMA",
        "its host offers no address space", "Ask HasDma first, and move data through registers instead.");

    /// <summary>Whether it has been closed, by its user or because it left.</summary>
    public bool IsClosed => Volatile.Read(ref _state) != 0;

    /// <summary>
    /// Cancelled when the device has left or has been closed, whatever the reason: for loops and waits that make no sense without it.
    /// Registrations run on a thread of their own.
    /// </summary>
    public CancellationToken Gone => _gone.Token;

    /// <summary>The clock of its host: the system's, or that of a seeded run. Measure and wait by it, and a driver is right in both.</summary>
    public TimeProvider Time => Scheduler.Time;

    internal IHostedDevice Host { get; }

    internal IHostScheduler Scheduler { get; }

    internal TimeSpan RemovalTime { get; }

    /// <summary>Why it is closed, for a message.</summary>
    internal string WhyClosed => Volatile.Read(ref _whyClosed);

    /// <summary>What a level line is called in a message.</summary>
    internal virtual string LineName => Host.InterruptGroups.FirstOrDefault(g => g.Kind == InterruptGroupKind.Level)?.Name ?? "without a name";

    /// <summary>When the mapped regions show the device, and when the overlay.</summary>
    private protected DecodeState Decode { get; } = new();

    /// <summary>Asks the device itself whether it is there, as far as its host can. At most one bus access.</summary>
    public bool IsPresent()
    {
        if (IsClosed) return false;
        if (Host.IsPresent()) return true;
        NoticeGone();
        return false;
    }

    /// <summary>Checks a transfer program against this device and makes it ready to run, again and again.</summary>
    /// <exception cref="DeviceException">It does not fit the device; the message names the command.</exception>
    /// <exception cref="ObjectDisposedException">The device is closed.</exception>
    public PreparedProgram Prepare(TransferProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (IsClosed) throw Closed("preparing a transfer program");
        return new PreparedProgram(this, program);
    }

    /// <summary>
    /// Disables, unmaps, overlays and closes; waits for callbacks that run, a bounded time. Idempotent: when another thread
    /// is at it already, this waits until it is done.
    /// </summary>
#pragma warning disable CA1063, CA1816
    public void Dispose()
#pragma warning restore CA1063, CA1816
    {
        if (TryClose()) return;
        if (!Interrupts.IsInsideCallback) Scheduler.WaitUntil(() => Volatile.Read(ref _closed), CloseTime); // the one who closes waits for callbacks, so none may wait for it
    }

    /// <inheritdoc/>
    public override string ToString() => Address;

    /// <summary>For what a closed device cannot do.</summary>
    internal ObjectDisposedException Closed(string operation) => new(GetType().Name, $"{Address}: {operation} failed: {WhyClosed}. Open it again.");

    /// <summary>For what a device that is gone cannot do.</summary>
    internal DeviceException GoneError(string operation) => new(DeviceStatus.DeviceGone, Address, operation,
        "the device no longer responds", "It was removed, lost power, or is stuck; open it again when it is back.");

    /// <summary>Has the device closed when its host is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The host has been, meanwhile: then the device is closed.</exception>
    internal void EndWith(IHost host)
    {
        IDisposable? registration;
        try
        {
            registration = host.WhenDisposed(() =>
            {
                Because("its host has been disposed, which closed the device");
                Dispose();
            });
        }
        catch
        {
            Dispose();
            throw;
        }

        Volatile.Write(ref _hostEnd, registration);
        if (Volatile.Read(ref _closed)) registration?.Dispose(); // it has left meanwhile, and nobody has taken this back
    }

    /// <summary>Says why it is about to be closed; the first reason stands.</summary>
    internal void Because(string reason)
    {
        if (!IsClosed) Volatile.Write(ref _whyClosed, reason);
    }

    /// <summary>Closes, unless that has begun already.</summary>
    /// <returns>Whether this call did it.</returns>
    internal bool TryClose()
    {
        if (Interlocked.Exchange(ref _state, 1) != 0) return false;
        _gone.Set();
        // A host that fails at one step still gets the others, above all the overlay before the end.
        try
        {
            Interrupts.Close();
        }
        finally
        {
            try
            {
                _monitor?.Stop();
                StopDma(); // no more DMA before its memory and its addresses go to somebody else
                foreach (DeviceRegion region in _regions) PeerWindow.End(region);
                _dma?.Close();
            }
            finally
            {
                try
                {
                    Decode.End();
                }
                finally
                {
                    try
                    {
                        Host.Dispose();
                    }
                    finally
                    {
                        OnClosed();
                    }

                    Volatile.Write(ref _closed, true);
                    Volatile.Read(ref _hostEnd)?.Dispose();
                    RingThreeEvents.Log.DeviceClosed(Address);
                }
            }
        }

        return true;
    }

    /// <summary>The host has it back.</summary>
    internal virtual void OnClosed()
    {
    }

    /// <summary>The region with a number, or <see langword="null"/>.</summary>
    internal abstract DeviceRegion? FindRegion(int number);

    /// <summary>Lets the device write to memory: for DMA, and for messages, which are memory writes.</summary>
    internal virtual void StartDma()
    {
    }

    /// <summary>Ends <see cref="StartDma"/>.</summary>
    internal virtual void StopDma()
    {
    }

    /// <summary>Whether the device may say itself that it asserts its line, so that <see cref="IsLineAsserted"/> means something.</summary>
    internal virtual bool HasLineStatus() => false;

    /// <summary>Whether the device says that it asserts its line.</summary>
    internal virtual bool IsLineAsserted() => false;

    /// <summary>A session has been bound to the device's line.</summary>
    internal virtual void ConnectLine()
    {
    }

    /// <summary>What keeps an interrupt of this kind from arriving, if the device shows a reason.</summary>
    internal virtual string? WhySilent(InterruptKind kind) => null;

    /// <summary>The device has no region with this number, or nobody reaches it.</summary>
    internal DeviceException NoRegion(DeviceStatus status, int number, string operation, string answer) =>
        number >= 0 && number < Host.Regions.Count && Host.Regions[number].Obstacle is { } obstacle
            ? new DeviceException(DeviceStatus.NoResources, Address, operation, obstacle.Found, obstacle.Remedy)
            : new DeviceException(status, Address, operation, answer, $"It has {DescribeRegions()}.");

    internal string DescribeRegions() =>
        string.Join(", ", Host.Regions.Where(r => r.Size > 0).Select(r => $"{r.Name} ({r.Kind}, 0x{r.Size:x} bytes)"));

    /// <summary>The device has stopped answering: overlay at once, tell the driver, close.</summary>
    internal void NoticeGone()
    {
        Decode.End();
        _gone.Set();
        _monitor?.Gone();
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

    /// <summary>Opens regions 0 to <paramref name="count"/> - 1, absent ones as <see langword="null"/>, and guards their mappings.</summary>
    private protected DeviceRegion?[] OpenRegions(int count, Func<bool> decodes)
    {
        var opened = new DeviceRegion?[count];
        try
        {
            for (int i = 0; i < count; i++)
            {
                if (Host.Regions[i].Size > 0) opened[i] = new DeviceRegion(Host, i) { Owner = this };
            }

            _regions = [.. opened.OfType<DeviceRegion>()];
            Decode.Guard(_regions, decodes);
            _monitor = new RemovalMonitor(this);
        }
        catch
        {
            // Nobody has a register of a device that was never opened: the mappings can go at once.
            foreach (DeviceRegion? region in opened) region?.Parts.Unmap();
            throw;
        }

        return opened;
    }

    /// <summary>The device is complete. From here on it may be told to leave.</summary>
    private protected void Start() => _monitor!.Start();
}
