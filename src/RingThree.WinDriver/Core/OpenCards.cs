using System.Runtime.CompilerServices;

namespace RingThree.WinDriver;

/// <summary>The open cards by their handles. A handle is a number that was never a pointer, so that any other one can be told from it.</summary>
internal static class OpenCards
{
    private const int First = 0x5233_0000;
    private const int Step = 16;
    private static readonly Lock Gate = new();
    private static OpenCard?[] _cards = new OpenCard?[16];
    private static int _next; // a place is never used twice: a handle that was closed stays closed

    internal static IEnumerable<OpenCard> All => _cards.Where(c => c is not null)!;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static OpenCard? Find(IntPtr handle)
    {
        OpenCard?[] cards = _cards;
        nuint place = (nuint)(handle - First) / Step;
        return place < (nuint)cards.Length && cards[place] is { } card && card.Handle == handle ? card : null;
    }

    internal static IntPtr Add(OpenCard card)
    {
        lock (Gate)
        {
            if (_next == _cards.Length)
            {
                var more = new OpenCard?[2 * _next];
                _cards.CopyTo(more, 0);
                Volatile.Write(ref _cards, more);
            }

            card.Handle = First + (_next * Step);
            _cards[_next++] = card;
            return card.Handle;
        }
    }

    /// <summary>Takes a card out; false where somebody else was faster.</summary>
    internal static bool Remove(OpenCard card)
    {
        lock (Gate)
        {
            int place = (int)(card.Handle - First) / Step;
            if (_cards[place] != card) return false;
            _cards[place] = null;
            return true;
        }
    }
}
