using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <summary>An open file descriptor; closed when disposed, or when nothing holds it any more.</summary>
public sealed class FileDescriptor : SafeHandle
{
    /// <summary>For the marshaller, which sets the descriptor.</summary>
    public FileDescriptor()
        : base(-1, ownsHandle: true)
    {
    }

    /// <summary>Takes over a descriptor that a call returned by number (ioctl).</summary>
    public FileDescriptor(int number)
        : base(-1, ownsHandle: true) => SetHandle(number);

    /// <inheritdoc/>
    /// <remarks>The marshaller stores the whole return register, of which a C int fills only the lower half: -1 arrives as FFFF_FFFFh.</remarks>
    public override bool IsInvalid => (int)handle < 0;

    /// <summary>Its number, for calls on a hot path. Only valid while the caller keeps this object undisposed.</summary>
    public int Number => (int)handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}
