using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.Simulation;
using Xunit;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Tests;

/// <summary>WinDriver face: configuration space at any offset and width, which is what byte accesses of the same bytes give.</summary>
public sealed class WinDriverConfigurationTests : WinDriverTest
{
    private const uint InvalidParameter = (uint)WD_ERROR_CODES.WD_INVALID_PARAMETER;

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Any_offset_and_width_reads_what_its_bytes_are_by_handle_and_by_slot_open_or_closed(bool isOpen, bool bySlot)
    {
        if (!isOpen && !bySlot) return; // a closed function has no handle
        Host.Add(MemoryCard.Nvme(), "0000:00:07.0");
        var slot = new WD_PCI_SLOT { dwSlot = 7 };
        IntPtr device = isOpen ? Open(7).hDev : 0;
        byte[] bytes = new byte[0x120];
        for (uint i = 0; i < bytes.Length; i++)
            Assert.Equal(Success, bySlot ? WDC_PciReadCfgBySlot8(ref slot, i, ref bytes[i]) : WDC_PciReadCfg8(device, i, ref bytes[i]));
        Assert.Equal((0x36, 0x1B), (bytes[0], bytes[1]));

        for (uint i = 0; i < bytes.Length - 8; i++)
        {
            ushort word = 0;
            uint dword = 0;
            ulong qword = 0;
            Assert.Equal(Success, bySlot ? WDC_PciReadCfgBySlot16(ref slot, i, ref word) : WDC_PciReadCfg16(device, i, ref word));
            Assert.Equal(Success, bySlot ? WDC_PciReadCfgBySlot32(ref slot, i, ref dword) : WDC_PciReadCfg32(device, i, ref dword));
            Assert.Equal(Success, bySlot ? WDC_PciReadCfgBySlot64(ref slot, i, ref qword) : WDC_PciReadCfg64(device, i, ref qword));
            Assert.Equal((BitConverter.ToUInt16(bytes, (int)i), BitConverter.ToUInt32(bytes, (int)i), BitConverter.ToUInt64(bytes, (int)i)), (word, dword, qword));
        }
    }

    [Theory]
    [InlineData((uint)PCI_CFG_REG.PCI_IPR)]
    [InlineData((uint)PCI_CFG_REG.PCI_MGR)]
    [InlineData((uint)PCI_CFG_REG.PCI_MLR)]
    public void Tables_of_registers_read_those_of_one_byte_with_four(uint offset)
    {
        WDC_DEVICE device = Open();
        uint value = 0;
        byte first = 0;
        Assert.Equal(Success, WDC_PciReadCfg32(device.hDev, offset, ref value));
        Assert.Equal(Success, WDC_PciReadCfg8(device.hDev, offset, ref first));
        Assert.Equal(first, (byte)value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Writes_reach_their_bytes_and_no_others_at_any_offset(bool bySlot)
    {
        WDC_DEVICE device = Open();
        WD_PCI_SLOT slot = device.slot;
        // 3Ch holds a byte, 3Dh to 3Fh hold none: what is written around it is gone, what is written to it is there.
        for (uint offset = 0x39; offset <= 0x3C; offset++)
        {
            uint value = 0x5A00_0000u >> (int)(8 * (offset - 0x39));
            Assert.Equal(Success, bySlot ? WDC_PciWriteCfgBySlot32(ref slot, offset, value) : WDC_PciWriteCfg32(device.hDev, offset, value));
            Assert.Equal(0x5A, Line(device));
            Assert.Equal(Success, WDC_PciWriteCfg8(device.hDev, 0x3C, 0x11));
        }

        Assert.Equal(Success, bySlot ? WDC_PciWriteCfgBySlot16(ref slot, 0x3B, 0xA5FF) : WDC_PciWriteCfg16(device.hDev, 0x3B, 0xA5FF));
        Assert.Equal(0xA5, Line(device));
        Assert.Equal(Success, bySlot ? WDC_PciWriteCfgBySlot64(ref slot, 0x35, 0x77ul << 56) : WDC_PciWriteCfg64(device.hDev, 0x35, 0x77ul << 56));
        Assert.Equal(0x77, Line(device));
    }

    [Fact]
    public void A_closed_function_is_written_by_its_slot_as_an_open_one_is()
    {
        WD_PCI_SLOT closed = new() { dwSlot = 6 };
        byte line = 0;
        for (uint offset = 0x39; offset <= 0x3C; offset++)
        {
            Assert.Equal(Success, WDC_PciWriteCfgBySlot32(ref closed, offset, 0x5A00_0000u >> (int)(8 * (offset - 0x39))));
            Assert.Equal((Success, (byte)0x5A), (WDC_PciReadCfgBySlot8(ref closed, 0x3C, ref line), line));
            Assert.Equal(Success, WDC_PciWriteCfgBySlot8(ref closed, 0x3C, 0x11));
        }

        Assert.Equal(Success, WDC_PciWriteCfgBySlot64(ref closed, 0x35, 0x77ul << 56));
        Assert.Equal((Success, (byte)0x77), (WDC_PciReadCfgBySlot8(ref closed, 0x3C, ref line), line));
        ushort size = 0;
        while (WDC_PciReadCfgBySlot8(ref closed, size, ref line) == Success) size++;
        Assert.Equal(InvalidParameter, WDC_PciWriteCfgBySlot64(ref closed, size - 7u, 0));
        Assert.Equal(InvalidParameter, WDC_PciWriteCfgBySlot8(ref closed, uint.MaxValue, 0));
        WD_PCI_SLOT nobody = new() { dwBus = 77 };
        Assert.Equal((uint)WD_ERROR_CODES.WD_DEVICE_NOT_FOUND, WDC_PciWriteCfgBySlot8(ref nobody, 0x3C, 0));
    }

    [Fact]
    public void Blocks_are_made_of_the_widest_accesses_that_the_bus_has_for_them()
    {
        WDC_DEVICE device = Open();
        IntPtr memory = Marshal.AllocHGlobal(16);
        try
        {
            // The command register's bits are the function's: written with its neighbours it is one access of 16 bits.
            Assert.Equal(Success, WDC_PciReadCfg(device.hDev, 0x3, memory, 7));
            Assert.Equal((0x11, 0x10), (Marshal.ReadByte(memory), Marshal.ReadByte(memory, 5))); // device's upper half, revision
            Marshal.WriteByte(memory, 6, 0x42);
            Assert.Equal(Success, WDC_PciWriteCfg(device.hDev, 0x36, memory, 7));
            Assert.Equal(0x42, Line(device));
            Assert.Equal(InvalidParameter, WDC_PciReadCfg(device.hDev, 0x3, memory, 0));
            Assert.Equal(InvalidParameter, WDC_PciReadCfg(device.hDev, 0x3, 0, 4));
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }

    [Fact]
    public void What_reaches_beyond_configuration_space_is_refused_before_the_first_byte_is_written()
    {
        WDC_DEVICE device = Open();
        WD_PCI_SLOT slot = device.slot, closed = new() { dwSlot = 6 };
        uint value = 0x1234_5678;
        uint end = (uint)WinDriver.OpenCards.Find(device.hDev)!.Function.Config.Region.Size;
        foreach (uint offset in (uint[])[end - 3, end - 1, end, uint.MaxValue - 2])
        {
            Assert.Equal((InvalidParameter, 0x1234_5678u), (WDC_PciReadCfg32(device.hDev, offset, ref value), value));
            Assert.Equal((InvalidParameter, 0x1234_5678u), (WDC_PciReadCfgBySlot32(ref slot, offset, ref value), value));
            Assert.Equal((InvalidParameter, 0x1234_5678u), (WDC_PciReadCfgBySlot32(ref closed, offset, ref value), value));
            Assert.Equal(InvalidParameter, WDC_PciWriteCfg32(device.hDev, offset, 0));
        }

        Assert.Equal(Success, WDC_PciReadCfg32(device.hDev, end - 4, ref value));
    }

    private static byte Line(WDC_DEVICE device)
    {
        byte line = 0;
        Assert.Equal(Success, WDC_PciReadCfg8(device.hDev, 0x3C, ref line));
        return line;
    }
}
