using System.Globalization;
using RingThree.Memory;

namespace RingThree.Cli;

/// <summary>A memory map and a reservation for people.</summary>
internal static class MemoryText
{
    private const int MostRows = 64;

    internal static void Write(PhysicalMemoryMap map, MemoryReservation? plan)
    {
        Console.WriteLine($"first address       last address        kind                        ({map.Name})");
        // The rest of a resource tree are registers of devices, of which a server has thousands.
        PhysicalMemoryRange[] rows = [.. map.Ranges.Where(r => r.Kind != PhysicalMemoryKind.Other || map.Source is MemoryMapSource.BootMessages or MemoryMapSource.NodeMessages or MemoryMapSource.XenDomain)];
        foreach (PhysicalMemoryRange range in rows.Take(MostRows)) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"0x{range.Start:x16}  0x{range.Last:x16}  {Shown(range)}"));
        if (rows.Length > MostRows) Console.WriteLine($"... and {rows.Length - MostRows} more (--json has them)");
        foreach (PhysicalMemoryRange range in map.Withheld) Console.WriteLine($"kept from the system: {Addresses(range)}, {range.Size}");
        foreach (PhysicalMemoryRange range in KeptWithin(map).Take(MostRows)) Console.WriteLine($"kept within: {Addresses(range)}, {range.Size}, {range.Name}");
        if (map.Doubt is { } doubt) Console.WriteLine($"not told: {doubt.What}. {doubt.Advice}");
        foreach (string remark in map.Remarks) Console.WriteLine($"note: {remark}");
        if (map.BootSettings.Count > 0) Console.WriteLine($"started with: {string.Join(' ', map.BootSettings)}");
        if (map.Source == MemoryMapSource.WindowsList && map.Usable is [.., { Last: < ulong.MaxValue } highest])
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"in use up to 0x{highest.Last:x}: memory that was removed at the top begins at 0x{highest.Last + 1:x}"));
        if (plan is not null) Write(plan);
    }

    private static void Write(MemoryReservation plan)
    {
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"base 0x{plan.Base:x}, size 0x{plan.Size:x} ({plan.Size >> 20} MiB), from {Addresses(plan.From)}; {plan.LeftToSystem >> 20} MiB stay the system's"));
        foreach (string note in plan.Notes.Except(plan.Map.Remarks)) Console.WriteLine($"note: {note}");
        for (int i = 0; i < plan.Settings.Count; i++)
        {
            BootSetting setting = plan.Settings[i];
            Console.WriteLine();
            Console.WriteLine($"{(i == 0 ? "reserve it with" : "or with")} {setting.Text}");
            foreach (string step in setting.Steps) Console.WriteLine($"    {step}");
            Console.WriteLine($"    {setting.Effect}");
        }

        Console.WriteLine();
        Console.WriteLine("after the reboot");
        foreach (string check in plan.Checks) Console.WriteLine($"    {check}");
        if (plan.Map.Source == MemoryMapSource.WindowsList) return;
        Console.WriteLine();
        Console.WriteLine("in the driver");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    using ReservedMemory memory = ReservedMemory.Open(host, 0x{plan.Base:x}, 0x{plan.Size:x});"));
    }

    /// <summary>What is somebody's in the RAM that the system uses.</summary>
    internal static IEnumerable<PhysicalMemoryRange> KeptWithin(PhysicalMemoryMap map) => map.Occupied.Where(r => r.Kind != PhysicalMemoryKind.Other && map.FindUsable(r.Start, r.Length) is not null);

    private static string Shown(PhysicalMemoryRange range) => $"{range.Size,10}  {range.Name}";

    private static string Addresses(PhysicalMemoryRange range) => string.Create(CultureInfo.InvariantCulture, $"0x{range.Start:x}-0x{range.Last:x}");
}
