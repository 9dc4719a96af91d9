using RingThree.PlugIns;

namespace RingThree.Monitored;

/// <summary>A plug-in that answers a message with twice what came with it.</summary>
internal sealed class Doubler : IKernelPlugIn
{
    public uint InterfaceVersion => KernelPlugIns.InterfaceVersion;

    public IPlugInSession? Open(PlugInDevice device, nint openData) => new Session();

    private sealed class Session : PlugInSession
    {
        public override uint Call(uint message, nint data) => (uint)(2 * data);
    }
}
