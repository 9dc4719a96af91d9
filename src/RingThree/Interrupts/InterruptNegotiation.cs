using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Transfers;

namespace RingThree.Interrupts;

/// <summary>From what the driver can use, the device has and the host grants to an enabled session: MSI-X, MSI, level.</summary>
internal static class InterruptNegotiation
{
    internal static InterruptSession Enable(
        Device device, IReadOnlyList<(InterruptKind Kind, int Number, InterruptGroupDescription Group)> groups, InterruptOptions options,
        out InterruptReport? pending)
    {
        InterruptDelivery delivery = OptionChecks.Check(options, device.Address);
        Func<int, VectorPlan> plans = VectorPlan.Of(options, delivery, options.Immediate?.Prepare(device), device);
        PreparedProgram? quiet = options.Quiet is { } program ? device.Prepare(program) : null;
        quiet?.Run(new ulong[quiet.ValueCount]);
        var answers = new List<string>();
        var refusals = new List<DeviceException>();
        if (WhatIsMissing(groups, options.Kinds) is { } missing) answers.Add(missing);
        foreach ((InterruptKind kind, int number, InterruptGroupDescription group) in groups)
        {
            if ((options.Kinds & (InterruptKinds)kind) == 0)
            {
                answers.Add($"{group.Name} ({group.Count}) is not among the kinds allowed");
                continue;
            }

            pending = Pending(device, quiet, kind);
            if (TryBind(device, kind, number, group, options, delivery, plans, answers, refusals) is not { } session) continue;
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
            : groups.Count == 0 ? "Poll it instead."
            : groups.Any(g => (options.Kinds & (InterruptKinds)g.Kind) != 0) ? "Allow another kind, or free vectors that other devices hold."
            : $"Allow what it has ({nameof(options.Kinds)} = {string.Join(" | ", groups.Select(g => $"{nameof(InterruptKinds)}.{g.Kind}").Distinct())}), or leave {nameof(options.Kinds)} out to get the best of them.";
        throw new DeviceException(status, device.Address, $"enabling interrupts (allowed: {options.Kinds})", string.Join("; ", answers), advice, refusals.FirstOrDefault());
    }

    /// <summary>Says which of the kinds that the driver asks for the card does not have.</summary>
    private static string? WhatIsMissing(IReadOnlyList<(InterruptKind Kind, int Number, InterruptGroupDescription Group)> groups, InterruptKinds kinds)
    {
        if (groups.Count == 0) return "the card has no interrupts";
        if (kinds == InterruptKinds.None) return "no kind is allowed";
        if (kinds == InterruptKinds.All) return null; // who takes anything has asked for none of them
        InterruptKind[] missing = [.. Enum.GetValues<InterruptKind>().Where(k => (kinds & (InterruptKinds)k) != 0 && !groups.Any(g => g.Kind == k)).Reverse()];
        return missing.Length == 0 ? null : $"the card has no {string.Join(", no ", missing.Select(NameOf))}";
    }

    /// <summary>What people call a kind.</summary>
    private static string NameOf(InterruptKind kind) => kind switch
    {
        InterruptKind.MsiX => "MSI-X",
        InterruptKind.Msi => "MSI",
        InterruptKind.Level => "level line",
        _ => "edge",
    };

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
        InterruptDelivery delivery, Func<int, VectorPlan> plans, List<string> answers, List<DeviceException> refusals)
    {
        int wanted = Math.Min(options.Slots, group.Count);
        bool status = kind == InterruptKind.Level && device.HasLineStatus();
        // A message is a memory write by the device: without bus mastering it never leaves the card.
        if (kind is InterruptKind.Msi or InterruptKind.MsiX) device.StartDma();
        while (wanted > 0)
        {
            var session = new InterruptSession(device, kind, number, wanted, options, delivery, plans, status);
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
