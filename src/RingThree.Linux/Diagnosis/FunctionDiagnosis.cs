using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>
/// Why a function cannot be opened. An errno is a symptom: what the system's files say is the cause. The exceptions of
/// opening and <c>ring3 doctor</c> both speak from here, so they agree.
/// </summary>
internal sealed class FunctionDiagnosis(LinuxSystem system, string place)
{
    internal const string Opening = "opening through VFIO";
    private const string Log = "See the kernel's log: dmesg | tail";

    internal LinuxSystem System => system;

    /// <summary>The function's address.</summary>
    internal string Place => place;

    private int? Group => SysfsPci.GroupOf(place, system.Bus);

    /// <summary>All that concerns the function, in the order in which opening meets it.</summary>
    internal IReadOnlyList<CheckResult> All()
    {
        var all = new List<CheckResult> { FunctionChecks.Presence(system, place) };
        if (all[0].State != CheckState.Failed)
        {
            all.Add(FunctionChecks.Configuration(system, place));
            all.AddRange(FunctionChecks.Rooms(system, place));
        }

        CheckResult? isolation = IommuChecks.OfFunction(system, Group);
        if (isolation is not null) all.Add(isolation);
        all.Add(FunctionChecks.Binding(system, place));
        if (isolation is not null || Group is not { } group) return all;
        all.Add(FunctionChecks.Group(system, place, group));
        all.AddRange(new[] { IommuChecks.Reserved(system, group), FunctionChecks.Token(system, place) }.OfType<CheckResult>());
        CheckResult node = NodeChecks.OfGroup(system, system.AccessError(NodeChecks.OfGroup(group)), group, place);
        all.Add(node);
        if (NodeChecks.OfContainer(system, system.AccessError(NodeChecks.Container), group) is { State: CheckState.Failed } container) all.Add(container);
        all.Add(NodeChecks.InUse(system, group, place));
        return all;
    }

    /// <summary>Throws what is plain before VFIO is asked, and some of which would hang or look well there.</summary>
    internal void Check()
    {
        CheckResult?[] plain = [FunctionChecks.Presence(system, place), FunctionChecks.Configuration(system, place), IommuChecks.OfFunction(system, Group), FunctionChecks.Binding(system, place)];
        Throw(plain);
    }

    /// <summary>Opening resets a card; throws when that has taken its configuration or its life.</summary>
    internal void CheckAfterReset() => Throw([FunctionChecks.Presence(system, place), FunctionChecks.Configuration(system, place)]);

    /// <summary>The group's file was refused.</summary>
    internal DeviceException NoGroup(int error, int number) =>
        Explain(error, $"opening its isolation group ({NodeChecks.OfGroup(number)})", "open", () => NodeChecks.OfGroup(system, error, number, place));

    /// <summary>VFIO's own file was refused.</summary>
    internal DeviceException NoContainer(int error) =>
        Explain(error, $"opening {NodeChecks.Container}", "open", () => NodeChecks.OfContainer(system, error, Group));

    /// <summary>The kernel does not count the group as viable.</summary>
    internal DeviceException NotViable(int number) => FunctionChecks.NotViable(system, place, number).ToException(place, Opening);

    /// <summary>The group got no IOMMU domain: <paramref name="call"/> was refused.</summary>
    internal DeviceException NoDomain(int error, string operation, string call, string advice) => Explain(error, operation, call, () =>
        Group is { } group && IommuChecks.Reserved(system, group) is { } reserved ? reserved
        : error == Errno.EPERM && IommuChecks.Remapping(system) is { State: not CheckState.Ok } remapping ? remapping
        : null, advice);

    /// <summary>The device itself was refused.</summary>
    internal DeviceException NoDevice(int error, bool hasToken) => Explain(error, Opening, "VFIO_GROUP_GET_DEVICE_FD", () => error switch
    {
        Errno.EACCES => FunctionChecks.Token(system, place)
            ?? CheckResult.Failed(DeviceStatus.AccessDenied, "token", "the token is not the one that it was given before, and its virtual functions are in use", "Open it with the same OpenOptions.Token."),
        Errno.ENODEV => Failing(FunctionChecks.Binding(system, place)),
        Errno.EAGAIN => CheckResult.Failed(DeviceStatus.Busy, "use", "it is being reset or removed at the moment", "Try again in a moment."),
        Errno.EINVAL when hasToken && SysfsPci.PhysicalOf(place, system.Bus) is null && !system.Exists($"{SysfsPci.Root}/devices/{place}/sriov_numvfs") =>
            CheckResult.Failed(DeviceStatus.InvalidArgument, "token", "it neither has virtual functions nor is one, so it takes no token", "Open it without OpenOptions.Token."),
        _ => Failing(FunctionChecks.Presence(system, place)) ?? FunctionChecks.Rooms(system, place).FirstOrDefault() ?? Failing(FunctionChecks.Configuration(system, place)),
    });

    private static CheckResult? Failing(CheckResult result) => result.State == CheckState.Failed ? result : null;

    private void Throw(ReadOnlySpan<CheckResult?> results)
    {
        foreach (CheckResult? result in results)
        {
            if (result is { State: CheckState.Failed }) throw result.ToException(place, Opening);
        }
    }

    private DeviceException Explain(int error, string operation, string call, Func<CheckResult?> look, string advice = Log)
    {
        if (error is Errno.EMFILE or Errno.ENFILE) return ProcessChecks.NoDescriptors(error).ToException(place, operation, VfioErrors.Answer(call, error));
        return look() is { } cause ? cause.ToException(place, operation, VfioErrors.Answer(call, error)) : VfioErrors.Failed(error, place, operation, call, advice);
    }
}
