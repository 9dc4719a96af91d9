using System;
using System.Runtime.InteropServices;
using System.Threading;

using Jungo.wdapi_dotnet;
using Shapes;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;
using DWORD = System.UInt32;
using WORD = System.UInt16;
using BYTE = System.Byte;
using UINT64 = System.UInt64;
#if KERNEL_64BIT
using KPTR = System.UInt64;
#else
using KPTR = System.UInt32;
#endif

namespace Edu.F16
{
    /// <summary>Registers: each width, blocks of each kind of array.</summary>
    internal static class RegisterChecks
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;

        internal static void Run(EduDevice device)
        {
            Report.Equal("identification", 0x010000edu, device.Read32(EduDevice.IDENTIFICATION));
            device.Write32(EduDevice.LIVENESS, 0x13572468);
            Report.Equal("liveness is inverted", ~0x13572468u, device.Read32(EduDevice.LIVENESS));

            device.Write32(EduDevice.FACTORIAL, 11);
            for (int i = 0; i < 1000 && (device.Read32(EduDevice.STATUS) & 1) != 0; i++)
                Thread.Sleep(1);
            Report.Equal("11! = 39916800", 39916800u, device.Read32(EduDevice.FACTORIAL));

            OtherWidths(device);
            Blocks(device);
            Descriptor(device.Device);
        }

        private static void OtherWidths(EduDevice device)
        {
            IntPtr hDev = device.Handle;
            BYTE u8 = 1;
            WORD u16 = 1;
            UINT64 u64 = 1;
            DWORD dwStatus = wdc_lib_decl.WDC_ReadAddr8(hDev, EduDevice.BAR, EduDevice.IDENTIFICATION, ref u8);
            Report.Check("WDC_ReadAddr8", dwStatus == OK && u8 == 0);
            dwStatus = wdc_lib_decl.WDC_ReadAddr16(hDev, EduDevice.BAR, EduDevice.IDENTIFICATION, ref u16);
            Report.Check("WDC_ReadAddr16", dwStatus == OK && u16 == 0);
            Report.Equal("WDC_WriteAddr8", OK, wdc_lib_decl.WDC_WriteAddr8(hDev, EduDevice.BAR, EduDevice.LIVENESS, 0xff));
            Report.Equal("WDC_WriteAddr16", OK, wdc_lib_decl.WDC_WriteAddr16(hDev, EduDevice.BAR, EduDevice.LIVENESS, 0xffff));
            Report.Equal("neither reaches a register of 32 bits", ~0x13572468u, device.Read32(EduDevice.LIVENESS));
            Report.Equal("WDC_WriteAddr64", OK, wdc_lib_decl.WDC_WriteAddr64(hDev, EduDevice.BAR, EduDevice.DMA_COUNT, 0xfedcba9876543210));
            dwStatus = wdc_lib_decl.WDC_ReadAddr64(hDev, EduDevice.BAR, EduDevice.DMA_COUNT, ref u64);
            Report.Check("WDC_ReadAddr64", dwStatus == OK && u64 == 0xfedcba9876543210);
        }

        private static void Blocks(EduDevice device)
        {
            IntPtr hDev = device.Handle;
            KPTR offset = EduDevice.DMA_SOURCE;
            UINT64[] qwords = { 1, 2, 3 };
            Report.Equal("WDC_WriteAddrBlock, ulong[]", OK, wdc_lib_decl.WDC_WriteAddrBlock(hDev, EduDevice.BAR, offset, 24, qwords,
                WDC_ADDR_MODE.WDC_MODE_64, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT));
            UINT64[] qwordsBack = new UINT64[3];
            DWORD dwStatus = wdc_lib_decl.WDC_ReadAddrBlock(hDev, EduDevice.BAR, offset, 24, qwordsBack,
                WDC_ADDR_MODE.WDC_MODE_64, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT);
            Report.Check("WDC_ReadAddrBlock, ulong[]", dwStatus == OK && qwordsBack[0] == 1 && qwordsBack[1] == 2 && qwordsBack[2] == 3);

            DWORD[] dwords = { 5, 6, 7 };
            Report.Equal("WDC_WriteAddrBlock, uint[], one place", OK, wdc_lib_decl.WDC_WriteAddrBlock(hDev, EduDevice.BAR,
                EduDevice.LIVENESS, 12, dwords, WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_NO_AUTOINC));
            dwStatus = wdc_lib_decl.WDC_ReadAddrBlock(hDev, EduDevice.BAR, EduDevice.LIVENESS, 12, dwords,
                WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_NO_AUTOINC);
            Report.Check("WDC_ReadAddrBlock, uint[], one place", dwStatus == OK && dwords[0] == ~7u && dwords[1] == ~7u && dwords[2] == ~7u);

            BYTE[] bytes = new BYTE[4];
            dwStatus = wdc_lib_decl.WDC_ReadAddrBlock(hDev, EduDevice.BAR, EduDevice.IDENTIFICATION, 4, bytes,
                WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT);
            Report.Check("WDC_ReadAddrBlock, byte[]", dwStatus == OK && BitConverter.ToUInt32(bytes, 0) == 0x010000ed);
            Report.Equal("WDC_WriteAddrBlock, byte[]", OK, wdc_lib_decl.WDC_WriteAddrBlock(hDev, EduDevice.BAR, EduDevice.LIVENESS, 4, bytes,
                WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT));

            WORD[] words = new WORD[2];
            dwStatus = wdc_lib_decl.WDC_ReadAddrBlock(hDev, EduDevice.BAR, EduDevice.LIVENESS, 4, words,
                WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT);
            Report.Check("WDC_ReadAddrBlock, ushort[]", dwStatus == OK && words[0] == 0xff12 && words[1] == 0xfeff);
            Report.Equal("WDC_WriteAddrBlock, ushort[]", OK, wdc_lib_decl.WDC_WriteAddrBlock(hDev, EduDevice.BAR, EduDevice.LIVENESS, 4, words,
                WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT));

            GCHandle pinned = GCHandle.Alloc(dwords, GCHandleType.Pinned);
            try
            {
                dwStatus = wdc_lib_decl.WDC_ReadAddrBlock(hDev, EduDevice.BAR, EduDevice.IDENTIFICATION, 8, pinned.AddrOfPinnedObject(),
                    WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT);
                Report.Check("WDC_ReadAddrBlock, IntPtr", dwStatus == OK && dwords[0] == 0x010000ed && dwords[1] == 0x010000ed);
                dwStatus = wdc_lib_decl.WDC_WriteAddrBlock(hDev, EduDevice.BAR, EduDevice.LIVENESS, 4, pinned.AddrOfPinnedObject(),
                    WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT);
                Report.Check("WDC_WriteAddrBlock, IntPtr", dwStatus == OK && device.Read32(EduDevice.LIVENESS) == ~0x010000edu);
            }
            finally
            {
                pinned.Free();
            }
        }

        private static void Descriptor(WDC_DEVICE dev)
        {
            WDC_ADDR_DESC addrDesc = dev.pAddrDesc[EduDevice.BAR];
            bool fIsMemory = addrDesc.fIsMemory;
            Report.Check("BAR 0 is memory", fIsMemory && wdc_defs_macros.WDC_ADDR_IS_MEM(ref addrDesc));
            UINT64 qwBytes = addrDesc.qwBytes;
            Report.Check("and has its size", qwBytes == 0x100000 && wdc_defs_macros.WDC_GET_ADDR_SPACE_SIZE(dev, EduDevice.BAR) == 0x100000);
            Report.Check("and is active", wdc_lib_decl.WDC_AddrSpaceIsActive(dev.hDev, EduDevice.BAR));
            Report.Equal("one address space at least", true, dev.dwNumAddrSpaces >= 1);
        }
    }
}
