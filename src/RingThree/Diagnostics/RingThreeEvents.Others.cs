using System.Diagnostics.Tracing;

namespace RingThree.Diagnostics;

/// <content>The events of DMA and plug-ins.</content>
internal sealed partial class RingThreeEvents
{
    [Event(60, Level = EventLevel.Informational, Keywords = Keywords.Dma, Message = "{0}: {2} bytes are at bus address {1} ({3})")]
    public void DmaMapped(string device, string address, long length, string access)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Dma)) WriteEvent(60, (EventSourcePrimitive)device, address, length, access);
    }

    [Event(61, Level = EventLevel.Informational, Keywords = Keywords.Dma, Message = "{0}: {2} bytes are no longer at bus address {1}")]
    public void DmaUnmapped(string device, string address, long length)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Dma)) WriteEvent(61, (EventSourcePrimitive)device, address, length);
    }

    [Event(62, Level = EventLevel.Error, Keywords = Keywords.Dma, Message = "{0}: mapping {1} bytes for DMA failed: {2}")]
    public void DmaRefused(string device, long length, string reason)
    {
        if (IsEnabled(EventLevel.Error, Keywords.Dma)) WriteEvent(62, (EventSourcePrimitive)device, length, reason);
    }

    /// <summary>A fault that the driver has asked for: faults are given once, and are its to take.</summary>
    [Event(63, Level = EventLevel.Error, Keywords = Keywords.Dma, Message = "{0}: DMA {2} at bus address {1} faulted: {3}")]
    public void DmaFault(string device, string address, string access, string reason)
    {
        if (IsEnabled(EventLevel.Error, Keywords.Dma)) WriteEvent(63, device, address, access, reason);
    }

    [Event(70, Level = EventLevel.Informational, Keywords = Keywords.KernelPlugIn, Message = "{0}: plug-in '{1}' is open")]
    public void PlugInOpened(string device, string name)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.KernelPlugIn)) WriteEvent(70, device, name);
    }

    [Event(71, Level = EventLevel.Informational, Keywords = Keywords.KernelPlugIn, Message = "{0}: plug-in '{1}' is closed")]
    public void PlugInClosed(string device, string name)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.KernelPlugIn)) WriteEvent(71, device, name);
    }

    [Event(72, Level = EventLevel.Error, Keywords = Keywords.KernelPlugIn, Message = "{0}: plug-in '{1}' was refused: {2}")]
    public void PlugInRefused(string device, string name, string reason)
    {
        if (IsEnabled(EventLevel.Error, Keywords.KernelPlugIn)) WriteEvent(72, device, name, reason);
    }

    [Event(73, Level = EventLevel.Informational, Keywords = Keywords.KernelPlugIn, Message = "{0}: plug-in '{1}' answered message {2} with {3}")]
    public void PlugInCalled(string device, string name, uint message, uint result)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.KernelPlugIn)) WriteEvent(73, (EventSourcePrimitive)device, name, message, result);
    }

    [Event(74, Level = EventLevel.Error, Keywords = Keywords.KernelPlugIn, Message = "{0}: plug-in '{1}' threw in {2}: {3}")]
    public void PlugInThrew(string device, string name, string callback, string reason)
    {
        if (IsEnabled(EventLevel.Error, Keywords.KernelPlugIn)) WriteEvent(74, device, name, callback, reason);
    }
}
