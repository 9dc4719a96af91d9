using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>VFIO's answers that grow: asked once for their size, then in full, with the chain of capabilities behind them.</summary>
internal static unsafe class VfioInfo
{
    private const int LargestAnswer = 1 << 20;

    /// <summary>Asks for a structure that starts with its own size.</summary>
    /// <param name="descriptor">Whom to ask.</param>
    /// <param name="request">The ioctl.</param>
    /// <param name="query">The structure, its inputs filled in and its size set.</param>
    /// <returns>The answer in full, capabilities included; <see langword="null"/> when refused, with errno.</returns>
    internal static byte[]? Ask<T>(FileDescriptor descriptor, nuint request, T query)
        where T : unmanaged
    {
        byte[] answer = new byte[sizeof(T)];
        Unsafe.WriteUnaligned(ref answer[0], query);
        for (int attempt = 0; attempt < 3; attempt++)
        {
            // Sound: the first field tells the kernel how long the pinned array is, and it writes no further.
            fixed (byte* pointer = answer)
            {
                if (Libc.Ioctl(descriptor, request, pointer) < 0) return null;
            }

            int needed = BinaryPrimitives.ReadInt32LittleEndian(answer);
            if (needed <= answer.Length || needed > LargestAnswer) return answer;
            answer = new byte[needed];
            Unsafe.WriteUnaligned(ref answer[0], query);
            BinaryPrimitives.WriteInt32LittleEndian(answer, needed);
        }

        return answer;
    }

    /// <summary>Finds a capability (struct vfio_info_cap_header: id, version, next) in an answer.</summary>
    /// <returns>What follows its header; empty when it is not there.</returns>
    internal static ReadOnlySpan<byte> FindCapability(ReadOnlySpan<byte> answer, uint first, ushort id)
    {
        const ulong header = 8; // 64 bits: an offset near the end of 32 must not wrap
        // Offsets only ever grow in a chain; anything else would be a loop.
        for (uint at = first, before = 0; at > before && at + header <= (ulong)answer.Length;)
        {
            if (BinaryPrimitives.ReadUInt16LittleEndian(answer[(int)at..]) == id) return answer[((int)at + (int)header)..];
            before = at;
            at = BinaryPrimitives.ReadUInt32LittleEndian(answer[((int)at + 4)..]);
        }

        return [];
    }

    /// <summary>The fixed part of an answer.</summary>
    internal static T Head<T>(byte[] answer)
        where T : unmanaged => MemoryMarshal.Read<T>(answer);
}
