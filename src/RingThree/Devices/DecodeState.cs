using RingThree.Registers;

namespace RingThree.Devices;

/// <summary>
/// Decides when the mapped regions show the device and when the all-ones overlay: decoding off, reset under way, device
/// gone, or closed.
/// </summary>
internal sealed class DecodeState
{
    private readonly List<DeviceRegion> _regions = [];
    private Func<bool>? _decodes;
    private bool _held;
    private bool _over;

    /// <summary>Held around every change of what the device answers to.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>Starts to guard these regions.</summary>
    internal void Guard(IEnumerable<DeviceRegion> regions, Func<bool> decodes)
    {
        lock (Gate)
        {
            _regions.AddRange(regions);
            _decodes = decodes;
            Update();
        }
    }

    /// <summary>Puts the overlay over every mapping now.</summary>
    internal void Overlay()
    {
        lock (Gate)
        {
            foreach (DeviceRegion region in _regions) region.Parts.Overlay();
        }
    }

    /// <summary>Overlays until <see cref="Release"/>, whatever the registers say (reset).</summary>
    internal void Hold()
    {
        lock (Gate)
        {
            _held = true;
            Overlay();
        }
    }

    /// <summary>Ends <see cref="Hold"/>.</summary>
    internal void Release()
    {
        lock (Gate)
        {
            _held = false;
            Update();
        }
    }

    /// <summary>Overlays for good (gone, closed).</summary>
    internal void End()
    {
        lock (Gate)
        {
            _over = true;
            foreach (DeviceRegion region in _regions) region.Parts.End();
        }
    }

    /// <summary>Asks the device and overlays or restores accordingly.</summary>
    internal void Update()
    {
        lock (Gate)
        {
            if (_decodes is null) return;
            if (_over || _held || !_decodes())
            {
                Overlay();
                return;
            }

            foreach (DeviceRegion region in _regions) region.Parts.Restore();
        }
    }
}
