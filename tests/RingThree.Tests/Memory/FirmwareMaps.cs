namespace RingThree.Tests;

/// <summary>Messages of machines without e820, by the kind of machine, in the kernel's forms. Addresses are made up, proportions are not.</summary>
internal static class FirmwareMaps
{
    /// <summary>An arm64 server with EFI and ACPI: runtime memory and SMBIOS between its low ranges, RAM alone above.</summary>
    internal const string Server = """
        [    0.000000] Booting Linux on physical CPU 0x0000000000 [0x413fd0c1]
        [    0.000000] Linux version 6.12.9 (build@host) (gcc 14.2.0) #1 SMP PREEMPT_DYNAMIC
        [    0.000000] KASLR enabled
        [    0.000000] efi: EFI v2.7 by Somebody's Firmware
        [    0.000000] efi: ACPI 2.0=0xf7f50018 SMBIOS 3.0=0xf8a30000 ESRT=0xf9b0c998 MEMATTR=0xf5b4e018 MEMRESERVE=0xf49c4f18
        [    0.000000] esrt: Reserving ESRT space from 0x00000000f9b0c998 to 0x00000000f9b0c9d0.
        [    0.000000] ACPI: Early table checksum verification disabled
        [    0.000000] ACPI: RSDP 0x00000000F7F50018 000024 (v02 SOMEBD)
        [    0.000000] ACPI: FACP 0x00000000F7F40000 000114 (v06 SOMEBD BOARD    00000001 SMBD 00000001)
        [    0.000000] Zone ranges:
        [    0.000000]   DMA      [mem 0x0000000088300000-0x00000000ffffffff]
        [    0.000000]   Normal   [mem 0x0000000100000000-0x00000087ffffffff]
        [    0.000000] Movable zone start for each node
        [    0.000000] Early memory node ranges
        [    0.000000]   node   0: [mem 0x0000000088300000-0x00000000883fffff]
        [    0.000000]   node   0: [mem 0x0000000090000000-0x00000000f7e9ffff]
        [    0.000000]   node   0: [mem 0x00000000f7ea0000-0x00000000f7faffff]
        [    0.000000]   node   0: [mem 0x00000000f7fb0000-0x00000000f8a2ffff]
        [    0.000000]   node   0: [mem 0x00000000f8a30000-0x00000000f8aeffff]
        [    0.000000]   node   0: [mem 0x00000000f8af0000-0x00000000ffffffff]
        [    0.000000]   node   0: [mem 0x0000008000000000-0x00000087ffffffff]
        [    0.000000] Initmem setup node 0 [mem 0x0000000088300000-0x00000087ffffffff]
        [    0.000000] cma: Reserved 64 MiB at 0x00000000ec000000
        [    0.000000] crashkernel reserved: 0x00000000cc000000 - 0x00000000ec000000 (512 MB)
        [    0.000000] Kernel command line: BOOT_IMAGE=/vmlinuz-6.12.9 root=UUID=1234 ro crashkernel=512M

        """;

    /// <summary>A virtual machine with EFI, all of whose memory is one chain.</summary>
    internal const string VirtualMachine = """
        [    0.000000] Booting Linux on physical CPU 0x0000000000 [0x410fd083]
        [    0.000000] Linux version 6.1.0-28-arm64 (debian-kernel@lists.debian.org)
        [    0.000000] efi: EFI v2.70 by EDK II
        [    0.000000] efi: SMBIOS 3.0=0x13f5b0000 ACPI 2.0=0x13c190000 MEMRESERVE=0x13c4a2f98
        [    0.000000] Early memory node ranges
        [    0.000000]   node   0: [mem 0x0000000040000000-0x000000013c18ffff]
        [    0.000000]   node   0: [mem 0x000000013c190000-0x000000013c33ffff]
        [    0.000000]   node   0: [mem 0x000000013c340000-0x000000013f5affff]
        [    0.000000]   node   0: [mem 0x000000013f5b0000-0x000000013f61ffff]
        [    0.000000]   node   0: [mem 0x000000013f620000-0x000000013fffffff]
        [    0.000000] Initmem setup node 0 [mem 0x0000000040000000-0x000000013fffffff]

        """;

    /// <summary>The same, started with efi=debug: the whole EFI map is there.</summary>
    internal const string Debug = """
        [    0.000000] Linux version 6.1.0-28-arm64 (debian-kernel@lists.debian.org)
        [    0.000000] efi: EFI v2.70 by EDK II
        [    0.000000] efi: SMBIOS 3.0=0x13f5b0000 ACPI 2.0=0x13c190000 MEMRESERVE=0x13c4a2f98
        [    0.000000] efi: Processing EFI memory map:
        [    0.000000] efi:   0x000040000000-0x000137ffffff [Conventional|   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC]
        [    0.000000] efi:   0x000138000000-0x00013c18ffff [Loader Code |   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC]
        [    0.000000] efi:   0x00013c190000-0x00013c33ffff [Runtime Code|RUN|  |  |  |  |  |  |  |  |   |WB|WT|WC|UC]
        [    0.000000] efi:   0x00013c340000-0x00013f3affff [Boot Data   |   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC]*
        [    0.000000] efi:   0x00013f3b0000-0x00013f5affff [ACPI Reclaim|   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC]
        [    0.000000] efi:   0x00013f5b0000-0x00013f61ffff [Runtime Data|RUN|  |  |  |  |  |  |  |  |   |WB|WT|WC|UC]
        [    0.000000] efi:   0x00013f620000-0x00013fffffff [Conventional|   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC]
        [    0.000000] efi:   0x000004000000-0x000007ffffff [MMIO        |RUN|  |  |  |  |  |  |  |  |   |  |  |  |UC]
        [    0.000000] Early memory node ranges
        [    0.000000]   node   0: [mem 0x0000000040000000-0x000000013c18ffff]
        [    0.000000]   node   0: [mem 0x000000013c190000-0x000000013c33ffff]
        [    0.000000]   node   0: [mem 0x000000013c340000-0x000000013f5affff]
        [    0.000000]   node   0: [mem 0x000000013f5b0000-0x000000013f61ffff]
        [    0.000000]   node   0: [mem 0x000000013f620000-0x000000013fffffff]
        [    0.000000] Initmem setup node 0 [mem 0x0000000040000000-0x000000013fffffff]

        """;

    /// <summary>A POWER9 machine, which prints what its firmware keeps before the line with the kernel's version. It lies at the top.</summary>
    internal const string Power = """
        [    0.000000] entry-flush: disabled on command line.
        [    0.000000] OF: reserved mem: 0x0000000030000000..0x00000000303fffff (4096 KiB) map non-reusable ibm,firmware-code@30000000
        [    0.000000] OF: reserved mem: 0x0000000031c00000..0x0000000035dfffff (67584 KiB) map non-reusable ibm,firmware-stacks@31c00000
        [    0.000000] OF: reserved mem: 0x0000200000000000..0x0000200002243fff (35088 KiB) map non-reusable ibm,firmware-allocs-memory@200000000000
        [    0.000000] OF: reserved mem: 0x00002007fd800000..0x00002007fdbfffff (4096 KiB) map non-reusable ibm,homer-image@2007fd800000
        [    0.000000] OF: reserved mem: 0x00002007fdc00000..0x00002007fdffffff (4096 KiB) map non-reusable ibm,homer-image@2007fdc00000
        [    0.000000] OF: reserved mem: 0x00002007ff800000..0x00002007ffffffff (8192 KiB) map non-reusable ibm,occ-common-area@2007ff800000
        [    0.000000] dt-cpu-ftrs: setup for ISA 3000
        [    0.000000] radix-mmu: Mapped 0x0000200000000000-0x0000200800000000 with 1.00 GiB pages
        [    0.000000] Linux version 6.6.0 (root@host) (gcc 13.2.1) #2 SMP
        [    0.000000] Hardware name: BOARD REV 1.01 POWER9 0x4e1202 opal:skiboot-1 PowerNV
        [    0.000000] phys_mem_size     = 0x1000000000
        [    0.000000] cma: Reserved 3278 MiB at 0x0000000100000000 on node -1
        [    0.000000] Early memory node ranges
        [    0.000000]   node   0: [mem 0x0000000000000000-0x00000007ffffffff]
        [    0.000000]   node   8: [mem 0x0000200000000000-0x00002007ffffffff]
        [    0.000000] Initmem setup node 0 [mem 0x0000000000000000-0x00000007ffffffff]
        [    0.000000] Kernel command line: root=/dev/nvme0n1p3

        """;

    /// <summary>A RISC-V board: what OpenSBI keeps is in no map of the kernel, and the log says so.</summary>
    internal const string RiscV = """
        [    0.000000] Linux version 6.6.90 (build@host) (riscv64-linux-gnu-gcc 14.2.1) #1 SMP
        [    0.000000] Machine model: somebody,board
        [    0.000000] SBI specification v1.0 detected
        [    0.000000] efi: UEFI not found.
        [    0.000000] Reserved memory: created CMA memory pool at 0x00000000e8000000, size 384 MiB
        [    0.000000] OF: reserved mem: initialized node linux,cma, compatible id shared-dma-pool
        [    0.000000] OF: reserved mem: 0x00000000e8000000..0x00000000ffffffff (393216 KiB) map reusable linux,cma
        [    0.000000] OF: reserved mem: 0x0000000080000000..0x000000008003ffff (256 KiB) nomap non-reusable mmode_resv0@80000000
        [    0.000000] OF: reserved mem: 0x0000000080040000..0x000000008007ffff (256 KiB) nomap non-reusable mmode_resv1@80040000
        [    0.000000] OF: reserved mem: 0x00000000c0000000..0x00000000c03fffff (4096 KiB) map non-reusable rproc@c0000000
        [    0.000000] Early memory node ranges
        [    0.000000]   node   0: [mem 0x0000000080000000-0x000000008007ffff]
        [    0.000000]   node   0: [mem 0x0000000080080000-0x00000000ffffffff]
        [    0.000000] Initmem setup node 0 [mem 0x0000000080000000-0x00000000ffffffff]
        [    0.000000] Kernel command line: earlycon=sbi console=ttyS0

        """;

    /// <summary>The same of 32 bits, with an overlap, as its kernel tells.</summary>
    internal const string RiscV32 = """
        [    0.000000] Linux version 6.9.0 (build@host) (riscv32-unknown-linux-gnu-gcc 13.2.0) #3 SMP
        [    0.000000] Machine model: somebody,soft-core
        [    0.000000] OF: reserved mem: OVERLAP DETECTED!
        [    0.000000] mmode_resv1@50f00000 (0x50f00000--0x50f40000) overlaps with opensbi@50f00000 (0x50f00000--0x50f80000)
        [    0.000000] OF: reserved mem: 0x50f00000..0x50f3ffff (256 KiB) nomap non-reusable mmode_resv1@50f00000
        [    0.000000] OF: reserved mem: 0x50f00000..0x50f7ffff (512 KiB) map non-reusable opensbi@50f00000
        [    0.000000] Early memory node ranges
        [    0.000000]   node   0: [mem 0x0000000040000000-0x0000000050efffff]
        [    0.000000]   node   0: [mem 0x0000000050f00000-0x0000000050f3ffff]
        [    0.000000]   node   0: [mem 0x0000000050f40000-0x000000005fffffff]
        [    0.000000] Initmem setup node 0 [mem 0x0000000040000000-0x000000005fffffff]
        [    0.000000] Kernel command line: console=liteuart

        """;

    /// <summary>An arm board with a kernel of 2020: pools are told in MiB, other nodes not at all.</summary>
    internal const string OldBoard = """
        [    0.000000] Booting Linux on physical CPU 0x0
        [    0.000000] Linux version 5.4.31 (build@host) (arm-linux-gnueabi-gcc 9.2.0) #1 SMP
        [    0.000000] OF: fdt: Machine model: Somebody's Board
        [    0.000000] Memory policy: Data cache writealloc
        [    0.000000] Reserved memory: created DMA memory pool at 0x5fd00000, size 0 MiB
        [    0.000000] OF: reserved mem: initialized node vdev0buffer@5fd00000, compatible id shared-dma-pool
        [    0.000000] cma: Reserved 64 MiB at 0x58000000
        [    0.000000] Early memory node ranges
        [    0.000000]   node   0: [mem 0x0000000040000000-0x000000005fffffff]
        [    0.000000] Initmem setup node 0 [mem 0x0000000040000000-0x000000005fffffff]
        [    0.000000] Kernel command line: console=ttymxc0,115200

        """;
}
