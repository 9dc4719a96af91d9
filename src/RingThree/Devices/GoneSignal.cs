using RingThree.Hosting;

namespace RingThree.Devices;

/// <summary>A cancellation token that is cancelled once, by the host's scheduler: whoever finds out runs no stranger's code.</summary>
internal sealed class GoneSignal(IHostScheduler scheduler, string name)
{
    private readonly Lock _gate = new();
    private CancellationTokenSource? _source;
    private bool _isSet;

    /// <summary>The token; made when somebody asks for it first.</summary>
    internal CancellationToken Token
    {
        get
        {
            lock (_gate)
            {
                if (_isSet && _source is null) return new CancellationToken(canceled: true);
                return (_source ??= new CancellationTokenSource()).Token;
            }
        }
    }

    /// <summary>Cancels it. Idempotent.</summary>
    internal void Set()
    {
        CancellationTokenSource? source;
        lock (_gate)
        {
            source = _isSet ? null : _source;
            _isSet = true;
        }

        if (source is null) return;
        scheduler.Run(name, () =>
        {
            try
            {
                source.Cancel();
            }
            catch (AggregateException)
            {
                // What registrations throw changes nothing about the device; all of them have been called.
            }
        });
    }
}
