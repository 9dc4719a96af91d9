using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <summary>
/// The processor's IN and OUT, which C# has no words for and /dev/port does bytewise: one access of the width asked for.
/// x86-64 only. A thread needs <see cref="Libc.IoPermission"/> for the port first; without it the processor faults.
/// </summary>
public static unsafe class PortInstructions
{
    private const int Size = 4096;
    private const int Slot = 16;

    // System V AMD64: the port arrives in edi, the value in esi, an answer goes back in eax.
    private static readonly byte[][] Code =
    [
        [0x89, 0xFA, 0x31, 0xC0, 0xEC, 0xC3],       // mov edx, edi; xor eax, eax; in al, dx; ret
        [0x89, 0xFA, 0x31, 0xC0, 0x66, 0xED, 0xC3], // ... in ax, dx
        [0x89, 0xFA, 0xED, 0xC3],                   // ... in eax, dx
        [0x89, 0xFA, 0x89, 0xF0, 0xEE, 0xC3],       // mov edx, edi; mov eax, esi; out dx, al; ret
        [0x89, 0xFA, 0x89, 0xF0, 0x66, 0xEF, 0xC3], // ... out dx, ax
        [0x89, 0xFA, 0x89, 0xF0, 0xEF, 0xC3],       // ... out dx, eax
    ];

    private static readonly Lock Gate = new();
    private static nint _code;

    /// <summary>Whether this processor has them, as this library writes them.</summary>
    public static bool Exist => RuntimeInformation.ProcessArchitecture == Architecture.X64 && OperatingSystem.IsLinux();

    /// <summary>Makes the code; to be called once before the first access.</summary>
    /// <returns>0, or the call's errno.</returns>
    public static int Prepare()
    {
        lock (Gate)
        {
            if (_code != 0) return 0;
            nint page = Libc.MmapAnonymous(0, Size, Libc.ProtectReadWrite, Libc.MapPrivate | Libc.MapAnonymous, -1, 0);
            if (page == -1) return Errno.Last;
            // Sound: the page is ours alone, writable now, and each piece fits its slot.
            for (int i = 0; i < Code.Length; i++) Code[i].CopyTo(new Span<byte>((void*)(page + (i * Slot)), Slot));
            if (Libc.Protect(page, Size, Libc.ProtectReadExecute) != 0) // never writable and executable at once
            {
                int error = Errno.Last;
                Libc.Munmap(page, Size);
                return error;
            }

            Volatile.Write(ref _code, page);
            return 0;
        }
    }

    /// <summary>IN.</summary>
    /// <param name="port">The port; the thread has permission.</param>
    /// <param name="width">1, 2 or 4 bytes.</param>
    /// <exception cref="InvalidOperationException"><see cref="Prepare"/> has not been called, or failed.</exception>
    /// <remarks>Sound: after <see cref="Prepare"/> the slot holds a function of this signature, which touches nothing but registers.</remarks>
    public static uint Read(ushort port, int width)
    {
        nint code = _code;
        if (code == 0) ThrowNotPrepared();
        return ((delegate* unmanaged<uint, uint>)(code + (Index(width) * Slot)))(port);
    }

    /// <summary>OUT.</summary>
    /// <param name="port">The port; the thread has permission.</param>
    /// <param name="width">1, 2 or 4 bytes.</param>
    /// <param name="value">The value, in the low bytes.</param>
    /// <exception cref="InvalidOperationException"><see cref="Prepare"/> has not been called, or failed.</exception>
    /// <remarks>Sound: as for <see cref="Read"/>.</remarks>
    public static void Write(ushort port, int width, uint value)
    {
        nint code = _code;
        if (code == 0) ThrowNotPrepared();
        ((delegate* unmanaged<uint, uint, void>)(code + ((3 + Index(width)) * Slot)))(port, value);
    }

    [DoesNotReturn]
    private static void ThrowNotPrepared() =>
        throw new InvalidOperationException($"There is no code for port accesses yet: call {nameof(PortInstructions)}.{nameof(Prepare)} first, and go on only when it answers 0.");

    private static int Index(int width) => width switch
    {
        1 => 0,
        2 => 1,
        4 => 2,
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, "A port access has 1, 2 or 4 bytes."),
    };
}
