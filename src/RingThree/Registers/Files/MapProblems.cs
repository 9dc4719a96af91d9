using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace RingThree.Registers.Files;

/// <summary>
/// What of a register file could not be used, one entry for each kind with a count: a generator's one habit would else be
/// a thousand lines. And how much work the file has asked for.
/// </summary>
internal sealed partial class MapProblems
{
    private const int MostKinds = 100;
    private const int MostNames = DeviceMap.MostRegisters;
    private const int MostSteps = 2 * DeviceMap.MostRegisters; // rows of rows of rows: some lines of text can ask for days of work
    private readonly Dictionary<string, int> _kinds = new(StringComparer.Ordinal);
    private readonly List<DeviceMapProblem> _all = [];
    private readonly Dictionary<string, DeviceMapProblem> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<XElement> _told = [];
    private int _steps;

    internal IReadOnlyList<DeviceMapProblem> All => _all;

    /// <summary>The reason for each register that is left out, for who asks for it by name.</summary>
    internal IReadOnlyDictionary<string, DeviceMapProblem> ByName => _byName;

    /// <summary>Notes one; of what an element's rows repeat, the first.</summary>
    internal void Add(XElement element, string reason) => Add(element, new SvdNode([element]).Text("name"), reason);

    /// <inheritdoc cref="Add(XElement, string)"/>
    internal void Add(XElement element, string? name, string reason)
    {
        if (_told.Add(element)) Add(SvdNode.LineOf(element), name, reason);
    }

    /// <summary>Notes one at a line.</summary>
    internal void Add(int line, string? name, string reason)
    {
        var problem = new DeviceMapProblem(line, name, reason);
        if (name is not null && _byName.Count < MostNames) _byName.TryAdd(name, problem);
        string kind = Details().Replace(reason, "#");
        if (_kinds.TryGetValue(kind, out int known)) _all[known] = _all[known] with { Count = _all[known].Count + 1 };
        else if (_all.Count < MostKinds) _kinds[kind] = Append(problem);
        else if (_all.Count == MostKinds) Append(new DeviceMapProblem(0, null, "there are more kinds of problems, which are not listed"));
    }

    /// <summary>Counts work.</summary>
    /// <exception cref="FormatException">It is more than any card's registers can need.</exception>
    internal void Spend(XElement element, int steps) => Spend(SvdNode.LineOf(element), steps);

    /// <inheritdoc cref="Spend(XElement, int)"/>
    internal void Spend(int line, int steps)
    {
        if ((_steps += steps) is < 0 or > MostSteps)
            throw new FormatException($"line {line}: with all rows counted out, the registers up to here, their fields and what they are derived from ask for more work than {DeviceMap.MostRegisters} registers do.");
    }

    internal static FormatException TooMany(int line) =>
        new($"line {line}: with all rows counted out, the file has more than {DeviceMap.MostRegisters} registers.");

    private int Append(DeviceMapProblem problem)
    {
        _all.Add(problem);
        return _all.Count - 1;
    }

    /// <summary>What differs between two problems of one kind: what is quoted, and numbers.</summary>
    [GeneratedRegex("'.*?'|0x[0-9a-f]+|[0-9]+")]
    private static partial Regex Details();
}
