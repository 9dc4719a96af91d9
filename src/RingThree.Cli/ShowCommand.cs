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
        var dump = new Option<string?>("--dump")
        {
            Description = "Instead of a function: a file with what lspci -x, -xxx or -xxxx printed, or xxd, or hexdump -C, or a copy of a config file; - for standard input.",
            HelpName = "file",
        };
        var difference = new Option<string[]>("--diff")
        {
            Description = "What differs between two states, each a dump's file or a function; with one file, between the states that it has.",
            HelpName = "before after",
            Arity = new ArgumentArity(1, 2),
            AllowMultipleArgumentsPerToken = true,
        };
        var json = new Option<bool>("--json") { Description = "Prints JSON: an object for a function, an array of objects for a dump or for what differs." };
        var command = new Command("show", """
            Shows configuration space in words.

            Ids, BARs, and every capability by its name with its fields.
            Nothing is written to the function. All of it needs root, or a function that is bound to vfio-pci and yours;
            without that the first 64 bytes are shown, and a line says so.

            Example: ring3 show 0000:00:04.0
                     ring3 show 1234:11e8 --json
                     ring3 show sim:nvme
                     lspci -xxxx > dump.txt; ring3 show --dump dump.txt
                     ring3 show --diff dump.txt 0000:00:04.0
            """)
        {
            device, dump, difference, json,
        };
        command.Validators.Add(result =>
        {
            int given = (result.GetResult(device) is { Tokens.Count: > 0 } ? 1 : 0) + (result.GetResult(dump) is null ? 0 : 1) + (result.GetResult(difference) is null ? 0 : 1);
            if (given != 1) result.AddError("Give a device, --dump FILE or --diff BEFORE AFTER, one of the three.");
        });
        command.SetAction(parsed => (parsed.GetValue(dump), parsed.GetValue(difference), parsed.GetValue(json)) switch
        {
            ({ } file, _, var asJson) => Dump(file, asJson),
            (_, [var before, .. var after], var asJson) => ShownDifference.Run(before, after.Length > 0 ? after[0] : null, asJson),
            (_, _, var asJson) => Device(parsed.GetValue(device)!, asJson),
        });
        return command;
    }

    private static int Device(string name, bool asJson)
    {
        ShownFunction shown = ShownFunction.Read(name);
        if (asJson) JsonOutput.WriteIndented(json => PciDescriptionJson.Write(json, shown.Description, shown.Name, shown.Source));
        else Console.Write(PciDescriptionText.Write(shown.Description, shown.Title) + $"    From {shown.Source}.\n");
        return ExitStatus.Success;
    }

    private static int Dump(string file, bool asJson)
    {
        PciDump dump = DumpFile.Read("--dump", file);
        ShownFunction[] all = [.. ShownFunction.Of(dump, file)];
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
            Console.Write(string.Join('\n', all.Select(shown => PciDescriptionText.Write(shown.Description, shown.Title))));
        }

        return DumpFile.Tell(dump, file);
    }
}
