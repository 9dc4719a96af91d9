using Jungo.wdapi_dotnet;
using RingThree.Hosting;
using RingThree.Simulation;
using RingThree.WinDriver;
using Xunit;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Tests;

/// <summary>A machine with two edu cards on one line, under the WinDriver face, which a process has once.</summary>
[Collection("WinDriver")]
public abstract class WinDriverTest : IAsyncDisposable
{
    protected const uint Success = (uint)WD_ERROR_CODES.WD_STATUS_SUCCESS;
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    protected WinDriverTest()
    {
        Host = new SimulatedHost().Add(new EduCard(), "0000:00:02.0").Add(new EduCard(), "0000:00:06.0");
        WinDriverHosts.Use(Host);
        Assert.Equal(Success, WDC_DriverOpen(wdc_lib_consts.WDC_DRV_OPEN_DEFAULT, null));
    }

    protected SimulatedHost Host { get; }

    public ValueTask DisposeAsync()
    {
        Close();
        WDC_DriverClose();
        WinDriverHosts.Use();
        Host.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Gives back what a test has opened beside the library.</summary>
    protected virtual void Close()
    {
    }

    /// <summary>The resources of the edu in a slot.</summary>
    protected static WD_PCI_CARD_INFO Info(uint slot = 2)
    {
        var info = new WD_PCI_CARD_INFO { pciSlot = new WD_PCI_SLOT { dwSlot = slot } };
        Assert.Equal(Success, WDC_PciGetDeviceInfo(ref info));
        return info;
    }

    /// <summary>An open edu.</summary>
    protected static WDC_DEVICE Open(uint slot = 2)
    {
        WD_PCI_CARD_INFO info = Info(slot);
        IntPtr handle = 0;
        Assert.Equal(Success, WDC_PciDeviceOpen(ref handle, ref info, 0));
        return handle;
    }

    /// <summary>The commands that acknowledge an edu: read the status, is it ours, write back what was read... which is known to be one bit.</summary>
    protected static WD_TRANSFER[] Acknowledge(WDC_DEVICE device, uint bits = 1)
    {
        var commands = new WD_TRANSFER[3];
        commands[0].pPort = device.pAddrDesc[0].pAddr + 0x24;
        commands[0].cmdTrans = (uint)WD_TRANSFER_CMD.RM_DWORD;
        commands[1].cmdTrans = (uint)WD_TRANSFER_CMD.CMD_MASK;
        commands[1].Data.Dword = bits;
        commands[2].pPort = device.pAddrDesc[0].pAddr + 0x64;
        commands[2].cmdTrans = (uint)WD_TRANSFER_CMD.WM_DWORD;
        commands[2].Data.Dword = bits;
        return commands;
    }

    protected static void Until(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Patience));
}
