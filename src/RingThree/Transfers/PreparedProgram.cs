using System.Runtime.CompilerServices;
using RingThree.Devices;
using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Registers;

namespace RingThree.Transfers;

/// <summary>
/// A <see cref="TransferProgram"/> checked against one device and ready to run there. Holds the one interpreter; running
/// allocates nothing.
/// </summary>
public sealed class PreparedProgram
{
    private readonly ProgramStage _stage;

    internal PreparedProgram(Device device, TransferProgram program)
    {
        _stage = new ProgramStage(device, program);
        ValueCount = program.ValueCount;
    }

    /// <summary>How many values a run yields.</summary>
    public int ValueCount { get; }

    /// <summary>Runs the program now, on this thread, as on a level line: its tests decide.</summary>
    /// <param name="values">Filled in the order of the program's reads; what did not run is left as it was.</param>
    /// <returns>Whether the first test succeeded, or there was none.</returns>
    /// <exception cref="ArgumentException">The span is shorter than <see cref="ValueCount"/>.</exception>
    public bool Run(Span<ulong> values)
    {
        if (values.Length < ValueCount) throw new ArgumentException($"The program reads {ValueCount} values, the span holds {values.Length}.", nameof(values));
        ImmediateResult result = _stage.Run(0, 1, InterruptKind.Level, values);
        GC.KeepAlive(this); // holds the regions, and with them the mappings that the interpreter points into
        return (result & ImmediateResult.Claimed) != 0;
    }

    /// <summary>Runs the program inside an immediate callback, as it would have run in its place: on messages no test rejects.</summary>
    /// <param name="context">What the callback was given; its values are filled.</param>
    /// <returns>The program's answer, for the callback to hand on or not.</returns>
    /// <exception cref="ArgumentException">The callback hands on fewer than <see cref="ValueCount"/> values.</exception>
    public ImmediateResult Run(ImmediateContext context)
    {
        if (context.Values.Length < ValueCount) throw new ArgumentException($"The program reads {ValueCount} values, the callback hands on {context.Values.Length}.", nameof(context));
        ImmediateResult result = _stage.Run(context.Vector, context.Count, context.Kind, context.Values);
        GC.KeepAlive(this);
        return result;
    }

    internal static PreparedStage Stage(Device device, TransferProgram program) => new ProgramStage(device, program);

    private sealed class ProgramStage : PreparedStage
    {
        private readonly Device _device;
        private readonly Step[] _steps;
        private readonly int _decider;

        internal ProgramStage(Device device, TransferProgram program)
        {
            _device = device;
            _decider = program.FirstTest < 0 ? -1 : 1;
            _steps = [.. program.ExecutionOrder().Select(i => Compile(device, program.Commands[i], i))];
        }

        /// <summary>The interpreter: every transfer program runs here, whoever asks for it.</summary>
        internal override ImmediateResult Run(int vector, long count, InterruptKind kind, Span<ulong> values)
        {
            bool message = kind is InterruptKind.Msi or InterruptKind.MsiX;
            Step[] steps = _steps;
            for (int i = 0; i < steps.Length; i++)
            {
                ref readonly Step step = ref steps[i];
                switch (step.Kind)
                {
                    case TransferKind.Read:
                        values[step.ValueIndex] = step.Load(step.Offset);
                        break;
                    case TransferKind.Write:
                        step.Store(step.Offset, step.Value);
                        break;
                    case TransferKind.WriteBack:
                        step.Store(step.Offset, (values[step.ValueIndex] & step.Value) ^ step.Second);
                        break;
                    case TransferKind.ReadBlock:
                        for (int n = 0; n < step.Count; n++) values[step.ValueIndex + n] = step.Load(step.Offset + ((ulong)n * step.Stride));
                        break;
                    case TransferKind.WriteBlock:
                        ReadOnlySpan<ulong> data = step.Data.AsSpan();
                        for (int n = 0; n < data.Length; n++) step.Store(step.Offset + ((ulong)n * step.Stride), data[n]);
                        break;
                    default:
                        ulong value = values[step.ValueIndex];
                        // All ones is what an absent device reads as: ask it before believing its mask (rule 3 of the road).
                        if (value == step.AllOnes && !_device.IsPresent()) return Gone(i);
                        if (message) break;
                        bool passed = step.Kind == TransferKind.Mask ? (value & step.Value) != 0 : (value & step.Value) == step.Second;
                        if (passed) break;
                        return i == _decider ? ImmediateResult.NotOurs : ImmediateResult.ClaimedAndDeferred;
                }
            }

            return ImmediateResult.ClaimedAndDeferred;
        }

        private static Step Compile(Device device, in TransferCommand command, int index)
        {
            ulong allOnes = command.Width == 8 ? ulong.MaxValue : (1UL << (8 * command.Width)) - 1;
            if (command.IsTest) return new Step { Kind = command.Kind, Value = command.Value, Second = command.Second, ValueIndex = command.ValueIndex, AllOnes = allOnes };
            DeviceRegion? region = device.FindRegion(command.Region);
            string where = $"command {index} of the transfer program ({command.Kind}, {8 * command.Width} bits, region {command.Region}, offset 0x{command.Offset:x})";
            if (region is null)
                throw Told(device, null, device.NoRegion(DeviceStatus.InvalidArgument, command.Region, "checking " + where, "the device has no such region"));
            ulong length = command.Length;
            if (length > region.Size || command.Offset > region.Size - length)
                throw Refuse(device, command.Region, where, $"it reaches beyond {region.Description.Name}, which has 0x{region.Size:x} bytes", "Correct the offset or the count.");
            if (command.Width == 8 && region.IsNarrow) throw region.TooWide("checking " + where);
            RegionAbilities needed = command.IsRead ? RegionAbilities.Read : RegionAbilities.Write;
            if ((region.Description.Abilities & needed) == 0)
                throw Refuse(device, command.Region, where, $"{region.Description.Name} cannot do that ({region.Description.Abilities})", "Correct the program.");
            if (region.FindProtected(command.Offset, length) is { } part)
                throw region.Protected(part, where, command.Offset, length);
            return new Step
            {
                Kind = command.Kind,
                Width = command.Width,
                Region = region,
                Base = region.FindMapped(command.Offset, length),
                Offset = command.Offset,
                Origin = command.Offset,
                Value = command.Value,
                Second = command.Second,
                Count = command.Count,
                Stride = command.SameAddress ? 0UL : (ulong)command.Width,
                ValueIndex = command.ValueIndex,
                AllOnes = allOnes,
                Data = command.Data.ToArray(),
            };
        }

        private static DeviceException Refuse(Device device, int region, string where, string answer, string advice) => Told(device,
            device.FindRegion(region)?.Description.Kind, new DeviceException(DeviceStatus.InvalidArgument, device.Address, "checking " + where, answer, advice));

        private static DeviceException Told(Device device, RegionKind? kind, DeviceException error)
        {
            TransferEvents.Failed(device.Address, kind, error);
            return error;
        }

        [MethodImpl(MethodImplOptions.NoInlining)] // out of the interpreter's way
        private ImmediateResult Gone(int command)
        {
            TransferEvents.Failed(_device.Address, null, $"command {command} of a transfer program tests all ones, and the device does not answer");
            return ImmediateResult.DeviceGone;
        }
    }

    /// <summary>One command with its place resolved. The region is held, and with it the mapping that <see cref="Base"/> points into.</summary>
    private readonly struct Step
    {
        internal TransferKind Kind { get; init; }

        internal int Width { get; init; }

        internal DeviceRegion? Region { get; init; }

        /// <summary>The address of <see cref="Origin"/> in this process, 0 when not mapped.</summary>
        internal nuint Base { get; init; }

        internal ulong Offset { get; init; }

        internal ulong Origin { get; init; }

        internal ulong Value { get; init; }

        internal ulong Second { get; init; }

        internal int Count { get; init; }

        internal ulong Stride { get; init; }

        internal int ValueIndex { get; init; }

        internal ulong AllOnes { get; init; }

        internal ulong[]? Data { get; init; }

        internal ulong Load(ulong offset) => Base != 0
            ? RegisterAccess.Load(Base + (nuint)(offset - Origin), Width)
            : Region!.ReadUnmapped(offset, Width);

        internal void Store(ulong offset, ulong value)
        {
            if (Base != 0) RegisterAccess.Store(Base + (nuint)(offset - Origin), Width, value);
            else Region!.WriteUnmapped(offset, Width, value);
        }
    }
}
