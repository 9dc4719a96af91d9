using Jungo.wdapi_dotnet;
using RingThree.PlugIns;
using RingThree.Registers;
using Xunit;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Tests;

/// <summary>WinDriver face: plug-ins in C#.</summary>
public sealed class WinDriverPlugInTests : WinDriverTest
{
    private const uint Level = (uint)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE;
    private const uint Message = (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE;
    private const uint Failure = (uint)WD_ERROR_CODES.WD_KERPLUG_FAILURE;

    [Fact]
    public void The_callbacks_come_in_their_order_with_the_private_context()
    {
        var plugIn = new FifthPlugIn();
        using (KernelPlugIns.Register("kp_test", plugIn))
        {
            WDC_DEVICE device = Open();
            Assert.False(wdc_defs_macros.WDC_IS_KP(device));
            Assert.Equal(Success, WDC_KernelPlugInOpen(device, "kp_test", 42));
            Assert.True(wdc_defs_macros.WDC_IS_KP(device));
            Assert.Equal((uint)WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, WDC_KernelPlugInOpen(device, "kp_test", 42));
            uint result = 0;
            Assert.Equal((Success, 7u), (WDC_CallKerPlug(device.hDev, 6, 1, ref result), result));
            using var called = new SemaphoreSlim(0);
            Assert.Equal(Success, WDC_IntEnable(device, null, 0, Level, _ => called.Release(), 0, true));
            for (int i = 0; i < 5; i++) Raise(device);
            Assert.True(called.Wait(Patience));
            Assert.Equal(Success, WDC_IntDisable(device));
            Assert.Equal(Success, WDC_PciDeviceClose(device.hDev));
        }

        Assert.Equal(["open 42", "call 6", "int enable", "dpc 1", "int disable", "close"], plugIn.Log.Where(l => l != "irql"));
        Assert.Equal(5, plugIn.Log.Count(l => l == "irql"));
    }

    [Theory]
    [InlineData(Level, true)]
    [InlineData(Level, false)]
    [InlineData(Message, true)]
    public void A_plug_in_that_defers_every_fifth_call_gets_exactly_a_fifth_of_the_calls(uint type, bool mine)
    {
        const int interrupts = 200;
        var plugIn = new FifthPlugIn { Mine = mine };
        using IDisposable registered = KernelPlugIns.Register("kp_fifth", plugIn);
        WDC_DEVICE device = Open();
        Assert.Equal(Success, WDC_KernelPlugInOpen(device, "kp_fifth", 0));
        int calls = 0;
        Assert.Equal(Success, WDC_IntEnable(device, null, 0, type, _ => Interlocked.Increment(ref calls), 0, true));
        for (int i = 0; i < interrupts; i++) Raise(device);
        Until(() => Volatile.Read(ref plugIn.Irqls) == interrupts && Volatile.Read(ref calls) >= interrupts / 5);
        Assert.Equal(Success, WDC_IntDisable(device));
        Assert.Equal((interrupts / 5, interrupts / 5, (uint)(interrupts / 5)), (plugIn.Dpcs, calls, device.Int.dwCounter));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void AtDpc_says_how_often_the_handler_is_called(int times)
    {
        using IDisposable registered = KernelPlugIns.Register("kp_times", new FifthPlugIn { Every = 1, Times = times });
        WDC_DEVICE device = Open();
        Assert.Equal(Success, WDC_KernelPlugInOpen(device, "kp_times", 0));
        int calls = 0;
        Assert.Equal(Success, WDC_IntEnable(device, null, 0, Level, _ => Interlocked.Increment(ref calls), 0, true));
        for (int i = 1; i <= 10; i++)
        {
            Raise(device);
            int expected = i * times;
            Until(() => Volatile.Read(ref calls) == expected);
        }

        Assert.Equal(Success, WDC_IntDisable(device));
        Assert.Equal(10 * times, calls);
    }

    [Fact]
    public void A_transfer_list_given_with_fUseKP_runs_before_AtIrql()
    {
        uint atIrql = 99;
        using IDisposable registered = KernelPlugIns.Register("kp_list", new FifthPlugIn { Every = 1, OnIrql = region => atIrql = region.Read<uint>(0x24) });
        WDC_DEVICE device = Open();
        Assert.Equal(Success, WDC_KernelPlugInOpen(device, "kp_list", 0));
        WD_TRANSFER[] commands = Acknowledge(device);
        using var called = new SemaphoreSlim(0);
        Assert.Equal(Success, WDC_IntEnable(device, commands, 3, Level | (uint)WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY, _ => called.Release(), 0, true));
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
        Assert.True(called.Wait(Patience));
        Assert.Equal((0u, 1u), (atIrql, commands[0].Data.Dword)); // acknowledged by the list already, which read 1
    }

    [Fact]
    public void Missing_of_another_version_or_refused_is_a_clear_error()
    {
        WDC_DEVICE device = Open();
        uint result = 0;
        Assert.Equal(Failure, WDC_KernelPlugInOpen(device, "kp_nowhere", 0));
        Assert.Equal(Failure, WDC_CallKerPlug(device.hDev, 1, 0, ref result));
        Assert.Equal(Failure, WDC_IntEnable(device, null, 0, Level, null, 0, true));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_KernelPlugInOpen(device, null!, 0));
        using (KernelPlugIns.Register("kp_odd", new FifthPlugIn { Version = 2 }))
        {
            Assert.Equal((uint)WD_ERROR_CODES.WD_INCORRECT_VERSION, WDC_KernelPlugInOpen(device, "kp_odd", 0));
            Assert.Throws<InvalidOperationException>(() => KernelPlugIns.Register("kp_odd", new FifthPlugIn()));
        }

        using (KernelPlugIns.Register("kp_no", new FifthPlugIn { Refuses = true })) Assert.Equal(Failure, WDC_KernelPlugInOpen(device, "kp_no", 0));
        using (KernelPlugIns.Register("kp_throws", new FifthPlugIn { ThrowsIn = "open" })) Assert.Equal(Failure, WDC_KernelPlugInOpen(device, "kp_throws", 0));
        using (KernelPlugIns.Register("kp_int", new FifthPlugIn { RefusesInterrupts = true }))
        {
            Assert.Equal(Success, WDC_KernelPlugInOpen(device, "kp_int", 0));
            Assert.Equal(Failure, WDC_IntEnable(device, null, 0, Level, null, 0, true));
            Assert.False(WDC_IntIsEnabled(device.hDev));
        }
    }

    [Theory]
    [InlineData("call")]
    [InlineData("irql")]
    [InlineData("dpc")]
    [InlineData("int disable")]
    [InlineData("close")]
    public void A_callback_that_throws_ends_at_most_its_own_interrupt(string callback)
    {
        using IDisposable registered = KernelPlugIns.Register("kp_bad", new FifthPlugIn { Every = 1, ThrowsIn = callback });
        WDC_DEVICE device = Open();
        Assert.Equal(Success, WDC_KernelPlugInOpen(device, "kp_bad", 0));
        uint result = 5;
        uint called = WDC_CallKerPlug(device.hDev, 1, 0, ref result);
        Assert.Equal(callback == "call" ? Failure : Success, called);
        Assert.Equal(Success, WDC_IntEnable(device, null, 0, Message, null, 0, true));
        Raise(device, wait: false);
        if (callback is "irql" or "dpc") Until(() => !WDC_IntIsEnabled(device.hDev));
        Assert.Equal(Success, WDC_PciDeviceClose(device.hDev)); // which disables
        WDC_DEVICE again = Open();
        uint value = 0;
        Assert.Equal((Success, 0x010000EDu), (WDC_ReadAddr32(again.hDev, 0, 0, ref value), value));
    }

    [Theory]
    [InlineData(Level)]
    [InlineData(Message)]
    public void Under_load_every_fifth_call_is_deferred_and_the_signals_add_up_beside_it(uint type)
    {
        var plugIn = new FifthPlugIn();
        using IDisposable registered = KernelPlugIns.Register("kp_load", plugIn);
        WDC_DEVICE device = Open();
        Assert.Equal(Success, WDC_KernelPlugInOpen(device, "kp_load", 0));
        int calls = 0;
        Assert.Equal(Success, WDC_IntEnable(device, null, 0, type, _ => Interlocked.Increment(ref calls), 0, true));
        Until(() =>
        {
            for (int i = 0; i < 20; i++) Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1)); // no waiting: signals merge
            return Volatile.Read(ref plugIn.Irqls) >= 200;
        });
        uint status = 1;
        Until(() => WDC_ReadAddr32(device.hDev, 0, 0x24, ref status) == Success && status == 0);
        Interrupts.InterruptCounters counters = default;
        Until(() =>
        {
            counters = WinDriver.OpenCards.Find(device.hDev)!.Hardware.Interrupts.Current!.GetCounters();
            return counters.Pending == 0 && counters.Signalled == counters.Rejected + counters.Claimed && Volatile.Read(ref calls) == counters.HandlerCalls;
        });
        Assert.Equal(Success, WDC_IntDisable(device));
        Assert.InRange(plugIn.Irqls, 200, counters.Signalled); // one call may be for several signals
        Assert.Equal(plugIn.Irqls / 5, plugIn.Deferred); // AtIrql's calls, whatever each is for
        Assert.Equal(counters.Claimed, counters.EndedEarly + counters.Handled); // nothing is lost
        Assert.Equal((counters.Handled, counters.Handled), (plugIn.Dpcs, calls)); // AtDpc hears of every signal that was deferred
    }

    [Fact]
    public void Closing_while_the_plug_in_is_in_an_interrupt_waits_for_it_and_no_callback_comes_after_close()
    {
        using var inside = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var plugIn = new FifthPlugIn
        {
            Every = 1,
            OnIrql = _ =>
            {
                inside.Set();
                leave.Wait(Patience);
            },
        };
        IDisposable registered = KernelPlugIns.Register("kp_slow", plugIn);
        WDC_DEVICE device = Open();
        Assert.Equal(Success, WDC_KernelPlugInOpen(device, "kp_slow", 0));
        Assert.Equal(Success, WDC_IntEnable(device, null, 0, Level, null, 0, true));
        Raise(device, wait: false);
        Assert.True(inside.Wait(Patience));
        registered.Dispose(); // unloaded: what is open stays open
        uint closed = 99;
        var closing = new Thread(() => closed = WDC_PciDeviceClose(device.hDev));
        closing.Start();
        Assert.False(closing.Join(50));
        leave.Set();
        Assert.True(closing.Join(Patience));
        Assert.Equal(Success, closed);
        string[] log;
        lock (plugIn.Log) log = [.. plugIn.Log];
        Assert.Equal(["int disable", "close"], log[^2..]);
        WDC_DEVICE again = Open();
        Assert.Equal(Failure, WDC_KernelPlugInOpen(again, "kp_slow", 0)); // it is gone for those who come later
    }

    [Theory]
    [InlineData("int enable")]
    [InlineData("event")]
    public void A_callback_that_throws_at_enable_or_at_an_event_is_a_status_or_a_line_in_the_log(string callback)
    {
        using IDisposable registered = KernelPlugIns.Register("kp_throwing", new FifthPlugIn { Every = 1, ThrowsIn = callback });
        WDC_DEVICE device = Open();
        Assert.Equal(Success, WDC_KernelPlugInOpen(device, "kp_throwing", 0));
        if (callback == "int enable")
        {
            Assert.Equal(Failure, WDC_IntEnable(device, null, 0, Message, null, 0, true));
            Assert.False(WDC_IntIsEnabled(device.hDev));
            return;
        }

        int heard = 0;
        Assert.Equal(Success, WDC_EventRegister(device, (uint)WD_EVENT_ACTION.WD_ACTIONS_ALL, (_, _) => Interlocked.Increment(ref heard), 0, true));
        Host.Remove("0000:00:02.0");
        Until(() => WinDriver.DebugLog.LastError?.Contains("on purpose", StringComparison.Ordinal) == true);
        Assert.Equal(0, heard);
    }

    [Fact]
    public void Memory_for_interrupt_level_is_outside_the_collectors_reach()
    {
        using PlugInMemory memory = PlugInDevice.Allocate(64);
        Assert.Equal(64, memory.Length);
        Assert.True(memory.Address != 0 && memory.Span.IndexOfAnyExcept((byte)0) < 0);
        memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => PlugInDevice.Allocate(0));
    }

    /// <summary>Raises an interrupt, and waits until the plug-in has acknowledged it.</summary>
    private static void Raise(WDC_DEVICE device, bool wait = true)
    {
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
        uint status = 1;
        if (wait) Until(() => WDC_ReadAddr32(device.hDev, 0, 0x24, ref status) == Success && status == 0);
    }

    /// <summary>As the generated samples: acknowledges, and defers every fifth interrupt.</summary>
    private sealed class FifthPlugIn : IKernelPlugIn
    {
        internal int Irqls;
        internal int Dpcs;
        internal int Deferred;

        internal List<string> Log { get; } = [];

        internal uint Version { get; init; } = KernelPlugIns.InterfaceVersion;

        internal int Every { get; init; } = 5;

        internal int Times { get; init; } = 1;

        internal bool Mine { get; init; } = true;

        internal bool Refuses { get; init; }

        internal bool RefusesInterrupts { get; init; }

        internal string? ThrowsIn { get; init; }

        internal Action<DeviceRegion>? OnIrql { get; init; }

        public uint InterfaceVersion => Version;

        public IPlugInSession? Open(PlugInDevice device, nint openData)
        {
            Note($"open {openData}");
            return Refuses ? null : new Session(this, device.FindRegion(0)!);
        }

        internal void Note(string callback)
        {
            lock (Log) Log.Add(callback);
            if (ThrowsIn is { } where && callback.StartsWith(where, StringComparison.Ordinal)) throw new NotSupportedException("on purpose");
        }

        private sealed class Session(FifthPlugIn plugIn, DeviceRegion registers) : PlugInSession
        {
            public override void Close() => plugIn.Note("close");

            public override uint Call(uint message, nint data)
            {
                plugIn.Note($"call {message}");
                return message + (uint)data;
            }

            public override bool IntEnable()
            {
                plugIn.Note("int enable");
                return !plugIn.RefusesInterrupts;
            }

            public override bool Event(uint action)
            {
                plugIn.Note("event");
                return true;
            }

            public override void IntDisable() => plugIn.Note("int disable");

            public override bool IntAtIrql(out bool isMine)
            {
                plugIn.OnIrql?.Invoke(registers);
                isMine = plugIn.Mine;
                return AtIrql();
            }

            public override bool IntAtIrqlMsi(int lastMessage) => AtIrql();

            public override int IntAtDpc(long count)
            {
                Interlocked.Add(ref plugIn.Dpcs, (int)count);
                plugIn.Note($"dpc {count}");
                return plugIn.Times * (int)count; // a batch may be of several
            }

            private bool AtIrql()
            {
                registers.Write<uint>(0x64, 0xFFFF_FFFF);
                plugIn.Note("irql");
                bool defers = Interlocked.Increment(ref plugIn.Irqls) % plugIn.Every == 0;
                if (defers) plugIn.Deferred++;
                return defers;
            }
        }
    }
}
