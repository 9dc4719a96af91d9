using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

/// <summary>What older code calls to see a structure in memory as an object.</summary>
/// <typeparam name="T">The structure.</typeparam>
public abstract class StructureMarshaler<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.NonPublicConstructors)] T> : ICustomMarshaler
    where T : notnull
{
    public object MarshalNativeToManaged(IntPtr pNativeData) => pNativeData == 0 ? Activator.CreateInstance<T>() : Read(pNativeData);

    public IntPtr MarshalManagedToNative(object ManagedObj)
    {
        if (ManagedObj is not T) return 0;
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

    private protected virtual T Read(IntPtr pointer) => Marshal.PtrToStructure<T>(pointer)!;
}

/// <summary>Sees a <see cref="WD_DMA"/> in memory, and of its pages as many as it has.</summary>
public class MarshalWdDma : StructureMarshaler<WD_DMA>
{
    public static ICustomMarshaler GetInstance(string cookie) => new MarshalWdDma();

    private protected override WD_DMA Read(IntPtr pointer) => CallerStructures.Dma(pointer);
}

/// <summary>Sees a <see cref="WD_EVENT"/> in memory.</summary>
public class MarshalWdEvent : StructureMarshaler<WD_EVENT>
{
    public static ICustomMarshaler GetInstance(string cookie) => new MarshalWdEvent();
}

/// <summary>Sees a <see cref="WD_CARD"/> in memory.</summary>
public class MarshalWdCard : StructureMarshaler<WD_CARD>
{
    public static ICustomMarshaler GetInstance(string cookie) => new MarshalWdCard();

    private protected override WD_CARD Read(IntPtr pointer) => CallerStructures.Card(pointer);
}

/// <summary>Sees a <see cref="WD_CARD_REGISTER"/> in memory.</summary>
public class MarshalWdCardRegister : StructureMarshaler<WD_CARD_REGISTER>
{
    public static ICustomMarshaler GetInstance(string cookie) => new MarshalWdCardRegister();
}

/// <summary>Sees a <see cref="WD_KERNEL_PLUGIN"/> in memory.</summary>
public class MarshalWdKernelPlugin : StructureMarshaler<WD_KERNEL_PLUGIN>
{
    public static ICustomMarshaler GetInstance(string cookie) => new MarshalWdKernelPlugin();
}

/// <summary>Sees a <see cref="WDC_PCI_SCAN_RESULT"/> in memory.</summary>
public class MarshalScanResult : StructureMarshaler<WDC_PCI_SCAN_RESULT>
{
    public static ICustomMarshaler GetInstance(string cookie) => new MarshalScanResult();

    private protected override WDC_PCI_SCAN_RESULT Read(IntPtr pointer) => CallerStructures.ScanResult(pointer);
}

/// <summary>Sees a <see cref="WD_PCI_CARD_INFO"/> in memory.</summary>
public class MarshalDeviceInfo : StructureMarshaler<WD_PCI_CARD_INFO>
{
    public static ICustomMarshaler GetInstance(string cookie) => new MarshalDeviceInfo();

    private protected override WD_PCI_CARD_INFO Read(IntPtr pointer) => CallerStructures.CardInfo(pointer);
}

/// <summary>Sees an open device, and its parts, by its handle: nothing of it lies in memory.</summary>
public class MarshalWdcDevice : ICustomMarshaler
{
    public static ICustomMarshaler GetInstance(string cookie) => new MarshalWdcDevice();

    /// <summary>The open device of a handle; an empty one where there is none.</summary>
    public object MarshalNativeToManaged(IntPtr pNativeData) => WDC_DEVICE.hDevToWdcDevice(pNativeData);

    /// <summary>The handle of an open device.</summary>
    public IntPtr MarshalManagedToNative(object ManagedObj) => (ManagedObj as WDC_DEVICE)?.hDev ?? 0;

    public int GetNativeDataSize() => IntPtr.Size;

    public void CleanUpNativeData(IntPtr pNativeData)
    {
        // A handle: closing the device frees what it stands for.
    }

    public void CleanUpManagedData(object ManagedObj)
    {
        // The collector does.
    }

    /// <summary>The device's interrupt; an empty one for a handle that is not open.</summary>
    public object MarshalDevWdInterrupt(IntPtr hDev) => WDC_DEVICE.hDevToWdcDevice(hDev).Int;

    /// <summary>The device's last event; an empty one for a handle that is not open.</summary>
    public object MarshalDevWdEvent(IntPtr hDev) => WDC_DEVICE.hDevToWdcDevice(hDev).Event;

    public object MarshalDevhInt(IntPtr hDev) => WDC_DEVICE.hDevToWdcDevice(hDev).hIntThread;

    public object MarshalDevhEvent(IntPtr hDev) => WDC_DEVICE.hDevToWdcDevice(hDev).hEvent;

    public object MarshalDevpAddrDesc(IntPtr hDev, uint dwNumAddrSpaces) => WDC_DEVICE.hDevToWdcDevice(hDev).pAddrDesc.Take((int)dwNumAddrSpaces).ToArray();

    /// <summary>Transfer commands in memory, such as an interrupt's <c>Cmd</c>.</summary>
    public object MarshalDevpWdTrans(IntPtr pTrans, uint dwCmds) => pTrans == 0 || dwCmds > windrvr_consts.MAX_TRANSFER_COMMANDS ? [] : CallerMemory.Of<WD_TRANSFER>(pTrans, dwCmds).ToArray();
}
