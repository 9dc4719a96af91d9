using System.Text.Json;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Cli;

/// <summary>What became of a function's driver.</summary>
/// <param name="Address">The function.</param>
/// <param name="Before">The driver it had.</param>
/// <param name="Now">The driver it has.</param>
/// <param name="Group">Its isolation group.</param>
internal sealed record BindingChange(PciAddress Address, string? Before, string? Now, int? Group)
{
    /// <summary>Changes functions one after the other and prints what became of each, also of those before one that failed.</summary>
    internal static void Make(IHost host, IEnumerable<PciAddress> functions, Action<PciAddress> change, bool json)
    {
        var made = new List<BindingChange>();
        var groups = host.Scan().ToDictionary(d => d.Address, d => d.IsolationGroup);
        try
        {
            foreach (PciAddress address in functions)
            {
                string place = address.ToString();
                string? before = host.Binding!.GetDriver(place);
                change(address);
                made.Add(new BindingChange(address, before, host.Binding.GetDriver(place), groups.GetValueOrDefault(place)));
                if (!json) Console.WriteLine($"{place}: {before ?? "no driver"} -> {made[^1].Now ?? "no driver"}");
            }
        }
        finally
        {
            if (json && made.Count > 0) JsonOutput.WriteLine(j => Write(j, made));
        }
    }

    private static void Write(Utf8JsonWriter json, List<BindingChange> made)
    {
        json.WriteStartObject();
        json.WriteStartArray("functions");
        foreach (BindingChange one in made)
        {
            json.WriteStartObject();
            json.WriteString("address", one.Address.ToString());
            json.WriteString("driverBefore", one.Before);
            json.WriteString("driver", one.Now);
            json.WriteNumber("isolationGroup", one.Group);
            json.WriteBoolean("changed", one.Before != one.Now);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
