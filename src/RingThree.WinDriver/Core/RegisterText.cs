using Jungo.wdapi_dotnet;
using RingThree.Pci;
using RingThree.Pci.Decoding;

namespace RingThree.WinDriver;

/// <summary>Registers of configuration space in words.</summary>
internal static class RegisterText
{
    private static readonly Dictionary<PCI_CFG_REG_EXPRESS, string> ExpressNames = new()
    {
        [PCI_CFG_REG_EXPRESS.DEV_CAPS] = "deviceCapabilities",
        [PCI_CFG_REG_EXPRESS.DEV_CTL] = "deviceControl",
        [PCI_CFG_REG_EXPRESS.DEV_STS] = "deviceStatus",
        [PCI_CFG_REG_EXPRESS.LNK_CAPS] = "linkCapabilities",
        [PCI_CFG_REG_EXPRESS.LNK_CTL] = "linkControl",
        [PCI_CFG_REG_EXPRESS.LNK_STS] = "linkStatus",
        [PCI_CFG_REG_EXPRESS.SLOT_CAPS] = "slotCapabilities",
        [PCI_CFG_REG_EXPRESS.SLOT_CTL] = "slotControl",
        [PCI_CFG_REG_EXPRESS.SLOT_STS] = "slotStatus",
        [PCI_CFG_REG_EXPRESS.ROOT_CAPS] = "rootCapabilities",
        [PCI_CFG_REG_EXPRESS.ROOT_CTL] = "rootControl",
        [PCI_CFG_REG_EXPRESS.ROOT_STS] = "rootStatus",
        [PCI_CFG_REG_EXPRESS.DEV_CAPS2] = "deviceCapabilities2",
        [PCI_CFG_REG_EXPRESS.DEV_CTL2] = "deviceControl2",
        [PCI_CFG_REG_EXPRESS.LNK_CAPS2] = "linkCapabilities2",
        [PCI_CFG_REG_EXPRESS.LNK_CTL2] = "linkControl2",
        [PCI_CFG_REG_EXPRESS.LNK_STS2] = "linkStatus2",
    };

    /// <summary>A register of the header.</summary>
    /// <exception cref="StatusException">None begins there.</exception>
    internal static string Header(PciFunctionDescription function, uint offset) => (PCI_CFG_REG)offset switch
    {
        PCI_CFG_REG.PCI_VID => $"vendor {function.Id.Vendor:x4}",
        PCI_CFG_REG.PCI_DID => $"device {function.Id.Device:x4}",
        PCI_CFG_REG.PCI_CR => "command: " + Flags(function.Command),
        PCI_CFG_REG.PCI_SR => "status: " + Flags(function.Status),
        PCI_CFG_REG.PCI_REV => $"revision {function.Revision:x2}",
        PCI_CFG_REG.PCI_CCR or PCI_CFG_REG.PCI_CCSC or PCI_CFG_REG.PCI_CCBC => $"class {function.ClassCode:x6}, {function.ClassName}",
        PCI_CFG_REG.PCI_CLSR => $"cache line {function.CacheLineBytes} bytes",
        PCI_CFG_REG.PCI_LTR => $"latency timer {function.LatencyTimer}",
        PCI_CFG_REG.PCI_HDR => $"header type {function.HeaderType}{(function.IsMultiFunction ? ", more functions" : "")}",
        PCI_CFG_REG.PCI_BISTR => "self-test: " + Flags(function.SelfTest),
        >= PCI_CFG_REG.PCI_BAR0 and <= PCI_CFG_REG.PCI_BAR5 when offset % 4 == 0 => Bar(function, (int)(offset - (uint)PCI_CFG_REG.PCI_BAR0) / 4),
        PCI_CFG_REG.PCI_SVID => function.Subsystem is { } id ? $"subsystem vendor {id.Vendor:x4}" : "no subsystem",
        PCI_CFG_REG.PCI_SDID => function.Subsystem is { } id ? $"subsystem {id.Device:x4}" : "no subsystem",
        PCI_CFG_REG.PCI_EROM => function.Rom is { } rom ? $"ROM at {rom.Address:x}{(rom.IsEnabled ? "" : ", disabled")}" : "no ROM",
        PCI_CFG_REG.PCI_CAP => $"{function.Capabilities.Count} capabilities",
        PCI_CFG_REG.PCI_ILR => $"interrupt line {function.InterruptLine}",
        PCI_CFG_REG.PCI_IPR => function.InterruptPin == 0 ? "no interrupt pin" : $"interrupt pin {(char)('A' + function.InterruptPin - 1)}",
        _ => throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"no register that is known begins at 0x{offset:x}."),
    };

    /// <summary>A register of the PCI Express capability.</summary>
    /// <exception cref="StatusException">There is no such capability, or none begins there.</exception>
    internal static string Express(PciFunctionDescription function, uint offset)
    {
        PciCapabilityDescription express = function.Find(PciCapabilityId.Express)
            ?? throw new StatusException(WD_ERROR_CODES.WD_OPERATION_FAILED, "the device has no PCI Express capability.");
        return ExpressNames.TryGetValue((PCI_CFG_REG_EXPRESS)offset, out string? name)
            ? express.Find(name) is { } field ? Flags(field.Fields) : "not there in this version of the capability"
            : throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"no register that is known begins at 0x{offset:x} of the capability.");
    }

    private static string Bar(PciFunctionDescription function, int number) => function.Bars.FirstOrDefault(b => b.Index == number) is { } bar
        ? $"{(bar.Kind == Hosting.RegionKind.Port ? "ports" : bar.Is64Bit ? "64-bit memory" : "32-bit memory")} at {bar.Address:x}{(bar.IsEnabled ? "" : ", disabled")}"
        : "nothing";

    private static string Flags(IReadOnlyList<PciField> fields) =>
        string.Join(", ", fields.Where(f => f.Kind != PciFieldKind.Flag || f.IsSet).Select(f => f.Text).Where(t => t.Length > 0)) is { Length: > 0 } text ? text : "none";
}
