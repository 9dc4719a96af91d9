using System.Buffers;
using System.Globalization;
using RingThree.Diagnostics;

namespace RingThree.Memory;

/// <summary>
/// EFI's memory map, which a kernel that is started with efi=debug prints, and where the firmware's tables are, which every
/// kernel does. Source: drivers/firmware/efi/efi.c, efi-init.c, arch/x86/platform/efi/efi.c.
/// </summary>
internal static class EfiMessages
{
    private const ulong CachedWriteBack = 8;

    /// <summary>What is kept from a table's page on, as no line says how long it is; the log of a TPM, the largest, is at most that by default.</summary>
    private const ulong TableLength = 64 << 10;

    private const int LongestTableName = 16;
    private static readonly SearchValues<char> OfTableNames = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789. ");

    // By their numbers, UEFI specification 2.10, table 7.10.
    private static readonly string[] Types = ["Reserved", "Loader Code", "Loader Data", "Boot Code", "Boot Data", "Runtime Code", "Runtime Data", "Conventional", "Unusable", "ACPI Reclaim", "ACPI Mem NVS", "MMIO", "MMIO Port", "PAL Code", "Persistent", "Unaccepted"];

    /// <summary>What stands behind <c>efi: </c>.</summary>
    internal static void Read(ReadOnlySpan<char> text, FirmwareClaims claims, MapBuilder builder)
    {
        ReadOnlySpan<char> rest = text;
        bool isWhole = true;
        if (text.StartsWith("EFI v", StringComparison.Ordinal)) claims.IsEfi = true;
        else if (text.StartsWith("0x", StringComparison.Ordinal)) isWhole = TryReadEntry(text, claims);
        else if (MapBuilder.TryTake(ref rest, "mem") && (rest.IsEmpty || char.IsAsciiDigit(rest[0]))) isWhole = TryReadNumbered(rest.TrimStart("0123456789"), claims);
        else isWhole = TryReadTables(text, claims, builder);
        if (!isWhole) ClaimForms.Cut(text, builder);
    }

    /// <summary><c>0xFIRST-0xLAST [Type|attributes]</c>: arm, arm64, RISC-V, LoongArch.</summary>
    private static bool TryReadEntry(ReadOnlySpan<char> rest, FirmwareClaims claims)
    {
        if (!TryTakeRange(ref rest, out ulong first, out ulong last) || !MapBuilder.TryTake(ref rest, " [") || rest.IndexOf('|') is not (> 0 and int bar) || rest.IndexOf(']') < bar) return false;
        Add(rest[..bar].TrimEnd().ToString(), rest, first, last, claims);
        return true;
    }

    /// <summary><c>: [Type|attributes] range=[0xFIRST-0xLAST] (N MB)</c>, or until 2015 <c>: type=N, attr=0xN, range=[0xFIRST-0xEND) (N MB)</c>: x86.</summary>
    private static bool TryReadNumbered(ReadOnlySpan<char> rest, FirmwareClaims claims)
    {
        if (rest.IndexOf("range=[", StringComparison.Ordinal) is not (> 0 and int at)) return false;
        ReadOnlySpan<char> kind = rest[..at];
        rest = rest[(at + 7)..];
        if (!TryTakeRange(ref rest, out ulong first, out ulong last)) return false;
        if (MapBuilder.TryTake(ref kind, ": [") && kind.IndexOf('|') is > 0 and int bar && rest is [']', ..])
        {
            Add(kind[..bar].TrimEnd().ToString(), kind, first, last, claims);
            return true;
        }

        if (!MapBuilder.TryTake(ref kind, ": type=") || kind.IndexOf(", attr=0x", StringComparison.Ordinal) is not (> 0 and int comma) || !uint.TryParse(kind[..comma], NumberStyles.None, CultureInfo.InvariantCulture, out uint type) || rest is not [')', ..]) return false;
        kind = kind[(comma + 9)..];
        if (!MapBuilder.TryTakeHex(ref kind, out ulong attributes)) return false;
        if (last > first) Add(type < Types.Length ? Types[type] : "unknown", (attributes & CachedWriteBack) != 0 ? "|WB" : "", first, last - 1, claims);
        return true;
    }

    private static bool TryTakeRange(ref ReadOnlySpan<char> rest, out ulong first, out ulong last)
    {
        last = 0;
        return MapBuilder.TryTake(ref rest, "0x") & MapBuilder.TryTakeHex(ref rest, out first) && MapBuilder.TryTake(ref rest, "-0x") && MapBuilder.TryTakeHex(ref rest, out last) && last >= first;
    }

    private static void Add(string type, ReadOnlySpan<char> attributes, ulong first, ulong last, FirmwareClaims claims)
    {
        PhysicalMemoryKind kind = KindOf(type, attributes);
        var range = new PhysicalMemoryRange(first, last, kind, ForeignText.Shown($"EFI {type}"));
        if (kind != PhysicalMemoryKind.Usable) claims.Add(range, isUnmapped: true, isOfTree: false);
        else claims.EfiRam.Add(range);
    }

    /// <summary>UEFI specification 2.10, table 7.10; of what the system may use, it does so where it can be cached.</summary>
    private static PhysicalMemoryKind KindOf(string type, ReadOnlySpan<char> attributes) => type switch
    {
        "Conventional" or "Conventional Memory" or "Loader Code" or "Loader Data" or "Boot Code" or "Boot Data" =>
            attributes.Contains("|WB", StringComparison.Ordinal) && !attributes.Contains("|SP|", StringComparison.Ordinal) ? PhysicalMemoryKind.Usable : PhysicalMemoryKind.Reserved,
        "ACPI Reclaim" or "ACPI Reclaim Memory" => PhysicalMemoryKind.AcpiTables,
        "ACPI Mem NVS" or "ACPI Memory NVS" => PhysicalMemoryKind.AcpiNonvolatile,
        "Unusable" or "Unusable Memory" => PhysicalMemoryKind.Unusable,
        "Persistent" or "Persistent Memory" => PhysicalMemoryKind.Persistent,
        _ => PhysicalMemoryKind.Reserved,
    };

    /// <summary>
    /// <c>NAME=0xADDRESS NAME=0xADDRESS </c>. The kernel ends the line with a space; without it the last number may have lost
    /// digits, and nothing else in the line would tell.
    /// </summary>
    private static bool TryReadTables(ReadOnlySpan<char> text, FirmwareClaims claims, MapBuilder builder)
    {
        ReadOnlySpan<char> rest = text;
        bool isAny = false;
        for (int at = rest.IndexOf("=0x", StringComparison.Ordinal); at >= 0; at = rest.IndexOf("=0x", StringComparison.Ordinal))
        {
            ReadOnlySpan<char> name = rest[..at].Trim();
            claims.HasAcpiTables |= name.TrimEnd("0123456789. ").EndsWith("ACPI", StringComparison.Ordinal);
            rest = rest[(at + 3)..];
            if (!MapBuilder.TryTakeHex(ref rest, out ulong point)) return !rest.IsEmpty;
            isAny = true;
            claims.AddTable(point, TableLength, ForeignText.Shown($"EFI {name[..Math.Min(name.Length, LongestTableName)]}"), mayGoOn: rest.IsEmpty && !builder.IsLineSpaced);
        }

        rest = rest.Trim();
        bool isName = !rest.IsEmpty && rest.Length <= LongestTableName + 2 && rest.TrimEnd('0').TrimEnd('=') is var word && !word.ContainsAnyExcept(OfTableNames);
        return !isName || (!isAny && rest.Contains(' ') && rest is not ([.., '='] or [.., '=', '0']));
    }
}
