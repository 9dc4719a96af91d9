using System.Globalization;
using System.Text.Json;
using RingThree.Hosting;

namespace RingThree.Cli;

/// <summary>One device as <c>ring3 list</c> shows it.</summary>
/// <param name="Name">What to call it on the command line.</param>
/// <param name="Device">What its host says of it.</param>
/// <param name="Interrupts">What it can signal; <see langword="null"/> where that cannot be read.</param>
internal sealed record DeviceLine(string Name, DeviceDescription Device, InterruptCounts? Interrupts)
{
    // FFFFh is no vendor's: a card without plug and play.
    private bool HasIds => Device.VendorId != ushort.MaxValue;

    internal static string Heading => Columns("device", "id", "class", "driver", "group", "interrupts", "name");

    internal static DeviceLine Of(IHost host, DeviceDescription device) => new(device.Address, device, InterruptCounts.Read(host.PeekConfiguration(device.Address)));

    internal string ToText(PciNames names)
    {
        string name = Device.Name ?? names.Device(Device.VendorId, Device.DeviceId) ?? names.Class(Device.ClassCode) ?? "";
        string? vendor = !HasIds ? null : names.Vendor(Device.VendorId);
        return Columns(Name, HasIds ? $"{Device.VendorId:x4}:{Device.DeviceId:x4}" : "-", HasIds ? $"{Device.ClassCode:x6}" : "-", Device.Driver ?? "-",
            Device.IsolationGroup?.ToString(CultureInfo.InvariantCulture) ?? "-", Interrupts?.ToString() ?? "?", vendor is null ? name : $"{vendor} {name}").TrimEnd();
    }

    private static string Columns(string device, string id, string deviceClass, string driver, string group, string interrupts, string name) =>
        $"{device,-15} {id,-9} {deviceClass,-6} {driver,-12} {group,-5} {interrupts,-20} {name}";

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
