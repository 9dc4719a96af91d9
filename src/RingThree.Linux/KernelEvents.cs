using System.Text;
using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Pci;

namespace RingThree.Linux;

/// <summary>
/// The kernel's events of PCI functions (uevents): they appear, leave, change their driver. Needs no privilege. What the
/// kernel dropped because nobody listened for too long is made up for by looking.
/// </summary>
internal sealed unsafe class KernelEvents : IDisposable
{
    private const int MessageSize = 16 << 10; // UEVENT_BUFFER_SIZE is 2 KiB; more is harmless
    private const ulong SocketMark = 1;
    private const ulong WakeMark = 2;
    private readonly FileDescriptor _socket;
    private readonly FileDescriptor _wake;
    private readonly FileDescriptor _set;
    private readonly Action<DeviceChange> _onChange;
    private readonly Dictionary<string, DeviceDescription> _known;
    private readonly Thread _thread;
    private volatile bool _over;

    internal KernelEvents(Action<DeviceChange> onChange)
    {
        _onChange = onChange;
        _socket = Libc.Socket(Libc.AddressFamilyNetlink, Libc.Datagrams | Libc.CloseOnExec, Libc.NetlinkDeviceEvents);
        _wake = Libc.Eventfd(0, Libc.CloseOnExec);
        _set = Libc.EpollCreate(Libc.CloseOnExec);
        try
        {
            var address = new NetlinkAddress { Family = Libc.AddressFamilyNetlink, Groups = 1 }; // group 1: the kernel's own, before udev
            // Sound: the structure is of the size the call is told.
            if (_socket.IsInvalid || Libc.Bind(_socket, &address, (uint)sizeof(NetlinkAddress)) != 0 || _wake.IsInvalid || _set.IsInvalid || !Watch(_socket, SocketMark) || !Watch(_wake, WakeMark))
                throw VfioErrors.Failed("vfio", "listening to the kernel's device events", "a netlink socket", "Ask for the list again and again instead.");
            _known = SysfsPci.Scan().ToDictionary(d => d.Address); // after bind: what comes now is not missed, at most seen twice
        }
        catch
        {
            Close();
            throw;
        }

        _thread = new Thread(Run) { IsBackground = true, Name = "PCI events" };
        _thread.Start();
    }

    public void Dispose()
    {
        if (_over) return;
        _over = true;
        ulong one = 1;
        // Sound: eight bytes, as an eventfd takes.
        _ = Libc.Write(_wake, (byte*)&one, sizeof(ulong));
        if (Thread.CurrentThread != _thread) _thread.Join();
    }

    /// <summary>The action, function and driver of a message; <see langword="null"/> for one of another subsystem, or not the kernel's.</summary>
    internal static (string Action, string Address)? Parse(ReadOnlySpan<byte> message)
    {
        string? action = null;
        string? address = null;
        bool pci = false;
        foreach (string field in Encoding.UTF8.GetString(message).Split('\0'))
        {
            if (field.StartsWith("ACTION=", StringComparison.Ordinal)) action = field["ACTION=".Length..];
            else if (field == "SUBSYSTEM=pci") pci = true;
            else if (field.StartsWith("PCI_SLOT_NAME=", StringComparison.Ordinal)) address = field["PCI_SLOT_NAME=".Length..];
        }

        return pci && action is not null && PciAddress.TryParse(address, null, out _) ? (action, address!) : null;
    }

    private void Run()
    {
        byte[] message = new byte[MessageSize];
        EpollEvent* ready = stackalloc EpollEvent[1];
        bool blind = false;
        while (!_over)
        {
            // Sound: room for the one event asked for; both descriptors live until this thread closes them.
            if (Libc.EpollWait(_set.Number, ready, 1, -1) <= 0 || _over) continue;
            nint length;
            fixed (byte* pointer = message)
            {
                length = Libc.Receive(_socket, pointer, (nuint)message.Length, Libc.DoNotWait);
            }

            bool missed = length < 0 && Errno.Last == Errno.ENOBUFS;
            try
            {
                if (missed || blind) LookAgain();
                else if (length > 0 && Parse(message.AsSpan(0, (int)length)) is var (action, address)) Tell(action, address);
                blind = false;
            }
            catch (DeviceException)
            {
                blind = true; // out of descriptors: what has changed is found with the next message
            }
        }

        Close();
    }

    private void Tell(string action, string address)
    {
        switch (action)
        {
            case "remove":
                if (_known.Remove(address, out DeviceDescription? gone)) Raise(DeviceChangeKind.Departed, gone);
                break;
            case "add":
                if (!_known.ContainsKey(address) && SysfsPci.Describe(address) is { } come)
                {
                    _known[address] = come;
                    Raise(DeviceChangeKind.Arrived, come);
                }

                break;
            case "bind" or "unbind":
                if (SysfsPci.Describe(address) is not { } changed || (_known.TryGetValue(address, out DeviceDescription? before) && before.Driver == changed.Driver)) break;
                _known[address] = changed;
                Raise(DeviceChangeKind.DriverChanged, changed);
                break;
        }
    }

    private void LookAgain()
    {
        var now = SysfsPci.Scan().ToDictionary(d => d.Address);
        foreach (string address in _known.Keys.Except(now.Keys).ToArray()) Tell("remove", address);
        foreach (string address in now.Keys)
        {
            Tell("add", address);
            Tell("bind", address);
        }
    }

    private void Raise(DeviceChangeKind kind, DeviceDescription device)
    {
        var change = new DeviceChange(kind, device);
        DebugMonitor.DeviceChanged("vfio", change);
        try
        {
            _onChange(change);
        }
        catch (Exception)
        {
            // A listener's mistake changes nothing; the next change is told all the same.
        }
    }

    private bool Watch(FileDescriptor descriptor, ulong mark)
    {
        var change = new EpollEvent { Events = Libc.EpollIn, Data = mark };
        // Sound: one event, which the kernel copies.
        return Libc.EpollControl(_set, Libc.EpollAdd, descriptor, &change) == 0;
    }

    private void Close()
    {
        _set.Dispose();
        _socket.Dispose();
        _wake.Dispose();
    }
}
