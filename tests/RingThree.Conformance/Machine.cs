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

    /// <summary>The longest any wait of a test may take; a test that reaches it has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, string> _addresses;
    private readonly List<PciDevice> _open = [];

    public Machine()
    {
        if (IsGuest)
        {
            Host = new VfioHost();
            _addresses = File.ReadAllLines("/out/topology.txt").Select(l => l.Split(' ')).ToDictionary(p => p[0], p => p[1]);
            return;
        }

        _addresses = new() { [EduA] = "0000:00:02.0", [Nvme] = "0000:00:04.0", [E1000e] = "0000:00:05.0", [EduB] = "0000:00:06.0", [Xhci] = "0000:00:07.0" };
        Sim = new SimulatedHost()
            .Add(new EduCard(), _addresses[EduA])
            .Add(MemoryCard.Nvme(), _addresses[Nvme])
            .Add(MemoryCard.E1000e(), _addresses[E1000e])
            .Add(new EduCard(), _addresses[EduB])
            .Add(MemoryCard.Xhci(), _addresses[Xhci]);
        Host = Sim;
    }

    public static bool IsGuest => Environment.GetEnvironmentVariable("RINGTHREE_CONFORMANCE") is { Length: > 0 };

    public IHost Host { get; }

    /// <summary>The simulated host, where there is one.</summary>
    public SimulatedHost? Sim { get; }

    public string AddressOf(string card) => _addresses[card];

    public PciDevice Open(string card, PciOpenOptions? options = null)
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

    public void Dispose()
    {
        foreach (PciDevice device in _open) device.Dispose();
        Host.Dispose();
    }
}
