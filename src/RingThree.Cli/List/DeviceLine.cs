using System.Globalization;
using System.Text.Json;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Cli;

/// <summary>One device as <c>ring3 list</c> shows it.</summary>
/// <param name="Name">What to call it on the command line.</param>
/// <param name="Device">What its host says of it.</param>
/// <param name="Interrupts">What it can signal; <see langword="null"/> where that cannot be read.</param>
internal sealed record DeviceLine(string Name, DeviceDescription Device, InterruptCounts? Interrupts)
{
    private const string Blanks = "                      "; // one more than the widest column

    // FFFFh is no vendor's: a card without plug and play.
    private bool HasIds => Device.VendorId != ushort.MaxValue;

    /// <summary>The driver it is bound to at every boot; <see langword="null"/> where that is left to the kernel.</summary>
    internal string? KeptDriver { get; init; }

    internal static string Heading => Columns("device", "id", "class", "driver", "group", "interrupts", "name");

    /// <summary>Of a function of this machine.</summary>
    /// <param name="device">What its host says of it.</param>
    /// <param name="kept">The bindings that outlive a reboot.</param>
    internal static DeviceLine Of(DeviceDescription device, IReadOnlyDictionary<PciAddress, string>? kept = null) => new(device.Address, device, InterruptCounts.Of(PciAddress.Parse(device.Address)))
    {
        KeptDriver = kept is { Count: > 0 } ? kept.GetValueOrDefault(PciAddress.Parse(device.Address)) : null,
    };

    internal string ToText(PciNames names)
    {
        string name = Device.Name ?? names.Device(Device.VendorId, Device.DeviceId) ?? names.Class(Device.ClassCode) ?? "";
        string? vendor = !HasIds ? null : names.Vendor(Device.VendorId);
        return Columns(Name, HasIds ? $"{Hex(Device.VendorId, "x4")}:{Hex(Device.DeviceId, "x4")}" : "-", HasIds ? Hex(Device.ClassCode, "x6") : "-", (Device.Driver ?? "-") + (KeptDriver is null ? "" : "*"),
            Device.IsolationGroup?.ToString(CultureInfo.InvariantCulture) ?? "-", Interrupts?.ToString() ?? "?", vendor is null ? name : $"{vendor} {name}").TrimEnd();
    }

    private static string Columns(string device, string id, string deviceClass, string driver, string group, string interrupts, string name) =>
        Column(device, 15) + Column(id, 9) + Column(deviceClass, 6) + Column(driver, 12) + Column(group, 5) + Column(interrupts, 20) + name;

    // Out of a string of blanks: the runtime's own padding is a vector loop, which it compiles when it is first used.
    private static string Column(string text, int width) => text.Length < width ? string.Concat(text, Blanks.AsSpan(text.Length, width - text.Length + 1)) : text + ' ';

    private static string Hex(uint number, string form) => number.ToString(form, CultureInfo.InvariantCulture);

    internal void Write(Utf8JsonWriter json, PciNames names)
    {
        json.WriteString("device", Name);
        json.WriteString("address", Device.Address);
        json.WriteNumber("vendorId", Device.VendorId);
        json.WriteNumber("deviceId", Device.DeviceId);
        json.WriteNumber("subsystemVendorId", Device.SubsystemVendorId);
        json.WriteNumber("subsystemId", Device.SubsystemId);
        json.WriteNumber("classCode", Device.ClassCode);
        json.WriteNumber("revision", Device.Revision);
        json.WriteString("vendor", names.Vendor(Device.VendorId));
        json.WriteString("name", Device.Name ?? names.Device(Device.VendorId, Device.DeviceId));
        json.WriteString("class", names.Class(Device.ClassCode));
        json.WriteString("driver", Device.Driver);
        json.WriteString("persistentDriver", KeptDriver);
        json.WriteNumber("isolationGroup", Device.IsolationGroup);
        json.WriteNumber("numaNode", Device.NumaNode);
        json.WriteStartObject("interrupts");
        json.WriteNumber("intx", Interrupts?.Level);
        json.WriteNumber("edge", Interrupts?.Edge);
        json.WriteNumber("msi", Interrupts?.Msi);
        json.WriteNumber("msix", Interrupts?.MsiX);
        json.WriteEndObject();
    }
}
