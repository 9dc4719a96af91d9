using System.Runtime.CompilerServices;
using Jungo.wdapi_dotnet;
using RingThree.Registers;

namespace RingThree.WinDriver;

/// <summary>The open cards by their handles. A handle is a number that was never a pointer, so that any other one can be told from it.</summary>
internal static class OpenCards
{
    private const int First = 0x5233_0000;
    private const int Step = 16;
    private const int SpacesEach = Step / 2; // so that half of a handle is the place of its first space
    private static readonly Lock Gate = new();
    private static OpenCard?[] _cards = new OpenCard?[16];
    private static OpenCard[] _all = [];
    private static Direct[] _direct = new Direct[16 * SpacesEach];
    private static int _next; // a place is never used twice: a handle that was closed stays closed

    /// <summary>Those that are open, in the order in which they were opened.</summary>
    internal static IReadOnlyList<OpenCard> All => _all;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static OpenCard? Find(IntPtr handle)
    {
        OpenCard?[] cards = _cards;
        nuint place = (nuint)(handle - First) / Step;
        return place < (nuint)cards.Length && cards[place] is { } card && card.Handle == handle ? card : null;
    }

    /// <summary>The window to the registers of a card's space, where that is one of the first eight and has one: one look instead of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static RegisterWindow? Window(IntPtr handle, uint space)
    {
        Direct[] direct = _direct;
        uint place = ((uint)(handle - First) / 2) + space;
        // What a wrong handle or number leads to has another handle in it.
        return space < SpacesEach && place < (uint)direct.Length && direct[place].Handle == handle ? direct[place].Window : null;
    }

    /// <summary>Gives a card its handle, has it described, and makes it known, in this order.</summary>
    internal static void Add(OpenCard card, Func<OpenCard, WDC_DEVICE> describe)
    {
        lock (Gate)
        {
            if (_next == _cards.Length)
            {
                var more = new OpenCard?[2 * _next];
                _cards.CopyTo(more, 0);
                var moreDirect = new Direct[SpacesEach * more.Length];
                _direct.CopyTo(moreDirect, 0);
                Volatile.Write(ref _direct, moreDirect);
                Volatile.Write(ref _cards, more);
            }

            card.Handle = First + (_next * Step);
            card.Device = describe(card);
            for (int i = 0; i < Math.Min(SpacesEach, card.Spaces.Length); i++)
                _direct[(_next * SpacesEach) + i] = new Direct { Window = card.Spaces[i]?.Window, Handle = card.Handle };
            _all = [.. _all, card];
            Volatile.Write(ref _cards[_next++], card);
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
            _all = [.. _all.Where(c => c != card)];
            Array.Clear(_direct, place * SpacesEach, SpacesEach);
            return true;
        }
    }

    /// <summary>A space of a card, by the card's handle.</summary>
    private struct Direct
    {
        internal IntPtr Handle;
        internal RegisterWindow? Window;
    }
}
