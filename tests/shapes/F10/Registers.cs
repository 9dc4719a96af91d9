using System;
using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using Shapes;
using BYTE = System.Byte;
using DWORD = System.UInt32;
using UINT64 = System.UInt64;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;
using WORD = System.UInt16;

namespace Edu.F10
{
    /// <summary>Registers: each width, blocks of each kind of array, direct memory, lists of transfers.</summary>
    internal class Registers
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;

        internal static void Run(EDU_Device device)
        {
            Widths(device.Handle);
            Factorial(device);
            Blocks(device.Handle);
            Direct(device);
            Multi(device);
        }

        private static void Widths(IntPtr hDev)
        {
            BYTE u8 = 0xff;
            WORD u16 = 0xffff;
            DWORD u32 = 0;
            UINT64 u64 = 0;
            Report.Equal("WDC_ReadAddr32", OK, wdc_lib_decl.WDC_ReadAddr32(hDev, 0, EDU_Regs.IDENTIFICATION, ref u32));
            Report.Equal("identification", 0x010000edu, u32);
            Report.Equal("WDC_WriteAddr32", OK, wdc_lib_decl.WDC_WriteAddr32(hDev, 0, EDU_Regs.LIVENESS, 0x12345678));
            wdc_lib_decl.WDC_ReadAddr32(hDev, 0, EDU_Regs.LIVENESS, ref u32);
            Report.Equal("liveness is inverted", ~0x12345678u, u32);

            Report.Equal("WDC_WriteAddr64", OK, wdc_lib_decl.WDC_WriteAddr64(hDev, 0, EDU_Regs.DMA_SOURCE, 0x123456789abcdef0));
            Report.Equal("WDC_ReadAddr64", OK, wdc_lib_decl.WDC_ReadAddr64(hDev, 0, EDU_Regs.DMA_SOURCE, ref u64));
            Report.Equal("64 bits there and back", 0x123456789abcdef0ul, u64);

            // The card takes no access of less than 32 bits: it reads 0, and a write changes nothing.
            Report.Equal("WDC_WriteAddr8", OK, wdc_lib_decl.WDC_WriteAddr8(hDev, 0, EDU_Regs.LIVENESS, 0x5a));
            Report.Equal("WDC_WriteAddr16", OK, wdc_lib_decl.WDC_WriteAddr16(hDev, 0, EDU_Regs.LIVENESS, 0x5a5a));
            Report.Equal("WDC_ReadAddr8", OK, wdc_lib_decl.WDC_ReadAddr8(hDev, 0, EDU_Regs.IDENTIFICATION, ref u8));
            Report.Equal("WDC_ReadAddr16", OK, wdc_lib_decl.WDC_ReadAddr16(hDev, 0, EDU_Regs.IDENTIFICATION, ref u16));
            wdc_lib_decl.WDC_ReadAddr32(hDev, 0, EDU_Regs.LIVENESS, ref u32);
            Report.Check("8 and 16 bits are 0 here, and change nothing", u8 == 0 && u16 == 0 && u32 == ~0x12345678u);

            Report.Check("an access outside the BAR is refused", wdc_lib_decl.WDC_ReadAddr32(hDev, 0, 0x100000, ref u32) != OK);
            Report.Check("so is one to a BAR that is not there", wdc_lib_decl.WDC_ReadAddr32(hDev, 3, 0, ref u32) != OK);
            Report.Check("BAR 0 is active, BAR 3 is not",
                wdc_lib_decl.WDC_AddrSpaceIsActive(hDev, 0) && !wdc_lib_decl.WDC_AddrSpaceIsActive(hDev, 3));
        }

        private static void Factorial(EDU_Device device)
        {
            device.Write32(EDU_Regs.FACTORIAL, 10);
            for (int i = 0; i < 2000 && (device.Read32(EDU_Regs.STATUS) & EDU_Regs.STATUS_COMPUTING) != 0; ++i)
                wdc_lib_decl.WDC_Sleep(1000, WDC_SLEEP_OPTIONS.WDC_SLEEP_NON_BUSY);
            Report.Equal("10! = 3628800", 3628800u, device.Read32(EDU_Regs.FACTORIAL));
        }

        private static void Blocks(IntPtr hDev)
        {
            const WDC_ADDR_RW_OPTIONS inc = WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT;
            const WDC_ADDR_RW_OPTIONS fixedAddr = WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_NO_AUTOINC;
            DWORD[] written = { 1, 2, 0x0f0f0f0f };
            Report.Equal("WDC_WriteAddrBlock, uint[]", OK,
                wdc_lib_decl.WDC_WriteAddrBlock(hDev, 0, EDU_Regs.LIVENESS, 12, written, WDC_ADDR_MODE.WDC_MODE_32, fixedAddr));
            DWORD[] read = new DWORD[2];
            Report.Equal("WDC_ReadAddrBlock, uint[]", OK,
                wdc_lib_decl.WDC_ReadAddrBlock(hDev, 0, EDU_Regs.IDENTIFICATION, 8, read, WDC_ADDR_MODE.WDC_MODE_32, inc));
            Report.Check("two registers in a row, the second as written last", read[0] == 0x010000ed && read[1] == 0xf0f0f0f0);

            UINT64[] three = { 0x1111111122222222, 0x3333333344444444, 0x55 };
            Report.Equal("WDC_WriteAddrBlock, ulong[]", OK,
                wdc_lib_decl.WDC_WriteAddrBlock(hDev, 0, EDU_Regs.DMA_SOURCE, 24, three, WDC_ADDR_MODE.WDC_MODE_64, inc));
            UINT64[] back = new UINT64[3];
            Report.Equal("WDC_ReadAddrBlock, ulong[]", OK,
                wdc_lib_decl.WDC_ReadAddrBlock(hDev, 0, EDU_Regs.DMA_SOURCE, 24, back, WDC_ADDR_MODE.WDC_MODE_64, inc));
            Report.Check("three registers there and back", back[0] == three[0] && back[1] == three[1] && back[2] == three[2]);

            BYTE[] bytes = new BYTE[8];
            Report.Equal("WDC_ReadAddrBlock, byte[] by 32 bits", OK,
                wdc_lib_decl.WDC_ReadAddrBlock(hDev, 0, EDU_Regs.IDENTIFICATION, 8, bytes, WDC_ADDR_MODE.WDC_MODE_32, inc));
            Report.Equal("their bytes", "ED-00-00-01-F0-F0-F0-F0", BitConverter.ToString(bytes));
            BYTE[] liveness = { 0x01, 0x02, 0x03, 0x04 };
            Report.Equal("WDC_WriteAddrBlock, byte[] by 32 bits", OK,
                wdc_lib_decl.WDC_WriteAddrBlock(hDev, 0, EDU_Regs.LIVENESS, 4, liveness, WDC_ADDR_MODE.WDC_MODE_32, inc));

            WORD[] words = new WORD[4];
            Report.Equal("WDC_ReadAddrBlock, ushort[] by 32 bits", OK,
                wdc_lib_decl.WDC_ReadAddrBlock(hDev, 0, EDU_Regs.IDENTIFICATION, 8, words, WDC_ADDR_MODE.WDC_MODE_32, inc));
            Report.Check("their words", words[0] == 0x00ed && words[1] == 0x0100 && words[2] == 0xfdfe && words[3] == 0xfbfc);
            Report.Equal("WDC_WriteAddrBlock, ushort[] by 16 bits", OK,
                wdc_lib_decl.WDC_WriteAddrBlock(hDev, 0, EDU_Regs.LIVENESS, 4, words, WDC_ADDR_MODE.WDC_MODE_16, inc));

            IntPtr pData = Marshal.AllocHGlobal(8);
            try
            {
                Marshal.WriteInt32(pData, 0x600df00d);
                Report.Equal("WDC_WriteAddrBlock, IntPtr", OK,
                    wdc_lib_decl.WDC_WriteAddrBlock(hDev, 0, EDU_Regs.LIVENESS, 4, pData, WDC_ADDR_MODE.WDC_MODE_32, inc));
                Report.Equal("WDC_ReadAddrBlock, IntPtr", OK,
                    wdc_lib_decl.WDC_ReadAddrBlock(hDev, 0, EDU_Regs.IDENTIFICATION, 8, pData, WDC_ADDR_MODE.WDC_MODE_32, inc));
                Report.Equal("its second register", ~0x600df00d, Marshal.ReadInt32(pData, 4));
            }
            finally
            {
                Marshal.FreeHGlobal(pData);
            }
        }

        private static void Direct(EDU_Device device)
        {
            WDC_ADDR_DESC addrDesc = device.AddrDesc[0];
            Report.Check("BAR 0 is memory", wdc_defs_macros.WDC_ADDR_IS_MEM(ref addrDesc) && addrDesc.fIsMemory);
            Report.Check("and has its size", addrDesc.dwBytes == 0x100000);
            DWORD dwDirect = addrDesc.dwUserDirectMemAddr;
            Report.Line("direct address 0x{0:x}", dwDirect);

            wdc_lib_macros.WDC_WriteMem32(wdc_defs_macros.WDC_MEM_DIRECT_ADDR(ref addrDesc), EDU_Regs.LIVENESS, 0xcafe0001);
            DWORD u32 = wdc_lib_macros.WDC_ReadMem32(wdc_defs_macros.WDC_MEM_DIRECT_ADDR(ref addrDesc), EDU_Regs.LIVENESS);
            Report.Equal("WDC_WriteMem32, WDC_ReadMem32", ~0xcafe0001u, u32);
            wdc_lib_macros.WDC_WriteMem64(wdc_defs_macros.WDC_MEM_DIRECT_ADDR(ref addrDesc), EDU_Regs.DMA_SOURCE, 0x0102030405060708);
            UINT64 u64 = wdc_lib_macros.WDC_ReadMem64(wdc_defs_macros.WDC_MEM_DIRECT_ADDR(ref addrDesc), EDU_Regs.DMA_SOURCE);
            Report.Equal("WDC_WriteMem64, WDC_ReadMem64", 0x0102030405060708ul, u64);
            wdc_lib_macros.WDC_WriteMem8(wdc_defs_macros.WDC_MEM_DIRECT_ADDR(ref addrDesc), EDU_Regs.LIVENESS, 1);
            wdc_lib_macros.WDC_WriteMem16(wdc_defs_macros.WDC_MEM_DIRECT_ADDR(ref addrDesc), EDU_Regs.LIVENESS, 1);
            BYTE u8 = wdc_lib_macros.WDC_ReadMem8(wdc_defs_macros.WDC_MEM_DIRECT_ADDR(ref addrDesc), EDU_Regs.IDENTIFICATION);
            WORD u16 = wdc_lib_macros.WDC_ReadMem16(wdc_defs_macros.WDC_MEM_DIRECT_ADDR(ref addrDesc), EDU_Regs.IDENTIFICATION);
            Report.Check("8 and 16 bits of direct memory",
                u8 == 0 && u16 == 0 && device.Read32(EDU_Regs.LIVENESS) == ~0xcafe0001u);
        }

        private static void Multi(EDU_Device device)
        {
            WD_TRANSFER[] trans = new WD_TRANSFER[3];
            trans[0].dwPort = device.AddrDesc[0].kptAddr + EDU_Regs.LIVENESS;
            trans[0].cmdTrans = (DWORD)WD_TRANSFER_CMD.WM_DWORD;
            trans[0].Data.Dword = 0x0badf00d;
            trans[1].dwPort = device.AddrDesc[0].kptAddr + EDU_Regs.LIVENESS;
            trans[1].cmdTrans = (DWORD)WD_TRANSFER_CMD.RM_DWORD;
            trans[2].dwPort = device.AddrDesc[0].kptAddr + EDU_Regs.DMA_SOURCE;
            trans[2].cmdTrans = (DWORD)WD_TRANSFER_CMD.RM_QWORD;

            int size = Marshal.SizeOf(typeof(WD_TRANSFER));
            IntPtr pTrans = Marshal.AllocHGlobal(size * trans.Length);
            try
            {
                for (int i = 0; i < trans.Length; ++i)
                    Marshal.StructureToPtr(trans[i], new IntPtr(pTrans.ToInt64() + i * size), false);
                Report.Equal("WDC_MultiTransfer", OK, wdc_lib_decl.WDC_MultiTransfer(pTrans, (DWORD)trans.Length));
                for (int i = 0; i < trans.Length; ++i)
                    trans[i] = (WD_TRANSFER)Marshal.PtrToStructure(new IntPtr(pTrans.ToInt64() + i * size), typeof(WD_TRANSFER));
                Report.Check("its values", trans[1].Data.Dword == ~0x0badf00du && trans[2].Data.Qword == 0x0102030405060708);
            }
            finally
            {
                Marshal.FreeHGlobal(pTrans);
            }
        }
    }
}
