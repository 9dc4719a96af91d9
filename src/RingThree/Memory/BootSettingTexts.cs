using System.Globalization;
using RingThree.Pci.Decoding;

namespace RingThree.Memory;

/// <summary>Words for boot loaders and for people. Source: Linux kernel-parameters.txt and reserved-memory.yaml; bcdedit /set; WinDriver manual 10.2.</summary>
internal static class BootSettingTexts
{
    private const ulong Mega = 1 << 20;

    internal static IReadOnlyList<BootSetting> Of(MemoryReservation plan) => plan.Map.Source switch
    {
        MemoryMapSource.WindowsList => Windows(plan),
        MemoryMapSource.NodeMessages or MemoryMapSource.OtherResourceTree => plan.Map.IsDeviceTreeEditable ? [Node(plan), .. Amount(plan)] : Amount(plan),
        _ => [Hole(plan), .. Limit(plan)],
    };

    internal static IReadOnlyList<string> ChecksOf(MemoryReservation plan) => plan.Map.Source switch
    {
        MemoryMapSource.WindowsList =>
        [
            @"regedit, HKEY_LOCAL_MACHINE\HARDWARE\RESOURCEMAP\System Resources\Physical Memory, .Translated: write base and length of each range into a file again",
            $"ring3 memory --windows FILE: what Windows uses must end at {Hex(plan.Base)}; if it ends elsewhere, the reserved memory begins there, and its size is what the end has gone down by",
        ],
        MemoryMapSource.NodeMessages or MemoryMapSource.OtherResourceTree =>
        [
            $"sudo cat /proc/iomem: {Range(plan)} must be in no System RAM",
            "sudo ring3 memory: the same, read for you",
        ],
        _ =>
        [
            $"cat /proc/cmdline: holds the setting to the letter; one that has lost its $ was eaten by the boot loader, and leaves the system no more than {Size(plan)} (then at the boot menu: e)",
            "dmesg | grep 'BIOS\\|user': the list BIOS-e820 is as before, and in the list user the reserved range is not usable",
            $"sudo ring3 memory: {Range(plan)} is kept from the system",
        ],
    };

    internal static IReadOnlyList<string> NotesOf(MemoryReservation plan)
    {
        var notes = new List<string>();
        foreach (PhysicalMemoryRange there in plan.Map.Withheld.Where(r => r.Length >= plan.Size)) notes.Add($"kept from the system already, and large enough: {there}");
        if (plan.Size > plan.LeftToSystem) notes.Add($"more than half: {ByteCount.About(plan.LeftToSystem)} are left to the system");
        notes.AddRange(plan.Map.Remarks);
        if (plan.Map.Doubt is { } doubt) notes.Add($"left out: {doubt.What}");
        if (plan.Map.BootSettings.Count > 0) notes.Add($"the machine was started with {string.Join(' ', plan.Map.BootSettings)}: keep that, and add to it");
        var own = new PhysicalMemoryRange(plan.Base, plan.Last, PhysicalMemoryKind.Other, "");
        foreach (PhysicalMemoryRange there in plan.Map.Occupied.Where(r => r.Kind == PhysicalMemoryKind.Other && r.Overlaps(own))) notes.Add($"there now, and elsewhere after the reboot: {there}");
        if (plan.Map.Nodes.Select(n => n.Name).Distinct().Count() > 1 && plan.Map.Nodes.Where(own.Overlaps).Select(n => n.Name).Distinct().ToArray() is { Length: > 0 } nodes)
            notes.Add($"memory of {string.Join(" and ", nodes)}; a card at another node reaches it more slowly");
        return notes;
    }

    /// <summary>memmap=SIZE$BASE: just this range, whatever lies above it.</summary>
    private static BootSetting Hole(MemoryReservation plan)
    {
        string text = $"memmap={Size(plan)}${Hex(plan.Base)}";
        return new BootSetting("memmap", text,
        [
            // The shell that reads the file takes one backslash away, and GRUB's own script the other.
            $"/etc/default/grub: GRUB_CMDLINE_LINUX=\"... {text.Replace("$", @"\\\$", StringComparison.Ordinal)}\"",
            "sudo update-grub (Debian, Ubuntu), or: sudo grub-mkconfig -o /boot/grub/grub.cfg (Fedora: grub2-mkconfig -o /boot/grub2/grub.cfg, and the setting without a $)",
            $"in grub.cfg itself, or at the boot menu (e): {text.Replace("$", @"\$", StringComparison.Ordinal)}",
            $"where nobody takes a $ for his own (systemd-boot, extlinux, QEMU's -append): {text}",
            $"without a $, from Linux 4.16 on, and for boot loaders that eat it: {text.Replace('$', '%')}-1+2",
        ],
        "The rest of the memory stays as it is.");
    }

    /// <summary>mem=: the manual's way. Everything from there on is gone, so only at the top.</summary>
    private static BootSetting[] Limit(MemoryReservation plan)
    {
        if (!IsAtTop(plan)) return [];
        string text = string.Create(CultureInfo.InvariantCulture, $"mem={plan.Base / Mega}M");
        return
        [
            new BootSetting("mem", text,
            [
                $"/etc/default/grub: GRUB_CMDLINE_LINUX=\"... {text}\"",
                "sudo update-grub (Debian, Ubuntu), or: sudo grub-mkconfig -o /boot/grub/grub.cfg (Fedora: grub2-mkconfig -o /boot/grub2/grub.cfg)",
            ],
            $"No memory from {Hex(plan.Base)} on is used{(plan.Above > 0 ? $", {ByteCount.About(plan.Above)} above it are lost as well" : "")}."),
        ];
    }

    /// <summary>arm64 and others have no memmap=; what the firmware's tree says of memory is the way.</summary>
    private static BootSetting Node(MemoryReservation plan)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"driver@{plan.Base:x}");
        string cells = string.Create(CultureInfo.InvariantCulture, $"<0x{plan.Base >> 32:x} 0x{(uint)plan.Base:x} 0x{plan.Size >> 32:x} 0x{(uint)plan.Size:x}>");
        string text = $"{name} {{ reg = {cells}; no-map; }};";
        return new BootSetting("reserved-memory", text,
        [
            $"in the board's device tree, below / {{ reserved-memory {{ #address-cells = <2>; #size-cells = <2>; ranges; }}; }}: {text}",
            "dtc -@ -I dts -O dtb -o reserve.dtbo reserve.dts for an overlay, or with the tree itself; then as the board's boot loader wants it (U-Boot: fdt apply; Raspberry Pi: dtoverlay=)",
        ],
        "This architecture has no memmap=. Without no-map the kernel maps the memory for itself, and /dev/mem refuses it.");
    }

    /// <summary>Off x86 mem= is an amount of memory, not an address: what lies in holes does not count.</summary>
    private static BootSetting[] Amount(MemoryReservation plan)
    {
        // Without a device tree this is the only setting there is: then it may take more than was asked for, and says so.
        if (plan.Map.IsDeviceTreeEditable ? !IsAtTop(plan) : plan.LeftToSystem < plan.Above + MemoryReservation.LeastLeft) return [];
        // What the firmware keeps unmapped inside the RAM counts for the kernel: the node ranges have it, /proc/iomem shows it as reserved.
        var above = new PhysicalMemoryRange(plan.Base, ulong.MaxValue, PhysicalMemoryKind.Other, "");
        ulong amount = AddressSet.Sum(AddressSet.Subtract(AddressSet.Join(plan.Map.Source == MemoryMapSource.NodeMessages ? plan.Map.Nodes : plan.Map.Ranges.Where(r => r.Kind is PhysicalMemoryKind.Usable or PhysicalMemoryKind.Reserved)), [above]));
        string text = string.Create(CultureInfo.InvariantCulture, $"mem={amount / Mega}M");
        return
        [
            new BootSetting("mem", text, [$"in the kernel's command line (U-Boot: bootargs; GRUB: GRUB_CMDLINE_LINUX in /etc/default/grub): {text}"],
                $"Here mem= is an amount, counted from the lowest address without holes: check where it ends, and correct the number by the difference.{(IsAtTop(plan) ? "" : $" The {ByteCount.About(plan.Above)} above it are lost as well.")}"),
        ];
    }

    private static IReadOnlyList<BootSetting> Windows(MemoryReservation plan)
    {
        const string run = "as an administrator: ";
        const string reboot = "reboot";
        if (!IsAtTop(plan))
        {
            return
            [
                new BootSetting("truncatememory", $"truncatememory {Hex(plan.Base)}", [run + $"bcdedit /set truncatememory {Hex(plan.Base)}", reboot, "to take it back: bcdedit /deletevalue truncatememory"],
                    $"Windows can be cut at the top alone: the {ByteCount.About(plan.Above)} above the range are lost to it as well."),
            ];
        }

        ulong megabytes = (plan.Size + plan.Above + (Mega - 1)) / Mega;
        string remove = string.Create(CultureInfo.InvariantCulture, $"removememory {megabytes}");
        return
        [
            new BootSetting("removememory", remove, [run + $"bcdedit /set {remove}", reboot, "to take it back: bcdedit /deletevalue removememory"],
                "An amount in MB, taken from the top: the base is what the check shows."),
            new BootSetting("truncatememory", $"truncatememory {Hex(plan.Base)}", [run + $"bcdedit /set truncatememory {Hex(plan.Base)}", reboot, "to take it back: bcdedit /deletevalue truncatememory"],
                "An address: nothing from there on is used."),
        ];
    }

    /// <summary>Whether a setting that cuts from the top takes little besides: a range's odd end, a last page below the firmware's.</summary>
    private static bool IsAtTop(MemoryReservation plan) => plan.Above < plan.Size;

    private static string Size(MemoryReservation plan) => string.Create(CultureInfo.InvariantCulture, $"{plan.Size / Mega}M");

    private static string Hex(ulong address) => string.Create(CultureInfo.InvariantCulture, $"0x{address:x}");

    private static string Range(MemoryReservation plan) => $"{Hex(plan.Base)}-{Hex(plan.Last)}";
}
