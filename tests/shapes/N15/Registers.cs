using System;
using System.Runtime.InteropServices;
using System.Threading;
using Jungo.wdapi_dotnet;
using Shapes;
using static Jungo.wdapi_dotnet.WD_ERROR_CODES;
using static Jungo.wdapi_dotnet.wdc_defs_macros;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using static Jungo.wdapi_dotnet.wdc_lib_macros;
using BYTE = System.Byte;
using DWORD = System.UInt32;
using UINT64 = System.UInt64;
using WORD = System.UInt16;

namespace Edu.N15
{
    /// <summary>Registers, each call within an expression, as samples that print what they call do.</summary>
    internal static class Registers
    {
        internal static void Run(EduDevice device)
        {
            IntPtr hDev = device.Handle;
            BYTE u8 = 1;
            WORD u16 = 1;
            DWORD u32 = 1;
            UINT64 u64 = 1;
            Program.Call(() => WDC_ReadAddr8(hDev, EduDevice.BAR0, EduDevice.IDENTIFICATION, ref u8));
            Program.Call(() => WDC_ReadAddr16(hDev, EduDevice.BAR0, EduDevice.IDENTIFICATION, ref u16));
            Program.Call(() => WDC_ReadAddr32(hDev, EduDevice.BAR0, EduDevice.IDENTIFICATION, ref u32));
            Report.Check("only 32 bits answer at the identification", u8 == 0 && u16 == 0 && u32 == 0x010000ed);
            Program.Call(() => WDC_WriteAddr32(hDev, EduDevice.BAR0, EduDevice.LIVENESS, 0x11223344));
            Program.Call(() => WDC_WriteAddr8(hDev, EduDevice.BAR0, EduDevice.LIVENESS, 0));
            Program.Call(() => WDC_WriteAddr16(hDev, EduDevice.BAR0, EduDevice.LIVENESS, 0));
            Report.Equal("liveness is inverted", ~0x11223344u, device.Read32(EduDevice.LIVENESS));
            Program.Call(() => WDC_WriteAddr64(hDev, EduDevice.BAR0, EduDevice.DMA_SOURCE, 0x1020304050607080));
            Program.Call(() => WDC_ReadAddr64(hDev, EduDevice.BAR0, EduDevice.DMA_SOURCE, ref u64));
            Report.Equal("64 bits there and back", 0x1020304050607080ul, u64);
            Program.Refused(WD_INVALID_PARAMETER, () => WDC_ReadAddr32(hDev, 9, 0, ref u32));

            device.Write32(EduDevice.FACTORIAL, 9);
            Report.Check("the card computes", SpinWait.SpinUntil(() => (device.Read32(EduDevice.STATUS) & 1) == 0, TimeSpan.FromSeconds(10)));
            Report.Equal("9! = 362880", 362880u, device.Read32(EduDevice.FACTORIAL));

            Blocks(device);
            Direct(device);
            Multi(device);
        }

        private static void Blocks(EduDevice device)
        {
            IntPtr hDev = device.Handle;
            DWORD[] dwords = { 1, 2, 3 };
            Program.Call(() => WDC_WriteAddrBlock(hDev, EduDevice.BAR0, EduDevice.LIVENESS, 12, dwords,
                WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_NO_AUTOINC));
            Program.Call(() => WDC_ReadAddrBlock(hDev, EduDevice.BAR0, EduDevice.IDENTIFICATION, 8, dwords,
                WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT));
            Report.Check("uint[]: two registers in a row", dwords[0] == 0x010000ed && dwords[1] == ~3u && dwords[2] == 3);

            WORD[] words = new WORD[4];
            Program.Call(() => WDC_ReadAddrBlock(hDev, EduDevice.BAR0, EduDevice.IDENTIFICATION, 8, words,
                WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT));
            Report.Check("ushort[]", words[0] == 0xed && words[1] == 0x100 && words[2] == 0xfffc && words[3] == 0xffff);
            Program.Call(() => WDC_WriteAddrBlock(hDev, EduDevice.BAR0, EduDevice.LIVENESS, 4, words,
                WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT));
            BYTE[] bytes = new BYTE[4];
            Program.Call(() => WDC_ReadAddrBlock(hDev, EduDevice.BAR0, EduDevice.LIVENESS, 4, bytes,
                WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT));
            Report.Equal("byte[]", "12-FF-FF-FE", BitConverter.ToString(bytes));
            Program.Call(() => WDC_WriteAddrBlock(hDev, EduDevice.BAR0, EduDevice.LIVENESS, 4, bytes,
                WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT));
            Report.Equal("and back once more", 0x010000edu, device.Read32(EduDevice.LIVENESS));

            IntPtr memory = Marshal.AllocHGlobal(8);
            Program.Call(() => WDC_ReadAddrBlock(hDev, EduDevice.BAR0, EduDevice.IDENTIFICATION, 8, ref memory,
                WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT));
            Report.Equal("ref IntPtr", 0x010000ed010000edL, Marshal.ReadInt64(memory));
            Marshal.WriteInt32(memory, 5);
            Program.Call(() => WDC_WriteAddrBlock(hDev, EduDevice.BAR0, EduDevice.LIVENESS, 4, ref memory,
                WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT));
            Report.Equal("ref IntPtr, written", ~5u, device.Read32(EduDevice.LIVENESS));
            Marshal.FreeHGlobal(memory);
        }

        private static void Direct(EduDevice device)
        {
            WDC_ADDR_DESC desc = device.Dev.pAddrDesc[EduDevice.BAR0];
            Report.Check("BAR 0 is memory, all of it", WDC_ADDR_IS_MEM(desc) && desc.qwBytes == 0x100000);
            UINT64 direct = WDC_MEM_DIRECT_ADDR(desc);
            Report.Line("direct address 0x{0:x}", direct);
            WDC_WriteMem32(direct, EduDevice.LIVENESS, 0x77);
            Report.Equal("WDC_WriteMem32, WDC_ReadMem32", ~0x77u, WDC_ReadMem32(direct, EduDevice.LIVENESS));
            WDC_WriteMem64(direct, EduDevice.DMA_DESTINATION, 0x8877665544332211);
            Report.Equal("WDC_WriteMem64, WDC_ReadMem64", 0x8877665544332211ul, WDC_ReadMem64(direct, EduDevice.DMA_DESTINATION));
            WDC_WriteMem8(direct, EduDevice.LIVENESS, 1);
            WDC_WriteMem16(direct, EduDevice.LIVENESS, 1);
            BYTE u8 = WDC_ReadMem8(direct, EduDevice.IDENTIFICATION);
            WORD u16 = WDC_ReadMem16(direct, EduDevice.IDENTIFICATION);
            Report.Check("8 and 16 bits of direct memory", u8 == 0 && u16 == 0 && device.Read32(EduDevice.LIVENESS) == ~0x77u);
        }

        private static void Multi(EduDevice device)
        {
            WD_TRANSFER[] list = new WD_TRANSFER[2];
            list[0].pPort = device.Dev.pAddrDesc[0].pAddr + EduDevice.LIVENESS;
            list[0].cmdTrans = (DWORD)WD_TRANSFER_CMD.WM_DWORD;
            list[0].Data.Dword = 0x0f0f0f0f;
            list[1].pPort = device.Dev.pAddrDesc[0].pAddr + EduDevice.LIVENESS;
            list[1].cmdTrans = (DWORD)WD_TRANSFER_CMD.RM_DWORD;
            GCHandle pinned = GCHandle.Alloc(list, GCHandleType.Pinned);
            IntPtr address = pinned.AddrOfPinnedObject();
            Program.Call(() => WDC_MultiTransfer(address, 2));
            pinned.Free();
            Report.Equal("its value", 0xf0f0f0f0u, list[1].Data.Dword);
        }
    }
}
