using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.Interrupts;

namespace RingThree.WinDriver;

/// <summary>A card's interrupt as this API has it: one at a time, a thread of its own for the handler, counters in the <see cref="WD_INTERRUPT"/>.</summary>
internal sealed class CardInterrupt(OpenCard card)
{
    private const uint Types = CardItems.Message | CardItems.MessageX | CardItems.Level;
    private const uint CopyValues = (uint)WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY;
    private readonly Lock _gate = new();
    private InterruptSession? _session;
    private GCHandle _pin;

    internal bool IsEnabled => _session is { IsEnabled: true };

    /// <summary>Enables it.</summary>
    /// <exception cref="StatusException">It is enabled already, or the commands are wrong.</exception>
    /// <exception cref="Hosting.DeviceException">The device grants no interrupt of these kinds.</exception>
    internal void Enable(WD_INTERRUPT interrupt, WD_TRANSFER[] commands, int count, uint options, Action? handler)
    {
        lock (_gate)
        {
            if (IsEnabled) throw new StatusException(WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, $"{card.Hardware}: the interrupt is enabled.");
            Commands? list = count == 0 ? null : Commands.Translate(card, commands, count);
            InterruptKinds kinds = KindsOf(options);
            var copied = (options & CopyValues) != 0 ? list : null;
            InterruptSession session;
            try
            {
                session = card.Hardware.Interrupts.Enable(new InterruptOptions
                {
                    Kinds = kinds,
                    Slots = Math.Max(1, card.Hardware.Interrupts.Count(Best(kinds))),
                    Immediate = list?.Program,
                    Handler = (in Interrupt batch) => Handle(interrupt, copied, handler, batch),
                    Delivery = InterruptDelivery.OwnThread,
                    Report = report =>
                    {
                        if (report.Kind == InterruptReportKind.Storm) interrupt.fStopped = (uint)WD_INTERRUPT_WAIT_RESULT.INTERRUPT_INTERRUPTED;
                        DebugLog.Error("interrupt", report.Message);
                    },
                });
            }
            catch (Hosting.DeviceException error) when (error.Status is Hosting.DeviceStatus.NotSupported or Hosting.DeviceStatus.NoInterruptRemapping)
            {
                throw new StatusException(WD_ERROR_CODES.WD_FAILED_ENABLING_INTERRUPT, error.Message);
            }

            // As the manual has it the commands stay where they are until disable; pinned, so that their address can be told.
            if (count > 0) _pin = GCHandle.Alloc(commands, GCHandleType.Pinned);
            interrupt.Cmd = count > 0 ? _pin.AddrOfPinnedObject() : 0;
            interrupt.dwCmds = (uint)count;
            interrupt.dwOptions = options;
            interrupt.fEnableOk = 1;
            interrupt.hInterrupt = (uint)card.Handle;
            interrupt.dwEnabledIntType = TypeOf(session.Kind) | ((uint)session.VectorCount << windrvr_consts.WD_ENABLED_INT_TYPE_NUM_VECTORS_POSITION_BITS);
            card.Device.hIntCmdsPin = _pin;
            card.Device.hIntThread = card.Handle;
            _session = session;
        }
    }

    /// <summary>Disables it: when this returns no handler runs, unless it is called from one.</summary>
    /// <returns>Whether it was enabled.</returns>
    internal bool Disable()
    {
        InterruptSession? session;
        lock (_gate)
        {
            (session, _session) = (_session, null);
        }

        if (session is null) return false;
        session.Disable();
        lock (_gate)
        {
            if (_pin.IsAllocated) _pin.Free();
            WD_INTERRUPT interrupt = card.Device.Int;
            (interrupt.fEnableOk, interrupt.hInterrupt, interrupt.Cmd, interrupt.dwCmds) = (0, 0, 0, 0);
            interrupt.fStopped = (uint)WD_INTERRUPT_WAIT_RESULT.INTERRUPT_STOPPED;
            card.Device.hIntThread = 0;
            card.Device.hIntCmdsPin = default;
        }

        return true;
    }

    private static void Handle(WD_INTERRUPT interrupt, Commands? copied, Action? handler, in Interrupt batch)
    {
        interrupt.dwCounter += (uint)batch.Count;
        interrupt.dwLost = (uint)(batch.Count - 1); // those that came with it and get no call of their own
        interrupt.dwLastMessage = (uint)batch.Vector;
        interrupt.fStopped = (uint)WD_INTERRUPT_WAIT_RESULT.INTERRUPT_RECEIVED;
        copied?.CopyBack(batch.Values.Span);
        handler?.Invoke();
    }

    private static InterruptKinds KindsOf(uint options) => (options & Types) == 0
        ? InterruptKinds.All
        : ((options & CardItems.Message) != 0 ? InterruptKinds.Msi : 0)
        | ((options & CardItems.MessageX) != 0 ? InterruptKinds.MsiX : 0)
        | ((options & CardItems.Level) != 0 ? InterruptKinds.Level : 0);

    private InterruptKind Best(InterruptKinds kinds) =>
        new[] { InterruptKind.MsiX, InterruptKind.Msi, InterruptKind.Level }.FirstOrDefault(k => kinds.HasFlag((InterruptKinds)k) && card.Hardware.Interrupts.Count(k) > 0, InterruptKind.Edge);

    private static uint TypeOf(InterruptKind kind) => kind switch
    {
        InterruptKind.MsiX => CardItems.MessageX,
        InterruptKind.Msi => CardItems.Message,
        InterruptKind.Level => CardItems.Level,
        _ => 0,
    };
}
