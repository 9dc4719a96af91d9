using RingThree.Devices;
using RingThree.Hosting;

namespace RingThree.Registers;

/// <summary>Reads a register again and again until its value is what a driver waits for, by the clock of the device's host.</summary>
/// <typeparam name="T">The register's value.</typeparam>
internal sealed class RegisterPoll<T>
    where T : unmanaged
{
    /// <summary>A register that is about to change does so within microseconds: the first looks follow each other closely.</summary>
    private const int CloseLooks = 6;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMicroseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(1);
    private static readonly ulong AllOnes = RegisterAccess.AllOnes(RegisterAccess.SizeOf<T>());
    private readonly RegisterWindow _window;
    private readonly uint _offset;
    private readonly Func<T, bool> _condition;
    private readonly TimeSpan _timeout;
    private readonly IHostScheduler _scheduler;
    private readonly long _started;
    private TimeSpan _pause = FirstPause;

    private RegisterPoll(RegisterWindow window, uint offset, Func<T, bool> condition, TimeSpan timeout)
    {
        _window = window;
        _offset = offset;
        _condition = condition;
        _timeout = timeout;
        _scheduler = window.Region.Scheduler;
        _started = _scheduler.Time.GetTimestamp();
    }

    private string Operation => $"waiting for {_window.Describe(_offset)}";

    /// <summary>Checks the arguments, and starts the clock.</summary>
    internal static RegisterPoll<T> Start(RegisterWindow? window, uint offset, Func<T, bool> condition, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(condition);
        if (window is null) RegisterWindow.ThrowNoWindow<T>();
        WaitLimit.Check(window.Region.DeviceAddress, $"the time-out of waiting for {window.Describe(offset)}", timeout, nameof(timeout));
        return new RegisterPoll<T>(window, offset, condition, timeout);
    }

    /// <summary>Waits on the calling thread.</summary>
    internal T Wait()
    {
        T value;
        while (!IsOver(out value)) Pause();
        return value;
    }

    /// <summary>Waits without a thread.</summary>
    internal async Task<T> WaitAsync(CancellationToken cancellationToken)
    {
        for (int looks = 1; ; looks++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (IsOver(out T value)) return value;
            if (looks < CloseLooks) Pause();
            // A host with an order of its own goes on where the wait was begun, never in the runtime's pool.
            else await Task.Delay(LongestPause, _scheduler.Time, cancellationToken).ConfigureAwait(!_scheduler.UsesThreadPool);
        }
    }

    private void Pause()
    {
        _scheduler.WaitUntil(static () => false, _pause);
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
    }

    /// <summary>Looks once. Whoever was kept from running until after the end of the time looks once more before it is over.</summary>
    private bool IsOver(out T value)
    {
        bool isLast = _scheduler.Time.GetElapsedTime(_started) >= _timeout;
        value = RegisterWindow.Read<T>(_window, _offset);
        Device? device = _window.Region.Owner;
        if (device is { IsClosed: true }) throw device.Closed(Operation);
        // All ones satisfy many a condition, and a card that is gone reads so.
        if (RegisterAccess.ToBits(value) == AllOnes && device is not null && !device.IsPresent()) throw device.GoneError(Operation);
        if (_condition(value)) return true;
        if (!isLast) return false;
        throw _window.Region.Failed(new DeviceException(DeviceStatus.TimedOut, _window.Region.DeviceAddress, Operation,
            $"after {_timeout.TotalSeconds:0.######} s it reads 0x{RegisterAccess.ToBits(value).ToString("x" + (2 * RegisterAccess.SizeOf<T>()), System.Globalization.CultureInfo.InvariantCulture)}",
            "Check that the device was told to do what is waited for, and that the time-out is as long as its data sheet says."));
    }
}
