using RingThree.DefaultHosts;
using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Registers.Files;
using RingThree.Transfers;

namespace RingThree.Cli;

/// <summary>Reads and writes registers by name, with their fields.</summary>
internal static class NamedAccess
{
    /// <summary>Reads a register, or every one of a row, or one of them several times (a FIFO).</summary>
    internal static int Read(string name, Target target, int fifoReads, bool json)
    {
        RegisterNames.CheckReadable(target);
        Target[] targets = fifoReads > 0 ? [.. Enumerable.Repeat(Single(target), fifoReads)] : [.. Row(target)];
        TransferProgram program = Reads(targets);
        ulong[] words = new ulong[targets.Sum(t => t.Words)];
        (IHost host, Device device) = HostNames.OpenAny(name);
        using (host)
        using (device) device.Prepare(program).Run(words);
        ulong[] values = Join(targets, words);
        if (json) PrintJson(name, targets, values);
        else Print(targets, values);
        return ExitStatus.Success;
    }

    /// <summary>Reads each of these, all words of one behind another.</summary>
    internal static TransferProgram Reads(IEnumerable<Target> targets) => AccessCommands.Build(b =>
    {
        foreach (Target one in targets)
        {
            foreach (RegionPlace place in one.Places) b.Read(one.Width, place.Region, place.Offset);
        }
    });

    /// <summary>The values that the words make.</summary>
    internal static ulong[] Join(Target[] targets, ReadOnlySpan<ulong> words)
    {
        ulong[] values = new ulong[targets.Length];
        for (int i = 0; i < targets.Length; i++)
        {
            values[i] = targets[i].Join(words[..targets[i].Words]);
            words = words[targets[i].Words..];
        }

        return values;
    }

    /// <summary>Writes a register, some of a row from its first on, or one field while the others keep their values.</summary>
    internal static int Write(string name, Target target, string[] texts, bool json)
    {
        NamedRegister register = target.Register!;
        if ((target.Field?.Ability ?? register.Ability) == RegisterAbility.ReadOnly)
            throw new FormatException($"{target.Label} is read-only by its map. If the map is wrong, write to its place: {target.Place}.");
        Target[] targets = [.. Row(target).Take(texts.Length)];
        if (texts.Length > targets.Length) throw new FormatException($"{target.Label} takes {targets.Length} value(s), and there are {texts.Length}.");
        ulong[] values = [.. texts.Select(t => Value(target, t))];
        (IHost host, Device device) = HostNames.OpenAny(name);
        using (host)
        using (device)
        {
            if (target.Field is { } field) WriteField(device, target, field, values[0]);
            else
            {
                device.Prepare(Writes([.. targets.Zip(values)])).Run([]);
            }
        }

        if (json) PrintJson(name, targets, values);
        return ExitStatus.Success;
    }

    /// <summary>The registers of a row, each its own target.</summary>
    internal static IEnumerable<Target> Row(Target target)
    {
        if (target.Register is not { Count: > 1 } row) return [target];
        return Enumerable.Range(0, row.Count).Select(i =>
        {
            NamedRegister one = row.At(i);
            return new Target(target.Field is { } field ? $"{one.Name}.{field.Name}" : one.Name, one.Place, one.Width, one, target.Field);
        });
    }

    private static Target Single(Target target) => target.Register is { Count: > 1 }
        ? throw new FormatException($"{target.Label} is a row of {target.Register.Count}; --fifo reads one of it: {target.Register.At(0).Name}.")
        : target;

    private static void WriteField(Device device, Target target, RegisterField field, ulong value)
    {
        NamedRegister register = target.Register!;
        if (register.Count > 1) throw new FormatException($"{register.Name} is a row of {register.Count}; one field is written of one of it: {register.At(0).Name}.{field.Name}.");
        if (register.Ability == RegisterAbility.WriteOnly) throw new FormatException($"{register.Name} is write-only by its map, so the other fields cannot be kept. Write the whole register.");
        if (register.OnRead != ReadEffect.None || register.Fields.Any(f => f.OnRead != ReadEffect.None)) throw new FormatException($"{register.Name} changes when it is read, by its map, so the other fields cannot be kept. Write the whole register.");
        Span<ulong> current = stackalloc ulong[register.Words];
        device.Prepare(Reads([target])).Run(current);
        ulong written = Composed(register, field, register.Join(current), value);
        device.Prepare(Writes((target, written))).Run([]);
    }

    /// <summary>Writes each of these, the words of one by rising places: the last one makes LiteX take them all.</summary>
    private static TransferProgram Writes(params (Target Target, ulong Value)[] all) => AccessCommands.Build(b =>
    {
        foreach ((Target target, ulong value) in all)
        {
            foreach ((RegionPlace place, ulong word) in target.Places.Zip(target.Register!.Split(value))) b.Write(target.Width, place.Region, place.Offset, word);
        }
    });

    private static ulong Composed(NamedRegister register, RegisterField field, ulong current, ulong value)
    {
        try
        {
            return register.Compose(current, field, value);
        }
        catch (InvalidOperationException error)
        {
            throw new FormatException(error.Message, error);
        }
    }

    private static ulong Value(Target target, string text)
    {
        ulong most = target.Field?.Ones ?? target.Register!.Ones;
        // A number is a number, also where some value has a number for its name (a prescaler's).
        if (!TransferText.TryNumber(text, out ulong value))
        {
            if (target.Field?.ValueOf(text) is { } named) return named;
            string[] names = target.Field is { } field ? [.. field.Values.Select(v => v.Name).Where(n => field.ValueOf(n) is not null && !TransferText.TryNumber(n, out _))] : [];
            string known = names.Length > 0 ? ", or " + string.Join(", ", names) : "";
            throw new FormatException($"'{text}' is no value of {target.Label}; values go like 17 or 0x11{known}.");
        }

        return value <= most ? value : throw new FormatException($"{target.Label} takes at most 0x{most:x}, not {text}.");
    }

    private static void Print(Target[] targets, ulong[] values)
    {
        foreach ((Target target, ulong value) in targets.Zip(values))
        {
            Console.WriteLine($"{target.Label}  {target.Show(value)}");
            RegisterField[] fields = [.. target.Shown];
            int bits = fields.Length == 0 ? 0 : fields.Max(f => f.Bits.Length) + 2;
            int names = fields.Length == 0 ? 0 : fields.Max(f => f.Name.Length);
            foreach (RegisterField field in fields)
                Console.WriteLine($"  {$"[{field.Bits}]".PadRight(bits)}  {field.Name.PadRight(names)}  {RegisterNames.Show(field, field.Of(value))}");
        }
    }

    private static void PrintJson(string name, Target[] targets, ulong[] values) => JsonOutput.WriteLine(j =>
    {
        j.WriteStartObject();
        j.WriteString("device", name);
        j.WriteStartArray("registers");
        foreach ((Target target, ulong value) in targets.Zip(values))
        {
            j.WriteStartObject();
            j.WriteNumber("width", target.Bits);
            RegisterNames.WriteValue(j, target, value);
            j.WriteEndObject();
        }

        j.WriteEndArray();
        j.WriteEndObject();
    });
}
