using Jungo.wdapi_dotnet;
using RingThree.Diagnostics;
using RingThree.Hosting;

namespace RingThree.WinDriver;

/// <summary>Turns the library's failures into status codes: nothing of this face throws.</summary>
internal static class Status
{
    internal const uint Success = (uint)WD_ERROR_CODES.WD_STATUS_SUCCESS;
    internal const uint InvalidHandle = (uint)WD_ERROR_CODES.WD_INVALID_HANDLE;
    internal const uint InvalidParameter = (uint)WD_ERROR_CODES.WD_INVALID_PARAMETER;
    internal const uint NotOpen = unchecked((uint)WD_ERROR_CODES.WD_STATUS_INVALID_WD_HANDLE);

    /// <summary>Runs an operation; what it throws goes to the debug log in full, and comes back as a status.</summary>
    internal static uint Run(string operation, Action work)
    {
        try
        {
            work();
            return Success;
        }
        catch (Exception error)
        {
            return Failed(operation, error);
        }
    }

    /// <summary>The status of a failure, which is written to the debug log.</summary>
    internal static uint Failed(string operation, Exception error)
    {
        uint status = Of(error);
        // What nobody foresaw is told in full: its words alone would not say where.
        bool isForeseen = error is StatusException or DeviceException or ArgumentException or FormatException or ObjectDisposedException or TimeoutException or PlatformNotSupportedException;
        DebugLog.Error(operation, $"{Text(status)} (0x{status:x}): {(isForeseen ? error.Message : error.ToString())}");
        return status;
    }

    /// <summary>Writes a failure to the debug log that no exception came from.</summary>
    internal static uint Failed(string operation, WD_ERROR_CODES code, string reason)
    {
        uint status = unchecked((uint)code);
        DebugLog.Error(operation, $"{Text(status)} (0x{status:x}): {reason}");
        return status;
    }

    internal static uint Of(Exception error) => unchecked((uint)(error switch
    {
        StatusException status => status.Code,
        DeviceException device => Of(device.Status),
        ArgumentException or FormatException or OverflowException or NullReferenceException => WD_ERROR_CODES.WD_INVALID_PARAMETER,
        ObjectDisposedException => WD_ERROR_CODES.WD_INVALID_HANDLE,
        TimeoutException => WD_ERROR_CODES.WD_TIME_OUT_EXPIRED,
        PlatformNotSupportedException => WD_ERROR_CODES.WD_WINDRIVER_NOT_FOUND,
        InvalidOperationException => WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE,
        OutOfMemoryException => WD_ERROR_CODES.WD_INSUFFICIENT_RESOURCES,
        _ => WD_ERROR_CODES.WD_SYSTEM_INTERNAL_ERROR,
    }));

    /// <summary>What a status means, in words.</summary>
    internal static string Text(uint status) => StatusTexts.Of(unchecked((WD_ERROR_CODES)(int)status));

    private static WD_ERROR_CODES Of(DeviceStatus status) => status switch
    {
        DeviceStatus.NotFound or DeviceStatus.DeviceGone => WD_ERROR_CODES.WD_DEVICE_NOT_FOUND,
        DeviceStatus.Busy => WD_ERROR_CODES.WD_RESOURCE_OVERLAP,
        DeviceStatus.WrongDriver or DeviceStatus.GroupNotViable => WD_ERROR_CODES.WD_NO_DEVICE_OBJECT,
        DeviceStatus.InvalidArgument or DeviceStatus.ProtectedRange => WD_ERROR_CODES.WD_INVALID_PARAMETER,
        DeviceStatus.NoResources => WD_ERROR_CODES.WD_INSUFFICIENT_RESOURCES,
        DeviceStatus.TimedOut => WD_ERROR_CODES.WD_TIME_OUT_EXPIRED,
        DeviceStatus.IoError => WD_ERROR_CODES.WD_SYSTEM_INTERNAL_ERROR,
        _ => WD_ERROR_CODES.WD_OPERATION_FAILED,
    };
}

/// <summary>A failure whose status is known where it is found.</summary>
internal sealed class StatusException(WD_ERROR_CODES code, string message) : Exception(ForeignText.Shown(message))
{
    internal WD_ERROR_CODES Code { get; } = code;
}

/// <summary>The words of <c>Stat2Str</c>.</summary>
internal static class StatusTexts
{
    internal static string Of(WD_ERROR_CODES code) => code switch
    {
        WD_ERROR_CODES.WD_STATUS_SUCCESS => "Success",
        WD_ERROR_CODES.WD_STATUS_INVALID_WD_HANDLE => "The driver is not open",
        WD_ERROR_CODES.WD_WINDRIVER_STATUS_ERROR => "Error",
        WD_ERROR_CODES.WD_INVALID_HANDLE => "Invalid handle",
        WD_ERROR_CODES.WD_READ_WRITE_CONFLICT => "Read and write do not fit",
        WD_ERROR_CODES.WD_ZERO_PACKET_SIZE => "Size zero",
        WD_ERROR_CODES.WD_INSUFFICIENT_RESOURCES => "Insufficient resources",
        WD_ERROR_CODES.WD_SYSTEM_INTERNAL_ERROR => "Internal system error",
        WD_ERROR_CODES.WD_DATA_MISMATCH => "Data mismatch",
        WD_ERROR_CODES.WD_NO_LICENSE => "No licence",
        WD_ERROR_CODES.WD_NOT_IMPLEMENTED => "Not implemented",
        WD_ERROR_CODES.WD_KERPLUG_FAILURE => "Kernel plug-in failure",
        WD_ERROR_CODES.WD_FAILED_ENABLING_INTERRUPT => "Failed enabling the interrupt",
        WD_ERROR_CODES.WD_INTERRUPT_NOT_ENABLED => "The interrupt is not enabled",
        WD_ERROR_CODES.WD_RESOURCE_OVERLAP => "Resource overlap",
        WD_ERROR_CODES.WD_DEVICE_NOT_FOUND => "Device not found",
        WD_ERROR_CODES.WD_WRONG_UNIQUE_ID => "Wrong unique id",
        WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE => "Operation already done",
        WD_ERROR_CODES.WD_CANT_OBTAIN_PDO => "No physical device object",
        WD_ERROR_CODES.WD_TIME_OUT_EXPIRED => "Time-out expired",
        WD_ERROR_CODES.WD_IRP_CANCELED => "Cancelled",
        WD_ERROR_CODES.WD_FAILED_USER_MAPPING => "Mapping to user memory failed",
        WD_ERROR_CODES.WD_FAILED_KERNEL_MAPPING => "Mapping to kernel memory failed",
        WD_ERROR_CODES.WD_NO_RESOURCES_ON_DEVICE => "The device has no resources",
        WD_ERROR_CODES.WD_NO_EVENTS => "No events",
        WD_ERROR_CODES.WD_INVALID_PARAMETER => "Invalid parameter",
        WD_ERROR_CODES.WD_INCORRECT_VERSION => "Incorrect version",
        WD_ERROR_CODES.WD_TRY_AGAIN => "Try again",
        WD_ERROR_CODES.WD_WINDRIVER_NOT_FOUND => "No driver layer on this machine",
        WD_ERROR_CODES.WD_INVALID_IOCTL => "Invalid request",
        WD_ERROR_CODES.WD_OPERATION_FAILED => "Operation failed",
        WD_ERROR_CODES.WD_INVALID_32BIT_APP => "Invalid 32-bit program",
        WD_ERROR_CODES.WD_TOO_MANY_HANDLES => "Too many handles",
        WD_ERROR_CODES.WD_NO_DEVICE_OBJECT => "No device object: the device is not bound to the driver that RingThree needs",
        WD_ERROR_CODES.WD_MORE_PROCESSING_REQUIRED => "More processing required",
        _ => Enum.IsDefined(code) ? code.ToString() : $"Unknown status 0x{unchecked((uint)code):x}",
    };
}
