using System.CommandLine;
using RingThree.Pci.Decoding;

namespace RingThree.Cli;

/// <summary><c>ring3 show</c>: a function's configuration space in words, from the card or from a dump of another machine.</summary>
internal static class ShowCommand
{
    internal static Command Create()
    {
        var device = new Argument<string?>("device")
        {
            Description = "The function: its address, its id if it is the only one of that id, or a simulated card such as sim:nvme.",
            Arity = ArgumentArity.ZeroOrOne,
            Validators = { ExitStatus.RefuseOptions },
        };
        var dump = new Option<string?>("--dump") { Description = "Instead of a function: a file with what lspci -x, -xxx or -xxxx printed; - for standard input.", HelpName = "file" };
        var json = new Option<bool>("--json") { Description = "Prints JSON: an object for a function, an array of objects for a dump." };
        var command = new Command("show", """
            Shows configuration space: ids, BARs, and every capability by its name with its fields.

            Nothing is written to the function. All of it needs root, or a function that is bound to vfio-pci and yours;
            without that the first 64 bytes are shown, and a line says so.

            Example: ring3 show 0000:00:04.0
                     ring3 show 1234:11e8 --json
                     ring3 show sim:nvme
                     lspci -xxxx > dump.txt; ring3 show --dump dump.txt
            """)
        {
            device, dump, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(device) is { Tokens.Count: > 0 } == result.GetResult(dump) is not null) result.AddError("Give a device or --dump FILE, one of the two.");
        });
        command.SetAction(parsed => parsed.GetValue(dump) is { } file ? Dump(file, parsed.GetValue(json)) : Device(parsed.GetValue(device)!, parsed.GetValue(json)));
        return command;
    }

    private static int Device(string name, bool asJson)
    {
        ShownFunction shown = ShownFunction.Read(name);
        if (asJson) JsonOutput.WriteIndented(json => PciDescriptionJson.Write(json, shown.Description, shown.Name, shown.Source));
        else Console.Write(PciDescriptionText.Write(shown.Description, shown.Name) + $"    From {shown.Source}.\n");
        return ExitStatus.Success;
    }

    private static int Dump(string file, bool asJson)
    {
        PciDump dump = DumpFile.Read(file);
        ShownFunction[] all = [.. dump.Functions.Select(f => ShownFunction.Of(f, dump, file))];
        if (asJson)
        {
            JsonOutput.WriteIndented(json =>
            {
                json.WriteStartArray();
                foreach (ShownFunction shown in all) PciDescriptionJson.Write(json, shown.Description, shown.Name, shown.Source);
                json.WriteEndArray();
            });
        }
        else
        {
            Console.Write(string.Join('\n', all.Select(shown => PciDescriptionText.Write(shown.Description, shown.Name))));
        }

        if (dump.Problems.Count == 0) return ExitStatus.Success;
        string more = dump.Problems.Count > 1 ? $" ({dump.Problems.Count - 1} more lines do not fit either.)" : "";
        Console.Error.WriteLine($"ring3: {file}: {dump.Problems[0]}{more}");
        return ExitStatus.Failure;
    }
}
