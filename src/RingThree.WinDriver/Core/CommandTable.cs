using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Jungo.wdapi_dotnet;

namespace RingThree.WinDriver;

/// <summary>
/// Numbers for arrays of commands, so that a structure in memory can name one. A number that nobody gave is refused: memory
/// that the caller has not filled may hold any.
/// </summary>
internal static class CommandTable
{
    private static readonly ConcurrentDictionary<nint, WD_TRANSFER[]> Arrays = new();
    private static readonly ConcurrentDictionary<WD_TRANSFER[], nint> Numbers = new();

    // A first number of 62 bits that nothing else has by chance: neither a count nor what a heap leaves behind.
    [SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Against chance, not against an attacker, who shares the process.")]
    private static long last = Random.Shared.NextInt64(1L << 60, 1L << 62);

    /// <summary>The number of an array, which is kept for as long as the program runs: nobody says when the structure is gone.</summary>
    internal static nint NumberOf(WD_TRANSFER[] commands)
    {
        nint number = Numbers.GetOrAdd(commands, static _ => (nint)Interlocked.Add(ref last, 0x10001));
        Arrays[number] = commands;
        return number;
    }

    /// <exception cref="ArgumentException">No array has that number.</exception>
    internal static WD_TRANSFER[] At(nint number) => Arrays.TryGetValue(number, out WD_TRANSFER[]? commands)
        ? commands
        : throw new ArgumentException($"{nameof(WDC_INTERRUPT_PARAMS)}: {nameof(WDC_INTERRUPT_PARAMS.pTransCmds)} in memory was not set by this program. Set it to an array or to null, and write the whole structure with Marshal.StructureToPtr.");
}
