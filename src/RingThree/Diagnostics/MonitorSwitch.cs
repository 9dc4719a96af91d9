namespace RingThree.Diagnostics;

/// <summary>
/// What is asked on the way of each interrupt. A class without a constructor of its own, so that the question is one load of one
/// byte and a branch that always goes the same way.
/// </summary>
internal static class MonitorSwitch
{
    /// <summary>Whether somebody wants each run of an immediate stage. Set by the event source alone.</summary>
    internal static bool TracesInterrupts;
}
