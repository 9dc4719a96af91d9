using System.Text.Json;
using RingThree.Pci.Decoding;

namespace RingThree.Cli;

/// <summary><c>ring3 show --diff</c>: what differs between two states of a function, field by field.</summary>
internal static class ShownDifference
{
    /// <summary>Compares two dumps, or a dump and a function; without the second, the states that one dump has of a function.</summary>
    internal static int Run(string before, string? after, bool asJson)
    {
        (ShownFunction[] first, int status) = Read(before);
        (ShownFunction? Before, ShownFunction? After)[] pairs;
        if (after is null)
        {
            pairs = [.. first.GroupBy(f => f.Name).Where(g => g.Count() > 1).Select(g => ((ShownFunction?)g.First(), (ShownFunction?)g.Last()))];
            if (pairs.Length == 0) throw new FormatException($"{before} has no function in several states. Give two files, or a file and a function.");
        }
        else
        {
            (ShownFunction[] second, int other) = Read(after);
            status = Math.Max(status, other);
            // The last of several states is the one that a file ends with.
            pairs = [.. Pairs((before, Lasts(first)), (after, Lasts(second)))];
        }

        if (asJson) JsonOutput.WriteIndented(json => Write(json, pairs));
        else Console.Write(Text(pairs));
        return status;
    }

    private static (ShownFunction[] Functions, int Status) Read(string name)
    {
        // An address, ids and a host's card all have a colon; a file that has one in its name is taken for the file that it is.
        if (name.Contains(':', StringComparison.Ordinal) && !File.Exists(name)) return ([ShownFunction.Read(name)], ExitStatus.Success);
        PciDump dump = DumpFile.Read("--diff", name);
        int status = DumpFile.Tell(dump, name);
        return ([.. ShownFunction.Of(dump, name)], status);
    }

    private static Dictionary<string, ShownFunction> Lasts(ShownFunction[] functions)
    {
        var lasts = new Dictionary<string, ShownFunction>();
        foreach (ShownFunction function in functions) lasts[function.Name] = function;
        return lasts;
    }

    /// <summary>Functions of one name, or the only two there are: a copy of a config file has no address.</summary>
    private static IEnumerable<(ShownFunction? Before, ShownFunction? After)> Pairs((string File, Dictionary<string, ShownFunction> All) first, (string File, Dictionary<string, ShownFunction> All) second)
    {
        if (first.All.Count == 1 && second.All.Count == 1) return [(first.All.Values.Single(), second.All.Values.Single())];
        // Of a whole machine beside one function, that function is meant.
        if (second.All.Count == 1) return [(Named(first, second.All.Values.Single(), second.File), second.All.Values.Single())];
        if (first.All.Count == 1) return [(first.All.Values.Single(), Named(second, first.All.Values.Single(), first.File))];
        return
        [
            .. first.All.Values.Select(f => ((ShownFunction?)f, second.All.GetValueOrDefault(f.Name))),
            .. second.All.Values.Where(s => !first.All.ContainsKey(s.Name)).Select(s => ((ShownFunction?)null, (ShownFunction?)s)),
        ];
    }

    /// <summary>The same function of many. An image that does not say whose it is may be any of them, and is taken for none.</summary>
    private static ShownFunction Named((string File, Dictionary<string, ShownFunction> All) many, ShownFunction one, string file)
    {
        if (many.All.TryGetValue(one.Name, out ShownFunction? found)) return found;
        const int most = 8;
        string names = many.All.Count == 0 ? "none" : string.Join(", ", many.All.Keys.Take(most)) + (many.All.Count > most ? $" and {many.All.Count - most} more" : "");
        throw new IOException(one.HasAddress || many.All.Count == 0
            ? $"Only one of the two has {one.Name}, so there is nothing to compare it with. The functions of {many.File}: {names}."
            : $"{file} does not say which function it is, and there is nothing to compare it with until one is chosen. The functions of {many.File}: {names}. "
                + $"Name the file after one of them, such as {many.All.Keys.First()}.bin.");
    }

    private static string Text((ShownFunction? Before, ShownFunction? After)[] pairs)
    {
        var text = new System.Text.StringBuilder();
        int differing = 0;
        foreach ((ShownFunction? before, ShownFunction? after) in pairs)
        {
            if (before is null || after is null)
            {
                text.Append($"{(before ?? after)!.Name}  only {(after is null ? $"before, in {before!.Source}" : $"after, in {after.Source}")}\n");
                differing++;
                continue;
            }

            IReadOnlyList<PciDifference> changes = Changes(before, after);
            if (changes.Count == 0) continue;
            differing++;
            text.Append($"{after.Name}  from {before.Source} to {after.Source}\n");
            foreach (PciDifference change in changes) text.Append($"    {change}\n");
            if (Compared(before, after) is { } note) text.Append($"    ! {note}\n");
        }

        if (differing == 0) text.Append(pairs is [({ } one, { } other)] ? $"{other.Name}: nothing differs.{(Compared(one, other) is { } note ? " " + note : "")}\n" : $"Nothing differs in {pairs.Length} functions.\n");
        return text.ToString();
    }

    private static void Write(Utf8JsonWriter json, (ShownFunction? Before, ShownFunction? After)[] pairs)
    {
        json.WriteStartArray();
        foreach ((ShownFunction? before, ShownFunction? after) in pairs)
        {
            json.WriteStartObject();
            json.WriteString("address", (after ?? before)!.Name);
            json.WriteString("before", before?.Source);
            json.WriteString("after", after?.Source);
            json.WriteNumber("bytesCompared", Math.Min(before?.Image.Length ?? 0, after?.Image.Length ?? 0));
            json.WriteStartArray("changes");
            foreach (PciDifference change in before is null || after is null ? [] : Changes(before, after))
            {
                json.WriteStartObject();
                json.WriteString("name", change.Name);
                Value(json, "before", change.Before);
                Value(json, "after", change.After);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Value(Utf8JsonWriter json, string name, PciField? field)
    {
        if (field is null) json.WriteNull(name);
        else PciDescriptionJson.Write(json, name, field);
    }

    private static IReadOnlyList<PciDifference> Changes(ShownFunction before, ShownFunction after) => PciDifference.Between(before.Image.Span, after.Image.Span);

    private static string? Compared(ShownFunction before, ShownFunction after)
    {
        int one = before.Image.Length;
        int other = after.Image.Length;
        return one == other ? null : $"Only the first {Math.Min(one, other)} bytes were compared: one of the two has no more.";
    }
}
