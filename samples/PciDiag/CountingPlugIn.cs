using System.Runtime.InteropServices;
using RingThree.PlugIns;
using RingThree.Registers;

namespace RingThree.Samples.PciDiag;

/// <summary>Where a card tells that it interrupts: what the program opens the plug-in with.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct StatusRegister
{
    /// <summary>Its address space.</summary>
    public uint Space;

    /// <summary>Where it is read, 32 bits.</summary>
    public uint Status;

    /// <summary>Where what was read is written back.</summary>
    public uint Acknowledge;
}

/// <summary>What the plug-in has counted.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PlugInCounts
{
    /// <summary>Interrupts that were the card's.</summary>
    public uint Claimed;

    /// <summary>Those that were none of its own.</summary>
    public uint Rejected;

    /// <summary>Of those that were the card's, the deferred ones.</summary>
    public uint Deferred;
}

/// <summary>
/// A plug-in that counts: it claims what its card's status register shows, acknowledges that by writing it back, and defers
/// every fifth to the program's handler.
/// </summary>
internal sealed class CountingPlugIn : IKernelPlugIn
{
    /// <summary>What programs open it by.</summary>
    internal const string Name = "KP_PCIDIAG";

    /// <summary>Messages of the program's.</summary>
    internal const uint Version = 1, Counts = 2, Clear = 3;

    private const uint VersionNumber = 100;
    private const int Every = 5;

    public uint InterfaceVersion => KernelPlugIns.InterfaceVersion;

    public IPlugInSession? Open(PlugInDevice device, nint openData)
    {
        if (openData == 0) return null;
        StatusRegister where = Marshal.PtrToStructure<StatusRegister>(openData);
        bool fits = device.FindRegion((int)where.Space) is { } space && !space.IsPort && where.Status % 4 == 0 && where.Acknowledge % 4 == 0
            && where.Status + 4UL <= space.Size && where.Acknowledge + 4UL <= space.Size;
        return fits ? new Session(device.FindRegion((int)where.Space)!, where) : null;
    }

    private sealed class Session(DeviceRegion space, StatusRegister where) : PlugInSession
    {
        private PlugInCounts _counts;

        public override uint Call(uint message, nint data)
        {
            switch (message)
            {
                case Version:
                    return VersionNumber;
                case Counts when data != 0:
                    Marshal.StructureToPtr(_counts, data, fDeleteOld: false);
                    return 1;
                case Clear:
                    _counts = default;
                    return 1;
                default:
                    return 0;
            }
        }

        public override bool IntAtIrql(out bool isMine)
        {
            uint status = space.Read<uint>(where.Status);
            isMine = status is not 0 and not uint.MaxValue; // all ones: the card is gone
            if (!isMine)
            {
                _counts.Rejected++;
                return false;
            }

            space.Write(where.Acknowledge, status);
            bool deferred = ++_counts.Claimed % Every == 0;
            if (deferred) _counts.Deferred++;
            return deferred;
        }

        public override bool IntAtIrqlMsi(int lastMessage) => IntAtIrql(out _);

        public override int IntAtDpc(long count) => (int)Math.Min(count, int.MaxValue); // one call of the handler for each
    }
}
