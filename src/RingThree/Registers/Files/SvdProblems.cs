using System.Xml.Linq;

namespace RingThree.Registers.Files;

/// <summary>What of an SVD file could not be used, and how much work it has asked for.</summary>
internal sealed class SvdProblems
{
    private const int Most = 1000;
    private const int MostSteps = 2 * DeviceMap.MostRegisters; // rows of rows of rows: some lines of text can ask for days of work
    private readonly List<DeviceMapProblem> _all = [];
    private readonly HashSet<XElement> _told = [];
    private int _steps;

    internal IReadOnlyList<DeviceMapProblem> All => _all;

    /// <summary>Notes one; of what an element's rows repeat, the first.</summary>
    internal void Add(XElement element, string reason) => Add(element, new SvdNode([element]).Text("name"), reason);

    /// <inheritdoc cref="Add(XElement, string)"/>
    internal void Add(XElement element, string? name, string reason)
    {
        if (!_told.Add(element)) return;
        if (_all.Count < Most) _all.Add(new DeviceMapProblem(SvdNode.LineOf(element), name, reason));
        else if (_all.Count == Most) _all.Add(new DeviceMapProblem(0, null, "there is more, which is not counted"));
    }

    /// <summary>Counts work.</summary>
    /// <exception cref="FormatException">It is more than any card's registers can need.</exception>
    internal void Spend(XElement element, int steps)
    {
        if ((_steps += steps) is < 0 or > MostSteps) throw TooMany(element);
    }

    internal static FormatException TooMany(XElement element) =>
        new($"line {SvdNode.LineOf(element)}: with all rows counted out these are more than {DeviceMap.MostRegisters} registers, or as good as.");
}
