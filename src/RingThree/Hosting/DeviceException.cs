using RingThree.Diagnostics;

namespace RingThree.Hosting;

/// <summary>Why something did not work, as a code a program can act on. <see cref="Exception.Message"/> has the words.</summary>
public enum DeviceStatus
{
    /// <summary>It worked.</summary>
    Success = 0,

    /// <summary>There is no such device.</summary>
    NotFound,

    /// <summary>Someone else has it open.</summary>
    Busy,

    /// <summary>The system does not let this user.</summary>
    AccessDenied,

    /// <summary>No driver that can open it is bound to it, or another is (WinDriver: WD_NO_DEVICE_OBJECT).</summary>
    WrongDriver,

    /// <summary>The machine has no IOMMU, or it is switched off.</summary>
    NoIommu,

    /// <summary>The IOMMU does not isolate interrupts.</summary>
    NoInterruptRemapping,

    /// <summary>Another function that shares its isolation group belongs to a driver that does not give way.</summary>
    GroupNotViable,

    /// <summary>The device or the host cannot do that.</summary>
    NotSupported,

    /// <summary>The caller asked for something that makes no sense for this device.</summary>
    InvalidArgument,

    /// <summary>That range belongs to the host (the MSI-X table).</summary>
    ProtectedRange,

    /// <summary>Memory, mappings, vectors or another supply has run out.</summary>
    NoResources,

    /// <summary>The device is gone.</summary>
    DeviceGone,

    /// <summary>It took too long.</summary>
    TimedOut,

    /// <summary>A level line stays asserted whatever the driver does.</summary>
    InterruptStorm,

    /// <summary>The device or the system reported an error.</summary>
    IoError,
}

/// <summary>
/// A failure that says what was tried, on which device, what the system answered, and what to do next.
/// </summary>
public sealed class DeviceException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="status">The code.</param>
    /// <param name="device">The device's address, or the host's name when there is no device.</param>
    /// <param name="operation">What was tried, as "opening" or "mapping 4096 bytes for DMA".</param>
    /// <param name="answer">What the system answered, with the error's name where there is one.</param>
    /// <param name="advice">What to do next, as a sentence.</param>
    /// <param name="inner">The cause.</param>
    public DeviceException(DeviceStatus status, string device, string operation, string answer, string advice, Exception? inner = null)
        : base(ForeignText.Shown($"{device}: {operation} failed: {answer.TrimEnd('.')}. {advice}"), inner) // what the framework answers may be a sentence
    {
        Status = status;
        Device = ForeignText.Shown(device);
        Operation = ForeignText.Shown(operation);
        Answer = ForeignText.Shown(answer);
        Advice = ForeignText.Shown(advice);
    }

    /// <summary>The code.</summary>
    public DeviceStatus Status { get; }

    /// <summary>The device's address.</summary>
    public string Device { get; }

    /// <summary>What was tried.</summary>
    public string Operation { get; }

    /// <summary>What the system answered.</summary>
    public string Answer { get; }

    /// <summary>What to do next.</summary>
    public string Advice { get; }
}
