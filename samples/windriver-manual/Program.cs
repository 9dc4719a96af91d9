// The code samples of WinDriver's manual, in C#, each on a simulated card that really interrupts: 'dotnet run level', 'dotnet run all'.
using Jungo.wdapi_dotnet;
using RingThree.Samples.WinDriverManual;

(string Word, string Says, Action Run)[] samples =
[
    ("level", "10.1.6, 9.2.2.1: a level line, INTCSR in ports and in memory, acknowledged by transfer commands", LevelSensitive.Run),
    ("edge", "10.1.8: an ISA card, edges, a handler", EdgeTriggered.Run),
    ("status", "10.6.3: whose interrupt it was, by the status register's value in the handler", StatusInHandler.Run),
    ("count", "10.6.4, 10.6.6: interrupts counted, and written to a file by the handler", CountingToFile.Run),
    ("reserved", "10.2: reserved memory, cached, exclusive", ReservedMemory.Run),
    ("vxworks", "9.2.3: windrvr_isr", VxWorksRoutine.Run),
    ("windows-ce", "9.2.4: logical interrupts, CEInterruptEnhance", LogicalInterrupts.Run),
    ("plug-in", "13.10.3: a shared interrupt at interrupt level, every fifth deferred", PlugInAcknowledge.Run),
    ("messages", "13.7, 13.8.3: open data, messages, a version", PlugInMessages.Run),
    ("transfer", "13.10.7: WD_Transfer at interrupt level", PlugInTransfer.Run),
    ("buffer", "13.10.8: a buffer that program and plug-in share", PlugInBuffer.Run),
];

string word = args is [var given] ? given : "";
Action[] chosen = [.. samples.Where(s => word == "all" || s.Word == word).Select(s => s.Run)];
if (chosen.Length == 0)
{
    Console.Error.WriteLine($"One word is needed: all, or one of{Environment.NewLine}{string.Join(Environment.NewLine, samples.Select(s => $"  {s.Word,-11} {s.Says}"))}");
    return 2;
}

try
{
    foreach (Action sample in chosen) sample();
    return 0;
}
catch (FailedException error)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}
finally
{
    wdc_lib_decl.WDC_DriverClose(); // what a sample that failed has left open
}
