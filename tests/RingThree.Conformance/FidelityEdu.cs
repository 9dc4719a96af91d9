using System.Buffers.Binary;
using System.Text;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Registers;

namespace RingThree.Conformance;

/// <summary>Rows about the edu card, whose twin behaves as it does: registers by width, its line, its message, its DMA.</summary>
internal static class FidelityEdu
{
    private static readonly ulong[] Offsets = [0x00, 0x04, 0x08, 0x0C, 0x10, 0x20, 0x24, 0x28, 0x60, 0x64, 0x70, 0x78, 0x7C, 0x80, 0x84, 0x88, 0x8C, 0x90, 0x94, 0x98, 0x9C, 0xA0, 0x1000, 0x4_0000, 0xF_FFF8];

    public static void AddTo(FidelityRows rows, IHost host, string address)
    {
        using (IHostedDevice hosted = host.OpenDevice(address, OpenOptions.Default))
        {
            Level(rows, hosted);
            Message(rows, hosted);
        }

        using PciDevice device = host.Open(address);
        DeviceRegion bar = device.Bar(0);
        bar.Write<uint>(0x20, 0);
        bar.Write(0x64, uint.MaxValue);
        bar.Write(0x08, 0u);
        Computed(bar);
        Settle(device);
        foreach (ulong offset in Offsets)
            rows.Add($"register {offset:x2}, every width", () => string.Join(" ", ((int[])[1, 2, 4, 8]).Where(w => offset % (ulong)w == 0).Select(w => FidelityBehaviour.Read(bar, offset, w))));
        Written(rows, bar);
        Dma(rows, device);
    }

    /// <summary>Writes 32 bits to BAR 0.</summary>
    public static void Set(IHostedDevice card, ulong offset, ulong value)
    {
        Span<byte> data = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(data, (uint)value);
        card.Write(0, offset, data);
    }

    private static void Written(FidelityRows rows, DeviceRegion bar)
    {
        rows.Add("liveness written by 32, 16, 8 bits", () =>
        {
            var seen = new StringBuilder();
            bar.Write<uint>(4, 0x1234_5678);
            seen.Append($"{bar.Read<uint>(4):x8} ");
            bar.Write<ushort>(4, 0xAAAA);
            seen.Append($"{bar.Read<uint>(4):x8} ");
            bar.Write<byte>(5, 0x55);
            return seen.Append($"{bar.Read<uint>(4):x8}").ToString();
        });
        rows.Add("00 written by 64 bits", () =>
        {
            bar.Write<ulong>(0, ulong.MaxValue);
            return $"{bar.Read<uint>(0):x8} {bar.Read<uint>(4):x8}";
        });
        rows.Add("register 20: bits a write reaches", () =>
        {
            bar.Write(0x20, uint.MaxValue);
            string ones = $"{bar.Read<uint>(0x20):x8}";
            bar.Write<uint>(0x20, 0);
            return $"{ones} {bar.Read<uint>(0x20):x8}";
        });
        rows.Add("register 24 written", () =>
        {
            bar.Write(0x24, uint.MaxValue);
            return $"{bar.Read<uint>(0x24):x8}";
        });
        foreach (ulong offset in (ulong[])[0x80, 0x88, 0x90])
        {
            rows.Add($"register {offset:x2} written by 64, 32, 16, 8 bits and at its upper half", () =>
            {
                var seen = new StringBuilder();
                bar.Write(offset, 0x1122_3344_5566_7788ul);
                seen.Append($"{bar.Read<ulong>(offset):x} {bar.Read<uint>(offset):x} ");
                bar.Write(offset, 0x99AA_BBCCu);
                seen.Append($"{bar.Read<ulong>(offset):x} ");
                bar.Write<ushort>(offset, 0xDDEE);
                bar.Write<byte>(offset, 0xFF);
                seen.Append($"{bar.Read<ulong>(offset):x} ");
                bar.Write(offset + 4, 0x0102_0304u);
                seen.Append($"{bar.Read<ulong>(offset):x}");
                bar.Write<ulong>(offset, 0);
                return seen.ToString();
            });
        }

        rows.Add("command without the start bit", () =>
        {
            bar.Write<ulong>(0x98, 6);
            return $"{bar.Read<ulong>(0x98):x}";
        });
        foreach (uint n in (uint[])[0, 1, 12, 13, 34, 1000])
        {
            rows.Add($"factorial of {n}", () =>
            {
                bar.Write(0x08, n);
                return $"{Computed(bar)} {bar.Read<uint>(0x20):x} {bar.Read<uint>(0x24):x}";
            });
        }

        rows.Add("raised by 16 and by 64 bits", () =>
        {
            bar.Write<ushort>(0x60, 1);
            bar.Write<ulong>(0x60, 2);
            string seen = $"{bar.Read<uint>(0x24):x}";
            bar.Write(0x64, uint.MaxValue);
            return seen;
        });
        rows.Add("raised, raised more, acknowledged in parts", () =>
        {
            bar.Write<uint>(0x60, 0x11);
            bar.Write<uint>(0x60, 0x8000_0100);
            string seen = $"{bar.Read<uint>(0x24):x} ";
            bar.Write<uint>(0x64, 0x110);
            seen += $"{bar.Read<uint>(0x24):x} ";
            bar.Write(0x64, uint.MaxValue);
            return $"{seen}{bar.Read<uint>(0x24):x}";
        });
        rows.Add("raised by nothing", () =>
        {
            bar.Write<uint>(0x60, 0);
            return $"{bar.Read<uint>(0x24):x}";
        });
    }

    private static void Level(FidelityRows rows, IHostedDevice card)
    {
        using var line = new FidelityLine(card, PciNumbering.IntX, 1);
        string Seen() => $"{line.Signals()}, status bit {(Get(card, PciNumbering.Configuration, 6, 1) >> 3) & 1}, command {Get(card, PciNumbering.Configuration, 4, 2):x4}";
        void Row(string name, Action act) => rows.Add($"INTx: {name}", () =>
        {
            act();
            return Seen();
        });

        void Raise(ulong bits) => Set(card, 0x60, bits);
        void Acknowledge() => Set(card, 0x64, uint.MaxValue);
        void Unmask() => card.Unmask(PciNumbering.IntX, 0);
        void Mask() => card.Mask(PciNumbering.IntX, 0);

        Acknowledge();
        Row("idle", () => { });
        Row("raised", () => Raise(1));
        Row("raised more while masked by its signal", () => Raise(2));
        Row("unmasked, not acknowledged", Unmask);
        Row("acknowledged, still masked", Acknowledge);
        Row("unmasked", Unmask);
        Row("unmasked twice", Unmask);
        Row("masked, then raised", () =>
        {
            Mask();
            Raise(1);
        });
        Row("masked, raised, then acknowledged and unmasked", () =>
        {
            Acknowledge();
            Unmask();
        });
        Row("masked twice, raised, unmasked once", () =>
        {
            Mask();
            Mask();
            Raise(1);
            Unmask();
        });
        Acknowledge();
        Unmask();
        Row("disabled by the driver, then raised", () =>
        {
            line.Disable(true);
            Raise(1);
        });
        Row("unmasked while disabled by the driver", Unmask);
        Row("masked while disabled by the driver", Mask);
        Row("enabled by the driver again", () => line.Disable(false));
        Row("masked by its signal, disabled and enabled by the driver", () =>
        {
            line.Disable(true);
            line.Disable(false);
        });
        Row("enabled by the driver when it is so already", () => line.Disable(false));
        Acknowledge();
        Unmask();
        rows.Add("INTx: raised and acknowledged at once", () =>
        {
            Raise(1);
            Acknowledge();

            // The processor may be told after the card has let go of its line, and then nobody's status bit is set.
            string seen = Seen();
            return seen.Replace("0*1", "one signal at most").Replace("nothing", "one signal at most");
        });
        rows.Add("INTx: unmasked after that", () =>
        {
            Unmask();
            return Seen();
        });
        line.Signals();
        Raise(1);
        line.Signals();
        card.Unbind(PciNumbering.IntX);
        line.Disable(true);
        rows.Add("INTx: bound while asserted and disabled by the driver", () =>
        {
            using var again = new FidelityLine(card, PciNumbering.IntX, 1);
            string seen = again.Signals();
            line.Disable(false);
            return $"{seen}, enabled: {again.Signals()}";
        });
        Acknowledge();
    }

    private static void Message(FidelityRows rows, IHostedDevice card)
    {
        using var messages = new FidelityLine(card, PciNumbering.Msi, 1);
        void Master(bool on)
        {
            Span<byte> command = stackalloc byte[1];
            card.Read(PciNumbering.Configuration, 4, command);
            command[0] = (byte)(on ? command[0] | 4 : command[0] & ~4);
            card.Write(PciNumbering.Configuration, 4, command);
        }

        void Row(string name, Action act) => rows.Add($"MSI: {name}", () =>
        {
            act();
            return $"{messages.Signals()}, status bit {(Get(card, PciNumbering.Configuration, 6, 1) >> 3) & 1}";
        });

        Row("raised while not a bus master", () => Set(card, 0x60, 1));
        Row("bus master again", () => Master(true));
        Row("raised", () => Set(card, 0x60, 1));
        Row("raised again, not acknowledged", () => Set(card, 0x60, 1));
        Row("acknowledged", () => Set(card, 0x64, uint.MaxValue));
        Row("raised with INTx disabled by the driver", () =>
        {
            messages.Disable(true);
            Set(card, 0x60, 1);
            messages.Disable(false);
        });
        Set(card, 0x64, uint.MaxValue);
        rows.Add("MSI: unbound while raised, then acknowledged", () =>
        {
            card.Unbind(PciNumbering.Msi);
            Set(card, 0x60, 1);
            string status = $"status bit {(Get(card, PciNumbering.Configuration, 6, 1) >> 3) & 1}";
            Set(card, 0x64, uint.MaxValue);
            return $"{status}, then {(Get(card, PciNumbering.Configuration, 6, 1) >> 3) & 1}";
        });
        Master(false);
    }

    private static void Dma(FidelityRows rows, PciDevice device)
    {
        DeviceRegion bar = device.Bar(0);
        using DmaBuffer buffer = device.Dma.Allocate(8192, addressBits: 28);
        string Move(ulong from, ulong to, ulong count, ulong command)
        {
            bar.Write(0x80, from);
            bar.Write(0x88, to);
            bar.Write(0x90, count);
            bar.Write(0x98, command);
            Machine.Until(() => (bar.Read<ulong>(0x98) & 1) == 0, "the DMA ends");
            string seen = $"command {bar.Read<ulong>(0x98):x}, interrupts {bar.Read<uint>(0x24):x}";
            bar.Write(0x64, uint.MaxValue);
            return seen;
        }

        string RoundTrip(int length, ulong inCard, ulong alias)
        {
            for (int i = 0; i < length; i++) buffer.Span[i] = (byte)((i * 7) + length);
            byte[] sent = buffer.Span[..length].ToArray();
            string there = Move(buffer.Address.Value | alias, inCard, (ulong)length, 5);
            buffer.Span.Clear();
            string back = Move(inCard, buffer.Address.Value | alias, (ulong)length, 7);
            return $"{there}; {back}; {(buffer.Span[..length].SequenceEqual(sent) && buffer.Span[length..].IndexOfAnyExcept((byte)0) < 0 ? "equal" : "not equal")}";
        }

        device.Config.ModifyCommand(PciCommand.None, PciCommand.BusMaster);
        rows.Add("DMA of 1 byte to and from the end of the card's buffer", () => RoundTrip(1, 0x4_0FFE, 0));
        rows.Add("DMA of 4095 bytes, the most", () => RoundTrip(4095, 0x4_0000, 0));
        rows.Add("DMA uses 28 address bits", () => RoundTrip(64, 0x4_0100, 0xFF_0000_0000_0000 | (1ul << 28)));
        rows.Add("DMA without an interrupt", () => Move(buffer.Address.Value, 0x4_0000, 16, 1));
        rows.Add("registers while a DMA runs", () =>
        {
            bar.Write(0x80, buffer.Address.Value);
            bar.Write(0x88, 0x4_0000ul);
            bar.Write(0x90, 16ul);
            bar.Write(0x98, 1ul);
            bar.Write(0x90, 32ul);
            bar.Write(0x88, 0x4_0200ul);
            string seen = $"command {bar.Read<ulong>(0x98):x}, count {bar.Read<ulong>(0x90):x}, destination {bar.Read<ulong>(0x88):x}";
            Machine.Until(() => (bar.Read<ulong>(0x98) & 1) == 0, "the DMA ends");
            return seen;
        });
        rows.Add("DMA while not a bus master", () =>
        {
            buffer.Span.Clear();
            device.Config.ModifyCommand(PciCommand.BusMaster, PciCommand.None);
            string seen = Move(0x4_0000, buffer.Address.Value, 64, 7);
            device.Config.ModifyCommand(PciCommand.None, PciCommand.BusMaster);
            device.Dma.TakeFaults();
            return $"{seen}; memory {(buffer.Span.IndexOfAnyExcept((byte)0) < 0 ? "unchanged" : "changed")}";
        });
        foreach (bool isWrite in (bool[])[true, false])
        {
            rows.Add($"DMA {(isWrite ? "write" : "read")} of what is not mapped", () =>
            {
                const ulong nowhere = 0x0C00_0000;
                string seen = "";
                DmaFault fault = Machine.FaultOfAsync(device, () =>
                {
                    seen = isWrite ? Move(0x4_0000, nowhere, 64, 7) : Move(nowhere, 0x4_0000, 64, 5);
                    return Task.CompletedTask;
                }).GetAwaiter().GetResult();
                return $"{seen}; fault of {(fault.Device == device.Address ? "this card" : fault.Device)} at {fault.Address.Value & ~0xFFFul:x}, {(fault.IsWrite ? "write" : "read")}";
            });
        }
    }

    /// <summary>The card's DMA registers keep what the last user left; a last DMA leaves what is known.</summary>
    private static void Settle(PciDevice device)
    {
        DeviceRegion bar = device.Bar(0);
        using (DmaBuffer buffer = device.Dma.Allocate(4096, addressBits: 28))
        {
            device.Config.ModifyCommand(PciCommand.None, PciCommand.BusMaster);
            bar.Write(0x80, buffer.Address.Value);
            bar.Write(0x88, 0x4_0000ul);
            bar.Write(0x90, 1ul);
            bar.Write(0x98, 1ul);
            Machine.Until(() => (bar.Read<ulong>(0x98) & 1) == 0, "the DMA ends");
        }

        device.Config.ModifyCommand(PciCommand.BusMaster, PciCommand.None);
        foreach (ulong offset in (ulong[])[0x80, 0x88, 0x90]) bar.Write<ulong>(offset, 0);
        bar.Write(0x04, uint.MaxValue);
    }

    private static string Computed(DeviceRegion bar)
    {
        Machine.Until(() => (bar.Read<uint>(0x20) & 1) == 0, "the factorial is computed");
        return $"{bar.Read<uint>(0x08):x}";
    }

    private static ulong Get(IHostedDevice card, int region, ulong offset, int width)
    {
        Span<byte> data = stackalloc byte[8];
        data.Clear();
        card.Read(region, offset, data[..width]);
        return BinaryPrimitives.ReadUInt64LittleEndian(data);
    }
}
