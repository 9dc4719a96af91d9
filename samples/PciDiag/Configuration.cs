using System.Runtime.InteropServices;
using System.Text;
using Jungo.wdapi_dotnet;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.PciDiag;

/// <summary>Reads and writes configuration space, by the names of its registers or by offset.</summary>
internal sealed class Configuration(Answers answers, Card card)
{
    private const uint LargestOffset = 0xFFF;
    private const string Prefix = "PCI_";

    /// <summary>The menu.</summary>
    internal Menu Menu(Outcome outcome) => new Menu("configuration", "back", answers, outcome)
        .Add("read", "one register", Read)
        .Add("write", "one register", Write)
        .Add("header", "the header's registers, in words", ShowHeader)
        .Add("express", "the PCI Express capability's registers, in words", ShowExpress)
        .Add("dump", "bytes", Dump);

    private void Read()
    {
        uint offset = Offset();
        int bits = Registers.Width(answers);
        (uint status, ulong value) = Read(offset, bits);
        Outcome.Check($"reading configuration + 0x{offset:x}", status);
        Console.WriteLine($"configuration + 0x{offset:x2}: {Registers.Show(value, bits)}{Words(offset)}");
    }

    private void Write()
    {
        uint offset = Offset();
        int bits = Registers.Width(answers);
        ulong value = answers.Number("value", Registers.Largest(bits));
        Outcome.Check($"writing configuration + 0x{offset:x}", bits switch
        {
            8 => WDC_PciWriteCfg8(card.Handle, offset, (byte)value),
            16 => WDC_PciWriteCfg16(card.Handle, offset, (ushort)value),
            64 => WDC_PciWriteCfg64(card.Handle, offset, value),
            _ => WDC_PciWriteCfg32(card.Handle, offset, (uint)value),
        });
        Console.WriteLine($"configuration + 0x{offset:x2}: written {Registers.Show(value, bits)}{Words(offset)}");
    }

    private void ShowHeader()
    {
        foreach (PCI_CFG_REG register in Enum.GetValues<PCI_CFG_REG>())
        {
            int bits = Bits(register);
            (uint status, ulong value) = Read((uint)register, bits);
            Outcome.Check($"reading {register}", status);
            Console.WriteLine($"0x{(uint)register:x2} {register,-10} {Registers.Show(value, bits),-10}{Words((uint)register)}");
        }
    }

    private void ShowExpress()
    {
        uint capability = 0;
        Outcome.Check("finding the PCI Express capability", WDC_PciGetExpressOffset(card.Handle, ref capability));
        foreach (PCI_CFG_REG_EXPRESS register in Enum.GetValues<PCI_CFG_REG_EXPRESS>())
        {
            var words = new StringBuilder();
            uint length = 0;
            if (PciExpressConfRegData2Str(card.Handle, (uint)register, words, Room, ref length) != 0) continue; // a register that says nothing in words
            Console.WriteLine($"0x{capability + (uint)register:x2} {register,-11} {words}");
        }
    }

    private void Dump()
    {
        uint offset = Offset();
        uint count = answers.Number32("bytes", LargestOffset + 1, least: 1);
        byte[] data = new byte[count];
        GCHandle pin = GCHandle.Alloc(data, GCHandleType.Pinned);
        try
        {
            Outcome.Check($"reading {count} bytes of configuration + 0x{offset:x}", WDC_PciReadCfg(card.Handle, offset, pin.AddrOfPinnedObject(), count));
        }
        finally
        {
            pin.Free();
        }

        HexDump.Print(data, offset);
    }

    private const uint Room = 1024;

    /// <summary>What a register of the header holds, in words, behind two spaces; nothing where no register begins.</summary>
    private string Words(uint offset)
    {
        var words = new StringBuilder();
        uint length = 0;
        return PciConfRegData2Str(card.Handle, offset, words, Room, ref length) == 0 ? $"  {words}" : "";
    }

    private uint Offset() => answers.Ask("register (PCI_CR) or offset", null, text =>
    {
        string name = text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? text : Prefix + text;
        return char.IsAsciiLetter(text[0]) && Enum.GetNames<PCI_CFG_REG>().Contains(name, StringComparer.OrdinalIgnoreCase)
            ? (uint)Enum.Parse<PCI_CFG_REG>(name, ignoreCase: true)
            : (uint)answers.ParseNumber(text, 0, LargestOffset);
    });

    /// <summary>How many bits a register of the header has. Source: PCI Local Bus 3.0, figure 6-1.</summary>
    private static int Bits(PCI_CFG_REG register) => register switch
    {
        PCI_CFG_REG.PCI_VID or PCI_CFG_REG.PCI_DID or PCI_CFG_REG.PCI_CR or PCI_CFG_REG.PCI_SR or PCI_CFG_REG.PCI_SVID or PCI_CFG_REG.PCI_SDID => 16,
        (>= PCI_CFG_REG.PCI_BAR0 and <= PCI_CFG_REG.PCI_CIS) or PCI_CFG_REG.PCI_EROM => 32,
        _ => 8,
    };

    private (uint Status, ulong Value) Read(uint offset, int bits)
    {
        ulong value = 0;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<ulong>(ref value));
        uint status = bits switch
        {
            8 => WDC_PciReadCfg8(card.Handle, offset, ref bytes[0]),
            16 => WDC_PciReadCfg16(card.Handle, offset, ref MemoryMarshal.AsRef<ushort>(bytes)),
            64 => WDC_PciReadCfg64(card.Handle, offset, ref value),
            _ => WDC_PciReadCfg32(card.Handle, offset, ref MemoryMarshal.AsRef<uint>(bytes)),
        };
        return (status, value);
    }
}
