using System.CommandLine;
using System.Globalization;
using RingThree.Registers.Files;

namespace RingThree.Cli;

/// <summary><c>ring3 map</c>: what a register map says, and what of its file could not be used.</summary>
internal static class MapCommand
{
    internal static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A CMSIS-SVD file, or RingThree's JSON.", Validators = { ExitStatus.RefuseOptions } };
        Option<string?> at = RegisterNames.At();
        Option<string?> start = RegisterNames.Base();
        var json = new Option<bool>("--json") { Description = "The map as RingThree's JSON, for --map." };
        var command = new Command("map", """
            Shows the registers that a register map names; what of the file cannot be used is said on standard error.

            Example: ring3 map soc.svd --map-at bar0+0 --map-base 0xf0000000
                     ring3 map soc.svd --json > soc.json
            """) { file, at, start, json };
        command.SetAction(parsed => Run(RegisterNames.Load(parsed.GetValue(file)!, parsed.GetValue(at), parsed.GetValue(start)), parsed.GetValue(json)));
        return command;
    }

    private static int Run(DeviceMap map, bool json)
    {
        foreach (DeviceMapProblem problem in map.Problems) Console.Error.WriteLine($"ring3: left out: {problem}");
        if (json)
        {
            Console.WriteLine(map.ToJson());
            return ExitStatus.Success;
        }

        int names = map.Registers.Count == 0 ? 0 : Math.Min(40, map.Registers.Max(r => NameOf(r).Length));
        foreach (NamedRegister register in map.Registers)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{NameOf(register).PadRight(names)}  {register.Place,-14} {8 * register.Width,2} bit  {(register.Ability switch { RegisterAbility.ReadOnly => "r-", RegisterAbility.WriteOnly => "-w", _ => "rw" })}  {register.Description}").TrimEnd());
            foreach (RegisterField field in register.Fields)
                Console.WriteLine($"    {$"[{field.Bits}]",-8} {field.Name}  {field.Description}".TrimEnd());
        }

        return ExitStatus.Success;
    }

    private static string NameOf(NamedRegister register) => register.Count == 1 ? register.Name : string.Create(CultureInfo.InvariantCulture, $"{register.Name}[0..{register.Count - 1}]");
}
