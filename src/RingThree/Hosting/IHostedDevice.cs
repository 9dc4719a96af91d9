using RingThree.Transfers;

namespace RingThree.Hosting;

/// <summary>
/// An open device as its host shows it: numbered regions, numbered interrupt groups, an address space. Shaped like VFIO.
/// It trusts its caller: <see cref="Devices.Device"/> checks ranges, alignment and order, and is the only caller.
/// Reads, writes, binding and waiting may come from several threads at once.
/// </summary>
/// <remarks>
/// PCI's numbering is a convention (<see cref="PciNumbering"/>): regions 0-5 are BARs, 6 the ROM, 7 configuration space;
/// groups 0-4 are INTx, MSI, MSI-X, error, removal request. A hand-defined card numbers as it likes; the kinds tell.
/// </remarks>
public interface IHostedDevice : IDisposable
{
    /// <summary>What the scan said of it.</summary>
    DeviceDescription Description { get; }

    /// <summary>The regions; the index is the region's number. An absent one has size 0.</summary>
    IReadOnlyList<RegionDescription> Regions { get; }

    /// <summary>The interrupt groups; the index is the group's number. An absent one has count 0.</summary>
    IReadOnlyList<InterruptGroupDescription> InterruptGroups { get; }

    /// <summary>What runs the library's work for this device; <see langword="null"/> for threads and the system's clock.</summary>
    IHostScheduler? Scheduler => null;

    /// <summary>Where this device's DMA goes; <see langword="null"/> when the host offers none.</summary>
    IAddressSpace? AddressSpace { get; }

    /// <summary>Whether <see cref="Reset"/> can work on this device.</summary>
    bool CanReset { get; }

    /// <summary>
    /// Reads from a region. 1, 2, 4 or 8 bytes at an aligned offset are one access of that width. A device that does not
    /// answer (decoding off, in reset, gone, closed) yields all ones, as on the bus, and no exception.
    /// </summary>
    /// <param name="region">The region's number.</param>
    /// <param name="offset">Bytes from its start.</param>
    /// <param name="data">Filled in little-endian order.</param>
    void Read(int region, ulong offset, Span<byte> data);

    /// <summary>Writes to a region; widths as for <see cref="Read"/>. What a device does not take is dropped, as on the bus.</summary>
    /// <param name="region">The region's number.</param>
    /// <param name="offset">Bytes from its start.</param>
    /// <param name="data">Little-endian.</param>
    void Write(int region, ulong offset, ReadOnlySpan<byte> data);

    /// <summary>
    /// The same single accesses of a region without a buffer between, for a host where that is cheaper; <see langword="null"/>
    /// where it is not.
    /// </summary>
    /// <param name="region">The region's number.</param>
    IRegionAccess? GetAccess(int region) => null;

    /// <summary>Maps what can be mapped of a region into this process.</summary>
    /// <returns>The mapped parts in address order, without the parts that <see cref="RegionDescription.Parts"/> excludes; empty where nothing can be mapped.</returns>
    IReadOnlyList<IRegionMapping> Map(int region);

    /// <summary>Maps what can be mapped of a region with a caching of the caller's choice.</summary>
    /// <inheritdoc cref="Map(int)"/>
    /// <exception cref="DeviceException">The host cannot map it so; it can still be mapped otherwise.</exception>
    IReadOnlyList<IRegionMapping> Map(int region, RegionCaching caching) => caching == RegionCaching.Uncached
        ? Map(region)
        : throw new DeviceException(DeviceStatus.NotSupported, Description.Address, $"mapping {Regions[region].Name} as {caching}",
            "this host maps regions in one way alone", "Use it as it is mapped.");

    /// <summary>Makes something that one thread can wait on for signals of many vectors.</summary>
    IInterruptWaiter CreateWaiter();

    /// <summary>
    /// Enables a group's vectors 0..n-1 and sends each one's signals where its route says. The group must be unbound; one
    /// without <see cref="InterruptGroupAbilities.FixedOnceBound"/> may also be bound, with fewer: then vectors are added to
    /// it, and those that were bound signal on without a gap.
    /// </summary>
    /// <param name="group">The group's number.</param>
    /// <param name="routes">
    /// One per vector; routes with the same waiter and tag are the same destination. When vectors are added, the routes of
    /// those that are bound come first, as they are.
    /// </param>
    /// <returns>
    /// n when bound. A smaller number when the host grants only so many: then nothing has changed, and a group that was
    /// unbound still is (0: none at all).
    /// </returns>
    /// <exception cref="DeviceException">The host refused for another reason than scarcity.</exception>
    int Bind(int group, ReadOnlySpan<VectorRoute> routes);

    /// <summary>Disables a group. No signal is added to a waiter after it returns; unbinding an unbound group does nothing.</summary>
    void Unbind(int group);

    /// <summary>Masks a vector of a maskable group.</summary>
    void Mask(int group, int vector);

    /// <summary>Unmasks a vector of a maskable group; a level that is still asserted signals at once.</summary>
    void Unmask(int group, int vector);

    /// <summary>Signals vectors by software, as if the device had: routing is tested, the device is not involved.</summary>
    /// <param name="group">A bound group.</param>
    /// <param name="first">The first vector.</param>
    /// <param name="count">How many, each once.</param>
    void Trigger(int group, int first, int count);

    /// <summary>Steers a vector to processors.</summary>
    /// <param name="group">A bound group.</param>
    /// <param name="vector">The vector.</param>
    /// <param name="processors">Numbers of the processors that may take it.</param>
    /// <param name="answer">Why not, when the answer is false.</param>
    bool TrySetAffinity(int group, int vector, ReadOnlySpan<int> processors, out string answer)
    {
        answer = "this host does not steer interrupts";
        return false;
    }

    /// <summary>
    /// Gives the calling thread, which is one of the library's own and waits for this device, real-time priority and
    /// processors of its own. Threads that it starts are not to inherit the priority.
    /// </summary>
    /// <param name="realTimePriority">1 to 99, higher is more urgent; 0 leaves the priority as it is.</param>
    /// <param name="processors">Numbers of the processors it may run on; empty leaves them as they are.</param>
    /// <param name="answer">Why not, and what would help, when the answer is false; what could be done has been done even so.</param>
    bool TryPrioritize(int realTimePriority, ReadOnlySpan<int> processors, out string answer)
    {
        answer = "this host does not schedule threads";
        return false;
    }

    /// <summary>Whether the host can run this immediate stage nearer to the hardware than the waiter's thread.</summary>
    bool CanRunNear(TransferProgram program) => false;

    /// <summary>Installs an immediate stage nearer to the hardware, before the group is bound.</summary>
    /// <returns>Its results' source, or <see langword="null"/> when <see cref="CanRunNear"/> says no: then the waiter's thread runs it.</returns>
    INearStage? InstallNear(int group, TransferProgram program) => null;

    /// <summary>Resets this function alone. Regions read all ones meanwhile.</summary>
    /// <exception cref="DeviceException"><see cref="DeviceStatus.NotSupported"/> where <see cref="CanReset"/> is false; or the reset failed.</exception>
    void Reset();

    /// <summary>Which functions a reset of its bus or slot reaches, itself included.</summary>
    /// <returns>Their addresses; <see langword="null"/> where there is no such reset.</returns>
    IReadOnlyList<string>? GetBusResetReach() => null;

    /// <summary>Resets everything on its bus or in its slot (PCI-to-PCI Bridge 1.2, 3.2.5.17). The caller has them all, or nobody has them.</summary>
    /// <exception cref="DeviceException">There is no such reset, another user has a function on the bus, or it failed.</exception>
    void ResetBus() => throw new DeviceException(DeviceStatus.NotSupported, Description.Address, "resetting its bus",
        "this host resets no bus", "Bring the card to a known state through its registers.");

    /// <summary>Asks the device itself whether it is still there (not a copy of its ids that the host keeps).</summary>
    bool IsPresent();

    /// <summary>Duplicates what another process needs to open this device; <see langword="null"/> where that cannot be done.</summary>
    DeviceDescriptors? Export() => null;
}

/// <summary>Single accesses of one region: 1, 2, 4 or 8 bytes, aligned. As <see cref="IHostedDevice.Read"/> and Write in every other way.</summary>
public interface IRegionAccess
{
    /// <summary>Reads; all ones where the device does not answer.</summary>
    /// <param name="offset">Bytes from the region's start.</param>
    /// <param name="width">Bytes.</param>
    ulong Read(ulong offset, int width);

    /// <summary>Writes; dropped where the device does not answer.</summary>
    /// <param name="offset">Bytes from the region's start.</param>
    /// <param name="width">Bytes.</param>
    /// <param name="value">The value, in the low bytes.</param>
    void Write(ulong offset, int width, ulong value);
}
