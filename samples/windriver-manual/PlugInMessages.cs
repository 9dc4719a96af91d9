using System.Runtime.InteropServices;
using System.Text;
using Jungo.wdapi_dotnet;
using RingThree.PlugIns;
using RingThree.Registers;
using RingThree.Simulation;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.WinDriverManual;

/// <summary>
/// Manual 13.7 and 13.8.3: the plug-in is opened with the descriptors of the card's address spaces, makes its own copy, and does
/// the program's input and output by messages. The messages and what goes with them are defined once, for both.
/// </summary>
internal static class PlugInMessages
{
    private const string Name = "KP_MESSAGES";

    /// <summary>The messages.</summary>
    private enum Message : uint
    {
        /// <summary>Fills a <see cref="VersionAnswer"/>.</summary>
        Version = 1,

        /// <summary>Reads a register that a <see cref="Access"/> names.</summary>
        Read = 2,

        /// <summary>Writes one.</summary>
        Write = 3,
    }

    internal static void Run()
    {
        using IDisposable registered = KernelPlugIns.Register(Name, new PlugIn());
        using SimulatedHost host = IntcsrDriver.Start();
        WDC_DEVICE device = IntcsrDriver.Open();
        OpenWithDescriptors(device);

        VersionAnswer version = Call(device, Message.Version, default(VersionAnswer));
        Console.WriteLine($"messages: {version.Name} {version.Number / 100}.{version.Number % 100:d2}, opened with {version.Spaces} address spaces");

        Call(device, Message.Write, new Access { Space = 1, Offset = IntcsrCard.Trigger, Value = 1 });
        Access read = Call(device, Message.Read, new Access { Space = 0, Offset = IntcsrCard.Intcsr });
        Console.WriteLine($"messages: the plug-in wrote ports and read INTCSR 0x{read.Value:x2} in memory");
        WDC_PciDeviceClose(device.hDev); // closes the plug-in too
        WDC_DriverClose();
    }

    private static void OpenWithDescriptors(WDC_DEVICE device)
    {
        int each = Marshal.SizeOf<WDC_ADDR_DESC>();
        var open = new DeviceDescriptors { Count = device.dwNumAddrSpaces, First = Marshal.AllocHGlobal(each * device.pAddrDesc.Length) };
        IntPtr data = Marshal.AllocHGlobal(Marshal.SizeOf<DeviceDescriptors>());
        try
        {
            for (int i = 0; i < device.pAddrDesc.Length; i++) Marshal.StructureToPtr(device.pAddrDesc[i], open.First + (i * each), fDeleteOld: false);
            Marshal.StructureToPtr(open, data, fDeleteOld: false);
            FailedException.Check("opening the plug-in", WDC_KernelPlugInOpen(device, Name, data));
        }
        finally
        {
            Marshal.FreeHGlobal(open.First);
            Marshal.FreeHGlobal(data);
        }
    }

    private static T Call<T>(WDC_DEVICE device, Message message, T given)
        where T : struct
    {
        IntPtr data = Marshal.AllocHGlobal(Marshal.SizeOf<T>());
        try
        {
            Marshal.StructureToPtr(given, data, fDeleteOld: false);
            uint result = 0;
            FailedException.Check($"message {message}", WDC_CallKerPlug(device.hDev, (uint)message, data, ref result));
            return result == 0 ? Marshal.PtrToStructure<T>(data) : throw new FailedException($"the plug-in refused message {message} with {result}.");
        }
        finally
        {
            Marshal.FreeHGlobal(data);
        }
    }

    /// <summary>The open data: what the manual calls PCI_DEV_ADDR_DESC.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct DeviceDescriptors
    {
        public uint Count;
        public IntPtr First;
    }

    [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Ansi)]
    private struct VersionAnswer
    {
        public uint Number;
        public uint Spaces;

        [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 32)]
        public string Name;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Access
    {
        public uint Space;
        public uint Offset;
        public uint Value;
    }

    private sealed class PlugIn : IKernelPlugIn
    {
        public uint InterfaceVersion => KernelPlugIns.InterfaceVersion;

        public IPlugInSession? Open(PlugInDevice device, nint openData)
        {
            if (openData == 0) return null;
            DeviceDescriptors given = Marshal.PtrToStructure<DeviceDescriptors>(openData);
            int each = Marshal.SizeOf<WDC_ADDR_DESC>();
            WDC_ADDR_DESC[] copy = [.. Enumerable.Range(0, (int)given.Count).Select(i => Marshal.PtrToStructure<WDC_ADDR_DESC>(given.First + (i * each)))];
            return new Session(device, copy);
        }
    }

    private sealed class Session(PlugInDevice device, WDC_ADDR_DESC[] spaces) : PlugInSession
    {
        private const uint Refused = 1;

        public override uint Call(uint message, nint data)
        {
            switch ((Message)message)
            {
                case Message.Version:
                    Marshal.StructureToPtr(new VersionAnswer { Number = 101, Spaces = (uint)spaces.Count(s => s.qwBytes > 0), Name = Name }, data, fDeleteOld: false);
                    return 0;
                case Message.Read when Find(data) is var (region, access):
                    access.Value = region.Read<uint>(access.Offset);
                    Marshal.StructureToPtr(access, data, fDeleteOld: false);
                    return 0;
                case Message.Write when Find(data) is var (region, access):
                    region.Write(access.Offset, access.Value);
                    return 0;
                default:
                    return Refused;
            }
        }

        private (DeviceRegion Region, Access Access)? Find(nint data)
        {
            Access access = Marshal.PtrToStructure<Access>(data);
            bool fits = access.Space < spaces.Length && access.Offset + 4UL <= spaces[access.Space].qwBytes;
            return fits && device.FindRegion((int)access.Space) is { } region ? (region, access) : null;
        }
    }
}
