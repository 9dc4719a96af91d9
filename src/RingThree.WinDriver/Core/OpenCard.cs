using System.Runtime.ExceptionServices;
using Jungo.wdapi_dotnet;
using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Platform;
using RingThree.PlugIns;
using RingThree.Sharing;

namespace RingThree.WinDriver;

/// <summary>A card that a program has registered: its device, the spaces it may touch, its locks and its interrupt.</summary>
internal sealed class OpenCard
{
    private readonly SharedFunction _function;
    private readonly IDisposable _locks;
    private readonly AddressSpace?[] _spaces;
    private readonly Lock _gate = new();
    private bool _isClosed;
    private int _opensPlugIn;

    private OpenCard(SharedFunction function, IDisposable locks, IReadOnlyList<AddressSpace> spaces, WD_CARD card)
    {
        (_function, _locks, Card) = (function, locks, card);
        _spaces = new AddressSpace?[Math.Max(function.Device is PciDevice ? PciNumbering.BarCount : 0, spaces.Count == 0 ? 0 : spaces.Max(s => s.Number) + 1)];
        foreach (AddressSpace space in spaces.DistinctBy(s => s.Number))
        {
            _spaces[space.Number] = space;
            space.Open();
        }

        Interrupt = new CardInterrupt(this);
        Events = new CardEvents(this);
    }

    internal IntPtr Handle { get; set; }

    /// <summary>What the program sees of it.</summary>
    internal WDC_DEVICE Device { get; set; } = null!;

    /// <summary>Fills the object that a program has for it, and keeps that as the one it sees: the program may hold it in several places.</summary>
    /// <param name="given">Filled; made where there is none.</param>
    internal void Adopt(ref WDC_DEVICE given)
    {
        if (given is null)
        {
            given = Device;
            return;
        }

        Device.CopyTo(given);
        Device = given;
    }

    internal WD_CARD Card { get; }

    internal Device Hardware => _function.Device;

    internal IHost Host => _function.Host;

    internal CardInterrupt Interrupt { get; }

    internal CardEvents Events { get; }

    /// <summary>The plug-in that is open with it, or null.</summary>
    internal PlugInHandle? PlugIn { get; private set; }

    /// <summary>What runs when its program leaves it open, or null.</summary>
    internal CleanupCommands? Cleanup { get; private set; }

    internal ReadOnlySpan<AddressSpace?> Spaces => _spaces;

    /// <summary>Its function, where it is one.</summary>
    /// <exception cref="StatusException">It is a card without configuration space.</exception>
    internal PciDevice Function => Hardware as PciDevice ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{Hardware} is no PCI function and has no configuration space.");

    /// <summary>Registers a function with the items that its card names.</summary>
    /// <exception cref="StatusException">The card names resources that the function does not have.</exception>
    /// <exception cref="DeviceException">A resource is taken, or the function cannot be opened.</exception>
    internal static OpenCard Register(WD_PCI_SLOT slot, WD_CARD card)
    {
        (IHost host, string address) = WinDriverHosts.Find(slot);
        if (CardItems.Items(card).IsEmpty)
            throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{address}: the card has no items ({card.dwItems} of {card.Item?.Length ?? 0}): WDC_PciGetDeviceInfo fills them.");
        CheckLogicalInterrupt(host, address, card);
        return Register(host, address, card, null, device => [.. Find((PciDevice)device, CardItems.Items(card))]);
    }

    /// <summary>Whether a card's items are free.</summary>
    /// <param name="slot">The function's slot; null for a card that no bus enumerates.</param>
    /// <param name="card">The items.</param>
    /// <exception cref="DeviceException">One is taken.</exception>
    internal static void CheckLocks(WD_PCI_SLOT? slot, WD_CARD card)
    {
        (IHost host, string address) = slot is { } place ? WinDriverHosts.Find(place) : (WinDriverHosts.WithAddresses(h => h), HandDefined.Resources(card).ToString());
        ResourceLocks.Check(address, Claims(host, card));
    }

    /// <summary>Registers a card that no bus enumerates, by its items.</summary>
    /// <exception cref="StatusException">The items name no resource.</exception>
    /// <exception cref="ArgumentException">They name one that cannot be.</exception>
    /// <exception cref="DeviceException">A resource is taken, or no host has such cards.</exception>
    internal static OpenCard Register(WD_CARD card)
    {
        PlatformResources resources = HandDefined.Resources(card);
        return WinDriverHosts.WithAddresses(host => Register(host, resources.ToString(), card, resources, device => HandDefined.Spaces((PlatformDevice)device, card)));
    }

    /// <summary>A logical interrupt that a program gives for a function has to be the one of the function's line.</summary>
    private static void CheckLogicalInterrupt(IHost host, string address, WD_CARD card)
    {
        foreach (WD_ITEMS item in CardItems.Items(card))
        {
            if (item.item != (uint)ITEM_TYPE.ITEM_INTERRUPT || (item.I.Int.dwOptions & CardItems.LogicalId) == 0) continue;
            int line = CardItems.Describe(host, address).InterruptLine;
            int? mapped = host.LogicalInterrupts?.LineOf((int)item.I.Int.dwInterrupt);
            if (mapped == line) continue;
            throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, mapped is null
                ? $"{address}: logical interrupt {item.I.Int.dwInterrupt} is not in this platform's table."
                : $"{address}: logical interrupt {item.I.Int.dwInterrupt} is line {mapped}, and the function has line {line}.");
        }
    }

    private static OpenCard Register(IHost host, string address, WD_CARD card, PlatformResources? resources, Func<Device, IReadOnlyList<AddressSpace>> spaces)
    {
        IReadOnlyList<ResourceClaim> claims = Claims(host, card);
        if (resources is not null)
        {
            // Opening such a card claims its memory and ports; but one that is open here already is not opened again.
            ResourceLocks.Check(address, claims);
            claims = [.. claims.Where(c => c.Kind == ResourceKind.InterruptLine)];
        }

        IDisposable locks = ResourceLocks.Acquire(address, claims);
        SharedFunction? function = null;
        try
        {
            function = SharedFunction.Take(host, address, resources);
            return new OpenCard(function, locks, spaces(function.Device), card);
        }
        catch
        {
            function?.Release();
            locks.Dispose();
            throw;
        }
    }

    /// <summary>The claims that registering a card makes. Source: WinDriver manual 10.6.1.</summary>
    internal static IReadOnlyList<ResourceClaim> Claims(IHost host, WD_CARD card)
    {
        string machine = host.Machine;
        var claims = new List<ResourceClaim>();
        foreach (WD_ITEMS item in CardItems.Items(card))
        {
            bool exclusive = item.fNotSharable != 0;
            switch ((ITEM_TYPE)item.item)
            {
                case ITEM_TYPE.ITEM_MEMORY when item.I.Mem.qwBytes > 0:
                    claims.Add(new ResourceClaim(machine, ResourceKind.Memory, item.I.Mem.pPhysicalAddr, item.I.Mem.qwBytes, exclusive));
                    break;
                case ITEM_TYPE.ITEM_IO when item.I.IO.dwBytes > 0:
                    claims.Add(new ResourceClaim(machine, ResourceKind.Port, item.I.IO.pAddr, item.I.IO.dwBytes, exclusive));
                    break;
                case ITEM_TYPE.ITEM_INTERRUPT:
                    claims.Add(new ResourceClaim(machine, ResourceKind.InterruptLine, item.I.Int.dwInterrupt, 1, exclusive));
                    break;
            }
        }

        return claims;
    }

    /// <summary>The space of a number, or null where the card has none.</summary>
    internal AddressSpace? Space(uint number) => number < (uint)_spaces.Length ? _spaces[number] : null;

    /// <summary>The space that an address lies in, or null.</summary>
    internal AddressSpace? Space(bool isPort, ulong address, ulong length) => Array.Find(_spaces, s => s is not null && s.Contains(isPort, address, length));

    /// <summary>Opens a plug-in with it.</summary>
    /// <exception cref="DeviceException">There is none, it is for another version, or it refused.</exception>
    internal void OpenPlugIn(string name, nint openData)
    {
        if (Interlocked.Exchange(ref _opensPlugIn, 1) != 0) throw new StatusException(WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, $"{Hardware}: a plug-in is being opened.");
        try
        {
            if (PlugIn is not null) throw new StatusException(WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, $"{Hardware}: the plug-in '{PlugIn.Name}' is open.");
            PlugInHandle opened = KernelPlugIns.Open(name, new PlugInDevice(Hardware), openData);
            Keep(
                () =>
                {
                    PlugIn = opened;
                    Device.kerPlug = new WD_KERNEL_PLUGIN { hKernelPlugIn = (uint)Handle, cDriverName = name, pOpenData = openData };
                },
                () => Try(opened.Dispose));
        }
        catch (DeviceException error)
        {
            throw new StatusException(error.Status == DeviceStatus.NotSupported ? WD_ERROR_CODES.WD_INCORRECT_VERSION : WD_ERROR_CODES.WD_KERPLUG_FAILURE, error.Message);
        }
        finally
        {
            Volatile.Write(ref _opensPlugIn, 0);
        }
    }

    /// <summary>Says what runs when its program leaves it open, or, with <paramref name="always"/>, whenever it is closed; null for nothing.</summary>
    internal void SetCleanup(Commands? commands, bool always) => Cleanup = commands is null ? null : new CleanupCommands(Hardware.Prepare(commands.Program), always);

    /// <summary>Keeps something that was made for this card, unless the card has been closed meanwhile: then it is undone.</summary>
    /// <param name="keep">Notes it where <see cref="Close"/> will find it.</param>
    /// <param name="undo">Undoes it.</param>
    /// <exception cref="StatusException">The card is closed.</exception>
    internal void Keep(Action keep, Action undo)
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                keep();
                return;
            }
        }

        undo();
        throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"{Hardware} was closed meanwhile.");
    }

    /// <summary>Gives everything back of a card that nobody has seen.</summary>
    internal void Abandon()
    {
        foreach (AddressSpace? space in _spaces) space?.Close();
        _function.Release();
        _locks.Dispose();
    }

    /// <summary>Closes it: the interrupt, the device where nobody else has it, the locks. Every step is taken, whatever the others come to. Idempotent.</summary>
    /// <param name="isOrderly">Whether its program does, or it was left open.</param>
    /// <exception cref="DeviceException">A handler has not returned (<see cref="DeviceStatus.TimedOut"/>); the card is closed all the same.</exception>
    internal void Close(bool isOrderly = true)
    {
        if (!OpenCards.Remove(this)) return;
        lock (_gate) _isClosed = true; // what is made from now on for this card is undone by whoever makes it
        RunCleanup(isOrderly);
        Exception? late = Try(() => Interrupt.Disable());
        Try(() => Events.Unregister());
        ClosePlugIn();
        Try(() => LockedBuffers.Release(this));
        foreach (AddressSpace? space in _spaces) space?.Close();
        Try(_function.Release);
        _locks.Dispose();
        if (late is not null) ExceptionDispatchInfo.Throw(late);
    }

    /// <summary>One step of closing: whatever it comes to, the next ones are taken, so that nothing stays locked.</summary>
    private Exception? Try(Action step)
    {
        try
        {
            step();
            return null;
        }
        catch (Exception error)
        {
            DebugLog.Error($"closing {Hardware}", error.ToString());
            return error;
        }
    }

    /// <summary>Runs the cleanup commands where they are due; once.</summary>
    internal void RunCleanup(bool isOrderly)
    {
        CleanupCommands? commands = Cleanup;
        Cleanup = null;
        commands?.Run(this, isOrderly);
    }

    /// <summary>Sends a message to the plug-in.</summary>
    /// <returns>The plug-in's result.</returns>
    /// <exception cref="StatusException">There is none, or it threw.</exception>
    internal uint CallPlugIn(uint message, nint data)
    {
        PlugInHandle plugIn = PlugIn ?? throw new StatusException(WD_ERROR_CODES.WD_KERPLUG_FAILURE, $"{Hardware} has no plug-in open.");
        try
        {
            return plugIn.Call(message, data);
        }
        catch (Exception error)
        {
            throw new StatusException(WD_ERROR_CODES.WD_KERPLUG_FAILURE, $"the plug-in '{plugIn.Name}' threw at message {message}: {error}");
        }
    }

    /// <summary>Closes the plug-in; an interrupt that goes through it is disabled first.</summary>
    internal void ClosePlugIn()
    {
        if (PlugIn is not null && Interrupt.Uses(PlugIn)) Interrupt.Disable();
        try
        {
            PlugIn?.Dispose();
        }
        catch (Exception error)
        {
            DebugLog.Error($"closing the plug-in '{PlugIn!.Name}'", error.ToString());
        }

        PlugIn = null;
        Device.kerPlug = default;
    }

    private static IEnumerable<AddressSpace> Find(PciDevice device, ReadOnlySpan<WD_ITEMS> items)
    {
        var spaces = new List<AddressSpace>();
        for (int i = 0; i < items.Length; i++)
        {
            WD_ITEMS item = items[i];
            (uint bar, ulong address) = (ITEM_TYPE)item.item switch
            {
                ITEM_TYPE.ITEM_MEMORY => (item.I.Mem.dwBar, item.I.Mem.pTransAddr != 0 ? item.I.Mem.pTransAddr : item.I.Mem.pPhysicalAddr),
                ITEM_TYPE.ITEM_IO => (item.I.IO.dwBar, item.I.IO.pAddr),
                _ => (uint.MaxValue, 0UL),
            };
            if (bar == uint.MaxValue) continue;
            if (bar >= (uint)device.Bars.Count || device.Bars[(int)bar] is not { } region)
                throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{device} has no BAR {bar}.");
            spaces.Add(new AddressSpace((int)bar, region, PciNumbering.FirstBar + (int)bar, address, i));
        }

        return spaces;
    }
}
