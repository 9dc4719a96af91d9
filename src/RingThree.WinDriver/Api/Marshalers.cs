using System.Runtime.InteropServices;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

/// <summary>What older code calls to see a structure in memory as an object.</summary>
/// <typeparam name="T">The structure.</typeparam>
public abstract class StructureMarshaler<T> : ICustomMarshaler
    where T : notnull
{
    public object MarshalNativeToManaged(IntPtr pNativeData) => Marshal.PtrToStructure<T>(pNativeData)!;

    public IntPtr MarshalManagedToNative(object ManagedObj)
    {
        IntPtr memory = Marshal.AllocHGlobal(GetNativeDataSize());
        Marshal.StructureToPtr((T)ManagedObj, memory, fDeleteOld: false);
        return memory;
    }

    public int GetNativeDataSize() => Marshal.SizeOf<T>();

    public void CleanUpNativeData(IntPtr pNativeData) => Marshal.FreeHGlobal(pNativeData);

    public void CleanUpManagedData(object ManagedObj)
    {
        // The collector does.
    }
}

/// <summary>Sees a <see cref="WD_DMA"/> in memory.</summary>
public class MarshalWdDma : StructureMarshaler<WD_DMA>
{
    public static ICustomMarshaler GetInstance(string cookie) => new MarshalWdDma();
}

/// <summary>Sees a <see cref="WD_EVENT"/> in memory.</summary>
public class MarshalWdEvent : StructureMarshaler<WD_EVENT>
{
    public static ICustomMarshaler GetInstance(string cookie) => new MarshalWdEvent();
}

/// <summary>Sees the parts of an open device by its handle.</summary>
public class MarshalWdcDevice
{
    /// <summary>The device's interrupt; an empty one for a handle that is not open.</summary>
    public object MarshalDevWdInterrupt(IntPtr hDev) => WDC_DEVICE.hDevToWdcDevice(hDev).Int;

    /// <summary>The device's last event; an empty one for a handle that is not open.</summary>
    public object MarshalDevWdEvent(IntPtr hDev) => WDC_DEVICE.hDevToWdcDevice(hDev).Event;

    public object MarshalDevhInt(IntPtr hDev) => WDC_DEVICE.hDevToWdcDevice(hDev).hIntThread;

    public object MarshalDevhEvent(IntPtr hDev) => WDC_DEVICE.hDevToWdcDevice(hDev).hEvent;

    public object MarshalDevpAddrDesc(IntPtr hDev, uint dwNumAddrSpaces) => WDC_DEVICE.hDevToWdcDevice(hDev).pAddrDesc.Take((int)dwNumAddrSpaces).ToArray();

    /// <summary>Transfer commands in memory, such as an interrupt's <c>Cmd</c>.</summary>
    public object MarshalDevpWdTrans(IntPtr pTrans, uint dwCmds) => pTrans == 0 ? [] : CallerMemory.Of<WD_TRANSFER>(pTrans, dwCmds).ToArray();
}
