using System.Buffers.Binary;
using System.Globalization;
using RingThree.Interrupts;
using RingThree.Pci;

namespace RingThree.Cli;

/// <summary>What a device can signal.</summary>
/// <param name="Level">How many level lines it has: 1 for a function with a pin.</param>
/// <param name="Msi">How many MSI messages; <see langword="null"/> where its capabilities could not be read.</param>
/// <param name="MsiX">How many MSI-X messages; <see langword="null"/> where its capabilities could not be read.</param>
internal readonly record struct InterruptCounts(int Level, int? Msi, int? MsiX)
{
    private const int HeaderSize = 64;

    /// <summary>How many lines signal by edges; no function has any.</summary>
    internal int Edge { get; private init; }

    /// <summary>Of an open device.</summary>
    internal static InterruptCounts Of(DeviceInterrupts interrupts) =>
        new(interrupts.Count(InterruptKind.Level), interrupts.Count(InterruptKind.Msi), interrupts.Count(InterruptKind.MsiX)) { Edge = interrupts.Count(InterruptKind.Edge) };

    /// <summary>Of a function that need not be open, as its configuration space says; <see langword="null"/> when there is no header to read.</summary>
    internal static InterruptCounts? Read(ReadOnlyMemory<byte>? configuration)
    {
        if (configuration is not { Length: >= HeaderSize } image) return null;
        int pin = image.Span[0x3D] is >= 1 and <= 4 ? 1 : 0; // PCI Local Bus 3.0, 6.2.4
        if (image.Length < 256) return new InterruptCounts(pin, null, null);
        int msi = 0;
        int msix = 0;
        foreach (PciCapability capability in PciCapabilityList.Read(at => BinaryPrimitives.ReadUInt32LittleEndian(image.Span[at..]), image.Length))
        {
            if (capability.IsExtended) continue;
            ushort control = BinaryPrimitives.ReadUInt16LittleEndian(image.Span[(capability.Offset + 2)..]);
            if (capability.Id == (ushort)PciCapabilityId.Msi) msi = 1 << ((control >> 1) & 7); // PCI Local Bus 3.0, 6.8.1.3
            if (capability.Id == (ushort)PciCapabilityId.MsiX) msix = (control & 0x7FF) + 1; // 6.8.2.3
        }

        return new InterruptCounts(pin, msi, msix);
    }

    public override string ToString()
    {
        var kinds = new List<string>();
        if (Level > 0) kinds.Add("INTx");
        if (Edge > 0) kinds.Add(string.Create(CultureInfo.InvariantCulture, $"edge:{Edge}"));
        if (Msi > 0) kinds.Add(string.Create(CultureInfo.InvariantCulture, $"MSI:{Msi}"));
        if (MsiX > 0) kinds.Add(string.Create(CultureInfo.InvariantCulture, $"MSI-X:{MsiX}"));
        if (Msi is null) kinds.Add("?");
        return kinds.Count == 0 ? "-" : string.Join(' ', kinds);
    }
}
