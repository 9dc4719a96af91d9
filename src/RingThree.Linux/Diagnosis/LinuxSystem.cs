using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>The files in which Linux says how the machine and this process stand. Reading them opens no device and changes nothing.</summary>
/// <param name="root">A folder that stands for the root of the file system; tests have their own.</param>
/// <param name="access">The errno of opening a file for reading and writing, 0 where it may be opened; tests answer for the kernel.</param>
internal sealed class LinuxSystem(string root = "", Func<string, int>? access = null)
{
    private ProcessRights? _rights;

    internal string Root => root;

    /// <summary>The folder of the PCI bus.</summary>
    internal string Bus => root + SysfsPci.Root;

    /// <summary>Who this process is, and what it may do.</summary>
    internal ProcessRights Rights => _rights ??= ProcessRights.Read(this);

    /// <summary>The running kernel's release, such as <c>6.1.0-56-amd64</c>.</summary>
    internal string? Release => Read("/proc/sys/kernel/osrelease");

    internal string? Read(string path) => SysfsPci.ReadText(root + path);

    internal bool Exists(string path) => Path.Exists(root + path);

    /// <summary>The names in a folder; none where there is no such folder, or it is kept from this process.</summary>
    internal string[] List(string path)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(root + path).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Where a link points; <see langword="null"/> where there is none, or it is kept from this process.</summary>
    internal string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(root + path).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Asked, not tried: a group can be opened once.</summary>
    internal int AccessError(string path) => access is not null ? access(path) : Libc.AccessAsEffective(Libc.CurrentFolder, root + path, Libc.AccessReadWrite, Libc.EffectiveIds) == 0 ? 0 : Errno.Last;

    /// <summary>Which of these settings the kernel was booted with; <see langword="null"/> for none of them.</summary>
    internal string? BootOption(params ReadOnlySpan<string> options)
    {
        foreach (string option in Read("/proc/cmdline")?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (options.Contains(option)) return option;
        }

        return null;
    }
}
