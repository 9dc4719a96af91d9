using System.Runtime.CompilerServices;
using RingThree.Devices;
using RingThree.Hosting;

namespace RingThree.Diagnostics;

/// <summary>Tells of devices as they are opened, or are not.</summary>
internal static class OpenEvents
{
    private static readonly ConditionalWeakTable<IHost, object> Known = [];

    /// <summary>Opens a device and tells of it.</summary>
    /// <param name="host">Where.</param>
    /// <param name="name">What was asked for.</param>
    /// <param name="open">Does it.</param>
    internal static TDevice Open<TDevice>(IHost host, string name, Func<TDevice> open)
        where TDevice : Device
    {
        RingThreeEvents events = RingThreeEvents.Log;
        if (Known.TryAdd(host, Known)) events.HostOpened(host.Name, host.GetType().Name);
        try
        {
            TDevice device = open();
            events.DeviceOpened(device.Address, host.Name, $"{device.Description.VendorId:x4}:{device.Description.DeviceId:x4}");
            return device;
        }
        catch (Exception error)
        {
            events.DeviceOpenFailed(name, host.Name, error is DeviceException { Status: var status } ? status.ToString() : error.GetType().Name, RingThreeEvents.Reason(name, error));
            throw;
        }
    }
}
