using System.Collections.Concurrent;

namespace RingThree.Simulation;

/// <summary>A thread that lanes of one run after another use: to start one costs more than most runs.</summary>
internal sealed class LaneThread
{
    private const int MostKept = 16;
    private static readonly ConcurrentBag<LaneThread> Kept = [];
    private readonly SemaphoreSlim _go = new(0);
    private readonly Thread _thread;
    private Lane? _lane;

    private LaneThread()
    {
        _thread = new Thread(Live) { IsBackground = true, Name = "RingThree seeded lane" };
        _thread.Start();
    }

    /// <summary>Makes a lane that waits for the baton on a thread of its own.</summary>
    internal static Lane Start(SeededScheduler scheduler)
    {
        if (!Kept.TryTake(out LaneThread? thread)) thread = new LaneThread();
        var lane = new Lane(scheduler, thread._thread);
        thread._lane = lane;
        thread._go.Release();
        return lane;
    }

    private void Live()
    {
        do
        {
            _go.Wait();
            _lane!.Run();
            _lane = null; // a run that is over is not to be kept by the thread it used
            if (Kept.Count >= MostKept) return;
            Kept.Add(this);
        }
        while (true);
    }
}
