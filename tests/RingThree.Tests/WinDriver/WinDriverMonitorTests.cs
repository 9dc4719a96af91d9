using System.Diagnostics.Tracing;
using Jungo.wdapi_dotnet;
using RingThree.Diagnostics;
using Xunit;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Tests;

/// <summary>WinDriver face: where its debug log goes.</summary>
public sealed class WinDriverMonitorTests : WinDriverTest
{
    private const string NoSuchPlugIn = "kp_of_the_monitor_tests"; // by which its messages are told from those of tests beside it

    [Theory]
    [InlineData(wdc_lib_consts.WDC_DBG_DEFAULT, true)]
    [InlineData(wdc_lib_consts.WDC_DBG_DBM_ERR, true)]
    [InlineData(wdc_lib_consts.WDC_DBG_FILE_ERR, false)]
    [InlineData(wdc_lib_consts.WDC_DBG_NONE, false)]
    public void The_options_say_whether_the_monitor_hears_of_a_failure(uint options, bool heard)
    {
        string file = Path.GetTempFileName();
        using var listener = new MonitorListener(EventLevel.Error, MonitorSections.Miscellaneous);
        WDC_DEVICE device = Open();
        Assert.Equal(Success, WDC_SetDebugOptions(options, file));
        try
        {
            Assert.NotEqual(Success, WDC_KernelPlugInOpen(device, NoSuchPlugIn, 0));
        }
        finally
        {
            WDC_SetDebugOptions(wdc_lib_consts.WDC_DBG_NONE, null);
            WDC_PciDeviceClose(device.hDev);
            File.Delete(file);
        }

        string[] texts = [.. listener.Heard.Where(e => e.EventName == "MessageError").Select(e => (string)e.Payload![1]!).Where(t => t.Contains(NoSuchPlugIn, StringComparison.Ordinal))];
        Assert.Equal(heard ? 1 : 0, texts.Length);
        Assert.All(texts, t => Assert.StartsWith("WDC_KernelPlugInOpen: ", t, StringComparison.Ordinal));
    }
}
