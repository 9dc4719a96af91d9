using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Simulation;

namespace RingThree.DefaultHosts;

/// <summary>Hosts by name, for programs whose source says nothing of hosts: <c>machine; sim:edu; sim:generic,id=10ee:7024,bar0=64K,msi=4</c>.</summary>
public static class HostLists
{
    /// <summary>Opens the hosts of a list.</summary>
    /// <param name="text">
    /// Names with semicolons between: <c>machine</c> for this machine's own functions, and simulated cards as
    /// <see cref="HostNames.Open(string)"/> knows them; those are all in one simulated machine, in the order of the list.
    /// </param>
    /// <returns>The hosts, each once; dispose them.</returns>
    /// <exception cref="FormatException">A name is not known; the message says which.</exception>
    public static IReadOnlyList<IHost> Open(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] names = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.Length == 0) throw new FormatException("The list names no host; it goes like machine; sim:edu; sim:generic,id=10ee:7024,bar0=64K,msi=4.");
        var cards = new List<CardModel>();
        foreach (string name in names)
        {
            if (HostNames.AfterSimulated(name) is { } card) cards.Add(HostNames.MakeCard(card));
            else if (!IsMachine(name)) throw new FormatException($"{ForeignText.Quoted(name)} names no host; a list goes like machine; sim:edu; sim:generic,id=10ee:7024,bar0=64K,msi=4.");
        }

        // A host has the place of its first name: programs that know nothing of several hosts get the first one's functions.
        var hosts = new List<IHost>();
        if (cards.Count > 0) hosts.Add(Simulated(cards));
        if (Array.FindIndex(names, IsMachine) is >= 0 and int place) hosts.Insert(place == 0 ? 0 : hosts.Count, HostNames.Machine());
        return hosts;
    }

    private static bool IsMachine(string name) => name.Equals("machine", StringComparison.OrdinalIgnoreCase);

    private static SimulatedHost Simulated(List<CardModel> cards)
    {
        var host = new SimulatedHost();
        try
        {
            foreach (CardModel card in cards) _ = card is SimulatedCard function ? host.Add(function) : host.Add((SimulatedPlatformCard)card);
            return host;
        }
        catch (InvalidOperationException error)
        {
            throw new FormatException($"No machine has room for these cards: {error.Message}", error);
        }
    }
}
