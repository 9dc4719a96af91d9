using System.Text;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using RingThree.Simulation;

namespace RingThree.Conformance;

/// <summary>
/// The simulated machine against QEMU's, row by row: in the guest each card is opened through VFIO and its twin in this
/// process, and not one row may differ. What was measured is kept in docs/fidelity.md, which the simulator is held to
/// everywhere else.
/// </summary>
public sealed class FidelityTests
{
    public static TheoryData<string> Cards => [Machine.EduA, Machine.EduB, Machine.EduBridge1, Machine.EduBridge2, Machine.Nvme, Machine.E1000e, Machine.Xhci];

    [Theory]
    [MemberData(nameof(Cards))]
    [Trait("Host", "guest")]
    public void Through_VFIO_a_card_shows_what_its_twin_shows(string card)
    {
        ArgumentNullException.ThrowIfNull(card);
        using var real = new VfioHost();
        using SimulatedHost twin = Machine.Twin(Machine.KernelAddsMsixVectors);
        Compare(card, FidelityRows.Of(real, Machine.GuestAddresses()[card]), FidelityRows.Of(twin, Machine.TwinAddresses[card]));
    }

    [Fact]
    [Trait("Host", "guest")]
    public void The_machines_are_wired_alike()
    {
        using var real = new VfioHost();
        Compare("machine", FidelityWiring.OfGuest(real, Machine.GuestAddresses()), FidelityWiring.OfTwin());
    }

    [Theory]
    [Trait("Host", "sim")]
    [InlineData("6.1", false)]
    [InlineData("6.12", true)]
    public void The_simulated_cards_show_what_was_measured(string kernel, bool addsMsixVectors)
    {
        string[] document = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "fidelity.md"));
        Dictionary<string, Dictionary<string, string>> measured = Tables(document);
        foreach ((string card, string row, string value) in KernelDifferences(document, kernel)) measured[card][row] = value;
        var differences = new List<string>();
        foreach ((string card, Dictionary<string, string> rows) in measured)
        {
            using SimulatedHost twin = Machine.Twin(addsMsixVectors);
            FidelityRows now = card == "machine" ? FidelityWiring.OfTwin() : FidelityRows.Of(twin, Machine.TwinAddresses[card]);
            differences.AddRange(rows.Keys.Union(now.All.Keys)
                .Where(r => rows.GetValueOrDefault(r) != now.All.GetValueOrDefault(r))
                .Select(r => $"{card}, {r}: measured {rows.GetValueOrDefault(r, "no such row")}, simulated {now.All.GetValueOrDefault(r, "no such row")}"));
        }

        Assert.Equal(["machine", Machine.EduA, Machine.EduBridge1, Machine.Nvme, Machine.E1000e, Machine.Xhci], measured.Keys);
        Assert.All(FidelityRows.Exceptions, e => Assert.Contains($"| {e.Key} | {e.Value} |", document));
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    private static void Compare(string card, FidelityRows real, FidelityRows twin)
    {
        string[] names = [.. real.All.Keys.Union(twin.All.Keys)];
        var table = new StringBuilder($"### {card}: {names.Length} rows\n\n| row | QEMU, through VFIO | simulated |\n|---|---|---|\n");
        var differences = new List<string>();
        foreach (string name in names)
        {
            string here = real.All.GetValueOrDefault(name, "no such row");
            string there = twin.All.GetValueOrDefault(name, "no such row");
            bool differs = here != there || here.StartsWith("FAILED", StringComparison.Ordinal);
            table.Append($"| {name} | {here} | {there}{(differs ? " DIFFERS" : "")} |\n");
            if (differs) differences.Add($"{name}: VFIO {here}, simulated {there}");
        }

        File.WriteAllText($"/out/fidelity-{card}.md", table.ToString());
        Assert.True(differences.Count == 0, $"{differences.Count} of {names.Length} rows differ\n{string.Join('\n', differences)}");
    }

    /// <summary>The document's table of what the kernels show differently: | card | row | Linux 6.1 | Linux 6.12 |, one column a kernel.</summary>
    private static IEnumerable<(string Card, string Row, string Value)> KernelDifferences(string[] lines, string kernel)
    {
        string[] heading = [];
        foreach (string line in lines)
        {
            string[] cells = line.Trim('|', ' ').Split(" | ");
            if (cells.Length == 4 && cells[..2] is ["card", "row"]) heading = cells;
            else if (heading.Length > 0 && line.Length == 0) yield break;
            else if (heading.Length > 0 && cells.Length == 4) yield return (cells[0], cells[1], cells[Array.IndexOf(heading, "Linux " + kernel)]);
        }
    }

    /// <summary>The tables of the document: a card's heading, then rows; the middle column is what was measured.</summary>
    private static Dictionary<string, Dictionary<string, string>> Tables(string[] lines)
    {
        Dictionary<string, Dictionary<string, string>> tables = [];
        Dictionary<string, string>? table = null;
        foreach (string line in lines)
        {
            if (line.StartsWith("### ", StringComparison.Ordinal)) tables[line[4..].Split(':')[0]] = table = [];
            string[] cells = line.Split(" | ");
            if (table is not null && cells.Length == 3 && line.StartsWith("| ", StringComparison.Ordinal) && cells[0] != "| row") table[cells[0][2..]] = cells[1];
        }

        return tables;
    }
}
