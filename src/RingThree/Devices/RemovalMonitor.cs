using RingThree.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Devices;

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
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(30);
    private readonly Device _device;
    private readonly IInterruptWaiter? _waiter;
    private readonly int _errors;
    private readonly int _requests;
    private bool _stopped;
    private bool _over;
    private bool _unbound;
    private int _listener; // the thread that is inside Listen
    private int _leaving;

    internal RemovalMonitor(Device device)
    {
        _device = device;
        _errors = Find(InterruptGroupKind.Error);
        _requests = Find(InterruptGroupKind.RemovalRequest);
        if (_errors < 0 && _requests < 0) return;
        _waiter = device.Host.CreateWaiter();
        try
        {
            if (_errors >= 0) device.Host.Bind(_errors, [new VectorRoute(_waiter, ErrorTag)]);
            if (_requests >= 0) device.Host.Bind(_requests, [new VectorRoute(_waiter, RequestTag)]);
        }
        catch
        {
            _waiter.Dispose();
            throw;
        }
    }

    private bool IsStopped => Volatile.Read(ref _stopped);

    /// <summary>Begins to listen; the device is complete.</summary>
    internal void Start()
    {
        if (_waiter is not null) _device.Scheduler.Start($"{_device.Address} removal", _waiter, Listen);
    }

    /// <summary>The device has stopped answering; found by whoever calls. Returns at once.</summary>
    internal void Gone()
    {
        if (IsStopped) return;
        if (Volatile.Read(ref _leaving) != 0)
        {
            _device.Interrupts.DeviceGone(); // it leaves already, by request; whoever waits need not wait longer
            return;
        }

        _device.Scheduler.Run($"{_device.Address} gone", () => Leave(RemovalReason.Gone));
    }

    /// <summary>Ends listening; called once, as the device closes.</summary>
    internal void Stop()
    {
        Volatile.Write(ref _stopped, true);
        if (_waiter is null) return;
        _waiter.Wake();
        if (Volatile.Read(ref _listener) == Environment.CurrentManagedThreadId) Unbind(); // it closes the device itself, and the host is let go of next
        else _device.Scheduler.WaitUntil(() => Volatile.Read(ref _over), StopTime);
    }

    /// <summary>Nothing signals any more. Once, on the thread that listens.</summary>
    private void Unbind()
    {
        if (_unbound) return;
        _unbound = true;
        try
        {
            if (_errors >= 0) _device.Host.Unbind(_errors);
            if (_requests >= 0) _device.Host.Unbind(_requests);
        }
        catch (Exception)
        {
            // The host fails while it lets go of the device: the steps that follow are worth more than this one.
        }
    }

    /// <summary>The number of the group that signals this; -1 where the host has none.</summary>
    private int Find(InterruptGroupKind kind)
    {
        IReadOnlyList<InterruptGroupDescription> groups = _device.Host.InterruptGroups;
        for (int i = 0; i < groups.Count; i++)
        {
            if (groups[i].Kind == kind && groups[i].Count > 0) return i;
        }

        return -1;
    }

    /// <summary>One wait; whether there is to be another.</summary>
    private bool Listen()
    {
        Span<InterruptSignal> signals = stackalloc InterruptSignal[2];
        Volatile.Write(ref _listener, Environment.CurrentManagedThreadId);
        try
        {
            int count = IsStopped ? 0 : _waiter!.Wait(signals, Timeout.InfiniteTimeSpan);
            if (count > 0 && !IsStopped) Leave(signals[0].Tag == RequestTag ? RemovalReason.Requested : RemovalReason.Error);
            if (!IsStopped) return true;
            Unbind();
        }
        catch (Exception)
        {
            // A host that cannot even wait is no ground to drive a device on. Here an exception would end the program.
            if (!IsStopped) Leave(RemovalReason.Error);
        }
        finally
        {
            Volatile.Write(ref _listener, 0);
        }

        _waiter!.Dispose();
        Volatile.Write(ref _over, true);
        return false;
    }

    /// <summary>Tells the driver, gives it its time, closes.</summary>
    private void Leave(RemovalReason reason)
    {
        if (Interlocked.Exchange(ref _leaving, 1) != 0) return;
        bool told = false;
        var notice = new RemovalNotice(_device, reason, _device.RemovalTime);
        RingThreeEvents.Log.DeviceLeaving(_device.Address, reason.ToString(), notice.Time.TotalSeconds);
        try
        {
            if (reason == RemovalReason.Gone) _device.Interrupts.DeviceGone(); // whoever waits need not wait longer
            _device.Scheduler.Run($"{_device.Address} removal event", () =>
            {
                _device.RaiseRemoval(notice, reason == RemovalReason.Gone ? TimeSpan.Zero : Grace);
                Volatile.Write(ref told, true);
            });
            // The driver may close the device itself in the event: that stops us, and must not wait for this wait.
            _device.Scheduler.WaitUntil(() => Volatile.Read(ref told) || IsStopped, notice.Time);
            _device.Because(reason switch
            {
                RemovalReason.Requested => "its host asked for the device back, which closed it",
                RemovalReason.Gone => "the device has stopped responding, which closed it",
                _ => "the device reported an uncorrectable error, which closed it",
            });
            _device.TryClose(); // not Dispose: whoever closes already waits for this thread
        }
        catch (Exception)
        {
            // The host failed while it let go of the device. Every step has been tried, and there is nobody here to tell.
        }
    }
}
