using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Transfers;

namespace RingThree.Interrupts;

/// <summary>From what the driver can use, the device has and the host grants to an enabled session: MSI-X, MSI, level.</summary>
internal static class InterruptNegotiation
{
    private const int MaximumWaiters = 64;

    internal static InterruptSession Enable(
        Device device, IReadOnlyList<(InterruptKind Kind, int Number, InterruptGroupDescription Group)> groups, InterruptOptions options,
        out InterruptReport? pending)
    {
        InterruptDelivery delivery = CheckOptions(options);
        PreparedStage? stage = options.Immediate?.Prepare(device);
        PreparedProgram? quiet = options.Quiet is { } program ? device.Prepare(program) : null;
        quiet?.Run(new ulong[quiet.ValueCount]);
        var answers = new List<string>();
        var refusals = new List<DeviceException>();
        foreach ((InterruptKind kind, int number, InterruptGroupDescription group) in groups)
        {
            if ((options.Kinds & (InterruptKinds)kind) == 0)
            {
                answers.Add($"{group.Name} ({group.Count}) is not among the kinds allowed");
                continue;
            }

            pending = Pending(device, quiet, kind);
            if (TryBind(device, kind, number, group, options, delivery, stage, answers, refusals) is not { } session) continue;
            try
            {
                session.Start();
            }
            catch (Exception error)
            {
                session.Fail(error); // nothing stays enabled that the caller has no session for
                throw;
            }

            return session;
        }

        // What the host knows of the cause, and of the remedy, is worth more than what can be said from here.
        DeviceStatus status = refusals is [var first, ..] && refusals.TrueForAll(r => r.Status == first.Status) ? first.Status : DeviceStatus.NoResources;
        string advice = refusals.Count > 0 ? string.Join(' ', refusals.Select(r => r.Advice).Distinct())
            : answers.Count == 0 ? "Poll it instead." : "Allow another kind, or free vectors that other devices hold.";
        throw new DeviceException(status, device.Address, $"enabling interrupts (allowed: {options.Kinds})",
            answers.Count == 0 ? "the device has none" : string.Join("; ", answers), advice, refusals.FirstOrDefault());
    }

    private static InterruptDelivery CheckOptions(InterruptOptions options)
    {
        InterruptDelivery delivery = options.Delivery ?? (options.Handler is null ? InterruptDelivery.Await : InterruptDelivery.OwnThread);
        if (!Enum.IsDefined(delivery)) throw new ArgumentOutOfRangeException(nameof(options), delivery, "There is no such delivery.");
        bool calls = delivery is InterruptDelivery.Inline or InterruptDelivery.OwnThread;
        if (calls != options.Handler is not null)
        {
            throw new ArgumentException(calls
                ? $"Delivery {delivery} calls a handler, and none is given."
                : $"Delivery {delivery} hands interrupts to the caller; a handler would never be called.", nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options.Slots, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Waiters, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Waiters, MaximumWaiters);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.StormLimit, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.DisableTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.DisableTime, WaitLimit.Longest);
        if (options.Latency is { } latency) CheckLatency(latency);
        return delivery;
    }

    private static void CheckLatency(LatencyMode latency)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(latency.RealTimePriority, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(latency.RealTimePriority, 99);
        ArgumentOutOfRangeException.ThrowIfLessThan(latency.BusyWait, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(latency.BusyWait, LatencyMode.LongestBusyWait);
        foreach (int processor in latency.Processors)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(processor, 0);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(processor, LatencyMode.HighestProcessor);
        }
    }

    /// <summary>Says when the device has an interrupt pending, though it was to be silent.</summary>
    private static InterruptReport? Pending(Device device, PreparedProgram? quiet, InterruptKind kind)
    {
        if (kind != InterruptKind.Level || !device.IsLineAsserted()) return null;
        return new InterruptReport(InterruptReportKind.PendingAtEnable, 0,
            $"{device.Address}: an interrupt was pending before its line was enabled; it arrives as the first one. "
            + (quiet is null ? "Give Quiet a program that acknowledges it." : "The Quiet program ran and did not clear it."));
    }

    private static InterruptSession? TryBind(
        Device device, InterruptKind kind, int number, InterruptGroupDescription group, InterruptOptions options,
        InterruptDelivery delivery, PreparedStage? stage, List<string> answers, List<DeviceException> refusals)
    {
        int wanted = Math.Min(options.Slots, group.Count);
        bool status = kind == InterruptKind.Level && device.HasLineStatus();
        // A message is a memory write by the device: without bus mastering it never leaves the card.
        if (kind is InterruptKind.Msi or InterruptKind.MsiX) device.StartDma();
        while (wanted > 0)
        {
            var session = new InterruptSession(device, kind, number, wanted, options, delivery, stage, status);
            int granted;
            try
            {
                granted = device.Host.Bind(number, session.Routes());
            }
            catch (DeviceException refused)
            {
                session.Abandon();
                answers.Add($"{group.Name}: {refused.Answer}");
                refusals.Add(refused);
                return null;
            }
            catch
            {
                session.Abandon();
                throw;
            }

            if (granted == wanted)
            {
                if (kind == InterruptKind.Level) device.ConnectLine();
                return session;
            }

            session.Abandon();
            // MSI is granted in powers of two, and a host may change its mind between two tries: only ever ask for less.
            wanted = Math.Min(granted, wanted - 1);
        }

        answers.Add($"{group.Name}: the host grants no vector of {group.Count}");
        return null;
    }
}
