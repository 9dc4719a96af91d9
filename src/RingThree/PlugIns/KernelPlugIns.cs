using System.Collections.Concurrent;
using RingThree.Diagnostics;
using RingThree.Hosting;

namespace RingThree.PlugIns;

/// <summary>The plug-ins of this process, by name.</summary>
public static class KernelPlugIns
{
    /// <summary>The version of <see cref="IKernelPlugIn"/> that this library speaks.</summary>
    public const uint InterfaceVersion = 1;

    /// <summary>The longest name. Source: WinDriver manual, WD_MAX_KP_NAME_LENGTH.</summary>
    public const int LongestName = 127;

    private static readonly ConcurrentDictionary<string, IKernelPlugIn> Known = new(StringComparer.Ordinal);

    /// <summary>KP_Init: makes a plug-in known until the answer is disposed; sessions that are open then stay open.</summary>
    /// <param name="name">What programs open it by, 1 to 127 characters.</param>
    /// <param name="plugIn">The plug-in.</param>
    /// <exception cref="InvalidOperationException">There is one of that name.</exception>
    public static IDisposable Register(string name, IKernelPlugIn plugIn)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(plugIn);
        if (name.Length > LongestName) throw new ArgumentOutOfRangeException(nameof(name), $"A plug-in's name of {name.Length} characters was given; it can have 1 to {LongestName}.");
        if (!Known.TryAdd(name, plugIn)) throw new InvalidOperationException($"There is a plug-in {Diagnostics.ForeignText.Quoted(name)} already.");
        return new Registration(name, plugIn);
    }

    /// <summary>Opens a plug-in with a device.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="device">The device.</param>
    /// <param name="openData">Given to it.</param>
    /// <exception cref="DeviceException">
    /// There is none of that name (<see cref="DeviceStatus.NotFound"/>), it was built for another version of the interface
    /// (<see cref="DeviceStatus.NotSupported"/>), or it refused or failed (<see cref="DeviceStatus.AccessDenied"/>).
    /// </exception>
    public static PlugInHandle Open(string name, PlugInDevice device, nint openData)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(device);
        try
        {
            var handle = new PlugInHandle(name, device.Address, OpenSession(name, device, openData));
            RingThreeEvents.Log.PlugInOpened(device.Address, name);
            return handle;
        }
        catch (DeviceException error)
        {
            RingThreeEvents.Log.PlugInRefused(device.Address, name, error.Answer);
            throw;
        }
    }

    private static IPlugInSession OpenSession(string name, PlugInDevice device, nint openData)
    {
        string operation = $"opening the plug-in '{name}'";
        if (!Known.TryGetValue(name, out IKernelPlugIn? plugIn))
        {
            string there = Known.IsEmpty ? "none is registered" : "there are " + string.Join(", ", Known.Keys.Order(StringComparer.Ordinal));
            throw new DeviceException(DeviceStatus.NotFound, device.Address, operation, $"there is none of that name: {there}", "Register it first: KernelPlugIns.Register.");
        }

        uint version;
        try
        {
            version = plugIn.InterfaceVersion;
        }
        catch (Exception error)
        {
            throw new DeviceException(DeviceStatus.AccessDenied, device.Address, operation, $"its InterfaceVersion threw {error.GetType().Name}: {error.Message}", "That is a mistake of the plug-in.", error);
        }

        if (version != InterfaceVersion)
        {
            throw new DeviceException(DeviceStatus.NotSupported, device.Address, operation,
                $"it was built for version {version} of the interface, and this library speaks version {InterfaceVersion}", "Build it against this version.");
        }

        IPlugInSession? session;
        try
        {
            session = plugIn.Open(device, openData);
        }
        catch (Exception error)
        {
            throw new DeviceException(DeviceStatus.AccessDenied, device.Address, operation, $"its Open threw {error.GetType().Name}: {error.Message}", "That is a mistake of the plug-in.", error);
        }

        return session is null
            ? throw new DeviceException(DeviceStatus.AccessDenied, device.Address, operation, "it refused", "The plug-in does not serve this device, or not with this open data.")
            : session;
    }

    private sealed class Registration(string name, IKernelPlugIn plugIn) : IDisposable
    {
        public void Dispose() => Known.TryRemove(new KeyValuePair<string, IKernelPlugIn>(name, plugIn));
    }
}
