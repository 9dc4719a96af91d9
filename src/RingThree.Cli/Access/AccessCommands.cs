using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RingThree.DefaultHosts;
using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Transfers;

namespace RingThree.Cli;

/// <summary><c>ring3 read</c> and <c>ring3 write</c>: registers, memory, ports and configuration space by their place.</summary>
internal static class AccessCommands
{
    private const int MostValues = 1 << 20;
    private const int PerLine = 16; // bytes

    internal static Command CreateRead()
    {
        Argument<string> device = DeviceNames.Argument();
        var names = new RegisterNames();
        Argument<string> place = Place(names);
        Option<int> width = Numbers.Width();
        Option<int> count = Numbers.Option("--count", "How many values, at rising places.", 1, 1, MostValues);
        var fifo = new Option<bool>("--fifo") { Description = "Reads them all at the one place." };
        var json = new Option<bool>("--json") { Description = "One JSON object." };
        var command = new Command("read", """
            Reads registers by place or by name.

            One bus access of the width for each value.

            Example: ring3 read sim:edu bar0+0x00
                     ring3 read 0000:03:00.0 cfg+0x04 --width 16
                     ring3 read 0000:03:00.0 STATUS --map card.svd
            """) { device, place, width, count, fifo, json };
        names.AddTo(command);
        command.SetAction(parsed =>
        {
            Target target = RegisterNames.Find(names.Load(parsed), parsed.GetValue(place)!, parsed.GetValue(width) / 8, IsGiven(parsed, width));
            if (target.Register is null) return Read(parsed.GetValue(device)!, target.Place, target.Width, parsed.GetValue(count), parsed.GetValue(fifo), parsed.GetValue(json));
            if (IsGiven(parsed, count) && !parsed.GetValue(fifo)) throw new FormatException($"--count goes with a place, or with --fifo; a row of registers is read as a whole by its name.");
            return NamedAccess.Read(parsed.GetValue(device)!, target, parsed.GetValue(fifo) ? parsed.GetValue(count) : 0, parsed.GetValue(json));
        });
        return command;
    }

    internal static Command CreateWrite()
    {
        Argument<string> device = DeviceNames.Argument();
        var names = new RegisterNames();
        Argument<string> place = Place(names);
        Option<int> width = Numbers.Width();
        var values = new Argument<string[]>("value") { Description = "What to write, such as 17 or 0x11; several go to rising places.", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "One JSON object." };
        var command = new Command("write", """
            Writes registers by place or by name.

            One bus access of the width for each value. One field of a register is read, changed and written back.

            Example: ring3 write 0000:03:00.0 bar0+0x60 1
                     ring3 write 0000:03:00.0 CONTROL.MODE fast --map card.svd
            """) { device, place, values, width, json };
        names.AddTo(command);
        command.SetAction(parsed =>
        {
            Target target = RegisterNames.Find(names.Load(parsed), parsed.GetValue(place)!, parsed.GetValue(width) / 8, IsGiven(parsed, width));
            return target.Register is null
                ? Write(parsed.GetValue(device)!, target.Place, target.Width, parsed.GetValue(values)!, parsed.GetValue(json))
                : NamedAccess.Write(parsed.GetValue(device)!, target, parsed.GetValue(values)!, parsed.GetValue(json));
        });
        return command;
    }

    private static Argument<string> Place(RegisterNames names) => new("place")
    {
        Description = "Where: bar0+0x20, cfg+0x04, rom+0; of a card without PCI range0+4; with --map a register's name, or NAME.FIELD.",
        Validators = { ExitStatus.RefuseOptions },
        CompletionSources = { names.Complete },
    };

    internal static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static int Read(string name, RegionPlace place, int width, int count, bool fifo, bool json)
    {
        TransferProgram program = Build(b => b.ReadBlock(width, place.Region, place.Offset, count, fifo));
        (IHost host, Device device) = HostNames.OpenAny(name);
        ulong[] values = new ulong[count];
        using (host)
        using (device) device.Prepare(program).Run(values);
        if (json) Print(name, place, width, values);
        else Print(place, width, values, fifo);
        return ExitStatus.Success;
    }

    private static int Write(string name, RegionPlace place, int width, string[] texts, bool json)
    {
        ulong[] values = [.. texts.Select(t => TransferText.TryNumber(t, out ulong value) ? value : throw new FormatException($"'{t}' is no value; values go like 17 or 0x11."))];
        TransferProgram program = Build(b => b.WriteBlock(width, place.Region, place.Offset, values));
        (IHost host, Device device) = HostNames.OpenAny(name);
        using (host)
        using (device) device.Prepare(program).Run([]);
        if (json) Print(name, place, width, values);
        return ExitStatus.Success;
    }

    /// <summary>What the program's form refuses is the command line's mistake.</summary>
    internal static TransferProgram Build(Action<TransferProgramBuilder> add)
    {
        try
        {
            var builder = new TransferProgramBuilder();
            add(builder);
            return builder.Build();
        }
        catch (ArgumentException error)
        {
            // The parameter's name and the command's number say nothing to who typed one place.
            string message = error.Message.Split(" (Parameter '")[0];
            const string first = "Command 0: ";
            throw new FormatException(message.StartsWith(first, StringComparison.Ordinal) ? message[first.Length..] : message, error);
        }
    }

    private static void Print(string name, RegionPlace place, int width, ulong[] values) => JsonOutput.WriteLine(j =>
    {
        j.WriteStartObject();
        j.WriteString("device", name);
        j.WriteString("place", place.ToString());
        j.WriteNumber("width", 8 * width);
        j.WriteStartArray("values");
        foreach (ulong value in values) j.WriteNumberValue(value);
        j.WriteEndArray();
        j.WriteEndObject();
    });

    private static void Print(RegionPlace place, int width, ulong[] values, bool fifo)
    {
        string form = "x" + (2 * width).ToString(CultureInfo.InvariantCulture);
        if (values.Length == 1)
        {
            Console.WriteLine("0x" + values[0].ToString(form, CultureInfo.InvariantCulture));
            return;
        }

        int perLine = PerLine / width;
        for (int i = 0; i < values.Length; i += perLine)
        {
            ulong offset = place.Offset + (fifo ? 0 : (ulong)i * (ulong)width);
            Console.WriteLine($"{place with { Offset = offset }}: {string.Join(' ', values.Skip(i).Take(perLine).Select(v => v.ToString(form, CultureInfo.InvariantCulture)))}");
        }
    }
}
