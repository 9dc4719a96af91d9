using RingThree.Hosting;
using RingThree.Memory;
using RingThree.Platform;

namespace RingThree.Simulation;

/// <summary>What of the machine no bus enumerates: cards at fixed places, reserved memory, interrupt lines and their logical numbers.</summary>
public sealed partial class SimulatedHost
{
    /// <summary>The table of logical interrupts, on a machine that has one (Windows CE): a line without an entry cannot be enabled. <see langword="null"/>, the default, for none.</summary>
    public LogicalInterruptMap? LogicalInterrupts
    {
        get => RootComplex.LogicalInterrupts;
        set => RootComplex.LogicalInterrupts = value;
    }

    /// <inheritdoc/>
    ILogicalInterrupts? IHost.LogicalInterrupts => LogicalInterrupts;

    /// <summary>The IRQ numbers of PCI's four interrupt lines, which firmware tells the cards that are plugged in later.</summary>
    /// <exception cref="ArgumentException">They are not four, or not 0 to 255.</exception>
    public IReadOnlyList<int> PciLines
    {
        get => RootComplex.LineNumbers;
        init => RootComplex.LineNumbers = value is { Count: 4 } && value.All(l => l is >= 0 and <= byte.MaxValue) ? [.. value] : throw new ArgumentException("PCI has four lines, each with a number of 0 to 255.", nameof(value));
    }

    /// <summary>Puts a card in that no bus enumerates: it answers where it says, and <see cref="Scan"/> does not show it.</summary>
    /// <param name="card">The card; it can be put in once.</param>
    /// <returns>This host.</returns>
    /// <exception cref="InvalidOperationException">Another such card answers there, or the addresses are PCI's or the machine's memory.</exception>
    public SimulatedHost Add(SimulatedPlatformCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        _end.ThrowIfOver($"adding card '{card.Resources.Name}'");
        PlatformRange[] pci = [.. card.Resources.Ranges.Where(Firmware.IsPci)];
        if (pci.Length > 0)
            throw new InvalidOperationException($"Card '{card.Resources.Name}' cannot be at {pci[0]}: those addresses are PCI's. Take others ({Firmware.OtherAddresses}).");
        PlatformRange[] ram = [.. card.Resources.Ranges.Where(r => r.Kind == RegionKind.Memory && SystemMemory.Contains(r))];
        if (ram.Length > 0)
            throw new InvalidOperationException($"Card '{card.Resources.Name}' cannot be at {ram[0]}: the machine's memory is there. Take others ({Firmware.OtherAddresses}).");
        RootComplex.Platform.Add(card);
        card.PowerOn();
        return this;
    }

    /// <summary>
    /// Takes memory from the machine's system, as a boot setting does (memmap= on Linux): from then on it can be opened
    /// (<see cref="ReservedMemory"/>), and cards reach it by DMA. Its contents stay for as long as the machine.
    /// </summary>
    /// <param name="address">Its first address; the machine has usable memory from 1 MiB to 1 GiB.</param>
    /// <param name="length">Bytes; address and length are multiples of 4096.</param>
    /// <returns>This host.</returns>
    /// <exception cref="ArgumentException">It is no usable memory, or reserved already.</exception>
    public SimulatedHost ReserveMemory(ulong address, ulong length)
    {
        RootComplex.Memory.Reserve(address, length);
        return this;
    }

    /// <inheritdoc/>
    public PhysicalMemoryMap ReadMemoryMap() => RootComplex.Memory.Read();

    /// <summary>Takes a card out that no bus enumerates: it answers nothing from now on, and lets go of its lines.</summary>
    /// <param name="card">The card.</param>
    /// <exception cref="InvalidOperationException">It is not in this machine.</exception>
    public void Remove(SimulatedPlatformCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        RootComplex.Platform.Remove(card);
    }
}
