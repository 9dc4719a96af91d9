using System.Buffers.Binary;
using System.Globalization;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Linux;

/// <summary>A function as it stands in its slot, whoever has it: whether it responds, is configured, and whose it is.</summary>
internal static class FunctionChecks
{
    /// <summary>Whether it responds. VFIO and the kernel answer ids from a copy; class and revision are the card's.</summary>
    internal static CheckResult Presence(LinuxSystem system, string place)
    {
        const string name = "response";
        byte[] header = SysfsPci.ReadHeader(place, system.Bus);
        if (header.Length == 0) return CheckResult.Unknown(DeviceStatus.DeviceGone, name, "its configuration space cannot be read", "");
        if (header.AsSpan(8, 4).ContainsAnyExcept((byte)0xFF)) return CheckResult.Ok(name, "it responds");
        string again = $"remove it and rescan. {system.Rights.Run(Again(system, place))}";
        (string why, string remedy) = system.Read($"{SysfsPci.Root}/devices/{place}/power_state") == "D3cold"
            ? ("its power is off and did not come back (D3cold)", $"Power the slot or the machine off and on. Keep it awake: boot with pcie_port_pm=off, or load vfio-pci with disable_idle_d3=1. Then {again}")
            : DeadLink(system, place) is { } port
            ? ($"the link below {port} is down", $"Check its power and its seat; load the image if it is an FPGA. Then {again}")
            : ("it has no power, is stuck, or is an FPGA without an image", $"Check its power and its seat; load the image if it is an FPGA. Then {again} (if it stays silent, power the machine off and on)");
        return CheckResult.Failed(DeviceStatus.DeviceGone, name, $"the device does not respond: its configuration space reads all ones; {why}", remedy);
    }

    /// <summary>Whether the card's registers still have the addresses that the kernel gave it.</summary>
    internal static CheckResult Configuration(LinuxSystem system, string place)
    {
        const string name = "configuration";
        byte[] header = SysfsPci.ReadHeader(place, system.Bus);
        KernelResource[] resources = Resources(system, place);
        if (header.Length == 0 || SysfsPci.PhysicalOf(place, system.Bus) is not null) return CheckResult.Ok(name, "kept by the system");
        int count = (header[0x0E] & 0x7F) == 0 ? PciNumbering.BarCount : 2;
        for (int i = 0; i < count; i++)
        {
            if (!resources[i].IsPlaced || !resources[i].IsInRegister) continue;
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(0x10 + (4 * i)));
            uint high = resources[i].IsWide && i + 1 < count ? BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(0x14 + (4 * i))) : 0;
            if ((low & (resources[i].IsPort ? ~3u : ~15u)) != 0 || high != 0) continue;
            return CheckResult.Failed(DeviceStatus.DeviceGone, name,
                string.Create(CultureInfo.InvariantCulture, $"the card has lost its configuration: the kernel has BAR {i} at 0x{resources[i].First:x}, but the card's own register is zero, as after a reset or a power cycle that nobody restored"),
                $"Remove it and rescan, so that the kernel configures it again. {system.Rights.Run($"{Again(system, place)}; ring3 bind {place}")}");
        }

        return CheckResult.Ok(name, "its registers have the kernel's addresses");
    }

    /// <summary>A line for each BAR that the kernel found no room for.</summary>
    internal static IEnumerable<CheckResult> Rooms(LinuxSystem system, string place)
    {
        if (system.Read($"{SysfsPci.Root}/devices/{place}/resource") is null || SysfsPci.PhysicalOf(place, system.Bus) is not null) yield break;
        KernelResource[] resources = Resources(system, place);
        bool[] unplaced = KernelResource.FindUnplaced(resources, SysfsPci.ReadHeader(place, system.Bus));
        for (int i = 0; i < unplaced.Length; i++)
        {
            if (!unplaced[i]) continue;
            RegionObstacle obstacle = resources[i].NoRoom(i);
            yield return CheckResult.Failed(DeviceStatus.NoResources, $"BAR {i}", obstacle.Found, obstacle.Remedy);
        }
    }

    internal static CheckResult Binding(LinuxSystem system, string place)
    {
        const string name = "binding";
        string? driver = SysfsPci.DriverOf(place, system.Bus);
        if (IsVfio(driver)) return CheckResult.Ok(name, driver!);
        if (SysfsPci.IsBridge(place, system.Bus))
            return CheckResult.Failed(DeviceStatus.NotSupported, name, "it is a bridge, and a VFIO driver takes none", "Open the functions behind it; 'ring3 list' shows them.");
        CheckResult module = ModuleChecks.VfioPci(system);
        string found = driver is null ? "it is bound to no driver, not vfio-pci" : $"it is bound to '{driver}', not vfio-pci";
        if (module.State == CheckState.Ok) return CheckResult.Failed(DeviceStatus.WrongDriver, name, found, system.Rights.Run($"ring3 bind {place}"));
        return module.Found == ModuleChecks.NotLoaded
            ? CheckResult.Failed(DeviceStatus.WrongDriver, name, $"{found}, which is not loaded", system.Rights.Run($"modprobe vfio-pci; ring3 bind {place}"))
            : CheckResult.Failed(DeviceStatus.WrongDriver, name, $"{found}; {module.Found}", $"{module.Remedy}; then: ring3 bind {place}");
    }

    /// <summary>Whether the functions that the IOMMU cannot tell apart all give way.</summary>
    internal static CheckResult Group(LinuxSystem system, string place, int number)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"isolation group {number}");
        string[] others = [.. SysfsPci.Members(number, system.Root).Where(m => m != place)];
        return others.Any(m => !GivesWay(SysfsPci.DriverOf(m, system.Bus)))
            ? NotViable(system, place, number)
            : CheckResult.Ok(name, others.Length == 0 ? "it is alone" : $"with {string.Join(", ", others)}, which give way");
    }

    /// <summary>The kernel says that a neighbour does not give way, or it can be seen.</summary>
    internal static CheckResult NotViable(LinuxSystem system, string place, int number)
    {
        IReadOnlyList<string> all = SysfsPci.Members(number, system.Root);
        string[] members = [.. all.Select(m => $"{m} ({SysfsPci.DriverOf(m, system.Bus) ?? "no driver"})")];
        string[] foreign = [.. all.Where(m => m != place && !GivesWay(SysfsPci.DriverOf(m, system.Bus)))];
        return CheckResult.Failed(DeviceStatus.GroupNotViable, string.Create(CultureInfo.InvariantCulture, $"isolation group {number}"),
            $"isolation group {number} is not viable: the IOMMU cannot tell its functions apart, and one belongs to another driver. Group {number}: {string.Join(", ", members)}",
            foreign.Length == 0 ? "Bind every function of the group to vfio-pci." : $"Bind the others, too, or put the card into another slot, one whose ports isolate functions (ACS). {system.Rights.Run(string.Join("; ", foreign.Select(f => $"ring3 bind {f}")))}");
    }

    /// <summary>A virtual function whose physical one is a user's, too, needs that one's token; <see langword="null"/> for any other.</summary>
    internal static CheckResult? Token(LinuxSystem system, string place) =>
        SysfsPci.PhysicalOf(place, system.Bus) is { } physical && IsVfio(SysfsPci.DriverOf(physical, system.Bus))
            ? CheckResult.Unknown(DeviceStatus.AccessDenied, "token", $"its physical function {physical} is bound to a VFIO driver, so it opens only with that function's token",
                "Open the physical function first, and both with the same OpenOptions.Token.")
            : null;

    /// <summary>Variant drivers (mlx5_vfio_pci and the like) speak VFIO too.</summary>
    internal static bool IsVfio(string? driver) => driver?.Contains("vfio", StringComparison.Ordinal) == true;

    /// <summary>Drivers that leave a group viable; those of bridges do too.</summary>
    internal static bool GivesWay(string? driver) => driver is null or "pci-stub" or "pcieport" or "shpchp" || IsVfio(driver);

    /// <remarks>Who is in a container need not have ring3 outside.</remarks>
    private static string Again(LinuxSystem system, string place) => system.Rights.IsConfined
        ? $"echo 1 > {SysfsPci.PathOf(place)}/remove; echo 1 > {SysfsPci.Root}/rescan"
        : $"ring3 remove {place}; ring3 rescan";

    private static KernelResource[] Resources(LinuxSystem system, string place) => KernelResource.Parse(system.Read($"{SysfsPci.Root}/devices/{place}/resource"));

    /// <summary>The port above, when it says that nothing is at the other end of its link (PCI Express 6.0, 7.5.3.6 and 7.5.3.8); root may ask.</summary>
    private static PciAddress? DeadLink(LinuxSystem system, string place)
    {
        const uint reportsActivity = 1 << 20;
        const uint isActive = 1u << (13 + 16);
        if (SysfsPci.ParentOf(place, system.Bus) is not { } port) return null;
        try
        {
            using SysfsConfigurationFile? file = SysfsConfigurationFile.TryOpen(port, system.Bus);
            if (file is null) return null;
            PciCapability? express = PciCapabilityList.Read(at => file.Read32(at) ?? 0, 0x100).Cast<PciCapability?>().FirstOrDefault(c => c is { IsExtended: false, Id: (ushort)PciCapabilityId.Express });
            return express is { } at && file.Read32(at.Offset + 0x0C) is { } abilities && file.Read32(at.Offset + 0x10) is { } state && (abilities & reportsActivity) != 0 && (state & isActive) == 0 ? port : null;
        }
        catch (DeviceException)
        {
            return null;
        }
    }
}
