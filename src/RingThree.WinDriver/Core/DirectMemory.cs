using Jungo.wdapi_dotnet;

namespace RingThree.WinDriver;

/// <summary>
/// The addresses that the memory macros take. Each space has a number of 32 bits, its token, so that code from 32-bit days
/// can hold it, and a pointer where it is mapped. Neither is followed here: the space is looked up and checks the access.
/// </summary>
internal static class DirectMemory
{
    private const uint First = 0x1000_0000;
    private const uint End = 0xF000_0000;
    private const uint Granularity = 0x1_0000;
    private static readonly Lock Gate = new();
    private static AddressSpace[] _spaces = []; // by rising token; those without one at the end

    /// <summary>Gives a space the first free range of tokens, or 0 where none is large enough.</summary>
    internal static void Add(AddressSpace space)
    {
        lock (Gate)
        {
            ulong token = First;
            int place = 0;
            foreach (AddressSpace other in _spaces.TakeWhile(s => s.Token != 0))
            {
                if (other.Token - token >= space.Region.Size) break;
                token = RoundUp(other.Token + other.Region.Size);
                place++;
            }

            bool fits = token < End && space.Region.Size <= End - token;
            space.Token = fits ? (uint)token : 0;
            _spaces = [.. _spaces[..(fits ? place : _spaces.Length)], space, .. _spaces[(fits ? place : _spaces.Length)..]];
        }
    }

    internal static void Remove(AddressSpace space)
    {
        lock (Gate) _spaces = [.. _spaces.Where(s => s != space)];
    }

    /// <summary>Reads memory by the address of a space and an offset.</summary>
    /// <returns>The value; all ones, as of memory that nobody answers for, where the address is of no open space.</returns>
    internal static T Read<T>(string operation, ulong address, ulong offset, T allOnes)
        where T : unmanaged
    {
        try
        {
            if (Find(address, offset, out ulong at) is { } space) return space.Read<T>(at);
            Status.Failed(operation, WD_ERROR_CODES.WD_INVALID_PARAMETER, $"0x{address:x} is the address of no open device's memory.");
        }
        catch (Exception error)
        {
            Status.Failed(operation, error);
        }

        return allOnes;
    }

    /// <summary>Writes memory by the address of a space and an offset; nothing where the address is of no open space.</summary>
    internal static void Write<T>(string operation, ulong address, ulong offset, T value)
        where T : unmanaged
    {
        try
        {
            if (Find(address, offset, out ulong at) is { } space) space.Write(at, value);
            else Status.Failed(operation, WD_ERROR_CODES.WD_INVALID_PARAMETER, $"0x{address:x} is the address of no open device's memory.");
        }
        catch (Exception error)
        {
            Status.Failed(operation, error);
        }
    }

    private static AddressSpace? Find(ulong address, ulong offset, out ulong at)
    {
        foreach (AddressSpace space in _spaces)
        {
            ulong start = address - space.Token < space.Region.Size && space.Token != 0 ? space.Token : space.Direct;
            if (start == 0 || address < start || address - start >= space.Region.Size) continue;
            at = address - start + offset;
            return space;
        }

        at = 0;
        return null;
    }

    private static ulong RoundUp(ulong value) => (value + Granularity - 1) & ~(ulong)(Granularity - 1);
}
