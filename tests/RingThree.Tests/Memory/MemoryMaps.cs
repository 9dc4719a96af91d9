namespace RingThree.Tests;

/// <summary>What real machines print of their memory, by the kind of machine.</summary>
internal static class MemoryMaps
{
    /// <summary>WinDriver manual 10.2, where the text was taken with grep from an old kernel; two lines have become one.</summary>
    internal const string Manual = """
        [ 0.000000] BIOS-e820: 0000000000000000 - 000000000009f800 (usable)
        [ 0.000000] BIOS-e820: 000000000009f800 - 00000000000a0000 (reserved)
        [ 0.000000] BIOS-e820: 00000000000f0000 - 0000000000100000 (reserved)
        [ 0.000000] BIOS-e820: 0000000000100000 - 000000007dce0000 (usable)
        [ 0.000000] BIOS-e820: 000000007dce0000 - 000000007dce3000 (ACPI NVS)
        [ 0.000000] BIOS-e820: 000000007dce3000 - 000000007dcf0000 (ACPI data)
        [ 0.000000] BIOS-e820: 000000007dcf0000 - 000000007dd00000 (reserved)
        [ 0.000000] BIOS-e820: 00000000c0000000 - 00000000d0000000 (reserved)
        [ 0.000000] BIOS-e820: 00000000fec00000 - 0000000100000000 (reserved) [ 0.000000] user-defined physical RAM map:

        """;

    /// <summary>The same machine started with mem=1800M memmap=1800M@1M, as the manual has it.</summary>
    internal const string ManualAfter = "[ 0.000000] BIOS-provided physical RAM map:\n" + Manual + """
        [ 0.000000] user: 0000000000000000 - 000000000009f800 (usable)
        [ 0.000000] user: 000000000009f800 - 00000000000a0000 (reserved)
        [ 0.000000] user: 00000000000f0000 - 0000000000100000 (reserved)
        [ 0.000000] user: 0000000000100000 - 0000000070900000 (usable)
        [ 0.000000] user: 000000007dce0000 - 000000007dce3000 (ACPI NVS)
        [ 0.000000] user: 000000007dce3000 - 000000007dcf0000 (ACPI data)
        [ 0.000000] user: 000000007dcf0000 - 000000007dd00000 (reserved)
        [ 0.000000] user: 00000000c0000000 - 00000000d0000000 (reserved)

        """;

    /// <summary>A laptop of 2013: holes of the firmware all over below 4 GiB, single pages between them, memory above.</summary>
    internal const string Laptop = """
        [    0.000000] Linux version 3.16.7-13-desktop (geeko@buildhost)
        [    0.000000] Command line: BOOT_IMAGE=/boot/vmlinuz-3.16.7-13-desktop root=UUID=649d3949-7bbf-4353-ae92-0f122e1413c3 ro splash=silent quiet
        [    0.000000] e820: BIOS-provided physical RAM map:
        [    0.000000] BIOS-e820: [mem 0x0000000000000000-0x0000000000057fff] usable
        [    0.000000] BIOS-e820: [mem 0x0000000000058000-0x0000000000058fff] reserved
        [    0.000000] BIOS-e820: [mem 0x0000000000059000-0x000000000009dfff] usable
        [    0.000000] BIOS-e820: [mem 0x000000000009e000-0x000000000009ffff] reserved
        [    0.000000] BIOS-e820: [mem 0x0000000000100000-0x00000000ad852fff] usable
        [    0.000000] BIOS-e820: [mem 0x00000000ad853000-0x00000000ad859fff] ACPI NVS
        [    0.000000] BIOS-e820: [mem 0x00000000ad85a000-0x00000000ae0d2fff] usable
        [    0.000000] BIOS-e820: [mem 0x00000000ae0d3000-0x00000000ae373fff] reserved
        [    0.000000] BIOS-e820: [mem 0x00000000ae374000-0x00000000bd8c5fff] usable
        [    0.000000] BIOS-e820: [mem 0x00000000bd8c6000-0x00000000bdacefff] reserved
        [    0.000000] BIOS-e820: [mem 0x00000000bdacf000-0x00000000bde00fff] usable
        [    0.000000] BIOS-e820: [mem 0x00000000bde01000-0x00000000beb05fff] ACPI NVS
        [    0.000000] BIOS-e820: [mem 0x00000000beb06000-0x00000000beffefff] reserved
        [    0.000000] BIOS-e820: [mem 0x00000000befff000-0x00000000beffffff] usable
        [    0.000000] BIOS-e820: [mem 0x00000000bf800000-0x00000000cf9fffff] reserved
        [    0.000000] BIOS-e820: [mem 0x00000000fed1c000-0x00000000fed1ffff] reserved
        [    0.000000] BIOS-e820: [mem 0x0000000100000000-0x000000022f5fffff] usable
        [    0.000000] e820: update [mem 0x00000000-0x00000fff] usable ==> reserved
        [    0.000000] e820: remove [mem 0x000a0000-0x000fffff] usable
        [    0.000000] usb user: [unknown] is no range of memory

        """;

    /// <summary>A server of two nodes in a system's journal, with persistent memory, and a list that setup_data made anew.</summary>
    internal const string Server = """
        Oct 14 15:45:30 node7 kernel: Linux version 5.14.0-362.el9.x86_64
        Oct 14 15:45:30 node7 kernel: BIOS-provided physical RAM map:
        Oct 14 15:45:30 node7 kernel: BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable
        Oct 14 15:45:30 node7 kernel: BIOS-e820: [mem 0x00000000000a0000-0x00000000000fffff] reserved
        Oct 14 15:45:30 node7 kernel: BIOS-e820: [mem 0x0000000000100000-0x000000006aefefff] usable
        Oct 14 15:45:30 node7 kernel: BIOS-e820: [mem 0x000000006aeff000-0x000000006effffff] reserved
        Oct 14 15:45:30 node7 kernel: BIOS-e820: [mem 0x000000006f000000-0x0000000078240fff] usable
        Oct 14 15:45:30 node7 kernel: BIOS-e820: [mem 0x0000000078241000-0x00000000782f0fff] ACPI data
        Oct 14 15:45:30 node7 kernel: BIOS-e820: [mem 0x0000000100000000-0x000000407fffffff] usable
        Oct 14 15:45:30 node7 kernel: BIOS-e820: [mem 0x0000004080000000-0x000000807fffffff] persistent (type 7)
        Oct 14 15:45:30 node7 kernel: extended physical RAM map:
        Oct 14 15:45:30 node7 kernel: reserve setup_data: [mem 0x0000000000000000-0x000000000009ffff] usable
        Oct 14 15:45:30 node7 kernel: reserve setup_data: [mem 0x00000000000a0000-0x00000000000fffff] reserved
        Oct 14 15:45:30 node7 kernel: reserve setup_data: [mem 0x0000000000100000-0x000000006aefefff] usable
        Oct 14 15:45:30 node7 kernel: reserve setup_data: [mem 0x000000006aeff000-0x000000006effffff] reserved
        Oct 14 15:45:30 node7 kernel: reserve setup_data: [mem 0x000000006f000000-0x0000000078240fff] usable
        Oct 14 15:45:30 node7 kernel: reserve setup_data: [mem 0x0000000078241000-0x00000000782f0fff] ACPI data
        Oct 14 15:45:30 node7 kernel: reserve setup_data: [mem 0x0000000100000000-0x000000407fffffff] usable
        Oct 14 15:45:30 node7 kernel: reserve setup_data: [mem 0x0000004080000000-0x000000807fffffff] persistent (type 7)
        Oct 14 15:45:30 node7 kernel: Early memory node ranges
        Oct 14 15:45:30 node7 kernel:   node   0: [mem 0x0000000000001000-0x000000000009ffff]
        Oct 14 15:45:30 node7 kernel:   node   0: [mem 0x0000000000100000-0x000000006aefefff]
        Oct 14 15:45:30 node7 kernel:   node   0: [mem 0x000000006f000000-0x0000000078240fff]
        Oct 14 15:45:30 node7 kernel:   node   0: [mem 0x0000000100000000-0x000000207fffffff]
        Oct 14 15:45:30 node7 kernel:   node   1: [mem 0x0000002080000000-0x000000407fffffff]
        Oct 14 15:45:30 node7 kernel: Initmem setup node 0 [mem 0x0000000000001000-0x000000207fffffff]

        """;

    /// <summary>A server of 2004, started with mem=512M: everything above is gone, and the list says so.</summary>
    internal const string Limited = """
        Linux version 2.6.9-rc3-mm3 (dave@kernel) (gcc version 2.95.4 20011002 (Debian prerelease)) #1 SMP
        BIOS-provided physical RAM map:
         BIOS-e820: 0000000000000000 - 000000000009dc00 (usable)
         BIOS-e820: 000000000009dc00 - 00000000000a0000 (reserved)
         BIOS-e820: 00000000000e0000 - 0000000000100000 (reserved)
         BIOS-e820: 0000000000100000 - 00000000e7ff9380 (usable)
         BIOS-e820: 00000000e7ff9380 - 00000000e8000000 (ACPI data)
         BIOS-e820: 00000000fec00000 - 00000000fec01000 (reserved)
         BIOS-e820: 00000000fee00000 - 00000000fee01000 (reserved)
         BIOS-e820: 00000000fff80000 - 0000000100000000 (reserved)
        user-defined physical RAM map:
         user: 0000000000000000 - 000000000009dc00 (usable)
         user: 000000000009dc00 - 00000000000a0000 (reserved)
         user: 00000000000e0000 - 0000000000100000 (reserved)
         user: 0000000000100000 - 0000000020000000 (usable)
        0MB HIGHMEM available.
        Kernel command line: root=/dev/sda2 console=ttyS0,57600 profile=2 mem=512M debug

        """;

    /// <summary>A virtual machine started with memmap=16G!4G and memmap=64M$0xb8000000.</summary>
    internal const string Holed = """
        [    0.000000] Linux version 6.1.0
        [    0.000000] Command line: BOOT_IMAGE=/vmlinuz root=/dev/vda1 memmap=16G!4G memmap=64M$0xb8000000 quiet
        [    0.000000] BIOS-provided physical RAM map:
        [    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
        [    0.000000] BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved
        [    0.000000] BIOS-e820: [mem 0x00000000000f0000-0x00000000000fffff] reserved
        [    0.000000] BIOS-e820: [mem 0x0000000000100000-0x00000000bffdffff] usable
        [    0.000000] BIOS-e820: [mem 0x00000000bffe0000-0x00000000bfffffff] reserved
        [    0.000000] BIOS-e820: [mem 0x0000000100000000-0x000000053fffffff] usable
        [    0.000000] user-defined physical RAM map:
        [    0.000000] user: [mem 0x0000000000000000-0x000000000009fbff] usable
        [    0.000000] user: [mem 0x000000000009fc00-0x000000000009ffff] reserved
        [    0.000000] user: [mem 0x00000000000f0000-0x00000000000fffff] reserved
        [    0.000000] user: [mem 0x0000000000100000-0x00000000b7ffffff] usable
        [    0.000000] user: [mem 0x00000000b8000000-0x00000000bbffffff] reserved
        [    0.000000] user: [mem 0x00000000bc000000-0x00000000bffdffff] usable
        [    0.000000] user: [mem 0x00000000bffe0000-0x00000000bfffffff] reserved
        [    0.000000] user: [mem 0x0000000100000000-0x00000004ffffffff] persistent (type 12)
        [    0.000000] user: [mem 0x0000000500000000-0x000000053fffffff] usable

        """;

    /// <summary>A laptop with a kernel of 2026, which has other words and shows gaps.</summary>
    internal const string Recent = """
        [    0.000000] Linux version 7.0.3
        [    0.000000] Command line: BOOT_IMAGE=/vmlinuz root=UUID=3fa1e04c ro memmap=256M%0x90000000-1+2
        [    0.000000] BIOS-provided physical RAM map:
        [    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009efff]  System RAM
        [    0.000000] BIOS-e820: [mem 0x000000000009f000-0x00000000000fffff]  device reserved
        [    0.000000] BIOS-e820: [mem 0x0000000000100000-0x00000000a40b6fff]  System RAM
        [    0.000000] BIOS-e820: [mem 0x00000000a40b7000-0x00000000a8294fff]  device reserved
        [    0.000000] BIOS-e820: [mem 0x00000000a8295000-0x00000000a961efff]  ACPI NVS
        [    0.000000] BIOS-e820: [mem 0x00000000a961f000-0x00000000a974efff]  ACPI data
        [    0.000000] BIOS-e820: [mem 0x00000000a974f000-0x00000000a974ffff]  System RAM
        [    0.000000] BIOS-e820: [mem 0x00000000a9750000-0x00000000af7fffff]  device reserved
        [    0.000000] BIOS-e820: [gap 0x00000000af800000-0x00000000fed1ffff]
        [    0.000000] BIOS-e820: [mem 0x00000000fed20000-0x00000000fed7ffff]  384   KB device reserved
        [    0.000000] BIOS-e820: [gap 0x00000000fed80000-0x00000000ffffffff]   18.5 MB ...
        [    0.000000] BIOS-e820: [mem 0x0000000100000000-0x000000084c7fffff]   29.1 GB System RAM
        [    0.000000] user-defined physical RAM map:
        [    0.000000] user: [mem 0x0000000000000000-0x000000000009efff]  System RAM
        [    0.000000] user: [mem 0x000000000009f000-0x00000000000fffff]  device reserved
        [    0.000000] user: [mem 0x0000000000100000-0x000000008fffffff]  System RAM
        [    0.000000] user: [mem 0x0000000090000000-0x000000009fffffff]  device reserved
        [    0.000000] user: [mem 0x00000000a0000000-0x00000000a40b6fff]  System RAM
        [    0.000000] user: [mem 0x00000000a40b7000-0x00000000a8294fff]  device reserved
        [    0.000000] user: [mem 0x00000000a974f000-0x00000000a974ffff]  System RAM
        [    0.000000] user: [gap 0x00000000af800000-0x00000000fed1ffff]
        [    0.000000] user: [mem 0x0000000100000000-0x000000084c7fffff]  System RAM

        """;

    /// <summary>The first domain of a Xen machine.</summary>
    internal const string Xen = """
        [    0.000000] Linux version 5.16.1
        [    0.000000] Command line: root=/dev/mapper/ssd-root ro mem=2048M console=hvc0
        [    0.000000] Released 0 page(s)
        [    0.000000] BIOS-provided physical RAM map:
        [    0.000000] Xen: [mem 0x0000000000000000-0x0000000000095fff] usable
        [    0.000000] Xen: [mem 0x0000000000096400-0x00000000000fffff] reserved
        [    0.000000] Xen: [mem 0x0000000000100000-0x0000000080069fff] usable
        [    0.000000] Xen: [mem 0x00000000c7f90000-0x00000000c7f9dfff] ACPI data
        [    0.000000] Xen: [mem 0x000000fd00000000-0x000000ffffffffff] reserved
        [    0.000000] user-defined physical RAM map:
        [    0.000000] user: [mem 0x0000000000000000-0x0000000000095fff] usable
        [    0.000000] user: [mem 0x0000000000096400-0x00000000000fffff] reserved
        [    0.000000] user: [mem 0x0000000000100000-0x000000007fffffff] usable

        """;

    /// <summary>/proc/iomem of an arm64 board: memory from 2 GiB on, what firmware keeps unmapped between.</summary>
    internal const string Arm = """
        02000000-0201ffff : 2000000.usb usb@2000000
        08000000-0fffffff : fc000000.flash
        80000000-8fffffff : System RAM
          80210000-8192ffff : Kernel code
          81930000-81e5ffff : reserved
          81e60000-8213ffff : Kernel data
          8c000000-8fffffff : reserved
        90000000-90ffffff : reserved
        91000000-fbffffff : System RAM
          f8000000-fbffffff : reserved
        880000000-8ffffffff : System RAM
        """;

    /// <summary>/proc/iomem of an x86 machine with room for a crash kernel at the top of its low memory.</summary>
    internal const string Tree = """
        00000000-00000fff : Reserved
        00001000-0009fbff : System RAM
        0009fc00-000fffff : Reserved
          000a0000-000bffff : PCI Bus 0000:00
          000f0000-000fffff : System ROM
        00100000-bfffffff : System RAM
          01000000-02209987 : Kernel code
          02400000-02e09fff : Kernel rodata
          03000000-0327c0ff : Kernel data
          af000000-beffffff : Crash kernel
        c0001000-eebfffff : PCI Bus 0000:00
          c1000000-c10fffff : 0000:00:04.0
        eec00000-febfffff : Reserved
        fec00000-fec003ff : IOAPIC 0
        100000000-63fffffff : System RAM
        640000000-64fffffff : RAM buffer
        """;

    /// <summary>What somebody without privilege reads.</summary>
    internal const string Hidden = """
        00000000-00000000 : Reserved
        00000000-00000000 : System RAM
          00000000-00000000 : Kernel code
        """;

    /// <summary>What regedit showed on the manual's Windows machine.</summary>
    internal const string Windows = "Physical Address\tLength\n0x1000\t0x9e000\n0x100000\t0xf00000\n0x1000000\t0x1eff0000\n";
}
