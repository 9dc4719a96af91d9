using System.Globalization;
using System.Text;
using Jungo.wdapi_dotnet;
using RingThree.Simulation;
using Xunit;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using static Jungo.wdapi_dotnet.wdc_lib_macros;

namespace RingThree.Tests;

/// <summary>WinDriver face: memory macros, texts, versions, what comes after a program that leaves its card open.</summary>
public sealed class WinDriverMacroTests : WinDriverTest
{
    [Fact]
    public void Memory_macros_reach_the_space_that_an_address_is_of_and_nothing_else()
    {
        WDC_DEVICE device = Open();
        WDC_DEVICE other = Open(6);
        ulong address = wdc_defs_macros.WDC_MEM_DIRECT_ADDR(device.pAddrDesc[0]);
        uint narrow = wdc_defs_macros.WDC_MEM_DIRECT_ADDR(ref device.pAddrDesc[0]);

        Assert.Equal((0x010000EDu, 0x010000EDu), (WDC_ReadMem32(address, 0), WDC_ReadMem32(narrow, 0)));
        Assert.NotEqual(address, wdc_defs_macros.WDC_MEM_DIRECT_ADDR(other.pAddrDesc[0]));
        WDC_WriteMem32(narrow, 4, 1);
        Assert.Equal((~1u, 0u), (WDC_ReadMem32(address + 4, 0), WDC_ReadMem32(wdc_defs_macros.WDC_MEM_DIRECT_ADDR(other.pAddrDesc[0]), 4)));
        WDC_WriteMem64(address, 0x80, 0x0123_4567_89AB_CDEF);
        Assert.Equal(0x0123_4567_89AB_CDEFul, WDC_ReadMem64(address, 0x80));

        Assert.Equal(uint.MaxValue, WDC_ReadMem32(address, device.pAddrDesc[0].qwBytes)); // beyond it
        Assert.Equal(ushort.MaxValue, WDC_ReadMem16(address, 1)); // not aligned
        Assert.Equal(byte.MaxValue, WDC_ReadMem8(0, 0));
        Assert.Equal(ulong.MaxValue, WDC_ReadMem64(ulong.MaxValue - 4, 8));
        WDC_WriteMem32(0xDEAD_BEEF, 0, 1);
        Assert.Equal(Success, WDC_PciDeviceClose(device.hDev));
        Assert.Equal(uint.MaxValue, WDC_ReadMem32(address, 0)); // closed
        Assert.Equal(0x010000EDu, WDC_ReadMem32(wdc_defs_macros.WDC_MEM_DIRECT_ADDR(other.pAddrDesc[0]), 0));
    }

    [Fact]
    public void Addresses_of_32_bits_are_used_again_when_their_space_is_closed()
    {
        var seen = new HashSet<uint>();
        for (int i = 0; i < 50; i++)
        {
            WDC_DEVICE device = Open();
            seen.Add(device.pAddrDesc[0].dwUserDirectMemAddr);
            Assert.Equal(Success, WDC_PciDeviceClose(device.hDev));
        }

        Assert.Single(seen);
        Assert.DoesNotContain(0u, seen);
    }

    [Fact]
    public void Versions_and_texts_are_told_and_do_not_overflow()
    {
        WDC_DEVICE device = Open();
        var text = new StringBuilder();
        uint number = 0;
        Assert.Equal((Success, windrvr_decl.WD_VERSION), (WDC_Version(text, ref number), number.ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(windrvr_decl.WD_VER_STRING, text.ToString());
        Assert.Equal((uint)WD_ERROR_CODES.WD_INSUFFICIENT_RESOURCES, WDC_Version(text, 3, ref number));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_Version(null!, ref number));
        Assert.Equal(Success, PciConfRegData2Str(device.hDev, (uint)PCI_CFG_REG.PCI_VID, text, 100, ref number));
        Assert.Equal(("vendor 1234", 11u), (text.ToString(), number));
        Assert.Equal(Success, PciConfRegData2Str(device.hDev, (uint)PCI_CFG_REG.PCI_CR, text, 200, ref number));
        Assert.Contains("memory", text.ToString(), StringComparison.Ordinal);
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, PciConfRegData2Str(device.hDev, 0x3E8, text, 200, ref number));
        Assert.Equal((uint)WD_ERROR_CODES.WD_OPERATION_FAILED, PciExpressConfRegData2Str(device.hDev, (uint)PCI_CFG_REG_EXPRESS.LNK_STS, text, 200, ref number));
        Assert.Equal(("MSI-X", "Single Root I/O Virtualization"), (GetCapabilityStr(0x11), GetExtendedCapabilityStr(0x10)));
        Assert.Equal((4u, WDC_ADDR_MODE.WDC_MODE_16, 1u), (WDC_ADDR_MODE_TO_SIZE(WDC_ADDR_MODE.WDC_MODE_32), WDC_ADDR_SIZE_TO_MODE(2), DotnetBoolToCBool(true)));
    }

    [Fact]
    public void The_programs_own_lines_are_in_the_debug_log_whatever_they_hold()
    {
        string file = Path.GetTempFileName();
        try
        {
            Assert.Equal(Success, WDC_SetDebugOptions(wdc_lib_consts.WDC_DBG_FILE_TRACE, file));
            WDC_Err("first {0}", 1);
            WDC_Trace("second {0} {1}", 2);
            WDC_Trace("third");
            Assert.Equal(Success, WDC_SetDebugOptions(wdc_lib_consts.WDC_DBG_NONE, null));
            string log = File.ReadAllText(file);
            Assert.Contains("first 1", log, StringComparison.Ordinal);
            Assert.Contains("second {0} {1}", log, StringComparison.Ordinal);
            Assert.Contains("third", log, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Registered_scans_generations_and_capabilities_by_slot_are_told_of_closed_functions()
    {
        Host.Add(MemoryCard.Nvme(), "0000:00:07.0");
        var result = new WDC_PCI_SCAN_RESULT();
        Assert.Equal((Success, 3u), (WDC_PciScanRegisteredDevices(0, 0, ref result), result.dwNumDevices));
        WD_PCI_SLOT nvme = new() { dwSlot = 7 }, edu = new() { dwSlot = 2 }, none = new() { dwSlot = 9 };
        Assert.InRange(WDC_PciGetExpressGenBySlot(ref nvme), 1u, 6u);
        Assert.Equal((0u, 0u), (WDC_PciGetExpressGenBySlot(ref edu), WDC_PciGetExpressGenBySlot(ref none)));
        Assert.Equal(0u, WDC_PciGetExpressGen(Open().hDev));
        var capabilities = new WDC_PCI_SCAN_CAPS_RESULT();
        Assert.Equal((Success, 1u), (WDC_PciScanCapsBySlot(ref nvme, 0x11, ref capabilities), capabilities.dwNumCaps));
        Assert.Equal(0x11u, capabilities.pciCaps[0].dwCapId);
        Assert.Equal((uint)WD_ERROR_CODES.WD_DEVICE_NOT_FOUND, WDC_PciScanCapsBySlot(ref none, 0, capabilities));
    }

    [Fact]
    public void Between_processes_nothing_is_served_yet_and_says_so()
    {
        const uint notYet = (uint)WD_ERROR_CODES.WD_NOT_IMPLEMENTED;
        uint count = 0;
        var processes = new WDS_IPC_SCAN_RESULT();
        Assert.Equal(notYet, wds_lib_decl.WDS_IpcRegister("me", 1, 1, 0, (_, _) => { }, 0));
        Assert.Equal(notYet, wds_lib_decl.WDS_IpcScanProcs(ref processes));
        Assert.Equal(notYet, wds_lib_decl.WDS_SharedBufferAlloc(4096, 0, out _));
        Assert.Equal(notYet, wds_lib_decl.WDS_SharedIntEnable("me", 1, 1, 0, (_, _) => { }, 0));
        Assert.Equal(notYet, WDC_PciSriovGetNumVFs(Open().hDev, ref count));
        Assert.False(wds_lib_decl.WDS_IsIpcRegistered() || wds_lib_decl.WDS_IsSharedIntsEnabledLocally());
    }

    [Theory]
    [InlineData(false, true, 0u)] // closed in order: nothing runs
    [InlineData(true, true, 0x77u)] // unless it is forced
    [InlineData(false, false, 0x77u)] // left open as the library closes
    public void Cleanup_commands_run_when_a_card_is_left_open_and_at_every_close_where_that_is_wanted(bool force, bool closes, uint expected)
    {
        WDC_DEVICE device = Open();
        var commands = new WD_TRANSFER[1];
        (commands[0].pPort, commands[0].cmdTrans) = (device.pAddrDesc[0].pAddr + 0x80, (uint)WD_TRANSFER_CMD.WM_DWORD);
        commands[0].Data.Dword = 0x77;
        Assert.Equal(Success, WDC_CardCleanupSetup(device.hDev, commands, 1, force));
        uint written = 0;
        Host.Faults.OnWrite("0000:00:02.0", 0, 0x80).Alter(value => { written = (uint)value; return value; });

        if (closes) Assert.Equal(Success, WDC_PciDeviceClose(device.hDev));
        Assert.Equal(Success, WDC_DriverClose());

        Assert.Equal(expected, written);
        Assert.Equal(Success, WDC_DriverOpen(0, null));
    }

    [Fact]
    public void Cleanup_commands_that_are_wrong_or_taken_back_do_not_run()
    {
        WDC_DEVICE device = Open();
        const uint invalid = (uint)WD_ERROR_CODES.WD_INVALID_PARAMETER;
        Assert.Equal(invalid, WDC_CardCleanupSetup(device.hDev, new WD_TRANSFER[1], 2, false));
        var commands = new WD_TRANSFER[1];
        (commands[0].pPort, commands[0].cmdTrans) = (0x42, (uint)WD_TRANSFER_CMD.WM_DWORD);
        Assert.Equal(invalid, WDC_CardCleanupSetup(device.hDev, commands, 1, false));
        commands[0].pPort = device.pAddrDesc[0].pAddr + 0x80;
        int writes = 0;
        Host.Faults.OnWrite("0000:00:02.0", 0, 0x80).Alter(value => { writes++; return value; });
        Assert.Equal(Success, WDC_CardCleanupSetup(device.hDev, commands, 1, true));
        Assert.Equal(Success, WDC_CardCleanupSetup(device.hDev, null, 0, true));
        Assert.Equal(Success, WDC_PciDeviceClose(device.hDev));
        Assert.Equal(0, writes);
    }
}
