namespace RingThree.Hosting;

/// <summary>The end of a host: whom to call when it is disposed, and the error for what comes later. For who writes a host.</summary>
/// <param name="name">The host's name, for messages: <see cref="IHost.Name"/>.</param>
public sealed class HostEnd(string name)
{
    private readonly Lock _gate = new();
    private readonly List<Registration> _all = [];
    private bool _over;

    /// <summary>What <see cref="IHost.WhenDisposed"/> does.</summary>
    /// <param name="close">Called once, by <see cref="Begin"/>.</param>
    /// <returns>Dispose it, and it is not called.</returns>
    /// <exception cref="ObjectDisposedException">The host has been disposed.</exception>
    public IDisposable Add(Action close)
    {
        ArgumentNullException.ThrowIfNull(close);
        var registration = new Registration(this, close);
        lock (_gate)
        {
            ThrowIfOver("opening a device");
            _all.Add(registration);
        }

        return registration;
    }

    /// <summary>Throws when the host has been disposed.</summary>
    /// <param name="operation">What was tried, as "opening 0000:00:04.0".</param>
    /// <exception cref="ObjectDisposedException">It has.</exception>
    public void ThrowIfOver(string operation)
    {
        if (Volatile.Read(ref _over)) throw new ObjectDisposedException(name, $"{name}: {operation} failed: the host has been disposed. Make another.");
    }

    /// <summary>The host is being disposed: calls everybody, the last one that came first. Idempotent.</summary>
    /// <exception cref="AggregateException">Some calls have thrown; all have been made.</exception>
    public void Begin()
    {
        Registration[] all;
        lock (_gate)
        {
            Volatile.Write(ref _over, true);
            all = [.. _all];
            _all.Clear();
        }

        List<Exception>? errors = null;
        foreach (Registration registration in all.Reverse())
        {
            try
            {
                registration.Close();
            }
            catch (Exception error)
            {
                (errors ??= []).Add(error); // the other devices are closed all the same
            }
        }

        if (errors is not null) throw new AggregateException($"{name}: closing its devices failed.", errors);
    }

    private sealed class Registration(HostEnd end, Action close) : IDisposable
    {
        public void Dispose()
        {
            lock (end._gate) end._all.Remove(this);
        }

        internal void Close() => close();
    }
}
