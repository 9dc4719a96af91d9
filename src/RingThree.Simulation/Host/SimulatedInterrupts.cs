using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>
/// A function's interrupts as a kernel's VFIO drives them: by its MSI and MSI-X registers, and by the interrupt-disable
/// bit of a line, of which it masks each signal until its user unmasks.
/// </summary>
internal sealed class SimulatedInterrupts
{
    private static readonly int[] Exclusive = [PciNumbering.IntX, PciNumbering.Msi, PciNumbering.MsiX];
    private readonly PciEndpoint _function;
    private readonly int? _grant;
    private readonly VectorRoute[]?[] _routes = new VectorRoute[PciNumbering.RemovalRequest + 1][];
    private readonly bool _growsMsix;
    private readonly List<(int First, int Count)> _messages = []; // of each call that bound some
    private bool _masked;
    private bool _disabledByUser;

    internal SimulatedInterrupts(PciEndpoint function, int? grant, bool growsMsix)
    {
        _function = function;
        _grant = grant;
        _growsMsix = growsMsix;
        lock (Gate) function.OnLine = OnLine;
    }

    private Lock Gate => _function.Root.Gate;

    private bool HasDisable => _function.Card.Definition.HasInterruptDisable;

    internal int Bind(int group, string name, ReadOnlySpan<VectorRoute> routes)
    {
        if (group == PciNumbering.IntX) CheckLine();
        foreach (VectorRoute route in routes) ((SimulatedWaiter?)route.Waiter)?.Prepare(route.Tag);
        int first;
        int message = 0;
        lock (Gate)
        {
            bool grows = _growsMsix && group == PciNumbering.MsiX && _routes[group] is { } bound && bound.Length < routes.Length;
            if (!grows && (_routes[group] is not null || (Exclusive.Contains(group) && Array.Exists(Exclusive, g => _routes[g] is not null))))
            {
                throw new DeviceException(DeviceStatus.Busy, _function.Name, $"enabling {name}",
                    "interrupts of this function are enabled already", "Disable them first.");
            }

            bool messages = group is PciNumbering.Msi or PciNumbering.MsiX;
            if (messages && _grant is { } most && routes.Length > most)
                return group == PciNumbering.Msi && most > 0 ? 1 << System.Numerics.BitOperations.Log2((uint)most) : most;
            first = _routes[group]?.Length ?? 0;
            if (messages)
            {
                int added = routes.Length - first;
                message = _function.Root.Messages.Allocate(added, _function.RequesterId);
                if (message < 0) return first;
                _messages.Add((message, added));
                for (int i = 0; i < added; i++) _function.Root.Messages.Connect(message + i, routes[first + i]);
            }

            _routes[group] = routes.ToArray();
        }

        switch (group)
        {
            case PciNumbering.Msi: EnableMsi(message, routes.Length); break;
            case PciNumbering.MsiX: EnableMsix(message, first, routes.Length); break;
            case PciNumbering.IntX: Start(); break;
        }

        return routes.Length;
    }

    /// <summary>On a platform with a table of logical interrupts the function's line has to be in it, or the function with the bus driver.</summary>
    /// <exception cref="DeviceException">It is reserved.</exception>
    private void CheckLine()
    {
        if (_function.Root.LogicalInterrupts is not { } map) return;
        Span<byte> line = stackalloc byte[1];
        _function.ReadConfiguration(0x3C, line);
        map.Check(_function.Address, line[0]);
    }

    internal void Unbind(int group)
    {
        lock (Gate)
        {
            if (_routes[group] is null) return;
            _routes[group] = null;
            if (group == PciNumbering.IntX && _function.HoldsLine)
            {
                _function.HoldsLine = false;
                _function.ServiceLine();
            }
        }

        switch (group)
        {
            case PciNumbering.Msi when _function.Msi is { } msi: DisableMsi(msi.Offset); break;
            case PciNumbering.MsiX when _function.Msix is { } msix: Write16(msix.Offset + 2, 0); break;
        }

        if (group is not (PciNumbering.Msi or PciNumbering.MsiX)) return;
        lock (Gate)
        {
            foreach ((int first, int count) in _messages) _function.Root.Messages.Free(first, count);
            _messages.Clear();
        }
    }

    /// <summary>Masks or unmasks the line for this function; what is still asserted then signals at once.</summary>
    internal void MaskLine(bool masked)
    {
        lock (Gate)
        {
            if (_routes[PciNumbering.IntX] is not null) SetMask(masked);
        }
    }

    /// <summary>
    /// The user's own interrupt-disable bit. It masks and unmasks as the other way does: one mask, of which a change of the
    /// bit is the last word (Linux, vfio_basic_config_write).
    /// </summary>
    internal void DisableByUser(bool disabled)
    {
        lock (Gate)
        {
            if (_disabledByUser == disabled) return;
            _disabledByUser = disabled;
            SetMask(disabled);
        }
    }

    internal void Trigger(int group, int first, int count)
    {
        lock (Gate)
        {
            if (group == PciNumbering.IntX && _disabledByUser) return;
            VectorRoute[] routes = _routes[group] ?? [];
            for (int v = first; v < first + count && v < routes.Length; v++) Signal(routes[v]);
        }
    }

    internal void Close()
    {
        for (int group = 0; group < _routes.Length; group++) Unbind(group);
        lock (Gate)
        {
            _function.OnLine = null;
            _function.HoldsLine = false;
            if (HasDisable) _function.SetInterruptDisable(false);
        }
    }

    private static void Signal(VectorRoute route) => ((SimulatedWaiter?)route.Waiter)?.Signal(route.Tag);

    /// <summary>The line is asserted. Called with the gate held.</summary>
    private void OnLine(bool isHeld)
    {
        if (_masked || _disabledByUser || _routes[PciNumbering.IntX] is not [VectorRoute route]) return;
        // Without a status bit nothing tells whose it is: everyone on the line is asked, once per round.
        if (HasDisable ? !_function.AssertsPin : isHeld || !_function.IsLineAsserted) return;
        SetMask(true);
        Signal(route);
    }

    private void Start()
    {
        lock (Gate) SetMask(_disabledByUser);
    }

    private void SetMask(bool masked)
    {
        if (!masked && _disabledByUser) return;
        _masked = masked;
        if (HasDisable)
        {
            _function.SetInterruptDisable(masked);
            return;
        }

        _function.HoldsLine = masked && _routes[PciNumbering.IntX] is not null;
        if (!_function.HoldsLine) _function.ServiceLine();
    }

    private void EnableMsi(int message, int count)
    {
        int at = _function.Msi!.Offset;
        int block = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count);
        _function.GrantedMessageBits = System.Numerics.BitOperations.Log2((uint)block);
        Write32(at + 4, (uint)MessageController.Window);
        Write32(at + 8, 0);
        Write16(at + 12, (ushort)message);
        Write16(at + 2, MsiCapability.Enabled(Read16(at + 2), block));
    }

    /// <summary>The count stays, address and data go, as Linux leaves them.</summary>
    private void DisableMsi(int at)
    {
        Write16(at + 2, (ushort)(Read16(at + 2) & ~1));
        Write32(at + 4, 0);
        Write32(at + 8, 0);
        Write16(at + 12, 0);
    }

    /// <summary>Enables vectors from one number to another, with messages from <paramref name="message"/> on; those before it stay as they are.</summary>
    private void EnableMsix(int message, int first, int end)
    {
        const ushort enable = 0x8000;
        const ushort functionMask = 0x4000;
        MsixCapability msix = _function.Msix!;
        // Masked as a whole while the table is written (PCI Local Bus 3.0, 6.8.2.3).
        Write16(msix.Offset + 2, enable | functionMask);
        lock (Gate)
        {
            for (int v = first; v < msix.Count; v++)
            {
                ulong entry = (ulong)v * 16;
                msix.WriteTable(entry, 8, v < end ? MessageController.Window : 0);
                msix.WriteTable(entry + 8, 4, v < end ? (uint)(message + v - first) : 0);
                msix.WriteTable(entry + 12, 4, v < end ? 0u : 1u);
            }
        }

        Write16(msix.Offset + 2, enable);
    }

    private ushort Read16(int offset)
    {
        lock (Gate) return _function.Config.Read16(offset);
    }

    private void Write16(int offset, ushort value) => _function.WriteConfiguration(offset, BitConverter.GetBytes(value));

    private void Write32(int offset, uint value) => _function.WriteConfiguration(offset, BitConverter.GetBytes(value));
}
