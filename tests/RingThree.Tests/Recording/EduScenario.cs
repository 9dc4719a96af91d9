using RingThree.Dma;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;

namespace RingThree.Tests;

/// <summary>
/// What the sample driver does on an edu card, and what comes of it: the same lines wherever the card is. Recorded on
/// QEMU's card by the conformance suite, and replayed by the unit tests.
/// </summary>
internal static class EduScenario
{
    /// <summary>Drives the card through both kinds of interrupt.</summary>
    internal static async Task<IReadOnlyList<string>> Run(PciDevice card)
    {
        var results = new List<string>();
        foreach (InterruptKinds kind in (InterruptKinds[])[InterruptKinds.Level, InterruptKinds.Msi])
        {
            await using var edu = new EduDriver(card, kind);
            results.Add($"{edu.Interrupts.Kind}: {edu.Identify()}");
            for (uint n = 1; n <= 12; n++) results.Add($"{n}! = {await edu.FactorialAsync(n)}");
            for (int i = 0; i < 20; i++) await edu.RaiseAsync((EduInterrupts)(0x10u << (i % 8)));
            results.Add(await RoundTrip(edu, 2000));
        }

        return results;
    }

    /// <summary>Sends bytes to the card's memory and fetches them: what arrives comes from the device alone.</summary>
    internal static async Task<string> RoundTrip(EduDriver edu, int length)
    {
        using DmaBuffer sent = edu.Allocate(length);
        using DmaBuffer received = edu.Allocate(length);
        new Random(3).NextBytes(sent.Span);
        await edu.ToCardAsync(sent, length);
        await edu.FromCardAsync(received, length - 100);
        return $"{length - 100} bytes back: {sent.Span[..^100].SequenceEqual(received.Span[..^100])}, beyond them {received.Span[^100..].IndexOfAnyExcept((byte)0)}";
    }
}
