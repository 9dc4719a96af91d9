using RingThree.Interrupts;

namespace RingThree.WinDriver;

/// <summary>Shorter interrupt latency for programs whose source says nothing of it, in place of Windows CE's registry value WdIntEnh.</summary>
public static class WinDriverLatency
{
    /// <summary>How every interrupt that is enabled from now on is served; <see langword="null"/>, the default, for no enhancement.</summary>
    public static LatencyMode? ForAll { get; set; }

    /// <summary>What <c>CEInterruptEnhance</c> does: real-time priority 50 and a busy wait of 50 microseconds, unless this says otherwise.</summary>
    public static LatencyMode Enhanced { get; set; } = new() { RealTimePriority = 50, BusyWait = TimeSpan.FromMicroseconds(50) };
}
