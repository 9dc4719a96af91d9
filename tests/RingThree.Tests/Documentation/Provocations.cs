using System.Runtime.InteropServices;
using System.Text;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Interrupts;
using RingThree.Linux;
using RingThree.Pci;
using RingThree.Platform;
using RingThree.Samples.Edu;
using RingThree.Simulation;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>
/// Every example message of docs/errors.md, made anew by doing what leads to it, in the page's order and below the page's headings.
/// What needs another machine is made by the code that would speak there.
/// </summary>
internal static class Provocations
{
    private const string Place = "0000:03:00.0";
    private const string Nowhere = "ffff:ff:1f.7";
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    internal static IReadOnlyDictionary<string, Func<Task<string>>[]> All { get; } = new Dictionary<string, Func<Task<string>>[]>
    {
        ["NotFound"] =
        [
            Of(DeviceStatus.NotFound, () => new VfioHost().OpenDevice(Nowhere, OpenOptions.Default)),
            Of(DeviceStatus.NotFound, () => Use(host => host.Open("0000:04:00.0"))),
            Of(DeviceStatus.NotFound, () => Drive(card => card.Bar(2))),
        ],
        ["Busy"] =
        [
            Of(DeviceStatus.Busy, () => Use(host =>
            {
                using PciDevice first = host.Open(Place);
                host.Open(Place);
            })),
            Of(DeviceStatus.Busy, () => Drive(card =>
            {
                using InterruptSession first = card.Interrupts.Enable(new InterruptOptions());
                card.Interrupts.Enable(new InterruptOptions());
            })),
            OnMachine(DeviceStatus.Busy, _ => { }, machine => machine.Diagnosis.NoGroup(Errno.EBUSY, 11)),
        ],
        ["AccessDenied"] =
        [
            OnMachine(DeviceStatus.AccessDenied, machine => machine.User(1000, "0"), machine => machine.Diagnosis.NoGroup(Errno.EACCES, 11)),
            OnMachine(DeviceStatus.AccessDenied, machine => machine.InContainer(), machine => machine.Diagnosis.NoGroup(Errno.EPERM, 11)),
            OnMachine(DeviceStatus.AccessDenied, machine => machine.Write("/sys/kernel/security/lockdown", "none [integrity] confidentiality"), machine =>
            {
                Marshal.SetLastPInvokeError(Errno.EPERM);
                return PlatformCard.NoMemoryFile("adc", machine.System);
            }),
            Of(DeviceStatus.AccessDenied, () => new SimulatedHost().Open(new PlatformResources("adc").Memory(0x100_0000, 0x1000))),
        ],
        ["WrongDriver"] = [OnMachine(DeviceStatus.WrongDriver, machine => machine.Bind(Place, "nvme"), machine => machine.Open())],
        ["NoIommu"] = [OnMachine(DeviceStatus.NoIommu, NoGroups, machine => machine.Open())],
        ["NoInterruptRemapping"] = [OnMachine(DeviceStatus.NoInterruptRemapping, machine => machine.Write("/proc/interrupts", " 24:  0  IO-APIC 1-edge  i8042"), machine => machine.Diagnosis.NoDomain(Errno.EPERM, "setting up its address space", "VFIO_SET_IOMMU", ""))],
        ["GroupNotViable"] = [OnMachine(DeviceStatus.GroupNotViable, machine => machine.Function("0000:03:00.1", "snd_hda_intel", 11), machine => machine.Diagnosis.NotViable(11))],
        ["NotSupported"] =
        [
            OnMachine(DeviceStatus.NotSupported, machine => machine.Write("/sys/kernel/iommu_groups/11/reserved_regions", "0x000000007b800000 0x000000007fffffff direct"),
                machine => machine.Diagnosis.NoDomain(Errno.EPERM, "setting up its address space", "VFIO_SET_IOMMU", "")),
            Of(DeviceStatus.NotSupported, () => Drive(card => card.Reset())),
            Of(DeviceStatus.NotSupported, () => new PlatformHost().Open(new PlatformResources("adc").Irq(5)).Interrupts.Enable(new InterruptOptions())),
        ],
        ["InvalidArgument"] =
        [
            Of(DeviceStatus.InvalidArgument, () => Use(host => host.Add(new EduCard(), "0000:04:00.0").Open(new PciId(0x1234, 0x11E8)))),
            Of(DeviceStatus.InvalidArgument, () => Drive(card => card.Prepare(TransferText.Parse("r32 bar0+0x24; mask 1; wb32 bar0+0x10064")))),
            Of(DeviceStatus.InvalidArgument, () => Drive(card => card.Bar(1).Read<ulong>(0x10))),
        ],
        ["ProtectedRange"] = [Of(DeviceStatus.ProtectedRange, () => Use(MemoryCard.Nvme(), host => Open(host, card => card.Bar(0).Write(0x2000UL, 1u))))],
        ["NoResources"] =
        [
            Of(DeviceStatus.NoResources, () => Drive(card => card.Dma.Allocate(2 << 20, addressBits: 20))),
            OnMachine(DeviceStatus.NoResources, machine =>
            {
                machine.User(0, "000001ffffffbfff");
                machine.Limit("8388608");
            }, machine => VfioAddressSpace.Refused(machine.System, Errno.ENOMEM, Place, 16777216, new Iova(0x1000))),
            OnMachine(DeviceStatus.NoResources, machine => machine.Resources("0x0000000000000000 0x0000000003ffffff 0x0000000020140204"), machine => machine.Diagnosis.NoDevice(Errno.EINVAL, hasToken: false)),
            Of(DeviceStatus.NoResources, () => Use(host =>
            {
                host.MaximumVectors = 0;
                Open(host, card => card.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Msi }));
            })),
            Of(DeviceStatus.NoResources, () => Drive(card => card.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.MsiX }))),
        ],
        ["DeviceGone"] =
        [
            OnMachine(DeviceStatus.DeviceGone, machine =>
            {
                Array.Fill(machine.Header, (byte)0xFF);
                machine.Configure();
            }, machine => machine.Open()),
            OnMachine(DeviceStatus.DeviceGone, machine =>
            {
                machine.Header.AsSpan(0x10, 24).Clear();
                machine.Configure();
            }, machine => machine.Open()),
            Of(DeviceStatus.DeviceGone, () => Use(host => Open(host, card =>
            {
                InterruptSession session = card.Interrupts.Enable(new InterruptOptions());
                host.Remove(Place);
                session.NextAsync(Short).AsTask().GetAwaiter().GetResult();
            }))),
        ],
        ["TimedOut"] =
        [
            Timeout(_ => { }),
            Timeout(rig =>
            {
                rig.Session.Trigger(0);
                Until(() => rig.Session.GetCounters().Rejected > 0);
            }, new InterruptOptions { Kinds = InterruptKinds.Level, Immediate = TransferText.Parse("r32 bar0+0x24; mask 0xff") }),
            Timeout(rig =>
            {
                rig.Session.Mask(0);
                rig.Session.Trigger(0);
                Until(() => rig.Session.GetCounters().Held > 0);
            }),
            Timeout(rig => rig.Card.Config.ModifyCommand(PciCommand.BusMaster, PciCommand.None)),
            Timeout(rig =>
            {
                rig.Card.Config.ModifyCommand(PciCommand.None, PciCommand.InterruptDisable);
                rig.Model.Raise();
            }, new InterruptOptions { Kinds = InterruptKinds.Level, Immediate = TransferText.Parse("r32 bar0+0x24; mask 0xff") }),
            Of(DeviceStatus.TimedOut, () => Drive(DisableDuringCallback)),
        ],
        ["InterruptStorm"] = [() => Report(InterruptReportKind.Storm, Storm)],
        ["IoError"] = [FromKernel(DeviceStatus.IoError, 5, "VfioDevice.cs", "resetting the function", "VFIO_DEVICE_RESET", "See the kernel's log: dmesg | tail")],
        ["ObjectDisposedException"] =
        [
            Throwing<ObjectDisposedException>(() => Drive(card =>
            {
                InterruptSession session = card.Interrupts.Enable(new InterruptOptions());
                session.Disable();
                session.NextAsync(Short).AsTask().GetAwaiter().GetResult();
            })),
            Throwing<ObjectDisposedException>(() => Drive(card =>
            {
                card.Dispose();
                card.Dma.Allocate(4096);
            })),
            Throwing<ObjectDisposedException>(() => Use(host => Open(host, card =>
            {
                host.Dispose();
                card.Interrupts.Enable(new InterruptOptions());
            }))),
            Throwing<ObjectDisposedException>(() => Drive(card =>
            {
                DmaBuffer buffer = card.Dma.Allocate(4096);
                buffer.Dispose();
                buffer.Span.Clear();
            })),
        ],
        ["InvalidOperationException"] =
        [
            Throwing<InvalidOperationException>(() => Drive(card => card.Interrupts.Enable(new InterruptOptions()).Wait(Short, out _))),
            Throwing<InvalidOperationException>(() => default(EduRegisters).Identification.Read()),
            Throwing<InvalidOperationException>(() => new TransferProgramBuilder().Write32(bar: 0, 0x60, 1).Mask(1)),
        ],
        ["ArgumentException"] =
        [
            Throwing<ArgumentException>(() => Drive(card => card.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.Inline }))),
            Throwing<ArgumentOutOfRangeException>(() => Drive(card => card.Bar(0).Read<uint>(0x10000))),
            Throwing<ArgumentOutOfRangeException>(() => Drive(card => card.Bar(0).As<EduRegisters>(0xFF80))),
            Throwing<ArgumentOutOfRangeException>(() => Drive(card => card.Interrupts.Enable(new InterruptOptions()).VectorOf(5))),
            Throwing<ArgumentOutOfRangeException>(() => Drive(card => card.Interrupts.Enable(new InterruptOptions()).Trigger(7))),
            Throwing<ArgumentException>(() => Drive(card => card.Bar(0).Read<bool>(0))),
        ],
        ["FormatException"] =
        [
            Throwing<FormatException>(() => PciAddress.Parse("3:0")),
            Throwing<FormatException>(() => TransferText.Parse("r32 bar0+0x24; maks 0xff")),
        ],
        ["SimulationException"] = [Throwing<SimulationException>(() => Use(new QueueCard(), host => Open(host, card => card.Bar(0).Read<uint>(0x3F0))))],
        ["SeedFailedException"] = [Throwing<SeedFailedException>(() => SeededRun.Replay(7, _ => throw new InvalidOperationException("Channel 2 gave 7.")))],
        ["DepartureException"] = [Throwing<DepartureException>(() => Replay())],
        ["InvalidDataException"] = [() => InFolder(folder => Throwing<InvalidDataException>(() =>
        {
            string file = Path.Combine(folder, "edu.r3rec");
            File.WriteAllText(file, "This is a text, and no recording.");
            _ = new ReplayHost(file);
        })())],
    };

    /// <summary>A card with little in it: two BARs, a line and a message, a status that the test sets.</summary>
    private sealed class Bench() : SimulatedCard(new CardDefinition(0x1234, 0x11E8, "bench")
    {
        Bars = new Dictionary<int, CardBar> { [0] = new(0x10000), [1] = new(0x100, RegionKind.Port) },
        Pin = 1,
        MsiVectors = 1,
    })
    {
        internal void Raise()
        {
            lock (ModelGate) SetPin(true);
        }

        protected internal override ulong Read(int bar, ulong offset, int width) => 0;

        protected internal override void Write(int bar, ulong offset, int width, ulong value)
        {
        }
    }

    private sealed record Rig(PciDevice Card, Bench Model, InterruptSession Session);

    private static Func<Task<string>> Throwing<T>(Action action)
        where T : Exception => () => Task.FromResult(Assert.ThrowsAny<T>(action).Message);

    private static Func<Task<string>> Of(DeviceStatus status, Action action) => () =>
    {
        var error = Assert.Throws<DeviceException>(action);
        Assert.Equal(status, error.Status);
        return Task.FromResult(error.Message.Replace(Nowhere, Place, StringComparison.Ordinal));
    };

    /// <summary>What the kernel would have to refuse: the words are looked up in the source that says them.</summary>
    private static Func<Task<string>> FromKernel(DeviceStatus status, int answer, string source, string operation, string call, string advice) => Of(status, () =>
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "src", "RingThree.Linux", source));
        foreach (string words in (string[])[operation.Split("(/")[0].Split(" 16")[0], call, advice.Split(" /")[0]]) Assert.Contains(words, text, StringComparison.Ordinal);
        throw VfioErrors.Failed(answer, Place, operation, call, advice);
    });

    private static void Until(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Long));

    private static void Use(Action<SimulatedHost> work) => Use(new Bench(), work);

    private static void Use(SimulatedCard card, Action<SimulatedHost> work)
    {
        using var host = new SimulatedHost();
        host.Add(card, Place);
        work(host);
    }

    private static void Open(SimulatedHost host, Action<PciDevice> work)
    {
        using PciDevice card = host.Open(Place);
        work(card);
    }

    private static void Drive(Action<PciDevice> work) => Use(host => Open(host, work));

    /// <summary>What opening says where a machine stands so; its group is the eleventh.</summary>
    private static Func<Task<string>> OnMachine(DeviceStatus status, Action<FakeLinux> arrange, Func<FakeLinux, DeviceException> fail) => () =>
    {
        using var machine = new FakeLinux();
        machine.Link($"/sys/devices/pci0000:00/{FakeLinux.Port}/{Place}/iommu_group", machine.Root + "/sys/kernel/iommu_groups/11");
        Directory.CreateDirectory($"{machine.Root}/sys/kernel/iommu_groups/11/devices/{Place}");
        machine.Group(11);
        arrange(machine);
        DeviceException error = fail(machine);
        Assert.Equal(status, error.Status);
        return Task.FromResult(error.Message);
    };

    private static void NoGroups(FakeLinux machine)
    {
        machine.Delete($"/sys/bus/pci/devices/{Place}/iommu_group");
        machine.Delete("/sys/kernel/iommu_groups");
    }

    private static void DisableDuringCallback(PciDevice card)
    {
        using var entered = new ManualResetEventSlim();
        var leave = new ManualResetEventSlim(); // not disposed: the callback may be in it still
        InterruptSession session = card.Interrupts.Enable(new InterruptOptions
        {
            DisableTime = TimeSpan.FromSeconds(0.2),
            Handler = (in Interrupt _) =>
            {
                entered.Set();
                leave.Wait(Long);
            },
        });
        session.Trigger(0);
        Assert.True(entered.Wait(Long));
        try
        {
            session.Disable();
        }
        finally
        {
            leave.Set();
        }
    }

    private static async Task<string> Report(InterruptReportKind kind, Func<Action<InterruptReport>, Task> work)
    {
        var said = new TaskCompletionSource<InterruptReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        await work(report => said.TrySetResult(report));
        InterruptReport report = await said.Task.WaitAsync(Long);
        Assert.Equal(kind, report.Kind);
        return report.Message;
    }

    private static async Task Storm(Action<InterruptReport> hear)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = new SimulatedHost();
        var model = new Bench();
        host.Add(model, Place);
        using PciDevice card = host.Open(Place);
        await using InterruptSession session = card.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Level,
            Immediate = TransferText.Parse("r32 bar0+0x24; mask 1; wb32 bar0+0x64"),
            Report = report =>
            {
                hear(report);
                heard.TrySetResult();
            },
        });
        model.Raise();
        await heard.Task.WaitAsync(Long);
    }

    private static Func<Task<string>> Timeout(Action<Rig> before, InterruptOptions? options = null) => async () =>
    {
        using var host = new SimulatedHost();
        var model = new Bench();
        host.Add(model, Place);
        using PciDevice card = host.Open(Place);
        await using InterruptSession session = card.Interrupts.Enable(options ?? new InterruptOptions());
        before(new Rig(card, model, session));
        DeviceException error = await Assert.ThrowsAsync<DeviceException>(async () => await session.NextAsync(Short));
        Assert.Equal(DeviceStatus.TimedOut, error.Status);
        return error.Message;
    };

    private static void Replay() => InFolder(folder =>
    {
        string file = Path.Combine(folder, "card.r3rec");
        var simulated = new SimulatedHost();
        simulated.Add(new Bench(), Place);
        using (var recording = new RecordingHost(simulated, file))
        using (PciDevice card = recording.Open(Place)) card.Bar(0).Write(0x8UL, 10u);
        using var replay = new ReplayHost(file, new ReplayOptions { ThrowOnDeparture = true });
        using PciDevice again = replay.Open(Place);
        again.Bar(0).Write(0x8UL, 12u);
        return Task.FromResult("");
    }).GetAwaiter().GetResult();

    private static async Task<string> InFolder(Func<string, Task<string>> work)
    {
        string folder = Directory.CreateTempSubdirectory("ringthree-errors-").FullName;
        try
        {
            return (await work(folder)).Replace(folder + "/", "", StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
