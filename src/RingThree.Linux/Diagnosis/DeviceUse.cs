using System.Globalization;
using RingThree.Pci;

namespace RingThree.Linux;

/// <summary>What of this machine stands on a function: mounted disks, swap, network ports that are up, virtual functions. Taking its driver would end that.</summary>
public static class DeviceUse
{
    private const int Up = 1; // IFF_UP (Linux, include/uapi/linux/if.h)

    /// <summary>What is in use, a sentence each; empty when nothing is. Of a bridge: what is in use below it.</summary>
    public static IReadOnlyList<string> Of(PciAddress address) => Of(address, "");

    internal static IReadOnlyList<string> Of(PciAddress address, string root) => [.. Disks(address, root), .. Ports(address, root), .. VirtualFunctions(address, root)];

    private static IEnumerable<string> Disks(PciAddress address, string root)
    {
        string[][] mounts = [.. Lines($"{root}/proc/self/mountinfo").Select(l => l.Split(' '))];
        foreach (string disk in Below(address, root, "block"))
        {
            string folder = $"{root}/sys/class/block/{disk}";
            string? number = SysfsPci.ReadText($"{folder}/dev");
            foreach (string[] mount in mounts)
            {
                // Numbers tell, but for file systems that have one of their own (btrfs): those are known by their source.
                int dash = Array.IndexOf(mount, "-");
                if (mount.Length > 4 && (mount[2] == number || (dash > 0 && dash + 2 < mount.Length && mount[dash + 2] == "/dev/" + disk)))
                    yield return $"disk '{disk}' is mounted at {mount[4]}";
            }

            if (Lines($"{root}/proc/swaps").Any(l => l.StartsWith($"/dev/{disk} ", StringComparison.Ordinal))) yield return $"disk '{disk}' is swap space";
            string holders = $"{folder}/holders";
            if (Directory.Exists(holders) && Directory.EnumerateFileSystemEntries(holders).Select(Path.GetFileName).FirstOrDefault() is { } holder)
                yield return $"disk '{disk}' is a part of '{holder}'";
        }
    }

    private static IEnumerable<string> Ports(PciAddress address, string root)
    {
        foreach (string port in Below(address, root, "net"))
        {
            string? flags = SysfsPci.ReadText($"{root}/sys/class/net/{port}/flags");
            if (flags is { Length: > 2 } && int.TryParse(flags.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int bits) && (bits & Up) != 0)
                yield return $"network port '{port}' is up";
        }
    }

    private static IEnumerable<string> VirtualFunctions(PciAddress address, string root)
    {
        if (SysfsPci.VirtualFunctions(address.ToString(), root + SysfsPci.Root) is > 0 and int count) yield return $"{count} virtual functions of it are enabled";
    }

    /// <summary>The members of a class whose device is this function, or below it.</summary>
    private static IEnumerable<string> Below(PciAddress address, string root, string deviceClass)
    {
        string folder = $"{root}/sys/class/{deviceClass}";
        if (!Directory.Exists(folder)) yield break;
        foreach (string entry in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            string? target = null;
            try
            {
                target = new DirectoryInfo(entry).ResolveLinkTarget(returnFinalTarget: true)?.FullName;
            }
            catch (IOException)
            {
                // It went away while we looked.
            }

            if (target?.Contains($"/{address}/", StringComparison.Ordinal) == true) yield return Path.GetFileName(entry);
        }
    }

    private static string[] Lines(string path) => SysfsPci.ReadText(path)?.Split('\n') ?? [];
}
