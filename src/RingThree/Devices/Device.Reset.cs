using RingThree.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Devices;

/// <content>Resets: of the device alone, and of everything on its bus.</content>
public abstract partial class Device
{
    /// <summary>Whether <see cref="Reset"/> can work.</summary>
    public bool CanReset => Host.CanReset;

    /// <summary>Resets the device alone. Reads by other threads yield all ones meanwhile.</summary>
    /// <exception cref="DeviceException">It cannot be reset, or the reset failed.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public void Reset() => Cover(() =>
    {
        if (!CanReset)
        {
            throw new DeviceException(DeviceStatus.NotSupported, Address, "resetting it",
                "it has no reset of its own", "Bring it to a known state through its registers, or reset its bus (ResetBus).");
        }

        Host.Reset();
    });

    /// <summary>
    /// Which devices <see cref="ResetBus"/> resets, this one included: everything on its bus or in its slot. Look at the list first.
    /// </summary>
    /// <returns>Their addresses; <see langword="null"/> where there is no such reset.</returns>
    /// <exception cref="ObjectDisposedException">The device is closed.</exception>
    public IReadOnlyList<string>? GetBusResetReach()
    {
        if (IsClosed) throw Closed("asking what is on its bus");
        return Host.GetBusResetReach();
    }

    /// <summary>
    /// Resets everything on its bus or in its slot, for a card without a reset of its own. The kernel asks that whoever calls this
    /// may open every function there. Reads by other threads yield all ones meanwhile.
    /// </summary>
    /// <exception cref="DeviceException">There is no such reset, another program or driver has a function on the bus, or the reset failed.</exception>
    public void ResetBus() => Cover(Host.ResetBus);

    private void Cover(Action reset)
    {
        if (IsClosed) throw Closed("resetting it");
        try
        {
            lock (Decode.Gate)
            {
                Decode.Hold();
                try
                {
                    reset();
                }
                finally
                {
                    Decode.Release();
                }
            }
        }
        catch (Exception error)
        {
            RingThreeEvents.Log.DeviceResetFailed(Address, RingThreeEvents.Reason(Address, error));
            throw;
        }

        RingThreeEvents.Log.DeviceReset(Address);
    }
}
