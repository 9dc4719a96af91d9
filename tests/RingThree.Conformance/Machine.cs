using System.Diagnostics;
using RingThree.Devices;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using RingThree.Simulation;

namespace RingThree.Conformance;

/// <summary>
/// The machine a test runs on: by default a simulated one, in the QEMU guest (RINGTHREE_CONFORMANCE=guest) the real
/// kernel's. Both have the same cards; a test names the card and does not know which machine it is on.
/// </summary>
public sealed class Machine : IDisposable
{
    public const string EduA = "edu-a";
    public const string EduB = "edu-b";
    public const string Nvme = "nvme";
    public const string E1000e = "e1000e";
    public const string Xhci = "xhci";
    public const string Testdev = "testdev";
    public const string EduBridge1 = "edu-bridge-1";
    public const string EduBridge2 = "edu-bridge-2";

    /// <summary>The longest any wait of a test may take; a test that reaches it has failed. An emulated processor on a busy machine needs longer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(IsGuest ? 120 : 30);

    /// <summary>The memory that both machines were started without (tests/guest/boot.sh: memmap=).</summary>
    public const ulong ReservedBase = 0x2000_0000;

    /// <inheritdoc cref="ReservedBase"/>
    public const ulong ReservedLength = 16 << 20;

    private readonly IReadOnlyDictionary<string, string> _addresses;
    private readonly List<PciDevice> _open = [];

    public Machine()
    {
        if (IsGuest)
        {
            Host = new VfioHost();
            _addresses = GuestAddresses();
            return;
        }

        _addresses = TwinAddresses;
        Sim = Twin();
        Host = Sim;
    }

    /// <summary>Where the cards of <see cref="Twin"/> are; QEMU's are there as well (tests/guest/boot.sh).</summary>
    public static IReadOnlyDictionary<string, string> TwinAddresses { get; } = new Dictionary<string, string>
    {
        [EduA] = "0000:00:02.0",
        [EduB] = "0000:00:06.0",
        [EduBridge1] = "0000:02:01.0",
        [EduBridge2] = "0000:02:05.0",
        [Nvme] = "0000:00:04.0",
        [E1000e] = "0000:01:00.0",
        [Xhci] = "0000:00:07.0",
    };

    public static bool IsGuest => Environment.GetEnvironmentVariable("RINGTHREE_CONFORMANCE") is { Length: > 0 };

    /// <summary>Whether this kernel's VFIO adds MSI-X vectors to those that are bound (from 6.5 on); the default machine's does not.</summary>
    public static bool KernelAddsMsixVectors => IsGuest && Environment.OSVersion.Version >= new Version(6, 5);

    /// <summary>Whether MSI-X vectors can be added: of a kernel it is known, a simulated machine is tried as either.</summary>
    public static TheoryData<bool> AddsMsixVectors => IsGuest ? [KernelAddsMsixVectors] : [false, true];

    public IHost Host { get; }

    /// <summary>The simulated host, where there is one.</summary>
    public SimulatedHost? Sim { get; }

    /// <summary>The guest's machine, simulated: a root port, a bridge to conventional PCI, and the same cards in the same slots, the same memory.</summary>
    /// <param name="addsMsixVectors">As <see cref="SimulatedHost.AddsMsixVectors"/>.</param>
    public static SimulatedHost Twin(bool addsMsixVectors = false)
    {
        SimulatedHost host = new SimulatedHost { AddsMsixVectors = addsMsixVectors }.ReserveMemory(ReservedBase, ReservedLength);
        host.AddBridge("0000:00:05.0");
        host.AddBridge("0000:00:0c.0", isConventional: true);
        foreach ((string card, string address) in TwinAddresses)
        {
            host.Add(card switch
            {
                Nvme => MemoryCard.Nvme(),
                E1000e => MemoryCard.E1000e(),
                Xhci => MemoryCard.Xhci(),
                _ => new EduCard(),
            }, address);
        }

        return host;
    }

    /// <summary>Where the guest's cards are, as its first process found them.</summary>
    public static IReadOnlyDictionary<string, string> GuestAddresses() =>
        File.ReadAllLines("/out/topology.txt").Select(l => l.Split(' ')).ToDictionary(p => p[0], p => p[1]);

    public string AddressOf(string card) => _addresses[card];

    public PciDevice Open(string card, DeviceOpenOptions? options = null)
    {
        PciDevice device = Host.Open(AddressOf(card), options);
        _open.Add(device);
        return device;
    }

    /// <summary>Waits for something that must come true.</summary>
    public static void Until(Func<bool> condition, string what)
    {
        ArgumentNullException.ThrowIfNull(condition);
        Assert.True(SpinWait.SpinUntil(condition, Patience), $"did not happen within {Patience.TotalSeconds} s: {what}");
    }

    /// <summary>
    /// The fault that a DMA makes. Linux writes down about three in five seconds and drops the rest (a rate limit of ten
    /// lines, drivers/iommu/intel/dmar.c), so a DMA whose fault went that way is done again.
    /// </summary>
    public static async Task<DmaFault> FaultOfAsync(PciDevice device, Func<Task> dma)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(dma);
        device.Dma.TakeFaults();
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Patience)
        {
            await dma();
            for (int i = 0; i < 60; i++)
            {
                if (device.Dma.TakeFaults() is [var fault, ..]) return fault;
                await Task.Delay(100);
            }
        }

        Assert.Fail($"no fault was reported within {Patience.TotalSeconds} s");
        return default;
    }

    public void Dispose()
    {
        foreach (PciDevice device in _open) device.Dispose();
        Host.Dispose();
    }
}
