using RingThree.Hosting;

namespace RingThree.Benchmarks;

/// <summary>
/// A host with one card made of this kernel's own parts and no hardware: BAR 0 is a shared mapped page, its message is an
/// event descriptor that any thread may write.
/// </summary>
internal sealed class EventHost : IHost
{
    public const string Address = "0000:00:02.0";

    public string Name => "events";

    public static DeviceDescription Card { get; } = new(Address, 0x1234, 0x11E8);

    public IReadOnlyList<DeviceDescription> Scan() => [Card];

    public IHostedDevice OpenDevice(string address, OpenOptions options) => Opened = new EventDevice();

    public EventDevice? Opened { get; private set; }

    public void Dispose()
    {
        // Its device is closed by whoever opened it.
    }
}
