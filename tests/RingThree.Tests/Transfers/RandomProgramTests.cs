using FsCheck;
using FsCheck.Fluent;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>Any program, on any memory: the product and the model do the same.</summary>
public sealed class RandomProgramTests
{
    private const int Tests = 1500;

    public sealed record Sample(ModelCommand[] Commands, byte[] Memory, bool IsVolatile, bool Present);

    [Theory]
    [InlineData(InterruptKind.Level)]
    [InlineData(InterruptKind.Msi)]
    [InlineData(InterruptKind.MsiX)]
    public void A_program_makes_the_accesses_of_its_rules_in_their_order(InterruptKind kind) => Properties.ForAll(
        Samples(),
        sample => Compare(sample, kind, mapped: null, compareAccesses: true),
        Tests,
        Smaller);

    [Theory]
    [InlineData(InterruptKind.Level)]
    [InlineData(InterruptKind.MsiX)]
    public void A_program_on_mapped_memory_leaves_the_same_bytes_and_values(InterruptKind kind) => Properties.ForAll(
        Samples(),
        sample => Compare(sample with { IsVolatile = false }, kind, mapped: [(0, ProgramModel.BarSize)], compareAccesses: false),
        Tests,
        Smaller);

    [Fact]
    public void A_program_on_memory_mapped_in_part_leaves_the_same_bytes_and_values() => Properties.ForAll(
        Samples(),
        sample => Compare(sample with { IsVolatile = false }, InterruptKind.Level, mapped: [(0, 0x40), (0x80, 0x40)], compareAccesses: false),
        Tests,
        Smaller);

    [Fact]
    public void Running_prepared_answers_as_a_level_line_does() => Properties.ForAll(
        Samples(),
        sample =>
        {
            var program = new ProgramModel(sample.Commands);
            if (program.IsEmpty) return;
            FakeDevice fake = Fake(sample, mapped: null);
            using PciDevice device = fake.Open();
            ulong[] values = new ulong[program.ValueCount];
            ulong[] expected = new ulong[program.ValueCount];

            bool ours = device.Prepare(program.Build()).Run(values);

            Assert.Equal(program.Run(Memories(Fake(sample, mapped: null)), expected, message: false, sample.Present) == ModelAnswer.Ours, ours);
            Assert.Equal(expected, values);
        },
        Tests,
        Smaller);

    private static void Compare(Sample sample, InterruptKind kind, (int Offset, int Length)[]? mapped, bool compareAccesses)
    {
        var program = new ProgramModel(sample.Commands);
        if (program.IsEmpty) return;
        FakeDevice fake = Fake(sample, mapped);
        FakeDevice model = Fake(sample, mapped: null);
        ulong[] values = Untouched(program.ValueCount);
        ulong[] expected = Untouched(program.ValueCount);
        using PciDevice device = fake.Open();

        ImmediateResult result = PreparedProgram.Stage(device, program.Build()).Run(vector: 3, count: 1, kind, values);

        ModelAnswer answer = program.Run(Memories(model), expected, message: kind != InterruptKind.Level, sample.Present);
        Assert.Equal(
            answer switch
            {
                ModelAnswer.Ours => ImmediateResult.ClaimedAndDeferred,
                ModelAnswer.Gone => ImmediateResult.DeviceGone,
                _ => ImmediateResult.NotOurs,
            },
            result);
        Assert.Equal(expected, values);
        if (compareAccesses) Assert.Equal(model.Accesses, fake.Accesses);
        // A card found gone is overlaid, and shows its memory no more.
        if (answer != ModelAnswer.Gone)
        {
            Assert.Equal(model[0].Bytes, fake[0].Bytes);
            Assert.Equal(model[2].Bytes, fake[2].Bytes);
        }
    }

    private static Gen<Sample> Samples() =>
        from commands in ProgramModel.Commands()
        from memory in Gen.Frequency((3, Properties.Bytes(ProgramModel.BarSize)), (2, SparseBytes()))
        from isVolatile in Gen.Elements(true, false)
        from present in Gen.Elements(true, false)
        select new Sample(commands, memory, isVolatile, present);

    /// <summary>Mostly all zeros and all ones, where tests fail and a card may be gone.</summary>
    private static Gen<byte[]> SparseBytes() =>
        Gen.ArrayOf(Gen.Elements((byte)0, byte.MaxValue), ProgramModel.BarSize / 8)
            .Select(cells => cells.SelectMany(cell => Enumerable.Repeat(cell, 8)).ToArray());

    private static IEnumerable<Sample> Smaller(Sample sample) => Properties.Shorter(sample.Commands).Select(commands => sample with { Commands = commands });

    private static FakeDevice Fake(Sample sample, (int Offset, int Length)[]? mapped)
    {
        FakeDevice fake = new FakeDevice { Present = sample.Present }
            .Add(0, ProgramModel.BarSize, mapped: mapped, isVolatile: sample.IsVolatile)
            .Add(2, ProgramModel.BarSize, mapped: mapped, isVolatile: sample.IsVolatile);
        sample.Memory.CopyTo(fake[0].Bytes);
        sample.Memory.AsSpan().CopyTo(fake[2].Bytes);
        fake[2].Bytes.Reverse();
        return fake;
    }

    private static Dictionary<int, FakeMemory> Memories(FakeDevice fake) => new() { [0] = fake[0], [2] = fake[2] };

    private static ulong[] Untouched(int count) => [.. Enumerable.Range(0, count).Select(i => 0xDEAD_0000_0000_0000 + (ulong)i)];
}
