using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Platform;

namespace RingThree.WinDriver;

/// <summary>
/// A device that is open once, for as many registrations of it as there are: two registrations of sharable items are two
/// handles to one device.
/// </summary>
internal sealed class SharedFunction
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<(IHost Host, string Address), SharedFunction> Open = [];
    private readonly (IHost Host, string Address) _place;
    private int _users;

    private SharedFunction((IHost Host, string Address) place, Device device)
    {
        (_place, Device) = (place, device);
    }

    internal IHost Host => _place.Host;

    internal Device Device { get; }

    /// <summary>Opens a PCI function, or a card without plug and play by the text of its resources.</summary>
    /// <exception cref="DeviceException">It cannot be opened.</exception>
    internal static SharedFunction Take(IHost host, string address, PlatformResources? resources = null)
    {
        lock (Gate)
        {
            if (!Open.TryGetValue((host, address), out SharedFunction? shared))
                Open[(host, address)] = shared = new SharedFunction((host, address), resources is null ? host.Open(address) : host.Open(resources));
            shared._users++;
            return shared;
        }
    }

    /// <summary>The device where it is open already, else null.</summary>
    internal static Device? Find(IHost host, string address)
    {
        lock (Gate) return Open.GetValueOrDefault((host, address))?.Device;
    }

    /// <summary>Gives it back; the last one closes it.</summary>
    internal void Release()
    {
        lock (Gate)
        {
            if (--_users > 0) return;
            Open.Remove(_place);
            Device.Dispose();
        }
    }
}
