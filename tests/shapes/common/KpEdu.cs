using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RingThree.PlugIns;
using RingThree.Registers;

namespace Shapes
{
    /// <summary>
    /// The kernel plug-in that these programs open by its name: what was a driver in C beside them. It has one message, and it
    /// takes the card's interrupts: it acknowledges each and has the program's handler called.
    /// </summary>
    internal sealed class KpEdu : IKernelPlugIn
    {
        internal const string Name = "KP_EDU";

        /// <summary>Adds 1 to the number that pData points to; the result is the card's identification.</summary>
        internal const uint MessageIdentify = 1;

        public uint InterfaceVersion { get { return KernelPlugIns.InterfaceVersion; } }

        [ModuleInitializer]
        internal static void Load()
        {
            KernelPlugIns.Register(Name, new KpEdu());
        }

        public IPlugInSession Open(PlugInDevice device, nint openData)
        {
            DeviceRegion registers = device.FindRegion(0);
            return registers == null ? null : new Session(registers);
        }

        private sealed class Session : PlugInSession
        {
            private readonly DeviceRegion m_registers;

            internal Session(DeviceRegion registers)
            {
                m_registers = registers;
            }

            public override uint Call(uint message, nint data)
            {
                if (message != MessageIdentify) return 0;
                if (data != 0) Marshal.WriteInt32(data, Marshal.ReadInt32(data) + 1);
                return m_registers.Read<uint>(0x00);
            }

            public override bool IntAtIrql(out bool isMine)
            {
                isMine = Acknowledge();
                return isMine;
            }

            public override bool IntAtIrqlMsi(int lastMessage)
            {
                return Acknowledge();
            }

            private bool Acknowledge()
            {
                uint status = m_registers.Read<uint>(0x24);
                if (status == 0 || status == uint.MaxValue) return false;
                m_registers.Write(0x64, status);
                return true;
            }
        }
    }
}
