namespace RingThree.PlugIns;

/// <summary>
/// A plug-in: code that takes a device's interrupts at interrupt level, before the program that opened the device, and answers
/// its messages. Registered by name (<see cref="KernelPlugIns"/>); one object serves every device it is opened with.
/// </summary>
/// <remarks>
/// Source: WinDriver manual, chapter 13; the callbacks have its names without the prefix. The same interface is met by plug-ins
/// in C inside the kernel: so data passes as handles, and nothing here knows the caller's types.
/// </remarks>
public interface IKernelPlugIn
{
    /// <summary>The version of this interface that the plug-in was built for: <see cref="KernelPlugIns.InterfaceVersion"/> as it was then.</summary>
    uint InterfaceVersion { get; }

    /// <summary>KP_Open: a program opens the plug-in with a device.</summary>
    /// <param name="device">The device, for use at interrupt level too.</param>
    /// <param name="openData">What the program gave, its own affair.</param>
    /// <returns>What serves that device; <see langword="null"/> refuses.</returns>
    IPlugInSession? Open(PlugInDevice device, nint openData);
}

/// <summary>A plug-in that is open with a device: its private context. Calls come from several threads, interrupts from one at a time.</summary>
public interface IPlugInSession
{
    /// <summary>KP_Close: the device or the program is going; the interrupt is disabled. Called once.</summary>
    void Close();

    /// <summary>KP_Call: a message of the program's.</summary>
    /// <param name="message">Its number, between the program and the plug-in.</param>
    /// <param name="data">What goes with it: a pointer of the program's, or a number.</param>
    /// <returns>The result that the program gets.</returns>
    uint Call(uint message, nint data);

    /// <summary>KP_IntEnable: the interrupt is about to be enabled; none comes before this returns.</summary>
    /// <returns>Whether it may be.</returns>
    bool IntEnable();

    /// <summary>KP_IntDisable: the interrupt is disabled; no other callback of it runs.</summary>
    void IntDisable();

    /// <summary>KP_IntAtIrql: a line has signalled. At interrupt level: be short, do not block, allocate nothing.</summary>
    /// <param name="isMine">Whether this device raised it; independent of the answer.</param>
    /// <returns>Whether <see cref="IntAtDpc"/> is to run.</returns>
    bool IntAtIrql(out bool isMine);

    /// <summary>KP_IntAtDpc: after <see cref="IntAtIrql"/> has asked for it.</summary>
    /// <param name="count">How many interrupts it is for.</param>
    /// <returns>How often the program's handler is to be called, 0 or more.</returns>
    int IntAtDpc(long count);

    /// <summary>KP_IntAtIrqlMSI: a message has come; it is always this device's.</summary>
    /// <param name="lastMessage">The message's index.</param>
    /// <returns>Whether <see cref="IntAtDpcMsi"/> is to run.</returns>
    bool IntAtIrqlMsi(int lastMessage);

    /// <summary>KP_IntAtDpcMSI: after <see cref="IntAtIrqlMsi"/> has asked for it.</summary>
    /// <param name="count">How many messages it is for.</param>
    /// <param name="lastMessage">The index of the last one.</param>
    /// <returns>How often the program's handler is to be called, 0 or more.</returns>
    int IntAtDpcMsi(long count, int lastMessage);

    /// <summary>KP_Event: the device was inserted or removed, or its power changed.</summary>
    /// <param name="action">What happened, in the face's own numbers.</param>
    /// <returns>Whether the program is to hear of it too.</returns>
    bool Event(uint action);
}

/// <summary>A session with an answer to everything, to derive from: acknowledges nothing, claims nothing on a line, calls the program's handler once for each batch.</summary>
public abstract class PlugInSession : IPlugInSession
{
    /// <inheritdoc/>
    public virtual void Close()
    {
    }

    /// <inheritdoc/>
    public virtual uint Call(uint message, nint data) => 0;

    /// <inheritdoc/>
    public virtual bool IntEnable() => true;

    /// <inheritdoc/>
    public virtual void IntDisable()
    {
    }

    /// <inheritdoc/>
    public virtual bool IntAtIrql(out bool isMine) => isMine = false;

    /// <inheritdoc/>
    public virtual int IntAtDpc(long count) => 1;

    /// <inheritdoc/>
    public virtual bool IntAtIrqlMsi(int lastMessage) => true;

    /// <inheritdoc/>
    public virtual int IntAtDpcMsi(long count, int lastMessage) => IntAtDpc(count);

    /// <inheritdoc/>
    public virtual bool Event(uint action) => true;
}
