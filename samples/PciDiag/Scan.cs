using System.Globalization;
using Jungo.wdapi_dotnet;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.PciDiag;

/// <summary>Functions that the driver finds.</summary>
internal sealed class Scan(Answers answers)
{
    /// <summary>The last ones found, in order.</summary>
    internal IReadOnlyList<WD_PCI_SLOT> Found { get; private set; } = [];

    /// <summary>A slot as it is written.</summary>
    internal static string Show(WD_PCI_SLOT slot) => $"{slot.dwDomain:x4}:{slot.dwBus:x2}:{slot.dwSlot:x2}.{slot.dwFunction:x}";

    /// <summary>Finds them, and prints them with their numbers.</summary>
    internal void Find()
    {
        uint vendor = answers.Number32("vendor id, 0 for any", ushort.MaxValue, usual: 0);
        uint device = answers.Number32("device id, 0 for any", ushort.MaxValue, usual: 0);
        string which = answers.Choice("which", "all", "registered", "topology");
        var result = new WDC_PCI_SCAN_RESULT();
        Outcome.Check("scanning", which switch
        {
            "registered" => WDC_PciScanRegisteredDevices(vendor, device, ref result),
            "topology" => WDC_PciScanDevicesByTopology(vendor, device, ref result),
            _ => WDC_PciScanDevices(vendor, device, ref result),
        });
        Found = result.deviceSlot[..(int)result.dwNumDevices];
        if (Found.Count == 0) Console.WriteLine("none found");
        for (int i = 0; i < Found.Count; i++)
            Console.WriteLine($"{i}: {Show(Found[i])} {result.deviceId[i].dwVendorId:x4}:{result.deviceId[i].dwDeviceId:x4}");
    }

    /// <summary>Reads a number of the last scan, or a slot such as 0000:03:00.0.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    internal WD_PCI_SLOT Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return number < Found.Count
                ? Found[number]
                : throw new FormatException($"there is no {number} among the {Found.Count} of the last scan.");
        }

        string[] parts = text.Split(':', '.');
        if (parts.Length == 4 && Hex(parts[0], out uint domain) && Hex(parts[1], out uint bus) && Hex(parts[2], out uint slot) && Hex(parts[3], out uint function))
            return new WD_PCI_SLOT { dwDomain = domain, dwBus = bus, dwSlot = slot, dwFunction = function };
        throw new FormatException($"'{Answers.Clean(text)}' is no slot: 0000:03:00.0, or a number of the last scan.");
    }

    private static bool Hex(string text, out uint value) => uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
