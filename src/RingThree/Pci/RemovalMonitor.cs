using RingThree.Hosting;

namespace RingThree.Pci;

/// <summary>
/// Listens for a device's error and removal-request signals, from open to close. A request that comes before anyone
/// listens is lost for ten seconds on Linux, which is why this starts with the device.
/// </summary>
internal sealed class RemovalMonitor
{
    private const int ErrorTag = 0;
    private const int RequestTag = 1;

    // A driver subscribes right after opening; a request that comes between the two must not pass it by.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);
    private readonly PciDevice _device;
    private readonly IInterruptWaiter? _waiter;
    private readonly Thread? _thread;
    private readonly ManualResetEventSlim _stopped = new();
    private int _leaving;

    internal RemovalMonitor(PciDevice device)
    {
        _device = device;
        bool errors = Exists(PciNumbering.Error);
        bool requests = Exists(PciNumbering.RemovalRequest);
        if (!errors && !requests) return;
        _waiter = device.Host.CreateWaiter();
        try
        {
            if (errors) device.Host.Bind(PciNumbering.Error, [new VectorRoute(_waiter, ErrorTag)]);
            if (requests) device.Host.Bind(PciNumbering.RemovalRequest, [new VectorRoute(_waiter, RequestTag)]);
        }
        catch
        {
            _waiter.Dispose();
            throw;
        }

        _thread = new Thread(Listen) { IsBackground = true, Name = $"RingThree {device.Address} removal" };
    }

    /// <summary>Begins to listen; the device is complete.</summary>
    internal void Start() => _thread?.Start();

    /// <summary>The device could not be completed.</summary>
    internal void Abandon() => _waiter?.Dispose();

    /// <summary>The device has stopped answering; found by whoever calls. Returns at once.</summary>
    internal void Gone()
    {
        if (_stopped.IsSet) return;
        if (Volatile.Read(ref _leaving) != 0)
        {
            _device.Interrupts.DeviceGone(); // it leaves already, by request; whoever waits need not wait longer
            return;
        }

        new Thread(() => Leave(RemovalReason.Gone)) { IsBackground = true, Name = $"RingThree {_device.Address} gone" }.Start();
    }

    /// <summary>Ends listening; called once, as the device closes.</summary>
    internal void Stop()
    {
        _stopped.Set();
        if (_thread is null) return;
        _waiter!.Wake();
        if (Thread.CurrentThread != _thread) _thread.Join();
    }

    private bool Exists(int group) => _device.Host.InterruptGroups.Count > group && _device.Host.InterruptGroups[group].Count > 0;

    private void Listen()
    {
        Span<InterruptSignal> signals = stackalloc InterruptSignal[2];
        try
        {
            while (!_stopped.IsSet)
            {
                int count = _waiter!.Wait(signals, Timeout.InfiniteTimeSpan);
                if (count > 0 && !_stopped.IsSet) Leave(signals[0].Tag == RequestTag ? RemovalReason.Requested : RemovalReason.Error);
            }

            if (Exists(PciNumbering.Error)) _device.Host.Unbind(PciNumbering.Error);
            if (Exists(PciNumbering.RemovalRequest)) _device.Host.Unbind(PciNumbering.RemovalRequest);
        }
        catch (Exception)
        {
            // A host that cannot even wait is no ground to drive a device on. On this thread an exception would end the program.
            if (!_stopped.IsSet) Leave(RemovalReason.Error);
        }
        finally
        {
            _waiter!.Dispose();
        }
    }

    /// <summary>Tells the driver, gives it its time, closes.</summary>
    private void Leave(RemovalReason reason)
    {
        if (Interlocked.Exchange(ref _leaving, 1) != 0) return;
        using var told = new ManualResetEventSlim();
        var notice = new RemovalNotice(_device, reason, _device.RemovalTime);
        var teller = new Thread(() =>
        {
            _device.RaiseRemoval(notice, reason == RemovalReason.Gone ? TimeSpan.Zero : Grace);
            try
            {
                told.Set();
            }
            catch (ObjectDisposedException)
            {
                // The driver took longer than its time; nobody waits any more.
            }
        })
        { IsBackground = true, Name = $"RingThree {_device.Address} removal event" };
        try
        {
            if (reason == RemovalReason.Gone) _device.Interrupts.DeviceGone(); // whoever waits need not wait longer
            teller.Start();
            // The driver may close the device itself in the event: that stops us, and must not wait for this wait.
            WaitHandle.WaitAny([told.WaitHandle, _stopped.WaitHandle], notice.Time);
            _device.TryClose(); // not Dispose: whoever closes already waits for this thread
        }
        catch (Exception)
        {
            // The host failed while it let go of the device. Every step has been tried, and there is nobody here to tell.
        }
    }
}
