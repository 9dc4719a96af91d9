using RingThree.Pci;
using RingThree.Simulation;
using RingThree.Tests;

namespace RingThree.Conformance;

/// <summary>A card is recorded at work, and the driver runs again without it.</summary>
public sealed class RecordingTests : RoadTest
{
    /// <summary>In the guest the file stays in /out: the unit tests' edu.r3rec was made so.</summary>
    [Fact]
    public async Task What_was_recorded_of_a_card_replays_without_it()
    {
        string path = Machine.IsGuest ? "/out/edu.r3rec" : Path.GetTempFileName();
        try
        {
            IReadOnlyList<string> recorded, replayed;
            using (var host = new RecordingHost(Machine.Host, path))
            using (PciDevice card = host.Open(Machine.AddressOf(Machine.EduA)))
            {
                recorded = await EduScenario.Run(card);
                Assert.Null(host.Failure);
            }

            using var replay = new ReplayHost(path);
            using (PciDevice card = replay.Open(Machine.AddressOf(Machine.EduA))) replayed = await EduScenario.Run(card);
            Assert.True(replay.IsComplete);
            Assert.Equal(recorded, replayed);
            Assert.Empty(replay.Departures);
        }
        finally
        {
            if (!Machine.IsGuest) File.Delete(path);
        }
    }
}
