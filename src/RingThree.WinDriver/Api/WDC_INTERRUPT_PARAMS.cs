using System.Runtime.InteropServices;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

/// <summary>How to enable an interrupt, for calls that take it along. It can lie in memory (<see cref="Marshal.StructureToPtr{T}(T, IntPtr, bool)"/>).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WDC_INTERRUPT_PARAMS
{
    private IntPtr _commands; // a number of the array: a structure in memory cannot hold the array itself
    public uint dwNumCmds;
    public uint dwOptions;
    public IntPtr funcIntHandler;
    public IntPtr pData;
    public uint fUseKP;

    /// <summary>The commands that run at interrupt level, or null. They are kept as long as the program runs.</summary>
    public WD_TRANSFER[]? pTransCmds
    {
        readonly get => _commands == 0 ? null : CommandTable.At(_commands);
        set => _commands = value is null ? 0 : CommandTable.NumberOf(value);
    }
}
