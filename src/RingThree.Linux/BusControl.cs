using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Linux;

/// <summary>
/// Takes functions out of the kernel's sight and has it look for them again, as after an FPGA has been loaded anew: then the card
/// comes back with the BARs that it has now. The bindings of what is removed go with it; <see cref="PersistentBindings"/> last.
/// </summary>
public sealed class BusControl
{
    private readonly string _root;

    /// <summary>This machine's.</summary>
    public BusControl()
        : this(SysfsPci.Root)
    {
    }

    /// <param name="root">Where the kernel shows PCI; tests have their own.</param>
    internal BusControl(string root) => _root = root;

    /// <summary>How long the kernel may take. It waits for the function's driver, and VFIO's waits for whoever has it open.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Removes a function, or a bridge and all below it.</summary>
    /// <exception cref="DeviceException">
    /// It is not there, the user may not, or it is still open after <see cref="Patience"/> (<see cref="DeviceStatus.Busy"/>): then
    /// the kernel goes on waiting, and removes it as soon as it is closed.
    /// </exception>
    public void Remove(PciAddress address)
    {
        const string operation = "removing it";
        string place = address.ToString();
        string folder = SysfsPci.PathOf(place, _root);
        if (!Directory.Exists(folder)) throw new DeviceException(DeviceStatus.NotFound, place, operation, "there is no such function", "Run 'ring3 list' to see what is there.");
        // On a thread of its own: the write returns when the kernel is done, and no signal ends that wait.
        Write(place, operation, $"{folder}/remove", $"ring3 remove {address}", () => Holder(place));
    }

    /// <summary>Has the kernel look for new functions.</summary>
    /// <param name="bridge">Only below this bridge, or on the bus of this function; <see langword="null"/> for everywhere.</param>
    /// <returns>What has come, in address order.</returns>
    /// <exception cref="DeviceException">The bridge is not there, or the user may not.</exception>
    public IReadOnlyList<DeviceDescription> Rescan(PciAddress? bridge = null)
    {
        const string operation = "looking for new functions";
        string place = bridge?.ToString() ?? "pci";
        string path = bridge is null ? $"{_root}/rescan" : $"{SysfsPci.PathOf(place, _root)}/rescan";
        if (!File.Exists(path))
        {
            throw bridge is null
                ? new DeviceException(DeviceStatus.NotSupported, place, operation, $"{path} does not exist", "This kernel has no PCI, or shows none of it here (a container).")
                : new DeviceException(DeviceStatus.NotFound, place, operation, "there is no such function", "Run 'ring3 list' to see what is there.");
        }

        var before = SysfsPci.Scan(_root).Select(d => d.Address).ToHashSet();
        Write(place, operation, path, "ring3 rescan", () => "See the kernel's log: dmesg | tail");
        return [.. SysfsPci.Scan(_root).Where(d => !before.Contains(d.Address))];
    }

    private string Holder(string place)
    {
        const string waits = "the kernel waits for it to be closed, however long that takes, and removes it then";
        return SysfsPci.GroupOf(place, _root) is { } group && NodeChecks.InUse(new LinuxSystem(), group, place) is { State: CheckState.Failed } held
            ? $"{held.Found}: close it there; {waits}."
            : $"Somebody has it open: {waits}.";
    }

    private void Write(string place, string operation, string path, string command, Func<string> busy)
    {
        Exception? failure = null;
        var writer = new Thread(() =>
        {
            try
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
                file.Write("1"u8);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                failure = error;
            }
        })
        { IsBackground = true, Name = operation };
        writer.Start();
        if (!writer.Join(Patience))
            throw new DeviceException(DeviceStatus.Busy, place, operation, $"the kernel has not answered for {Patience.TotalSeconds:0} s", busy());
        if (failure is UnauthorizedAccessException) throw new DeviceException(DeviceStatus.AccessDenied, place, operation, $"{path}: {failure.Message}", $"Run it as root: sudo {command}", failure);
        if (failure is not null) throw new DeviceException(DeviceStatus.IoError, place, operation, $"{path}: {failure.Message}", "See the kernel's log: dmesg | tail", failure);
    }
}
