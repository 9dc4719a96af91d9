using Jungo.wdapi_dotnet;
using RingThree.Simulation;
using RingThree.WinDriver;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.WinDriverManual;

/// <summary>What the samples for <see cref="IntcsrCard"/> begin and end with.</summary>
internal static class IntcsrDriver
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A machine with cards in slots of one interrupt line, and the library open on it.</summary>
    /// <returns>The machine; dispose it after <see cref="WDC_DriverClose"/>.</returns>
    internal static SimulatedHost Start(int cards = 1)
    {
        var host = new SimulatedHost();
        for (int i = 0; i < cards; i++) host.Add(new IntcsrCard(), $"0000:00:{2 + (4 * i):x2}.0");
        WinDriverHosts.Use(host); // the one line that names a simulated machine
        FailedException.Check("opening the library", WDC_DriverOpen(wdc_lib_consts.WDC_DRV_OPEN_DEFAULT, null));
        return host;
    }

    /// <summary>Opens the n-th card that a scan finds.</summary>
    internal static WDC_DEVICE Open(int number = 0)
    {
        var found = new WDC_PCI_SCAN_RESULT();
        FailedException.Check("scanning", WDC_PciScanDevices(IntcsrCard.Id.Vendor, IntcsrCard.Id.Device, ref found));
        var info = new WD_PCI_CARD_INFO { pciSlot = found.deviceSlot[number] };
        FailedException.Check("asking for the card's resources", WDC_PciGetDeviceInfo(ref info));
        IntPtr device = 0;
        FailedException.Check("opening the card", WDC_PciDeviceOpen(ref device, ref info, 0));
        return device;
    }

    /// <summary>Has a card interrupt.</summary>
    internal static void Trigger(WDC_DEVICE device) => FailedException.Check("triggering", WDC_WriteAddr32(device.hDev, 0, IntcsrCard.Trigger, 1));

    /// <summary>Waits until a card was acknowledged so often.</summary>
    internal static void WaitForAcknowledge(WDC_DEVICE device, uint times)
    {
        uint value = 0;
        if (!SpinWait.SpinUntil(() => WDC_ReadAddr32(device.hDev, 0, IntcsrCard.Acknowledged, ref value) == 0 && value >= times, Patience))
            throw new FailedException($"acknowledged {value} times in {Patience.TotalSeconds} s, not {times}.");
    }
}
