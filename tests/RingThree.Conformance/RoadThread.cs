using System.Globalization;

namespace RingThree.Conformance;

/// <summary>A thread of the road as the kernel sees it, from proc(5).</summary>
/// <param name="Task">Its directory.</param>
/// <param name="Ticks">Processor time, in ticks of 10 ms: stat fields 14 and 15.</param>
/// <param name="Priority">Real-time priority: stat field 40.</param>
/// <param name="Policy">Scheduling policy: stat field 41.</param>
/// <param name="Processors">Where it may run.</param>
internal sealed record RoadThread(string Task, long Ticks, string Priority, string Policy, string Processors)
{
    /// <summary>SCHED_FIFO.</summary>
    public const string Fifo = "1";

    /// <summary>All there are now, of every device, the ones that listen for removal included: the kernel keeps 15 characters of a name, too few to tell.</summary>
    public static IEnumerable<RoadThread> All()
    {
        foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            RoadThread? thread = null;
            try
            {
                if (File.ReadAllText(task + "/comm").StartsWith("RingThree", StringComparison.Ordinal)) thread = Read(task);
            }
            catch (IOException)
            {
                // That thread has just ended.
            }

            if (thread is not null) yield return thread;
        }
    }

    public static RoadThread Read(string task)
    {
        string stat = File.ReadAllText(task + "/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // from field 3 on
        string allowed = File.ReadLines(task + "/status").First(l => l.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1];
        long ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return new RoadThread(task, ticks, fields[37], fields[38], allowed);
    }
}
