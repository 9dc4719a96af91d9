using RingThree.Diagnostics;

namespace RingThree.Memory;

/// <summary>
/// Lines about memory that is somebody's: what the device tree reserves, in the old words and the new, ACPI's tables, and
/// whatever ClaimForms, EfiMessages and LooseRanges know. A line that is cut is a problem of the text, as what it named may
/// be anywhere. Source: drivers/of/of_reserved_mem.c, drivers/acpi/acpica/tbprint.c.
/// </summary>
internal static class FirmwareMessages
{
    private const int LeastOfLength = 5; // digits of a table's length, one more from 2014 on

    internal static void Read(ReadOnlySpan<char> message, KernelBoot boot, MapBuilder builder)
    {
        FirmwareClaims claims = boot.Claims;
        ReadOnlySpan<char> rest = message;
        if (IsBareRange(message) || LogLine.TryTakeUpTo(ref rest, "OF: reserved mem:") || LogLine.TryTakeUpTo(ref rest, "Reserved memory: ")) ReadReserved(rest.TrimStart(' '), boot, builder);
        else if (ClaimForms.TryRead(message, claims, builder)) return;
        else if (LogLine.TryTakeUpTo(ref rest, "efi: ")) EfiMessages.Read(rest.TrimStart(' '), claims, builder);
        else if (LogLine.TryTakeUpTo(ref rest, "ACPI: ") && TryReadTable(message, rest, claims, builder)) return;
        else if (message.Contains("Machine model: ", StringComparison.Ordinal) || message.StartsWith("ACPI: Interpreter disabled", StringComparison.Ordinal)) claims.HasModel = true;
        else if (IsOfPower(message)) claims.IsPower = true;
        else if (message.Contains("eserv", StringComparison.Ordinal) || message.Contains(" overlaps with ", StringComparison.Ordinal) || message.Contains("[Firmware Bug]", StringComparison.Ordinal)) LooseRanges.Read(message, needsExtent: false, claims, builder);
        claims.IsPowerNonVirtual |= message.StartsWith("Using PowerNV ", StringComparison.Ordinal) || (message.StartsWith("Hardware name: ", StringComparison.Ordinal) && message.EndsWith("PowerNV", StringComparison.Ordinal));
    }

    /// <summary><c>0xFIRST..0xLAST</c> of a logger that drops a kernel's prefixes.</summary>
    private static bool IsBareRange(ReadOnlySpan<char> message) => MapBuilder.TryTake(ref message, "0x") && MapBuilder.TryTakeHex(ref message, out _) && (message.StartsWith("..", StringComparison.Ordinal) || message.Contains("reusable ", StringComparison.Ordinal));

    /// <summary>POWER's own words. There the device tree is the firmware's, and nobody edits it.</summary>
    private static bool IsOfPower(ReadOnlySpan<char> message) =>
        message.StartsWith("radix-mmu: ", StringComparison.Ordinal) || message.StartsWith("hash-mmu: ", StringComparison.Ordinal) || message.StartsWith("phys_mem_size ", StringComparison.Ordinal)
        || message.StartsWith("Using PowerNV ", StringComparison.Ordinal) || message.StartsWith("Using pSeries ", StringComparison.Ordinal) || (message.StartsWith("Hardware name: ", StringComparison.Ordinal) && message.Contains(" POWER", StringComparison.Ordinal));

    /// <summary><c>0xFIRST..0xLAST (N KiB) nomap non-reusable NAME</c> from Linux 6.3 on; before, only the nodes that a driver of the kernel initialized, and pools.</summary>
    private static void ReadReserved(ReadOnlySpan<char> text, KernelBoot boot, MapBuilder builder)
    {
        if (boot.HasLost) builder.Problem("some of the messages before it are lost");
        boot.HasLost = false;
        FirmwareClaims claims = boot.Claims;
        ReadOnlySpan<char> rest = text;
        MapBuilder.TryTake(ref rest, "Reserved memory: ");
        if (rest.StartsWith("No reserved-memory node", StringComparison.Ordinal)) claims.ListsReserved = true;
        else if (rest.StartsWith("not enough space", StringComparison.Ordinal)) claims.IsListCut = true;
        else if (MapBuilder.TryTake(ref rest, "initialized node ")) claims.Initialize((rest.IndexOf(", compatible", StringComparison.Ordinal) is >= 0 and int end ? rest[..end] : rest).ToString());
        else if (MapBuilder.TryTake(ref rest, "0x"))
        {
            int digits = rest.Length;
            if (MapBuilder.TryTakeHex(ref rest, out ulong first) && digits - rest.Length is int width && MapBuilder.TryTake(ref rest, "..0x")
                && (digits = rest.Length) > 0 && MapBuilder.TryTakeHex(ref rest, out ulong last) && digits - rest.Length == width && (last >= first || first - last == 1)) // the kernel writes both with as many digits, and lists empty ones
            {
                claims.ListsReserved = true;
                if (last >= first) claims.Add(new PhysicalMemoryRange(first, last, PhysicalMemoryKind.Reserved, ForeignText.Shown(rest[(rest.LastIndexOf(' ') + 1)..].ToString())), rest.Contains(" nomap ", StringComparison.Ordinal), isOfTree: true);
            }
            else builder.Problem($"{ForeignText.Quoted(text)} is no reserved range; is the text cut?");
        }
        else if (text.IsEmpty) builder.Problem("a reserved range is missing; is the text cut?");
        else
        {
            claims.IsPoolTold |= text.Contains(" pool at 0x", StringComparison.Ordinal);
            if (!ClaimForms.TryReadOfTree(text, claims, builder)) LooseRanges.Read(text, needsExtent: true, claims, builder);
        }
    }

    /// <summary><c>FACP 0xADDRESS LENGTH (v06 ...)</c>, both hexadecimal and padded, until 2014 without the 0x.</summary>
    private static bool TryReadTable(ReadOnlySpan<char> message, ReadOnlySpan<char> text, FirmwareClaims claims, MapBuilder builder)
    {
        if (text.Length < 6 || text[4] != ' ' || text[..4].IndexOfAnyExceptInRange('!', 'Z') >= 0) return false;
        string name = text[..4].ToString();
        text = text[5..];
        bool hasPrefix = MapBuilder.TryTake(ref text, "0x");
        ReadOnlySpan<char> digits = text;
        bool isNumber = MapBuilder.TryTakeHex(ref text, out ulong first);
        int width = digits.Length - text.Length;
        if (text.IsEmpty && (hasPrefix || width >= LeastOfLength || digits is "0")) // cut within the address
        {
            ClaimForms.Cut(message, builder);
            return true;
        }

        if (!isNumber || (!hasPrefix && width is not (8 or 16))) return false;
        if (!MapBuilder.TryTake(ref text, " ")) return false;
        digits = text;
        isNumber = MapBuilder.TryTakeHex(ref text, out ulong length);
        width = digits.Length - text.Length;
        claims.HasAcpiTables |= isNumber;
        if (text.IsEmpty && width < (hasPrefix ? LeastOfLength + 1 : LeastOfLength)) ClaimForms.Cut(message, builder); // FACS ends so
        else if (!isNumber || length == 0) return false;
        claims.Add(new PhysicalMemoryRange(first, ClaimForm.EndOf(first, Math.Max(length, 1)), PhysicalMemoryKind.AcpiTables, $"ACPI {name}"), isUnmapped: false, isOfTree: false);
        return true;
    }
}
