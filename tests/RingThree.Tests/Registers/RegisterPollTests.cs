using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Registers;
using RingThree.Simulation;
using RingThree.Tests.Generators;
using Xunit;

namespace RingThree.Tests;

/// <summary>Waiting for a register's value, on threads and in seeded runs.</summary>
public sealed class RegisterPollTests : IDisposable
{
    private const uint Computing = 1;
    private static readonly PciId Edu = new(0x1234, 0x11E8);
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);
    private readonly FakeDevice _fake = new FakeDevice().Add(0, 0x200).Add(1, 0x100, mapped: [(0, 0x100)]);
    private readonly PciDevice _device;

    public RegisterPollTests() => _device = _fake.Open();

    public static TheoryData<int> Bars => [0, 1];

    public void Dispose() => _device.Dispose();

    [Theory]
    [MemberData(nameof(Bars))]
    public void It_ends_with_the_value_that_met_the_condition(int bar)
    {
        Register<uint> register = At(bar);
        var setter = new Thread(() =>
        {
            Thread.Sleep(5);
            register.Write(7);
        });
        setter.Start();

        Assert.Equal(7u, register.WaitUntil(static value => value != 0, Ample));
        setter.Join();
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public async Task So_does_the_one_that_takes_no_thread(int bar)
    {
        Register<uint> register = At(bar);
        Task<uint> wait = register.WaitUntilAsync(static value => value != 0, Ample, TestContext.Current.CancellationToken);
        Assert.False(wait.IsCompleted);

        register.Write(7);

        Assert.Equal(7u, await wait);
    }

    [Fact]
    public void A_value_that_is_there_takes_one_read()
    {
        At(0).Write(7);
        _fake.Accesses.Clear();

        At(0).WaitUntil(static value => value == 7, TimeSpan.Zero);

        Assert.Single(_fake.Accesses);
    }

    [Fact]
    public async Task Time_that_is_up_names_the_register_its_last_value_and_the_device()
    {
        var map = _device.Bar(0).As<SampleRegisters>();
        map.Heads[2].Write(0xBEEF);

        DeviceException late = Assert.Throws<DeviceException>(() => map.Heads[2].WaitUntil(static _ => false, Short));
        DeviceException later = await Assert.ThrowsAsync<DeviceException>(() => At(1).WaitUntilAsync(static _ => false, Short, TestContext.Current.CancellationToken));

        Assert.Equal(DeviceStatus.TimedOut, late.Status);
        Assert.StartsWith($"{FakeDevice.Place}: waiting for SampleRegisters.Heads[2] (BAR 0 + 0x", late.Message, StringComparison.Ordinal);
        Assert.Contains("after 0.02 s it reads 0x0000beef.", late.Message, StringComparison.Ordinal);
        Assert.StartsWith($"{FakeDevice.Place}: waiting for BAR 1 + 0x44 failed: after 0.02 s it reads 0x00000000.", later.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_ones_of_a_card_that_is_gone_meet_no_condition()
    {
        At(0).Write(uint.MaxValue);
        Assert.Equal(uint.MaxValue, At(0).WaitUntil(static value => value != 0, Short)); // they are the card's own

        _fake.Present = false;

        DeviceException gone = Assert.Throws<DeviceException>(() => At(0).WaitUntil(static value => value != 0, Ample));
        Assert.Equal(DeviceStatus.DeviceGone, gone.Status);
    }

    [Fact]
    public async Task A_device_that_is_closed_ends_it()
    {
        Task<uint> wait = At(1).WaitUntilAsync(static value => value == 7, Ample, TestContext.Current.CancellationToken);

        _device.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => wait);
    }

    [Fact]
    public async Task Cancelling_ends_it()
    {
        using var cancel = new CancellationTokenSource();
        Task<uint> wait = At(1).WaitUntilAsync(static value => value == 7, Ample, cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Fact]
    public void A_time_out_that_cannot_be_names_it_and_what_can()
    {
        ArgumentOutOfRangeException wrong = Assert.Throws<ArgumentOutOfRangeException>(() => At(1).WaitUntil(static _ => true, Timeout.InfiniteTimeSpan));

        Assert.StartsWith($"{FakeDevice.Place}: the time-out of waiting for BAR 1 + 0x44 is -00:00:00.0010000; it can be 0 to 24 days.", wrong.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = At(1).WaitUntilAsync(static _ => true, Timeout.InfiniteTimeSpan, TestContext.Current.CancellationToken); });
        Assert.Throws<InvalidOperationException>(() => default(Register<uint>).WaitUntil(static _ => true, Short));
        Assert.Throws<ArgumentNullException>(() => At(1).WaitUntil(null!, Short));
    }

    [Fact]
    public void A_condition_that_throws_ends_it_with_that() =>
        Assert.Throws<FormatException>(() => At(1).WaitUntil(static _ => throw new FormatException(), Ample));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_seeded_run_waits_in_its_own_time_and_replays(bool blocks)
    {
        for (int seed = 1; seed <= 50; seed++) Assert.Equal(SeededRun.Replay(seed, world => Factorial(world, blocks)), SeededRun.Replay(seed, world => Factorial(world, blocks)));
    }

    [Fact]
    public void A_time_out_is_of_the_devices_clock() => SeededRun.Replay(1, async world =>
    {
        using SimulatedHost host = world.NewHost().Add(new EduCard());
        using PciDevice device = host.Open(Edu);
        var never = new Register<uint>(device.Bar(0).Window(0, 0x100), 0x20);
        long started = device.Time.GetTimestamp();

        DeviceException late = await Assert.ThrowsAsync<DeviceException>(() => never.WaitUntilAsync(static _ => false, TimeSpan.FromMinutes(1)));

        Assert.Equal(DeviceStatus.TimedOut, late.Status);
        Assert.InRange(device.Time.GetElapsedTime(started), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(61));
        Assert.Same(world.Time, device.Time);
    });

    private static async Task Factorial(SeededWorld world, bool blocks)
    {
        using SimulatedHost host = world.NewHost().Add(new EduCard());
        using PciDevice device = host.Open(Edu);
        RegisterWindow window = device.Bar(0).Window(0, 0x100);
        var status = new Register<uint>(window, 0x20);
        var factorial = new Register<uint>(window, 0x08);
        factorial.Write(5);
        if (blocks) status.WaitUntil(static value => (value & Computing) == 0, TimeSpan.FromSeconds(1));
        else await status.WaitUntilAsync(static value => (value & Computing) == 0, TimeSpan.FromSeconds(1));
        Assert.Equal(120u, factorial.Read());
    }

    private Register<uint> At(int bar) => new(_device.Bar(bar).Window(0x40, 0x40), 4);
}
