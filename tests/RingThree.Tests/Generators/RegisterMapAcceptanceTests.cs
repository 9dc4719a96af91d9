using Xunit;

namespace RingThree.Tests.Generators;

/// <summary>What compiles, with every warning an error: the generated code is the user's build's too.</summary>
[Collection(nameof(RegisterMapBuild))]
public sealed class RegisterMapAcceptanceTests(RegisterMapBuild build)
{
    [Fact]
    [MapSource("""
        /// <summary>A map of every kind of register.</summary>
        [RegisterMap(Size = 0x40)]
        public readonly partial struct Map
        {
            /// <summary>Read and written.</summary>
            [Register(0x00)] public partial Register<byte> A { get; }

            /// <summary>Read.</summary>
            [Register(0x02)] public partial ReadOnlyRegister<ushort> B { get; }

            /// <summary>Written.</summary>
            [Register(0x04)] public partial WriteOnlyRegister<int> C { get; }

            /// <summary>Cleared.</summary>
            [Register(0x08)] public partial WriteOneToClearRegister<ulong> D { get; }

            /// <summary>A row up to the last byte.</summary>
            [Register(0x10, Count = 3, Stride = 16)] public partial RegisterArray<System.DayOfWeek> E { get; }

            /// <summary>Another between its registers.</summary>
            [Register(0x14, Count = 6, Stride = 8)] internal partial RegisterArray<sbyte> F { get; }

            [Register(0x36)] private partial Register<short> G { get; }

            /// <summary>The user's own members stay.</summary>
            public uint Own => Offsets.G + Size;
        }
        """)]
    public void Registers_of_every_kind_are_accepted() => build.AssertNothing();

    [Fact]
    [MapSource("""
        /// <summary>A map without a namespace.</summary>
        [RegisterMap(Size = 4)]
        internal readonly partial struct GlobalMap
        {
            /// <summary>A register.</summary>
            [Register(0)] public partial Register<uint> Value { get; }
        }
        """, WithoutNamespace = true)]
    public void A_map_in_the_global_namespace_is_accepted() => build.AssertNothing();

    [Fact]
    [MapSource("""
        namespace Some.@event
        {
            /// <summary>A map in a block.</summary>
            [RegisterMap(Size = 4)]
            public readonly partial struct Map
            {
                /// <summary>A register.</summary>
                [Register(0)] public partial Register<uint> Value { get; }
            }
        }
        """, WithoutNamespace = true)]
    public void A_map_in_a_block_namespace_is_accepted() => build.AssertNothing();

    [Fact]
    [MapSource("""
        internal static partial class Card
        {
            internal sealed partial record Port<T>
                where T : class
            {
                internal partial record struct Half
                {
                    internal partial interface ILane
                    {
                        [RegisterMap(Size = 4)]
                        protected readonly partial struct Map
                        {
                            [Register(0)] public partial Register<uint> Value { get; }
                        }
                    }
                }
            }
        }
        """)]
    public void A_map_nested_in_partial_types_of_every_kind_is_accepted() => build.AssertNothing();

    [Fact]
    [MapSource("""
        /// <summary>A map whose width is the same for every T.</summary>
        /// <typeparam name="T">A tag.</typeparam>
        [RegisterMap(Size = 4)]
        public readonly partial struct Map<T>
            where T : class
        {
            /// <summary>A register.</summary>
            [Register(0)] public partial Register<uint> Value { get; }
        }
        """)]
    public void A_generic_map_is_accepted() => build.AssertNothing();

    [Fact]
    [MapSource("""
        /// <summary>A map in two parts.</summary>
        [RegisterMap(Size = 8)]
        public readonly partial struct Map
        {
            /// <summary>A register.</summary>
            [Register(0)] public partial Register<uint> First { get; }
        }

        public partial struct Map
        {
            /// <summary>Another.</summary>
            [Register(4)] public readonly partial Register<uint> Second { get; }

            internal const uint Both = Offsets.First + Offsets.Second;
        }
        """)]
    public void A_map_in_two_parts_is_accepted() => build.AssertNothing();

    [Fact]
    [MapSource("""
        [RegisterMap(Size = 8)]
        internal readonly partial struct Map
        {
            [Register(0)] public partial Register<ulong> Whole { get; }
            [Register(0, Overlaps = nameof(Whole))] public partial Register<uint> Low { get; }
            [Register(4, Overlaps = "Whole , Top")] public partial Register<uint> High { get; }
            [Register(7, Overlaps = "Whole")] public partial Register<byte> Top { get; }
        }
        """)]
    public void Registers_that_are_said_to_overlap_are_accepted() => build.AssertNothing();
}
