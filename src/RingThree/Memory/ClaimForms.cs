using RingThree.Diagnostics;

namespace RingThree.Memory;

/// <summary>
/// The lines, by their forms, in which a kernel says that memory is the firmware's, a device's or kept for something. What it
/// places anew at every boot, and elsewhere once the memory is reserved, is in none of them: the initial RAM disk
/// (RAMDISK), its page tables, nodes' data and bounce buffers (software IO TLB); nor is what lies outside of RAM (nosave
/// memory, MTRRs, the RAM buffer). Source: mm/cma.c, kernel/crash_reserve.c, kernel/dma/, arch/x86/kernel/ (setup.c,
/// early-quirks.c, tboot.c, cpu/sgx/main.c), arch/x86/virt/svm/sev.c, arch/x86/platform/efi/efi.c, drivers/acpi/tables.c,
/// drivers/iommu/intel/ and amd/init.c, drivers/firmware/efi/, fs/pstore/ram.c, drivers/of/.
/// </summary>
internal static class ClaimForms
{
    internal const int LeastOfHead = 8; // what is shorter may be the beginning of anything

    private static readonly ClaimForm[] Anywhere =
    [
        new("cma: Reserved {s} at {a}", IsOneOfSeveral: true),
        new("cma: Reserved {s} in {d} range", IsOneOfSeveral: true), // from 6.15 on, where no piece was large enough
        new("CMA: reserved {s} at {a}"),
        new("crashkernel reserved: {a} - {e} ("),
        new("crashkernel low memory reserved: {a} - {e} ("),
        new("Reserving {s} of memory at {m}MB for crashkernel (", IsOneOfSeveral: true),
        new("Reserving {s} of low memory at {m}MB for crashkernel (", IsOneOfSeveral: true),
        new("DMA memory pool at {a}, size {s}"),
        new("CMA memory pool at {a}, size {s}"),
        new("restricted DMA pool at {a}, size {s}"),
        new("Reserving Intel graphics memory at [mem {a}-{l}]"),
        new("Reserving Intel graphics stolen memory at [mem {a}-{l}]"),
        new("ACPI: Reserving {*} table memory at [mem {a}-{l}]", IsOneOfSeveral: true),
        new("DMAR: RMRR base: {a} end: {l}"),
        new("DMAR:RMRR base: {a} end: {l}"),
        new("DMAR: [Firmware Bug]: No firmware reserved region can cover this RMRR [{a}-{l}]"),
        new("No firmware reserved region can cover this RMRR [{a}-{l}]"),
        new("DMAR: [Firmware Bug]: Your BIOS is broken; bad RMRR [{a}-{l}]"),
        new("Your BIOS is broken; bad RMRR [{a}-{l}]"),
        new("DMAR: Setting identity map for device {*} [{a} - {l}]"),
        new("IOMMU: Setting identity map for device {*} [{a} - {l}]"),
        new("AMD-Vi: IVMD_{*}range_start: {a} range_end: {l} flags:"),
        new("sgx: EPC section {a}-{l}"),
        new("SEV-SNP: RMP table physical range [{a} - {l}]"),
        new("SEV-SNP: RMP table physical address [{a} - {l}]"),
        new("SEV-SNP: RMP segment {d} physical address [{a} - {l}]", IsOneOfSeveral: true),
        new("tboot: found shared page at phys addr {p}:"),
        new("efi: Remove mem{d}: MMIO range=[{a}-{l}] ("),
        new("efi: Not removing mem{d}: MMIO range=[{a}-{l}] ("),
        new("efi_fake_mem: add attr={n} to [mem {a}-{l}]"),
        new("esrt: Reserving ESRT space from {a} to {e}."),
        new("ramoops: using {n}@{a}, ecc:", IsOneOfSeveral: true),
        new("ramoops: attached {n}@{a}, ecc:"),
    ];

    /// <summary>Behind the words <c>OF: reserved mem:</c> or <c>Reserved memory:</c>.</summary>
    private static readonly ClaimForm[] OfTree =
    [
        new("created DMA memory pool at {a}, size {s}"),
        new("created CMA memory pool at {a}, size {s}"),
        new("created restricted DMA pool at {a}, size {s}"),
        new("allocated memory for {*} node: base {a}, size {s}"),
        new("reserved region for node {*}: base {a}, size {s}"),
        new("failed to reserve memory for node {*}: base {a}, size {s}"),
    ];

    /// <summary>Reads a line that is of a known form; one that is cut is a problem of the text.</summary>
    internal static bool TryRead(ReadOnlySpan<char> message, FirmwareClaims claims, MapBuilder builder) => TryRead(message, Anywhere, LeastOfHead, claims, builder);

    /// <summary>The same for the words about the device tree, from whose first letter on they are its.</summary>
    internal static bool TryReadOfTree(ReadOnlySpan<char> text, FirmwareClaims claims, MapBuilder builder) =>
        TryRead(text, OfTree, 1, claims, builder) || TryRead(text, Anywhere, LeastOfHead, claims, builder);

    /// <summary>Says that a line names somebody's memory, and not all of it can be read.</summary>
    internal static void Cut(ReadOnlySpan<char> message, MapBuilder builder) => builder.Problem($"{ForeignText.Quoted(message)} does not name the whole of somebody's memory; is the text cut?");

    internal static string NameOf(ReadOnlySpan<char> message) => ForeignText.Shown(message[..Math.Min(message.Length, 40)].ToString());

    private static bool TryRead(ReadOnlySpan<char> message, ClaimForm[] forms, int leastOfHead, FirmwareClaims claims, MapBuilder builder)
    {
        bool isCut = false;
        foreach (ClaimForm form in forms)
        {
            ClaimForm.Fit fit = form.Match(message, out ClaimForm.Claim claim);
            if (form.BeginsWith(message.TrimStart(": "), leastOfHead)) fit = ClaimForm.Fit.Cut; // the firmware's bugs lose their own bracket before the line comes here
            if (fit == ClaimForm.Fit.Whole)
            {
                Take(claim, message, claims);
                return true;
            }

            isCut |= fit == ClaimForm.Fit.Cut;
        }

        if (isCut) Cut(message, builder);
        return isCut;
    }

    private static void Take(ClaimForm.Claim claim, ReadOnlySpan<char> message, FirmwareClaims claims)
    {
        if (claim.First is not { } first) claims.Untold ??= message.ToString();
        else if (claim.MayGoOn) claims.AddOpen(first, claim.Last - first, NameOf(message));
        else claims.AddReserved(first, claim.Last, NameOf(message));
    }
}
