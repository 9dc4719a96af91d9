using Jungo.wdapi_dotnet;
using DWORD = System.UInt32;

namespace Clients.Wizard
{
    /// <summary>A register, as the wizard's tables have it.</summary>
    public class WDC_REG
    {
        private DWORD m_dwAddrSpace;
        private DWORD m_dwOffset;
        private DWORD m_dwSize;
        private WDC_DIRECTION m_direction;
        private string m_sName;
        private string m_sDesc;

        public WDC_REG(DWORD dwAddrSpace, DWORD dwOffset, DWORD dwSize, WDC_DIRECTION direction, string sName, string sDesc)
        {
            m_dwAddrSpace = dwAddrSpace;
            m_dwOffset = dwOffset;
            m_dwSize = dwSize;
            m_direction = direction;
            m_sName = sName;
            m_sDesc = sDesc;
        }

        public DWORD dwAddrSpace { get { return m_dwAddrSpace; } }
        public DWORD dwOffset { get { return m_dwOffset; } }
        public DWORD dwSize { get { return m_dwSize; } }
        public WDC_DIRECTION direction { get { return m_direction; } }
        public string sName { get { return m_sName; } }
        public string sDesc { get { return m_sDesc; } }
    }
}
