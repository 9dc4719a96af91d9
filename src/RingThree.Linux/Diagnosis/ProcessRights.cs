using System.Globalization;

namespace RingThree.Linux;

/// <summary>Who this process is, and what it may do: advice that it cannot follow is none.</summary>
/// <param name="User">Its effective user id.</param>
/// <param name="Capabilities">Its effective capabilities, a bit each (Linux, include/uapi/linux/capability.h).</param>
/// <param name="IsInitialNamespace">Whether its user ids are the machine's. The kernel asks for VFIO's capabilities in that namespace alone.</param>
/// <param name="IsFiltered">Whether a seccomp filter may refuse its system calls.</param>
/// <param name="Container">What its container is called, such as <c>docker</c>; <see langword="null"/> where nothing tells of one.</param>
/// <param name="Service">The systemd service that it belongs to, or <see langword="null"/>.</param>
internal sealed record ProcessRights(uint User, ulong Capabilities, bool IsInitialNamespace, bool IsFiltered, string? Container, string? Service)
{
    internal const int LockMemory = 14; // CAP_IPC_LOCK
    internal const int OverrideAccess = 1; // CAP_DAC_OVERRIDE
    internal const int RawIo = 17; // CAP_SYS_RAWIO

    private static readonly string[] Runtimes = ["docker", "podman", "libpod", "kubepods", "containerd", "crio", "lxc", "buildah"];

    /// <summary>Whether it is not the machine's own: it sees another /dev, and its root is not the machine's.</summary>
    internal bool IsConfined => Container is not null || !IsInitialNamespace;

    /// <summary>Where it runs, in a sentence.</summary>
    internal string Place => Container is not null ? $"this container ({Container})" : !IsInitialNamespace ? "this user namespace" : Service is not null ? $"the service {Service}" : "this process";

    /// <summary>Whether it has a capability that counts for the whole machine.</summary>
    internal bool Has(int capability) => IsInitialNamespace && (Capabilities & (1UL << capability)) != 0;

    /// <summary>Who has to run what: this process as root, root, or root outside the container.</summary>
    internal string Run(string commands) => (IsConfined ? "On the host run as root: " : User == 0 ? "Run: " : "Run as root: ") + commands;

    internal static ProcessRights Read(LinuxSystem system)
    {
        _ = uint.TryParse(StatusField(system, "Uid")?.Split('\t').ElementAtOrDefault(1) ?? "65534", NumberStyles.None, CultureInfo.InvariantCulture, out uint user);
        _ = ulong.TryParse(StatusField(system, "CapEff"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong capabilities);
        string[] map = system.Read("/proc/self/uid_map")?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];
        string[] group = system.Read("/proc/self/cgroup")?.Split('\n', '/') ?? [];
        string? service = group.LastOrDefault(g => g.EndsWith(".service", StringComparison.Ordinal) && !g.StartsWith("user@", StringComparison.Ordinal));
        return new ProcessRights(user, capabilities, map.Length == 0 || map is ["0", "0", "4294967295"], StatusField(system, "Seccomp") is not (null or "0"), FindContainer(system), service);
    }

    /// <summary>A field of /proc/self/status, such as <c>VmLck</c>.</summary>
    internal static string? StatusField(LinuxSystem system, string name) =>
        system.Read("/proc/self/status")?.Split('\n').FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..].Trim();

    /// <summary>Container engines leave a file, a word in the first process' environment, their name in the control group or the root's mount.</summary>
    private static string? FindContainer(LinuxSystem system)
    {
        if (system.Read("/run/systemd/container") is { Length: > 0 } name) return name;
        if (system.Exists("/run/.containerenv")) return "podman";
        if (system.Exists("/.dockerenv")) return "docker";
        const string variable = "container=";
        if (system.Read("/proc/1/environ")?.Split('\0').FirstOrDefault(v => v.StartsWith(variable, StringComparison.Ordinal)) is { } set && set.Length > variable.Length) return set[variable.Length..];
        string groups = system.Read("/proc/self/cgroup") + system.Read("/proc/1/cgroup");
        string root = system.Read("/proc/self/mountinfo")?.Split('\n').FirstOrDefault(l => l.Split(' ') is { Length: > 4 } words && words[4] == "/" && l.Contains(" - overlay ", StringComparison.Ordinal)) ?? "";
        return Runtimes.FirstOrDefault(r => groups.Contains(r, StringComparison.Ordinal) || root.Contains($"/{r}", StringComparison.Ordinal)) is { } runtime
            ? runtime switch { "libpod" => "podman", "kubepods" => "kubernetes", _ => runtime }
            : root.Contains("/containers/storage", StringComparison.Ordinal) ? "podman" : null;
    }
}
