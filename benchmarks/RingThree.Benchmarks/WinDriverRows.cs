using System.Diagnostics;
using System.Runtime.CompilerServices;
using Jungo.wdapi_dotnet;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;
using RingThree.Simulation;
using RingThree.WinDriver;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Benchmarks;

/// <summary>What the WinDriver face costs: a register access with its handle check, an interrupt against the native face in the same delivery form.</summary>
internal static class WinDriverRows
{
    private const uint Offset = EduRegisters.Offsets.Liveness;
    private const int Accesses = 1_000_000;

    public static void Registers(Effort effort)
    {
        using var host = new EventHost();
        IntPtr device = Open(host);
        Check(WDC_WriteAddr32(device, 0, Offset, 1));
        int iterations = 100_000_000 / effort.Scale;
        Effort.WarmUp(n => Round(device, n), iterations / 10);
        Comparison result = effort.Compare(() => effort.RunC("registers", $"{iterations}"), () => Round(device, iterations));
        Rows.Difference("windriver_read_addr32_difference_ns", "WDC_ReadAddr32, mapped", result, bar: 3);
        AllocationRows.Measure("windriver_access_bytes", "bytes per access, WDC_WriteAddr32 and WDC_ReadAddr32", n => Access(device, n), Accesses);
        Close(device);
    }

    public static void Interrupts(Effort effort)
    {
        int interrupts = 1_000_000 / effort.Scale;
        for (int i = 0; i < 3; i++)
        {
            Native(i, interrupts);
            Face(i, interrupts);
            Effort.Settle();
        }

        int seed = 0;
        var rates = new List<double>();
        Comparison result = effort.Compare(() => Native(++seed, interrupts), () =>
        {
            double nanoseconds = Face(seed, interrupts);
            rates.Add(1e9 / nanoseconds);
            return nanoseconds;
        });
        Rows.Print("windriver_interrupt_ratio", "interrupt to handler through the WinDriver face against the native one, own thread, seeded", $"{result.C:0} ns (native)", $"{result.Sharp:0} ns", $"{result.Ratio:0.000}", "1.15", "", result.Ratio <= 1.15);
        SimulationRows.AtLeast("windriver_interrupts_per_s", "interrupts a second through the WinDriver face, seeded, one handler call each", rates, 1_000_000);
    }

    private static double Native(int seed, int interrupts)
    {
        var handler = new Counter();
        return Seeded(seed, interrupts, handler, host =>
        {
            PciDevice device = host.Open("0000:00:02.0");
            InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.OwnThread, Handler = (in Interrupt _) => handler.Count++ });
            return () =>
            {
                session.Dispose();
                device.Dispose();
            };
        });
    }

    private static double Face(int seed, int interrupts)
    {
        var handler = new Counter();
        return Seeded(seed, interrupts, handler, host =>
        {
            IntPtr device = Open(host);
            Check(WDC_IntEnable(device, null, 0, 0, _ => handler.Count++, 0, false));
            return () =>
            {
                Check(WDC_IntDisable(device));
                Close(device);
            };
        });
    }

    /// <summary>Messages of a card, one after another, each through the root complex, the road and a handler on its own thread, in an order from a seed.</summary>
    /// <returns>Nanoseconds for each.</returns>
    private static double Seeded(int seed, int interrupts, Counter handler, Func<SimulatedHost, Action> enable)
    {
        double nanoseconds = 0;
        SeededRun.Replay(seed, async world =>
        {
            var card = new BenchCard(1);
            using SimulatedHost host = world.NewHost().Add(card);
            Action disable = enable(host);
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < interrupts; i++)
            {
                card.Raise(0);
                await world.Yield();
                while (handler.Count <= i) await world.Yield(); // one handler call each
            }

            nanoseconds = Stopwatch.GetElapsedTime(started).TotalNanoseconds / interrupts;
            disable();
        });
        if (handler.Count != interrupts) throw new InvalidOperationException($"{handler.Count} handler calls for {interrupts} interrupts.");
        return nanoseconds;
    }

    private static IntPtr Open(IHost host)
    {
        WinDriverHosts.Use(host);
        Check(WDC_DriverOpen(wdc_lib_consts.WDC_DRV_OPEN_DEFAULT, null));
        var info = new WD_PCI_CARD_INFO { pciSlot = new WD_PCI_SLOT { dwSlot = 2 } };
        info.Card.dwItems = 1;
        info.Card.Item[0].item = (uint)ITEM_TYPE.ITEM_MEMORY;
        info.Card.Item[0].I.Mem = new MEM { pPhysicalAddr = 0x1000_0000, qwBytes = 0x1000 };
        IntPtr device = 0;
        Check(WDC_PciDeviceOpen(ref device, ref info, 0));
        return device;
    }

    private static void Close(IntPtr device)
    {
        Check(WDC_PciDeviceClose(device));
        Check(WDC_DriverClose());
        WinDriverHosts.Use();
    }

    private static double Round(IntPtr device, int iterations)
    {
        long started = Stopwatch.GetTimestamp();
        uint sum = ReadMany(device, iterations);
        TimeSpan taken = Stopwatch.GetElapsedTime(started);
        if (sum != (uint)iterations) throw new InvalidOperationException("A read gave the wrong value.");
        return taken.TotalNanoseconds / iterations;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // as in C; inlined it would be another loop in each caller
    private static uint ReadMany(IntPtr device, int iterations)
    {
        uint sum = 0;
        uint value = 0;
        for (int i = 0; i < iterations; i++)
        {
            WDC_ReadAddr32(device, 0, Offset, ref value);
            sum += value;
        }

        return sum;
    }

    private static void Access(IntPtr device, int count)
    {
        uint value = 0;
        for (int i = 0; i < count; i += 2)
        {
            WDC_WriteAddr32(device, 0, Offset, (uint)i);
            WDC_ReadAddr32(device, 0, Offset, ref value);
        }
    }

    private static void Check(uint status)
    {
        if (status != 0) throw new InvalidOperationException(utils.Stat2Str(status));
    }

    private sealed class Counter
    {
        internal int Count;
    }
}
