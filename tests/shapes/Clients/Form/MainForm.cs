using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using Jungo.wdapi_dotnet;
using Shapes;
using DWORD = System.UInt32;
using UINT64 = System.UInt64;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;

namespace Clients.Form
{
    /// <summary>
    /// A program with a window, without the window: everything a user does or a device tells runs in the loop of one thread, and
    /// what handlers on other threads have to say is posted there.
    /// </summary>
    public class MainForm
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;
        private readonly BlockingCollection<Action> m_messages = new BlockingCollection<Action>();
        private readonly List<string> m_log = new List<string>();
        private readonly int m_loopThread = Thread.CurrentThread.ManagedThreadId;
        private FormDevice m_device;
        private int m_interrupts;

        public static void Run()
        {
            MainForm form = new MainForm();
            form.Post(form.OnLoad);
            form.Loop();
        }

        /// <summary>What Control.BeginInvoke is to a form.</summary>
        internal void Post(Action action)
        {
            m_messages.Add(action);
        }

        private void Loop()
        {
            foreach (Action message in m_messages.GetConsumingEnumerable())
            {
                try
                {
                    message();
                }
                catch (Exception ex)
                {
                    Report.Check("an exception in the loop: " + ex, false);
                    m_messages.CompleteAdding();
                }
            }
        }

        private void OnLoad()
        {
            wdc_lib_decl.WDC_SetDebugOptions(wdc_lib_consts.WDC_DBG_DEFAULT & ~wdc_lib_consts.WDC_DBG_LEVEL_TRACE, null);
            Report.Equal("WDC_DriverOpen", OK, wdc_lib_decl.WDC_DriverOpen(wdc_lib_consts.WDC_DRV_OPEN_DEFAULT, ""));
            m_device = FormDevice.First(this);
            if (!Report.Check("a card to work with", m_device != null))
            {
                m_messages.CompleteAdding();
                return;
            }

            Report.Equal("the card is open", OK, m_device.Open());
            Report.Equal("the title", "edu, 010000ed", m_device.Title());
            Post(OnEnableInterrupts);
        }

        private void OnEnableInterrupts()
        {
            Report.Equal("interrupts are enabled", OK, m_device.EnableInterrupts(OnInterrupt));
            Report.Equal("events are registered", OK, m_device.RegisterEvents(OnDeviceEvent));
            m_device.Raise(1);
        }

        // Called on a thread of the library, as every handler: the values are read there, and shown in the loop.
        private void OnInterrupt(DWORD count, DWORD status, DWORD message)
        {
            Post(delegate { ShowInterrupt(count, status); });
        }

        private void ShowInterrupt(DWORD count, DWORD status)
        {
            ++m_interrupts;
            m_log.Add(string.Format("{0}: 0x{1:x}", count, status));
            Report.Check("shown by the loop's thread", Thread.CurrentThread.ManagedThreadId == m_loopThread);
            switch (m_interrupts)
            {
                case 1:
                    // The user ticks "low latency" while interrupts are on.
                    Report.Equal("CEInterruptEnhance", OK, m_device.Enhance());
                    m_device.Raise(2);
                    break;
                case 2:
                    m_device.Raise(4);
                    break;
                default:
                    Report.Equal("what was copied for each", "1: 0x1, 2: 0x2, 3: 0x4", string.Join(", ", m_log.ToArray()));
                    Post(OnDma);
                    break;
            }
        }

        private void OnDeviceEvent(DWORD action)
        {
            switch (action)
            {
                case windrvr_consts.WD_INSERT:
                    Post(delegate { m_log.Add("inserted"); });
                    break;
                case windrvr_consts.WD_REMOVE:
                    Post(OnClose);
                    break;
            }
        }

        private void OnDma()
        {
            m_device.CheckBuffers();
            Post(OnClose);
        }

        private void OnClose()
        {
            Report.Equal("interrupts are disabled", OK, m_device.DisableInterrupts());
            Report.Equal("the card is closed", OK, m_device.Close());
            Report.Equal("WDC_DriverClose", OK, wdc_lib_decl.WDC_DriverClose());
            m_messages.CompleteAdding();
        }
    }
}
