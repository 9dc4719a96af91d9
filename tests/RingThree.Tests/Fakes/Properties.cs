using FsCheck;
using FsCheck.Fluent;

namespace RingThree.Tests;

/// <summary>Random tests: the body runs for many generated values; a failure shows the smallest one found and its seed.</summary>
internal static class Properties
{
    internal static void ForAll<T>(Gen<T> values, Action<T> body, int tests = 300, Func<T, IEnumerable<T>>? shrink = null)
    {
        Arbitrary<T> arbitrary = shrink is null ? Arb.From(values) : Arb.From(values, shrink);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(tests).WithQuietOnSuccess(true), Prop.ForAll(arbitrary, body));
    }

    /// <summary>64 random bits, among them many with few bits set or few clear, where mistakes hide.</summary>
    internal static Gen<ulong> Bits() => Gen.OneOf(
        Gen.Choose(0, 63).Select(bit => 1UL << bit),
        Gen.Choose(0, 63).Select(bit => ~(1UL << bit)),
        Gen.Elements(0UL, ulong.MaxValue, 0xFFUL, 0xFFFFUL, 0xFFFF_FFFFUL),
        Gen.Choose(int.MinValue, int.MaxValue).Two().Select(halves => ((ulong)(uint)halves.Item1 << 32) | (uint)halves.Item2));

    internal static Gen<byte[]> Bytes(int count) => Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value), count);

    /// <summary>Every array with one element less.</summary>
    internal static IEnumerable<T[]> Shorter<T>(T[] values)
    {
        for (int i = 0; i < values.Length; i++) yield return [.. values[..i], .. values[(i + 1)..]];
    }
}
