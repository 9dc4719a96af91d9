using System.CommandLine;
using System.Globalization;
using RingThree.Registers.Files;

namespace RingThree.Cli;

/// <summary><c>ring3 map</c>: what a register map says, and what of its file could not be used.</summary>
internal static class MapCommand
{
    internal static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A CMSIS-SVD or IP-XACT file, LiteX's csr.csv or csr.json, or RingThree's JSON: the content says which.", Validators = { ExitStatus.RefuseOptions } };
        Option<string?> at = RegisterNames.At();
        Option<string?> start = RegisterNames.Base();
        var json = new Option<bool>("--json") { Description = "The map as RingThree's JSON, for --map." };
        var csharp = new Option<bool>("--csharp") { Description = "The map as C#: register maps for RingThree's source generator." };
        var space = new Option<string?>("--namespace") { HelpName = "name", Description = "The C#'s namespace (the device's name)." };
        var command = new Command("map", """
            Shows the registers of a register map.

            What of the file cannot be used is said on standard error.

            Example: ring3 map soc.svd --map-at bar0+0 --map-base 0xf0000000
                     ring3 map soc.svd --json > soc.json
                     ring3 map csr.csv --map-base 0xf0000000 --csharp --namespace Acme.Card > Registers.cs
            """) { file, at, start, json, csharp, space };
        command.SetAction(parsed =>
        {
            bool isCode = parsed.GetValue(csharp);
            if (isCode && parsed.GetValue(json)) throw new FormatException("--json and --csharp are two forms of the map: give one of them.");
            if (!isCode && parsed.GetValue(space) is not null) throw new FormatException("--namespace goes with --csharp.");
            DeviceMap map = RegisterNames.Load(parsed.GetValue(file)!, parsed.GetValue(at), parsed.GetValue(start));
            string? text = isCode ? map.ToCSharp(parsed.GetValue(space)) : parsed.GetValue(json) ? map.ToJson() + "\n" : null;
            return Run(map, text);
        });
        return command;
    }

    private static int Run(DeviceMap map, string? text)
    {
        foreach (DeviceMapProblem problem in map.Problems) Console.Error.WriteLine($"ring3: left out: {problem}");
        foreach (string note in map.Notes) Console.Error.WriteLine($"ring3: {note}");
        if (text is not null)
        {
            Console.Write(text);
            return ExitStatus.Success;
        }

        int names = map.Registers.Count == 0 ? 0 : Math.Min(40, map.Registers.Max(r => NameOf(r).Length));
        foreach (NamedRegister register in map.Registers)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{NameOf(register).PadRight(names)}  {register.Place,-14} {register.ValueBits,2} bit  {(register.Ability switch { RegisterAbility.ReadOnly => "r-", RegisterAbility.WriteOnly => "-w", _ => "rw" })}  {register.Description}").TrimEnd());
            foreach (RegisterField field in register.Fields)
                Console.WriteLine($"    {$"[{field.Bits}]",-8} {field.Name}  {field.Description}".TrimEnd());
        }

        foreach (MapMemory memory in map.Memories) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{memory.Name.PadRight(names)}  {memory.Place,-14} memory, 0x{memory.Size:x} bytes"));

        return ExitStatus.Success;
    }

    private static string NameOf(NamedRegister register) => register.Count == 1 ? register.Name : string.Create(CultureInfo.InvariantCulture, $"{register.Name}[0..{register.Count - 1}]");
}
