using Jungo.wdapi_dotnet;
using RingThree.Simulation;
using RingThree.WinDriver;
using Xunit;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Tests;

/// <summary>WinDriver face: scan, resources, open, access, configuration, statuses.</summary>
public sealed class WinDriverCardTests : WinDriverTest
{
    [Fact]
    public void A_scan_finds_functions_by_id_or_all()
    {
        var result = new WDC_PCI_SCAN_RESULT();

        Assert.Equal(Success, WDC_PciScanDevices(0x1234, 0x11E8, ref result));
        Assert.Equal((2u, 2u, 6u, 0x11E8u), (result.dwNumDevices, result.deviceSlot[0].dwSlot, result.deviceSlot[1].dwSlot, result.deviceId[1].dwDeviceId));
        Assert.Equal(Success, WDC_PciScanDevices(0, 0, result));
        Assert.Equal(2u, result.dwNumDevices);
        Assert.Equal(Success, WDC_PciScanDevices(0xFFFE, 0, result));
        Assert.Equal(0u, result.dwNumDevices);
    }

    [Fact]
    public void A_device_tells_its_resources_and_the_types_of_interrupt_it_supports_before_it_is_opened()
    {
        WD_PCI_CARD_INFO info = Info();

        WD_ITEMS[] items = info.Card.Item[..(int)info.Card.dwItems];
        WD_ITEMS memory = Assert.Single(items, i => i.item == (uint)ITEM_TYPE.ITEM_MEMORY);
        Assert.Equal((0x100000UL, 0u, 0u), (memory.I.Mem.qwBytes, memory.I.Mem.dwBar, memory.fNotSharable));
        Assert.True(memory.I.Mem.pPhysicalAddr != 0);
        WD_ITEMS interrupt = Assert.Single(items, i => i.item == (uint)ITEM_TYPE.ITEM_INTERRUPT);
        Assert.Equal((uint)(WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE | WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE), interrupt.I.Int.dwOptions);
        WD_ITEMS bus = Assert.Single(items, i => i.item == (uint)ITEM_TYPE.ITEM_BUS);
        Assert.Equal((0u, 2u << 3), (bus.I.Bus.dwBusNum, bus.I.Bus.dwSlotFunc));
        var none = new WD_PCI_CARD_INFO { pciSlot = new WD_PCI_SLOT { dwSlot = 9 } };
        Assert.Equal((uint)WD_ERROR_CODES.WD_DEVICE_NOT_FOUND, WDC_PciGetDeviceInfo(none));
    }

    [Fact]
    public void Registers_are_read_and_written_in_every_width_singly_and_in_blocks()
    {
        WDC_DEVICE device = Open();
        uint value = 0;
        Assert.Equal((Success, 0x010000EDu), (WDC_ReadAddr32(device.hDev, 0, 0, ref value), value));
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 4, 0x12345678));
        Assert.Equal((Success, ~0x12345678u), (WDC_ReadAddr32(device.hDev, 0, 4, ref value), value));
        ulong wide = 0;
        Assert.Equal(Success, WDC_WriteAddr64(device.hDev, 0, 0x80, 0x0123_4567_89AB_CDEF));
        Assert.Equal((Success, 0x0123_4567_89AB_CDEFul), (WDC_ReadAddr64(device.hDev, 0, 0x80, ref wide), wide));
        uint[] block = new uint[2];
        Assert.Equal(Success, WDC_ReadAddrBlock(device.hDev, 0, 0, 8, block, WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT));
        Assert.Equal([0x010000EDu, ~0x12345678u], block);
        Assert.Equal(Success, WDC_ReadAddrBlock(device.hDev, 0, 0, 8, block, WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_NO_AUTOINC));
        Assert.Equal([0x010000EDu, 0x010000EDu], block);
        Assert.True(WDC_AddrSpaceIsActive(device.hDev, 0));
        Assert.False(WDC_AddrSpaceIsActive(device.hDev, 1));
    }

    [Fact]
    public unsafe void Transfer_commands_run_at_once_by_their_addresses()
    {
        WDC_DEVICE device = Open();
        var commands = new WD_TRANSFER[3];
        commands[0].pPort = device.pAddrDesc[0].pAddr + 4;
        commands[0].cmdTrans = (uint)WD_TRANSFER_CMD.WM_DWORD;
        commands[0].Data.Dword = 7;
        commands[1] = commands[0];
        commands[1].cmdTrans = (uint)WD_TRANSFER_CMD.RM_DWORD;
        uint* words = stackalloc uint[2];
        commands[2].pPort = device.pAddrDesc[0].pAddr;
        (commands[2].cmdTrans, commands[2].dwBytes, commands[2].fAutoinc, commands[2].Data.pBuffer) = ((uint)WD_TRANSFER_CMD.RM_SDWORD, 8, 1, (IntPtr)words);

        fixed (WD_TRANSFER* first = commands) Assert.Equal(Success, WDC_MultiTransfer((IntPtr)first, 3));

        Assert.Equal(~7u, commands[1].Data.Dword);
        Assert.Equal((0x010000EDu, ~7u), (words[0], words[1]));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_MultiTransfer(0, 1));
    }

    [Fact]
    public unsafe void Configuration_space_is_read_by_handle_and_by_slot()
    {
        WD_PCI_SLOT slot = Info().pciSlot;
        ushort id = 0;
        Assert.Equal((Success, (ushort)0x11E8), (WDC_PciReadCfgBySlot16(ref slot, 2, ref id), id)); // nothing is open yet
        WDC_DEVICE device = Open();
        uint both = 0;
        Assert.Equal((Success, 0x11E81234u), (WDC_PciReadCfg32(device.hDev, 0, ref both), both));
        Assert.Equal((Success, 0x11E81234u), (WDC_PciReadCfgBySlot32(ref slot, 0, ref both), both));
        ulong four = 0;
        Assert.Equal(Success, WDC_PciReadCfg64(device.hDev, 0, ref four));
        Assert.Equal(0x11E81234u, (uint)four);
        byte line = 0;
        Assert.Equal(Success, WDC_PciWriteCfg8(device.hDev, 0x3C, 11));
        Assert.Equal((Success, (byte)11), (WDC_PciReadCfg8(device.hDev, 0x3C, ref line), line));
        byte* bytes = stackalloc byte[4];
        Assert.Equal(Success, WDC_PciReadCfg(device.hDev, 0, (IntPtr)bytes, 4));
        Assert.Equal(0x34, bytes[0]);
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_PciReadCfg(device.hDev, 0, 0, 4));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_PciReadCfg32(device.hDev, 0x1000, ref both));
        var caps = new WDC_PCI_SCAN_CAPS_RESULT();
        Assert.Equal(Success, WDC_PciScanCaps(device.hDev, (uint)PCI_CAP.PCI_CAP_ID_MSI, caps));
        Assert.Equal((1u, (uint)PCI_CAP.PCI_CAP_ID_MSI), (caps.dwNumCaps, caps.pciCaps[0].dwCapId));
    }

    [Fact]
    public void An_exclusive_item_keeps_every_other_registration_out_until_it_is_closed()
    {
        WD_PCI_CARD_INFO info = Info();
        for (int i = 0; i < info.Card.dwItems; i++) info.Card.Item[i].fNotSharable = info.Card.Item[i].item == (uint)ITEM_TYPE.ITEM_MEMORY ? 1u : 0;
        IntPtr first = 0, second = 0;
        Assert.Equal(Success, WDC_PciDeviceOpen(ref first, ref info, 0));
        Assert.Equal((uint)WD_ERROR_CODES.WD_RESOURCE_OVERLAP, WDC_PciDeviceOpen(ref second, ref info, 0));
        Assert.Equal(0, second);
        Assert.Equal(Success, WDC_PciDeviceClose(first));
        Assert.Equal(Success, WDC_PciDeviceOpen(ref second, ref info, 0));
    }

    [Fact]
    public void Sharable_items_are_registered_twice_and_both_handles_reach_the_card()
    {
        WDC_DEVICE first = Open(), second = Open();
        Assert.NotEqual(first.hDev, second.hDev);
        Assert.Equal(Success, WDC_WriteAddr32(first.hDev, 0, 4, 1));
        uint value = 0;
        Assert.Equal((Success, ~1u), (WDC_ReadAddr32(second.hDev, 0, 4, ref value), value));
        Assert.Equal(Success, WDC_PciDeviceClose(first.hDev));
        Assert.Equal((Success, ~1u), (WDC_ReadAddr32(second.hDev, 0, 4, ref value), value));
    }

    [Fact]
    public void Misuse_is_a_status_and_nothing_else()
    {
        uint value = 7;
        WDC_DEVICE device = Open();
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_ReadAddr32(device.hDev, 1, 0, ref value));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_ReadAddr32(device.hDev, 0, 0x100000, ref value));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_ReadAddr32(device.hDev, 0, 2, ref value));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_ReadAddrBlock(device.hDev, 0, 0, 8, new uint[1], WDC_ADDR_MODE.WDC_MODE_32, 0));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_ReadAddrBlock(device.hDev, 0, 0, 8, (uint[])null!, WDC_ADDR_MODE.WDC_MODE_32, 0));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_ReadAddrBlock(device.hDev, 0, 0, 8, new uint[2], (WDC_ADDR_MODE)3, 0));
        foreach (nint handle in (nint[])[0, 1, -1, device.hDev + 1, device.hDev + 16, nint.MaxValue, nint.MinValue])
        {
            Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_HANDLE, WDC_ReadAddr32(handle, 0, 0, ref value));
            Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_HANDLE, WDC_PciDeviceClose(handle));
        }

        Assert.Equal((uint)WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, WDC_DriverOpen(0, "any"));
        Assert.Equal(Success, WDC_PciDeviceClose(device.hDev));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_HANDLE, WDC_PciDeviceClose(device.hDev));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_HANDLE, WDC_ReadAddr32(device.hDev, 0, 0, ref value));
        Assert.Equal(7u, value);
        Assert.Equal(Success, WDC_DriverClose());
        Assert.Equal(unchecked((uint)WD_ERROR_CODES.WD_STATUS_INVALID_WD_HANDLE), WDC_DriverClose());
        Assert.Equal(unchecked((uint)WD_ERROR_CODES.WD_STATUS_INVALID_WD_HANDLE), WDC_PciScanDevices(0, 0, new WDC_PCI_SCAN_RESULT()));
        Assert.Equal(Success, WDC_DriverOpen(0, null));
        Assert.All(Enum.GetValues<WD_ERROR_CODES>(), c => Assert.NotEmpty(utils.Stat2Str(unchecked((uint)c))));
    }

    [Fact]
    public void Code_for_older_versions_finds_its_names()
    {
        var device = new WDC_DEVICE();
        WD_PCI_CARD_INFO info = Info();
        Assert.Equal(Success, WDC_PciDeviceOpen(ref device, info, 0, 0, "", 0));
        Assert.Equal((0x1234u, 2u), (device.id.pciId.dwVendorId, device.slot.pciSlot.dwSlot));
        device.id.pciId.dwVendorId = 5;
        Assert.Equal(5u, device.id.dwVendorId);
        Assert.Equal((uint)device.pAddrDesc[0].pAddr, device.pAddrDesc[0].kptAddr);
        Assert.Equal(0x100000u, device.pAddrDesc[0].dwBytes);
        WD_TRANSFER[] commands = [new() { dwPort = device.pAddrDesc[0].kptAddr }];
        Assert.Equal(device.pAddrDesc[0].pAddr, commands[0].pPort);
        Assert.Equal((uint)WD_ERROR_CODES.WD_KERPLUG_FAILURE, WDC_PciDeviceOpen(ref device, info, 0, 0, "NoSuchPlugIn", 0));
    }

    [Fact]
    public void The_environment_names_the_hosts_and_without_it_nothing_is_simulated()
    {
        Assert.Equal(Success, WDC_DriverClose());
        WinDriverHosts.Use();
        Environment.SetEnvironmentVariable(WinDriverHosts.Variable, "sim:generic,id=10ee:7024,bar0=64K,msi=4; sim:edu");
        try
        {
            Assert.Equal(Success, WDC_DriverOpen(0, null));
            var found = new WDC_PCI_SCAN_RESULT();
            Assert.Equal(Success, WDC_PciScanDevices(0x10EE, 0x7024, found));
            Assert.Equal(1u, found.dwNumDevices);
            Assert.Equal(Success, WDC_DriverClose());
            Environment.SetEnvironmentVariable(WinDriverHosts.Variable, "moon");
            Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_DriverOpen(0, null));
            Environment.SetEnvironmentVariable(WinDriverHosts.Variable, null);
            if (!OperatingSystem.IsLinux()) return;
            Assert.Equal(Success, WDC_DriverOpen(0, null));
            Assert.Equal(Success, WDC_PciScanDevices(0x1234, 0x11E8, found));
            Assert.Equal(Directory.Exists("/sys/bus/pci/devices") ? Directory.GetFileSystemEntries("/sys/bus/pci/devices").Count(d => File.ReadAllText(d + "/device").Trim() == "0x11e8") : 0, (int)found.dwNumDevices);
        }
        finally
        {
            Environment.SetEnvironmentVariable(WinDriverHosts.Variable, null);
        }
    }
}
