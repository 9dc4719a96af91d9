using Xunit;

namespace RingThree.Tests.Generators;

/// <summary>Bit fields that compile, with every warning an error.</summary>
[Collection(nameof(RegisterMapBuild))]
public sealed class BitFieldAcceptanceTests(RegisterMapBuild build)
{
    [Fact]
    [MapSource("""
        /// <summary>A value of every kind of field.</summary>
        [BitFields(typeof(ulong), ReservedZero = 1UL << 63, Source = "nowhere")]
        public readonly partial struct Value
        {
            /// <summary>One bit.</summary>
            [Bits(0)] public partial bool A { get; init; }

            /// <summary>A number.</summary>
            [Bits(1, 3)] public partial byte B { get; init; }

            /// <summary>A number with a sign.</summary>
            [Bits(4, 12, Access = BitAccess.ReadOnly)] public partial short C { get; init; }

            /// <summary>An enum.</summary>
            [Bits(16, 3)] public partial System.DayOfWeek @event { get; internal init; }

            /// <summary>All that there is.</summary>
            [Bits(19, 44)] internal partial ulong E { get; }

            /// <summary>The user's own members stay.</summary>
            public bool Own => A && B > 0;
        }

        /// <summary>It has a text of its own, and stands in another type.</summary>
        public static partial class Outer
        {
            [BitFields(typeof(byte))]
            internal readonly partial struct Value
            {
                [Bits(0, 8)] internal partial sbyte All { get; init; }

                /// <inheritdoc/>
                public override string ToString() => "mine";
            }

            /// <summary>A map of both.</summary>
            [RegisterMap(Size = 16)]
            internal readonly partial struct Map
            {
                [Register(0)] internal partial Register<Bitfieldsofeverykindareaccepted.Value> First { get; }

                [Register(8)] internal partial Register<Value> Second { get; }
            }
        }
        """)]
    public void Bit_fields_of_every_kind_are_accepted() => build.AssertNothing();
}
