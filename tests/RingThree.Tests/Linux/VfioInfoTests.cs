using System.Buffers.Binary;
using FsCheck.Fluent;
using RingThree.Linux;
using Xunit;

namespace RingThree.Tests;

/// <summary>The capability chain behind VFIO's answers.</summary>
public sealed class VfioInfoTests
{
    private const ushort Wanted = 7;

    [Fact]
    public void A_capability_is_what_follows_its_header()
    {
        byte[] answer = Chain(96, (16, 1, 40), (40, Wanted, 80), (80, 3, 0));

        Assert.Equal(answer[48..], VfioInfo.FindCapability(answer, 16, Wanted).ToArray());
    }

    [Fact]
    public void The_first_and_the_last_are_found()
    {
        byte[] answer = Chain(48, (16, Wanted, 40), (40, 3, 0));

        Assert.Equal(24, VfioInfo.FindCapability(answer, 16, Wanted).Length);
        Assert.Equal(0, VfioInfo.FindCapability(answer, 16, 3).Length);
        Assert.Equal(1, VfioInfo.FindCapability([.. answer, 9], 16, 3).Length);
    }

    [Fact]
    public void A_chain_without_it_or_no_chain_gives_nothing()
    {
        Assert.True(VfioInfo.FindCapability(Chain(64, (16, 1, 40), (40, 2, 0)), 16, Wanted).IsEmpty);
        Assert.True(VfioInfo.FindCapability(Chain(64, (0, Wanted, 0)), 0, Wanted).IsEmpty);
        Assert.True(VfioInfo.FindCapability([], 16, Wanted).IsEmpty);
        Assert.True(VfioInfo.FindCapability([], 0, Wanted).IsEmpty);
    }

    [Theory]
    [InlineData(16u)]
    [InlineData(8u)]
    [InlineData(57u)]
    [InlineData(64u)]
    [InlineData(0x7FFF_FFFFu)]
    [InlineData(0x8000_0000u)]
    [InlineData(0xFFFF_FFF0u)]
    [InlineData(0xFFFF_FFF8u)]
    [InlineData(0xFFFF_FFFFu)]
    public void A_chain_that_turns_back_or_leaves_the_answer_ends(uint next)
    {
        byte[] answer = Chain(64, (16, 1, next));

        Assert.True(VfioInfo.FindCapability(answer, 16, Wanted).IsEmpty);
    }

    [Theory]
    [InlineData(57u)]
    [InlineData(0x8000_0000u)]
    [InlineData(0xFFFF_FFFCu)]
    [InlineData(0xFFFF_FFFFu)]
    public void A_chain_that_starts_outside_the_answer_is_none(uint first) => Assert.True(VfioInfo.FindCapability(new byte[64], first, Wanted).IsEmpty);

    [Fact]
    public void Random_answers_are_walked_to_an_end() => Properties.ForAll(
        from length in Gen.Choose(0, 80)
        from answer in Properties.Bytes(length)
        from small in Gen.Elements(true, false)
        from first in Properties.Bits()
        select (answer, small, (uint)first),
        sample =>
        {
            (byte[] answer, bool small, uint first) = sample;
            if (small)
            {
                // Offsets within the answer: otherwise most chains end with their first step.
                for (int at = 4; at + 4 <= answer.Length; at += 4) BinaryPrimitives.WriteUInt32LittleEndian(answer.AsSpan(at), answer[at] % 96u);
                first %= 96;
            }

            Assert.InRange(VfioInfo.FindCapability(answer, first, answer.Length > 0 ? answer[0] : Wanted).Length, 0, Math.Max(0, answer.Length - 8));
        },
        tests: 3000);

    private static byte[] Chain(int length, params (int At, ushort Id, uint Next)[] capabilities)
    {
        byte[] answer = [.. Enumerable.Range(0, length).Select(i => (byte)(0x80 + i))];
        foreach ((int at, ushort id, uint next) in capabilities)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(answer.AsSpan(at), id);
            BinaryPrimitives.WriteUInt32LittleEndian(answer.AsSpan(at + 4), next);
        }

        return answer;
    }
}
