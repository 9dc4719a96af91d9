// RingThree.Benchmarks host|sim|start|guest FOLDER PAIRS SCALE: prints one line per figure, for run.sh to make the table of.
//   FOLDER  where the C programs are, and in cli the tool
//   PAIRS   how many pairs of a C round and a C# round
//   SCALE   divides the number of iterations of a round
using RingThree.Benchmarks;

if (args is not [string part, string folder, string pairs, string scale])
{
    Console.Error.WriteLine("RingThree.Benchmarks host|sim|start|guest FOLDER PAIRS SCALE");
    return 64;
}

var effort = new Effort(folder, int.Parse(pairs), int.Parse(scale));
if (part == "host")
{
    RegisterRow.Run(effort);
    FieldRows.Run(effort);
    BlockRows.Run(effort);
    RoadRows.Run(effort);
    AllocationRows.Run();
    WinDriverRows.Registers(effort);
}
else if (part == "sim")
{
    SimulationRows.Run(effort);
    VectorRows.Run(effort);
    WinDriverRows.Interrupts(effort);
}
else if (part == "start")
{
    StartRow.Run(effort, Path.Combine(folder, "cli", "ring3"));
}
else
{
    GuestRows.Run(effort, "0000:00:02.0"); // edu-a of tests/guest
}

return 0;
