using System.Diagnostics;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Samples.Edu;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The file: cut off, damaged, made by somebody who means ill.</summary>
public sealed class RecordingFileTests : IDisposable
{
    private const int Rounds = 10_000;
    private static readonly TimeSpan LongestRound = TimeSpan.FromSeconds(10);
    private const long LargestAllocation = 16 << 20;
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task A_file_that_was_cut_off_anywhere_is_read_up_to_its_last_whole_record()
    {
        byte[] whole = await Record();
        for (int length = 6; length < whole.Length; length += Math.Max(1, whole.Length / 300))
        {
            await File.WriteAllBytesAsync(_path, whole[..length]);
            using var host = new ReplayHost(_path);
            Assert.False(host.IsComplete);
        }
    }

    [Fact]
    public void A_driver_that_goes_on_where_the_file_was_cut_off_is_told_so_once()
    {
        using (var host = new RecordingHost(new SimulatedHost().Add(new EduCard()), _path))
        using (PciDevice card = host.Open(EduDriver.Id)) card.Bar(0).Write(0x04, 1u);
        byte[] whole = File.ReadAllBytes(_path);

        IReadOnlyList<Departure> Replay(int cut)
        {
            File.WriteAllBytes(_path, whole[..^cut]);
            using var host = new ReplayHost(_path);
            using (PciDevice card = host.Open(EduDriver.Id))
            {
                card.Bar(0).Write(0x04, 1u);
                for (uint i = 0; i < 10; i++) card.Bar(0).Write(0x08, i);
            }

            return host.Departures;
        }

        Assert.Contains(Enumerable.Range(1, 60), cut => Replay(cut) is [{ Kind: DepartureKind.RecordingCutOff, Expected: "nothing more" }]);
    }

    [Fact]
    public void A_recording_can_be_read_while_it_grows()
    {
        using var host = new RecordingHost(new SimulatedHost().Add(new EduCard()), _path);
        using PciDevice card = host.Open(EduDriver.Id);
        card.Bar(0).Write(0x04, 1u);
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                using var replay = new ReplayHost(_path);
                return replay.Scan().Count == 1;
            },
            TimeSpan.FromSeconds(10)));
    }

    [Theory]
    [InlineData("", "this is no recording")]
    [InlineData("R3RE", "this is no recording")]
    [InlineData("hello, world", "this is no recording")]
    [InlineData("R3REC\u0007", "has format 7")]
    [InlineData("R3REC\u0001\u0003\u0063\u0001\u0001", "record 1 at byte 6 is damaged: kind 99 is not known")]
    [InlineData("R3REC\u0001\u0003\u0001\u0001\u0001", "it ends too early")]
    [InlineData("R3REC\u0001\u0004\u0016\u0000\u0001\u0005", "nothing to repeat")]
    public void A_file_that_is_none_says_so(string content, string answer)
    {
        File.WriteAllText(_path, content);

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => new ReplayHost(_path));

        Assert.Contains(_path, error.Message, StringComparison.Ordinal);
        Assert.Contains(answer, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_file_gives_one_kind_of_error_or_a_device_and_never_hangs()
    {
        byte[] whole = await Record();
        var random = new Random(1);
        int read = 0;
        for (int round = 0; round < Rounds; round++)
        {
            await File.WriteAllBytesAsync(_path, Mutate(whole, random));
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();
            try
            {
                using var host = new ReplayHost(_path);
                foreach (DeviceDescription device in host.Scan()) Touch(host, device.Address);
                read++;
            }
            catch (InvalidDataException error)
            {
                Assert.StartsWith(_path, error.Message, StringComparison.Ordinal);
            }

            Assert.True(Stopwatch.GetElapsedTime(started) < LongestRound, $"round {round} took {Stopwatch.GetElapsedTime(started)}");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < LargestAllocation, $"round {round} allocated {GC.GetAllocatedBytesForCurrentThread() - allocated} bytes");
        }

        Assert.InRange(read, Rounds / 20, Rounds - (Rounds / 20)); // both happened
    }

    [Fact]
    public void Signals_that_come_again_more_often_than_anyone_can_count_keep_nobody()
    {
        using IHostedDevice card = new SimulatedHost().Add(new EduCard()).OpenDevice("0000:00:02.0", OpenOptions.Default);
        var file = new List<byte>([.. RecordingFormat.Magic, RecordingFormat.Version]);
        void Add(in RecordBuilder record) => file.AddRange([(byte)(0x80 | (record.Length & 0x7F)), (byte)(record.Length >> 7), .. record.Written]);
        var open = new RecordBuilder(new byte[256], RecordKind.Open, 1);
        RecordedShape.Write(ref open, card, 0);
        Add(open);
        var signals = new RecordBuilder(new byte[256], RecordKind.Signals, 1);
        foreach (ulong number in (ulong[])[1, PciNumbering.Msi, 0, 1]) signals.Number(number);
        Add(signals);
        var repeat = new RecordBuilder(new byte[256], RecordKind.Repeat, 0);
        repeat.Number(long.MaxValue);
        Add(repeat);
        File.WriteAllBytes(_path, [.. file]);

        using var host = new ReplayHost(_path);
        using IHostedDevice device = host.OpenDevice("0000:00:02.0", OpenOptions.Default);
        using IInterruptWaiter waiter = device.CreateWaiter();
        Assert.Equal(0, waiter.Wait(new InterruptSignal[4], TimeSpan.FromMilliseconds(1)));
        device.Write(0, 0, new byte[4]);
    }

    /// <summary>One of everything, at the contract's level.</summary>
    private static void Touch(ReplayHost host, string address)
    {
        try
        {
            using IHostedDevice device = host.OpenDevice(address, OpenOptions.Default);
            using IInterruptWaiter waiter = device.CreateWaiter();
            byte[] data = new byte[8];
            byte[] memory = GC.AllocateArray<byte>(4096, pinned: true);
            unsafe
            {
                fixed (byte* pointer = memory)
                {
                    device.AddressSpace?.Map((nuint)pointer, 4096, new Dma.Iova(0x1000), DmaAccess.Both);
                    for (int region = 0; region < device.Regions.Count; region++)
                    {
                        device.Read(region, 0x24, data.AsSpan(0, 4));
                        device.Write(region, 0x64, data.AsSpan(0, 4));
                    }

                    for (int group = 0; group < device.InterruptGroups.Count; group++) device.Bind(group, [new VectorRoute(waiter, group)]);
                    waiter.Wait(new InterruptSignal[4], TimeSpan.Zero);
                    device.IsPresent();
                    device.AddressSpace?.Unmap(new Dma.Iova(0x1000), 4096);
                }
            }
        }
        catch (DeviceException)
        {
            // A recorded failure, of a file that came to have one.
        }
    }

    private static byte[] Mutate(byte[] whole, Random random)
    {
        byte[] bytes = [.. whole];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(bytes.Length);
            switch (random.Next(5))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.AsSpan(at, Math.Min(random.Next(1, 12), bytes.Length - at)).Fill(0xFF); break;
                case 3: bytes = bytes[..Math.Max(1, at)]; break;
                default: bytes = [.. bytes[..at], .. bytes[random.Next(bytes.Length)..]]; break;
            }
        }

        return bytes;
    }

    private async Task<byte[]> Record()
    {
        using (var host = new RecordingHost(new SimulatedHost().Add(new EduCard()), _path))
        using (PciDevice card = host.Open(EduDriver.Id))
        {
            await using var edu = new EduDriver(card);
            Assert.True(edu.Identify());
            await edu.FactorialAsync(10);
            await EduScenario.RoundTrip(edu, 300);
        }

        return await File.ReadAllBytesAsync(_path);
    }
}
