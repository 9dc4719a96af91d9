using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.Interrupts;
using RingThree.PlugIns;
using RingThree.Transfers;

namespace RingThree.WinDriver;

/// <summary>A card's interrupt as this API has it: one at a time, a thread of its own for the handler, counters in the <see cref="WD_INTERRUPT"/>.</summary>
internal sealed class CardInterrupt(OpenCard card)
{
    private const uint Types = CardItems.Message | CardItems.MessageX | CardItems.Level;
    private const uint CopyValues = (uint)WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY;
    private const uint ShutOff = (uint)WD_INTERRUPT_WAIT_RESULT.INTERRUPT_INTERRUPTED;
    private static readonly TimeSpan WaitStep = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly Lock _renewal = new(); // held while it is disabled and enabled again
    private InterruptSession? _session;
    private WD_INTERRUPT? _interrupt;
    private Commands? _copied;
    private PlugInHandle? _plugIn;
    private GCHandle _pin;
    private LatencyMode? _latency;
    private bool _hasThread; // that calls a handler: nobody else waits
    private volatile bool _isShutOff; // the line stayed asserted, and was left masked
    private Action? _again; // enables it as it was enabled last

    internal bool IsEnabled => _session is { IsEnabled: true };

    /// <summary>What is enabled now, to tell it from what is enabled later; null for nothing.</summary>
    internal object? Session => _session;

    /// <summary>Whether it is enabled and goes through that plug-in.</summary>
    internal bool Uses(PlugInHandle plugIn) => IsEnabled && _plugIn == plugIn;

    /// <summary>Enables it.</summary>
    /// <exception cref="StatusException">It is enabled already, or the commands are wrong.</exception>
    /// <exception cref="Hosting.DeviceException">The device grants no interrupt of these kinds.</exception>
    internal void Enable(WD_INTERRUPT interrupt, WD_TRANSFER[] commands, int count, uint options, Action? handler, PlugInHandle? plugIn)
    {
        lock (_gate)
        {
            GiveBackLast();

            // As the manual has it the commands stay where they are until disable; pinned, so that their address can be told, and
            // before the first interrupt, whose handler reads them there.
            Unpin(); // those of an enhancement that was overtaken
            if (count > 0) _pin = GCHandle.Alloc(commands, GCHandleType.Pinned);
            TellCommands(interrupt, count > 0 ? _pin.AddrOfPinnedObject() : 0, (uint)count);
            try
            {
                Enable(interrupt, () => count == 0 ? null : Commands.Translate(card, commands, count), options, InterruptDelivery.OwnThread, handler, plugIn);
            }
            catch
            {
                Unpin();
                TellCommands(interrupt, 0, 0);
                throw;
            }
        }
    }

    /// <summary>Enables it with commands that lie in the caller's memory; with a handler on a thread of its own, or for a caller that waits.</summary>
    /// <inheritdoc cref="Enable(WD_INTERRUPT, WD_TRANSFER[], int, uint, Action?, PlugInHandle?)"/>
    internal void Enable(WD_INTERRUPT interrupt, InterruptDelivery delivery, Action? handler) =>
        Enable(interrupt, () => interrupt.dwCmds == 0 ? null : Commands.Translate(card, interrupt.Cmd, interrupt.dwCmds), interrupt.dwOptions, delivery, handler, PlugInOf(interrupt));

    /// <summary>Waits on the caller's thread for the next interrupt.</summary>
    /// <exception cref="StatusException">It is not enabled, or another thread is to handle it.</exception>
    internal void Wait(WD_INTERRUPT interrupt)
    {
        if (_session is not { } session) throw NotEnabled();
        if (_hasThread) throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{card.Hardware}: the interrupt was enabled with a thread that waits for it. To wait yourself, enable it with WD_IntEnable.");
        while (true)
        {
            try
            {
                Interrupt batch = default;
                do
                {
                    // Until it comes, is disabled or shut off: that is what this call promises.
                    if (!_isShutOff) continue;
                    interrupt.fStopped = ShutOff;
                    return;
                }
                while (!session.Wait(WaitStep, out batch));

                Receive(interrupt, _copied, batch);
                return;
            }
            catch (ObjectDisposedException)
            {
                lock (_renewal)
                {
                    if (_session is { } renewed && renewed != session)
                    {
                        session = renewed;
                        continue;
                    }
                }

                interrupt.fStopped = (uint)WD_INTERRUPT_WAIT_RESULT.INTERRUPT_STOPPED;
                return;
            }
        }
    }

    /// <summary>Brings the counters up to now.</summary>
    /// <exception cref="StatusException">It is not enabled.</exception>
    internal void Count(WD_INTERRUPT interrupt)
    {
        if (_session is not { } session) throw NotEnabled();
        InterruptCounters counters = session.GetCounters();
        (interrupt.dwCounter, interrupt.dwLost) = ((uint)counters.Claimed, (uint)(counters.Claimed - counters.Handled));
    }

    /// <summary>
    /// Trades processor time for latency from now on, at this card alone. The interrupt is disabled and enabled for it; what its
    /// record says to a handler, commands, counters and all, stays as it is.
    /// </summary>
    /// <exception cref="StatusException">It is not enabled.</exception>
    internal void Enhance(LatencyMode latency)
    {
        lock (_renewal)
        {
            if (!IsEnabled || _again is not { } again) throw NotEnabled();
            try
            {
                if (!End(isForGood: false)) throw NotEnabled();
                _latency = latency;
                again();
            }
            catch
            {
                lock (_gate)
                {
                    if (_session is null) Forget(); // unless somebody else has enabled it meanwhile
                }

                throw;
            }
        }
    }

    private void Enable(WD_INTERRUPT interrupt, Func<Commands?> translate, uint options, InterruptDelivery delivery, Action? handler, PlugInHandle? plugIn, bool isAgain = false)
    {
        lock (_gate)
        {
            GiveBackLast();
            Commands? list = translate();
            InterruptKinds kinds = KindsOf(options);
            Commands? copied = (options & CopyValues) != 0 ? list : null;
            _isShutOff = false;
            _hasThread = delivery != InterruptDelivery.CallerThread;
            Ask(plugIn);
            var told = new TaskCompletionSource(); // the record is filled before the first handler reads it
            InterruptSession session;
            try
            {
                session = card.Hardware.Interrupts.Enable(new InterruptOptions
                {
                    Kinds = kinds,
                    Slots = Math.Max(1, card.Hardware.Interrupts.Count(Best(kinds))),
                    Immediate = Immediate(list?.Program, plugIn),
                    Latency = _latency ?? WinDriverLatency.ForAll,
                    Deferred = plugIn is null ? null : plugIn.AtDpc,
                    Handler = delivery == InterruptDelivery.CallerThread ? null : (in Interrupt batch) =>
                    {
                        if (!told.Task.IsCompleted) told.Task.Wait();
                        Receive(interrupt, copied, batch);
                        handler?.Invoke();
                    },
                    Delivery = delivery,
                    Report = report =>
                    {
                        if (report.Kind == InterruptReportKind.Storm)
                        {
                            _isShutOff = true;
                            interrupt.fStopped = ShutOff;
                        }

                        DebugLog.Error("interrupt", report.Message);
                    },
                });
            }
            catch when (plugIn is not null && Undo(plugIn))
            {
                throw;
            }
            catch (Hosting.DeviceException error) when (error.Status == Hosting.DeviceStatus.Busy && card.Hardware.Interrupts.Current is not null)
            {
                throw AlreadyEnabled(); // through another handle to the same device
            }
            catch (Hosting.DeviceException error) when (error.Status is Hosting.DeviceStatus.NotSupported or Hosting.DeviceStatus.NoInterruptRemapping or Hosting.DeviceStatus.NoResources)
            {
                throw new StatusException(WD_ERROR_CODES.WD_FAILED_ENABLING_INTERRUPT, error.Message);
            }

            interrupt.dwOptions = options;
            interrupt.fEnableOk = 1;
            interrupt.hInterrupt = (uint)card.Handle;
            interrupt.dwEnabledIntType = TypeOf(session.Kind) | ((uint)session.VectorCount << windrvr_consts.WD_ENABLED_INT_TYPE_NUM_VECTORS_POSITION_BITS);
            if (!isAgain) (interrupt.dwCounter, interrupt.dwLost) = (0, 0);
            interrupt.fStopped = (uint)WD_INTERRUPT_WAIT_RESULT.INTERRUPT_RECEIVED;
            card.Device.hIntThread = card.Handle;
            _again = () => Enable(interrupt, translate, options, delivery, handler, plugIn, isAgain: true);
            try
            {
                card.Keep(
                    () =>
                    {
                        (_session, _interrupt, _copied, _plugIn) = (session, interrupt, copied, plugIn);
                        told.SetResult();
                    },
                    () =>
                    {
                        told.SetResult();
                        session.Disable();
                    });
            }
            catch (StatusException) when (plugIn is not null && Undo(plugIn))
            {
                throw;
            }

            _ = session.Completion.ContinueWith(_ => Ended(session, interrupt), TaskScheduler.Default);
        }
    }

    /// <summary>Disables it: when this returns no handler runs, unless it is called from one.</summary>
    /// <returns>Whether it was enabled.</returns>
    internal bool Disable() => End(isForGood: true);

    /// <param name="isForGood">Whether the program's record is told; not where it is enabled again at once.</param>
    private bool End(bool isForGood)
    {
        InterruptSession? session;
        lock (_gate)
        {
            (session, _session) = (_session, null);
        }

        if (session is null) return false;
        try
        {
            session.Disable();
        }
        finally
        {
            // Whatever came of it: this interrupt is over.
            if (_plugIn is not null) Undo(_plugIn);
            if (isForGood)
            {
                lock (_gate) Forget();
            }
        }

        return true;
    }

    /// <summary>An interrupt that has ended by itself gives back what it had, before the next one begins.</summary>
    /// <exception cref="StatusException">It is enabled.</exception>
    private void GiveBackLast()
    {
        if (IsEnabled) throw AlreadyEnabled();
        if (_session is not null) Disable();
    }

    private void TellCommands(WD_INTERRUPT interrupt, IntPtr commands, uint count)
    {
        (interrupt.Cmd, interrupt.dwCmds) = (commands, count);
        card.Device.hIntCmdsPin = _pin;
    }

    private void Forget()
    {
        WD_INTERRUPT interrupt = _interrupt!;
        interrupt.fEnableOk = 0;
        if (_pin.IsAllocated) (interrupt.Cmd, interrupt.dwCmds) = (0, 0);
        Unpin();
        interrupt.fStopped = (uint)WD_INTERRUPT_WAIT_RESULT.INTERRUPT_STOPPED;
        card.Device.hIntThread = 0;
        card.Device.hIntCmdsPin = default;
    }

    private void Unpin()
    {
        if (_pin.IsAllocated) _pin.Free();
    }

    /// <summary>The plug-in that a program names for its interrupt; null where it names none.</summary>
    /// <exception cref="StatusException">It is not this card's.</exception>
    private PlugInHandle? PlugInOf(WD_INTERRUPT interrupt)
    {
        uint named = interrupt.kpCall.hKernelPlugIn;
        if (named == 0) return null;
        return named == (uint)card.Handle && card.PlugIn is { } plugIn
            ? plugIn
            : throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"{card.Hardware}: 0x{named:x} is no plug-in that is open with this card.");
    }

    private StatusException AlreadyEnabled() => new(WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, $"{card.Hardware}: the interrupt is enabled.");

    /// <summary>Asks a plug-in whether the interrupt may be enabled.</summary>
    /// <exception cref="StatusException">It refused, or threw.</exception>
    private void Ask(PlugInHandle? plugIn)
    {
        if (plugIn is null) return;
        string? answer;
        try
        {
            answer = plugIn.IntEnable() ? null : "refused to enable the interrupt.";
        }
        catch (Exception error)
        {
            answer = $"threw as the interrupt was to be enabled: {error}";
        }

        if (answer is not null) throw new StatusException(WD_ERROR_CODES.WD_KERPLUG_FAILURE, $"{card.Hardware}: the plug-in '{plugIn.Name}' {answer}");
    }

    /// <summary>A plug-in that has enabled its device and gets no interrupt any more is told so. What it throws changes nothing.</summary>
    /// <returns>False: a failure goes on.</returns>
    private bool Undo(PlugInHandle plugIn)
    {
        try
        {
            plugIn.IntDisable();
        }
        catch (Exception error)
        {
            DebugLog.Error($"{card.Hardware}: the plug-in '{plugIn.Name}' at IntDisable", error.ToString());
        }

        return false;
    }

    /// <summary>The session has ended, by disable, which has said so, or by itself: a callback that threw, a card that is gone.</summary>
    private void Ended(InterruptSession session, WD_INTERRUPT interrupt)
    {
        if (_session == session) interrupt.fStopped = (uint)WD_INTERRUPT_WAIT_RESULT.INTERRUPT_STOPPED;
        if (session.Error is { } error) DebugLog.Error($"{card.Hardware}: interrupts", $"have ended: {error}");
    }

    /// <summary>What runs at interrupt level: VxWorks' routine where one is set, the commands, the plug-in.</summary>
    private ImmediateStage? Immediate(TransferProgram? program, PlugInHandle? plugIn)
    {
        if (plugIn is not null) return plugIn.Immediate(program is null ? null : card.Hardware.Prepare(program));
        if (windrvr_decl.windrvr_isr is not { } routine) return program;
        PreparedProgram? commands = program is null ? null : card.Hardware.Prepare(program);
        return ImmediateStage.FromCallback(
            context =>
            {
                routine();
                return commands?.Run(context) ?? ImmediateResult.ClaimedAndDeferred;
            },
            commands?.ValueCount ?? 0);
    }

    private StatusException NotEnabled() => new(WD_ERROR_CODES.WD_INTERRUPT_NOT_ENABLED, $"{card.Hardware}: the interrupt is not enabled.");

    private void Receive(WD_INTERRUPT interrupt, Commands? copied, in Interrupt batch)
    {
        if (batch.Call > 0) return; // one batch, for which a plug-in wants several calls
        interrupt.dwCounter += (uint)batch.Count;
        interrupt.dwLost = (uint)(batch.Count - 1); // those that came with it and get no call of their own
        interrupt.dwLastMessage = (uint)batch.Vector;
        interrupt.fStopped = _isShutOff ? ShutOff : (uint)WD_INTERRUPT_WAIT_RESULT.INTERRUPT_RECEIVED;
        copied?.CopyBack(batch.Values.Span);
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
