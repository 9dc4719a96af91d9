using RingThree.Interrupts;

namespace RingThree.Benchmarks;

/// <summary>From an event descriptor through the whole road to the user's handler and back, against a C loop of the same hops.</summary>
internal static class RoadRows
{
    public static void Run(Effort effort)
    {
        Run(effort, InterruptDelivery.Inline, "inline", "eventfd_inline_ratio", "eventfd to handler (inline) and back");
        Run(effort, InterruptDelivery.OwnThread, "thread", "eventfd_own_thread_ratio", "eventfd to handler (own thread) and back");
    }

    private static void Run(Effort effort, InterruptDelivery delivery, string form, string name, string figure)
    {
        int iterations = 100_000 / effort.Scale;
        using var rig = new EventRig(delivery, Timeout.InfiniteTimeSpan);
        Effort.WarmUp(n => rig.Round(n), iterations / 4);
        Comparison result = effort.Compare(() => effort.RunC("road", form, $"{iterations}"), () => rig.Round(iterations));
        rig.Check();
        Rows.Ratio(name, figure, result, bar: 1.15);
    }
}
