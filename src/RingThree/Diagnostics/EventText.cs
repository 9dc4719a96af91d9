using System.Globalization;

namespace RingThree.Diagnostics;

/// <summary>The words of events, as their declarations have them (a test compares). For whoever shows them; the library itself never comes here.</summary>
internal static class EventText
{
    // Attributes are found by reflection, which a program that was compiled ahead of time no longer has.
    internal static readonly IReadOnlyDictionary<string, string> Words = new Dictionary<string, string>
    {
        [nameof(RingThreeEvents.HostOpened)] = "host '{0}' is in use ({1})",
        [nameof(RingThreeEvents.DeviceOpened)] = "{0}: opened on host '{1}' ({2})",
        [nameof(RingThreeEvents.DeviceClosed)] = "{0}: closed",
        [nameof(RingThreeEvents.DeviceOpenFailed)] = "{0}: not opened on host '{1}' ({2}): {3}",
        [nameof(RingThreeEvents.DeviceReset)] = "{0}: reset",
        [nameof(RingThreeEvents.DeviceResetFailed)] = "{0}: not reset: {1}",
        [nameof(RingThreeEvents.DeviceArrived)] = "{0}: has arrived on host '{1}' ({2})",
        [nameof(RingThreeEvents.DeviceDeparted)] = "{0}: has left host '{1}' ({2})",
        [nameof(RingThreeEvents.DeviceChanged)] = "{0}: has changed on host '{1}': {2}",
        [nameof(RingThreeEvents.DeviceLeaving)] = "{0}: leaves ({1}); its driver has {2} s",
        [nameof(RingThreeEvents.ResourcesClaimed)] = "{0}: has claimed {1}",
        [nameof(RingThreeEvents.ResourcesRefused)] = "{0}: claiming {1} was refused: {2}",
        [nameof(RingThreeEvents.ResourcesReleased)] = "{0}: has given back {1}",
        [nameof(RingThreeEvents.MemoryTransferFailed)] = "{0}: {1}",
        [nameof(RingThreeEvents.PortTransferFailed)] = "{0}: {1}",
        [nameof(RingThreeEvents.ConfigurationTransferFailed)] = "{0}: {1}",
        [nameof(RingThreeEvents.InterruptsEnabled)] = "{0}: interrupts enabled: {2}, {3} vector(s), {4} waiter(s), delivered by {5} (session {1})",
        [nameof(RingThreeEvents.InterruptsRefused)] = "{0}: no interrupts: {1}",
        [nameof(RingThreeEvents.InterruptsDisabled)] = "{0}: interrupts disabled: {2} signalled, {4} claimed, {3} rejected, {6} lost (session {1})",
        [nameof(RingThreeEvents.InterruptsFailed)] = "{0}: interrupts have ended by an error: {2} (session {1})",
        [nameof(RingThreeEvents.InterruptStorm)] = "{0}: storm on vector {2}: {3} (session {1})",
        [nameof(RingThreeEvents.InterruptReported)] = "{0}: {2} on vector {3}: {4} (session {1})",
        [nameof(RingThreeEvents.InterruptsCounted)] = "{0}: {4} signalled, {6} claimed, {5} rejected, {9} lost (session {1}, {2})",
        [nameof(RingThreeEvents.ImmediateStageRan)] = "{0}: immediate stage, vector {2}, {3} signal(s): {4} (session {1})",
        [nameof(RingThreeEvents.DmaMapped)] = "{0}: {2} bytes are at bus address {1} ({3})",
        [nameof(RingThreeEvents.DmaUnmapped)] = "{0}: {2} bytes are no longer at bus address {1}",
        [nameof(RingThreeEvents.DmaRefused)] = "{0}: mapping {1} bytes for DMA failed: {2}",
        [nameof(RingThreeEvents.DmaFault)] = "{0}: DMA {2} at bus address {1} faulted: {3}",
        [nameof(RingThreeEvents.PlugInOpened)] = "{0}: plug-in '{1}' is open",
        [nameof(RingThreeEvents.PlugInClosed)] = "{0}: plug-in '{1}' is closed",
        [nameof(RingThreeEvents.PlugInRefused)] = "{0}: plug-in '{1}' was refused: {2}",
        [nameof(RingThreeEvents.PlugInCalled)] = "{0}: plug-in '{1}' answered message {2} with {3}",
        [nameof(RingThreeEvents.PlugInThrew)] = "{0}: plug-in '{1}' threw in {2}: {3}",
        [nameof(RingThreeEvents.MessageError)] = "{0}: {1}",
        [nameof(RingThreeEvents.MessageWarning)] = "{0}: {1}",
        [nameof(RingThreeEvents.MessageInformation)] = "{0}: {1}",
        [nameof(RingThreeEvents.MessageTrace)] = "{0}: {1}",
    };

    internal static string Of(string name, IReadOnlyList<object?> payload)
    {
        if (Words.TryGetValue(name, out string? words))
        {
            try
            {
                string text = string.Format(CultureInfo.InvariantCulture, words, [.. payload]);
                return text.StartsWith(": ", StringComparison.Ordinal) ? text[2..] : text; // a message about no device
            }
            catch (FormatException)
            {
                // Another version of the library has written it, with fewer fields.
            }
        }

        return string.Join(' ', payload.Select(p => Convert.ToString(p, CultureInfo.InvariantCulture)).Prepend(name));
    }
}
