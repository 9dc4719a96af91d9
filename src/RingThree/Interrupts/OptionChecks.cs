using RingThree.Hosting;

namespace RingThree.Interrupts;

/// <summary>Checks of options and arguments whose message names what the user wrote, the device, and what can be.</summary>
internal static class OptionChecks
{
    private const int MaximumWaiters = 64;

    /// <summary>Throws where options contradict each other or hold what cannot be.</summary>
    /// <param name="options">The options.</param>
    /// <param name="device">The device's address, for messages.</param>
    /// <returns>The delivery that they mean.</returns>
    internal static InterruptDelivery Check(InterruptOptions options, string device)
    {
        const string parameter = nameof(options);
        if ((options.Kinds & ~InterruptKinds.All) != 0)
            throw Wrong(device, Option(nameof(options.Kinds)), $"{options.Kinds}", string.Join(", ", Enum.GetNames<InterruptKind>()), parameter);
        InterruptDelivery delivery = options.Delivery ?? (options.Handler is null ? InterruptDelivery.Await : InterruptDelivery.OwnThread);
        if (!Enum.IsDefined(delivery)) throw Wrong(device, Option(nameof(options.Delivery)), $"{delivery}", $"one of {string.Join(", ", Enum.GetNames<InterruptDelivery>())}", parameter);
        if (options.AsyncHandler is not null && (options.Handler is not null || delivery != InterruptDelivery.Await))
        {
            throw new ArgumentException($"{device}: {nameof(options.AsyncHandler)} is given together with {(options.Handler is not null ? nameof(options.Handler) : $"Delivery {delivery}")}. "
                + $"An asynchronous handler stands alone, and its Delivery is {nameof(InterruptDelivery.Await)}.", parameter);
        }

        bool calls = delivery is InterruptDelivery.Inline or InterruptDelivery.OwnThread;
        if (calls != options.Handler is not null)
        {
            throw new ArgumentException(calls
                ? $"{device}: Delivery {delivery} calls a handler, and none is given. Set Handler, or take another Delivery."
                : $"{device}: Delivery {delivery} hands interrupts to the caller; a handler would never be called. Leave one of the two out.", parameter);
        }

        CheckCount(device, Option(nameof(options.Slots)), options.Slots, 1, int.MaxValue, parameter);
        CheckCount(device, Option(nameof(options.Waiters)), options.Waiters, 1, MaximumWaiters, parameter);
        CheckCount(device, Option(nameof(options.StormLimit)), options.StormLimit, 2, int.MaxValue, parameter);
        WaitLimit.Check(device, Option(nameof(options.DisableTime)), options.DisableTime, parameter);
        if (options.Latency is { } latency) CheckLatency(latency, device, parameter);
        return delivery;
    }

    /// <summary>Throws unless a number is among those that can be.</summary>
    /// <param name="device">The device's address.</param>
    /// <param name="what">What the user wrote it as: an option, or a method and its parameter.</param>
    /// <param name="value">The number.</param>
    /// <param name="least">The least that can be.</param>
    /// <param name="most">The most; <see cref="int.MaxValue"/> for no limit.</param>
    /// <param name="parameter">The method's parameter.</param>
    internal static void CheckCount(string device, string what, int value, int least, int most, string parameter)
    {
        if (value >= least && value <= most) return;
        throw Wrong(device, what, $"{value}", most == int.MaxValue ? $"{least} or more" : least == most ? $"only {least}" : $"{least} to {most}", parameter);
    }

    private static void CheckLatency(LatencyMode latency, string device, string parameter)
    {
        CheckCount(device, OfLatency(nameof(latency.RealTimePriority)), latency.RealTimePriority, 0, 99, parameter);
        WaitLimit.Check(device, OfLatency(nameof(latency.BusyWait)), latency.BusyWait, LatencyMode.LongestBusyWait, parameter);
        for (int i = 0; i < latency.Processors.Count; i++)
            CheckCount(device, OfLatency($"{nameof(latency.Processors)}[{i}]"), latency.Processors[i], 0, LatencyMode.HighestProcessor, parameter);
    }

    private static string Option(string name) => $"{nameof(InterruptOptions)}.{name}";

    private static string OfLatency(string name) => $"{nameof(LatencyMode)}.{name}";

    private static ArgumentOutOfRangeException Wrong(string device, string what, string value, string can, string parameter) =>
        new(parameter, $"{device}: {what} is {value}; it can be {can}.");
}
