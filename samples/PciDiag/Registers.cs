using System.Globalization;
using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using static Jungo.wdapi_dotnet.wdc_lib_macros;

namespace RingThree.Samples.PciDiag;

/// <summary>Reads and writes address spaces.</summary>
internal sealed class Registers(Answers answers, Card card)
{
    private const uint LargestBlock = 0x10000;
    private const uint LongestWait = 60_000;

    /// <summary>The menu.</summary>
    internal Menu Menu(Outcome outcome) => new Menu("registers", "back", answers, outcome)
        .Add("read", "one register", Read)
        .Add("write", "one register", Write)
        .Add("read-block", "many, or a FIFO", ReadBlock)
        .Add("write-block", "many, or a FIFO", WriteBlock)
        .Add("wait", "until a register has a value", Wait);

    /// <summary>Asks for the width of an access.</summary>
    /// <returns>Bits.</returns>
    internal static int Width(Answers answers) => int.Parse(answers.Choice("bits", "32", "8", "16", "64"), CultureInfo.InvariantCulture);

    /// <summary>The largest value of so many bits.</summary>
    internal static ulong Largest(int bits) => ulong.MaxValue >> (64 - bits);

    /// <summary>A value with all its digits.</summary>
    internal static string Show(ulong value, int bits) => "0x" + value.ToString($"x{bits / 4}", CultureInfo.InvariantCulture);

    private void Read()
    {
        (uint space, ulong offset, int bits) = Place();
        (uint status, ulong value) = Read(space, offset, bits);
        Outcome.Check($"reading space {space} + 0x{offset:x}", status);
        Console.WriteLine($"space {space} + 0x{offset:x}: {Show(value, bits)}");
    }

    private void Write()
    {
        (uint space, ulong offset, int bits) = Place();
        ulong value = answers.Number("value", Largest(bits));
        Outcome.Check($"writing space {space} + 0x{offset:x}", bits switch
        {
            8 => WDC_WriteAddr8(card.Handle, space, offset, (byte)value),
            16 => WDC_WriteAddr16(card.Handle, space, offset, (ushort)value),
            64 => WDC_WriteAddr64(card.Handle, space, offset, value),
            _ => WDC_WriteAddr32(card.Handle, space, offset, (uint)value),
        });
        Console.WriteLine($"space {space} + 0x{offset:x}: written {Show(value, bits)}");
    }

    private void ReadBlock()
    {
        (uint space, ulong offset, int bits) = Place();
        uint count = answers.Number32("bytes", LargestBlock, least: 1);
        WDC_ADDR_RW_OPTIONS options = Options();
        byte[] data = new byte[count];
        Outcome.Check($"reading {count} bytes of space {space} + 0x{offset:x}", WDC_ReadAddrBlock(card.Handle, space, offset, count, data, Mode(bits), options));
        HexDump.Print(data, options == WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_NO_AUTOINC ? 0 : offset);
    }

    private void WriteBlock()
    {
        (uint space, ulong offset, int bits) = Place();
        byte[] data = answers.Bytes("bytes, in hexadecimal", (int)LargestBlock);
        WDC_ADDR_RW_OPTIONS options = Options();
        Outcome.Check($"writing {data.Length} bytes to space {space} + 0x{offset:x}", WDC_WriteAddrBlock(card.Handle, space, offset, (uint)data.Length, data, Mode(bits), options));
        Console.WriteLine($"space {space} + 0x{offset:x}: written {data.Length} bytes");
    }

    private void Wait()
    {
        (uint space, ulong offset, int bits) = Place();
        ulong mask = answers.Number("mask", Largest(bits), usual: Largest(bits));
        ulong wanted = answers.Number("value", Largest(bits));
        uint milliseconds = answers.Number32("milliseconds at most", LongestWait, usual: 5000);
        ulong value = 0;
        for (uint waited = 0; waited <= milliseconds; waited++)
        {
            (uint status, value) = Read(space, offset, bits);
            Outcome.Check($"reading space {space} + 0x{offset:x}", status);
            if ((value & mask) == wanted)
            {
                Console.WriteLine($"space {space} + 0x{offset:x}: {Show(value, bits)}");
                return;
            }

            Outcome.Check("waiting", WDC_Sleep(1000, WDC_SLEEP_OPTIONS.WDC_SLEEP_NON_BUSY));
        }

        Outcome.Check($"space {space} + 0x{offset:x} is {Show(value, bits)} after {milliseconds} ms", unchecked((uint)WD_ERROR_CODES.WD_TIME_OUT_EXPIRED));
    }

    private (uint Space, ulong Offset, int Bits) Place() => (answers.Number32("address space", 255), answers.Number("offset", ulong.MaxValue), Width(answers));

    private WDC_ADDR_RW_OPTIONS Options() => answers.Choice("addresses", "auto-increment", "fifo") == "fifo"
        ? WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_NO_AUTOINC
        : WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_DEFAULT;

    private static WDC_ADDR_MODE Mode(int bits) => WDC_ADDR_SIZE_TO_MODE((uint)bits / 8);

    private (uint Status, ulong Value) Read(uint space, ulong offset, int bits)
    {
        // One variable for every width: what is read lies in its lowest bytes.
        ulong value = 0;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<ulong>(ref value));
        uint status = bits switch
        {
            8 => WDC_ReadAddr8(card.Handle, space, offset, ref bytes[0]),
            16 => WDC_ReadAddr16(card.Handle, space, offset, ref MemoryMarshal.AsRef<ushort>(bytes)),
            64 => WDC_ReadAddr64(card.Handle, space, offset, ref value),
            _ => WDC_ReadAddr32(card.Handle, space, offset, ref MemoryMarshal.AsRef<uint>(bytes)),
        };
        return (status, value);
    }
}
