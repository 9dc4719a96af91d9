using System.Diagnostics;
using System.Runtime.InteropServices;
using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>One epoll set: an event descriptor per tag, and one to wake.</summary>
internal sealed unsafe class EventWaiter : IInterruptWaiter
{
    private const int Batch = 64;
    private const ulong WakeMark = 0; // a tag's mark is tag + 1
    private readonly string _device;
    private readonly FileDescriptor _set;
    private readonly FileDescriptor _wake;
    private FileDescriptor?[] _events = [];
    private readonly Lock _gate = new();

    internal EventWaiter(string device)
    {
        _device = device;
        _set = Libc.EpollCreate(Libc.CloseOnExec);
        if (_set.IsInvalid) throw Failed("epoll_create1");
        try
        {
            _wake = Add(WakeMark);
        }
        catch
        {
            _set.Dispose();
            throw;
        }
    }

    public int Wait(Span<InterruptSignal> signals, TimeSpan timeout)
    {
        bool forever = timeout == Timeout.InfiniteTimeSpan;
        long started = forever || timeout == TimeSpan.Zero ? 0 : Stopwatch.GetTimestamp();
        int milliseconds = forever ? -1 : Milliseconds(timeout);
        EpollEvent* events = stackalloc EpollEvent[Batch];
        while (true)
        {
            // Sound: the array is as long as the count says; the set is open, since only the waiting thread's owner disposes.
            int ready = Libc.EpollWait(_set.Number, events, Math.Min(Batch, signals.Length), milliseconds);
            if (ready < 0)
            {
                int error = Marshal.GetLastSystemError();
                if (error != Errno.EINTR) throw new DeviceException(DeviceStatus.IoError, _device, "waiting for interrupts", $"epoll_wait answered {Errno.Describe(error)}", "Report this; it should not happen.");
                if (!forever) milliseconds = Milliseconds(timeout - Stopwatch.GetElapsedTime(started));
                continue;
            }

            int taken = 0;
            for (int i = 0; i < ready; i++)
            {
                // Sound: the kernel filled the array densely, in strides of its own structure's size.
                ulong mark = ((EpollEvent*)((byte*)events + (i * EpollEvent.Stride)))->Data;
                long count;
                FileDescriptor source = mark == WakeMark ? _wake : _events[(int)(mark - 1)]!;
                // Sound: an event descriptor's read is 8 bytes. Not ready after all (EAGAIN) is no signal.
                if (Libc.ReadFast(source.Number, &count, sizeof(long)) != sizeof(long) || mark == WakeMark) continue;
                signals[taken++] = new InterruptSignal((int)(mark - 1), count);
            }

            return taken;
        }
    }

    public void Wake()
    {
        try
        {
            ulong one = 1;
            Libc.Write(_wake, &one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
    }

    public void Dispose()
    {
        _set.Dispose();
        _wake.Dispose();
        foreach (FileDescriptor? source in _events) source?.Dispose();
    }

    /// <summary>The event descriptor whose signals this waiter reports under a tag.</summary>
    internal FileDescriptor EventOf(int tag)
    {
        lock (_gate)
        {
            if (tag >= _events.Length) Array.Resize(ref _events, tag + 1);
            return _events[tag] ??= Add((ulong)tag + 1);
        }
    }

    private static int Milliseconds(TimeSpan time) => time <= TimeSpan.Zero ? 0 : (int)Math.Min(Math.Ceiling(time.TotalMilliseconds), int.MaxValue);

    private FileDescriptor Add(ulong mark)
    {
        FileDescriptor source = Libc.Eventfd(0, Libc.NonBlocking | Libc.CloseOnExec);
        if (source.IsInvalid) throw Failed("eventfd");
        var change = new EpollEvent { Events = Libc.EpollIn, Data = mark };
        if (Libc.EpollControl(_set, Libc.EpollAdd, source, &change) == 0) return source;
        DeviceException failed = Failed("epoll_ctl");
        source.Dispose();
        throw failed;
    }

    private DeviceException Failed(string call) => VfioErrors.Failed(_device, "preparing to wait for interrupts", call, "See the kernel's log: dmesg | tail");
}
