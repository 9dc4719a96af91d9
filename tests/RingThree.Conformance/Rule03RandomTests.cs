using FsCheck;
using FsCheck.Fluent;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;
using RingThree.Transfers;

namespace RingThree.Conformance;

/// <summary>
/// Rule 3: random programs, run at interrupt level on an edu card, against the rules read aloud over a model of four of
/// its registers. (The unit tests do the same over all widths, ports and mappings, on memory.)
/// </summary>
public sealed class Rule03RandomTests : RoadTest
{
    /// <summary>A register of the model: where it is, how wide, and whether it reads as the inverse of what was written.</summary>
    private static readonly (uint Offset, int Width, bool Inverts)[] Registers =
    [
        (EduRegisters.Offsets.Liveness, 4, true), (EduRegisters.Offsets.DmaSource, 8, false),
        (EduRegisters.Offsets.DmaDestination, 8, false), (EduRegisters.Offsets.DmaCount, 8, false),
    ];

    /// <summary>One command; a test that does not stand behind a single read is left out.</summary>
    public sealed record Command(TransferKind Kind, int Register, ulong First, ulong Second);

    [Theory]
    [InlineData(InterruptKinds.Level)]
    [InlineData(InterruptKinds.Msi)]
    public void A_program_does_to_the_card_what_its_rules_say(InterruptKinds kind)
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        Gen<Command[]> programs = Gen.Choose(1, 12).SelectMany(count => Gen.ArrayOf(Commands(), count));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100).WithQuietOnSuccess(true), Prop.ForAll(Arb.From(programs, Shorter), commands => Compare(device, edu, kind, commands)));
    }

    private static IEnumerable<Command[]> Shorter(Command[] all)
    {
        for (int i = 0; i < all.Length; i++) yield return [.. all[..i], .. all[(i + 1)..]];
    }

    private static Gen<Command> Commands() =>
        from kind in Gen.Elements(TransferKind.Read, TransferKind.Read, TransferKind.Mask, TransferKind.Mask, TransferKind.Compare, TransferKind.Write, TransferKind.WriteBack, TransferKind.ReadBlock)
        from register in Gen.Choose(0, 3)
        from first in Bits()
        from second in Bits()
        select new Command(kind, register, first, second);

    private static Gen<ulong> Bits() => Gen.OneOf(
        Gen.Choose(0, 63).Select(b => 1UL << b), Gen.Elements(0UL, ulong.MaxValue, 0xFFFF_FFFFUL), Gen.Choose(0, int.MaxValue).Select(v => (ulong)v * 0x1_0001));

    private static void Compare(PciDevice device, EduRegisters edu, InterruptKinds kind, Command[] candidates)
    {
        var commands = new List<Command>();
        foreach (Command c in candidates)
        {
            bool test = c.Kind is TransferKind.Mask or TransferKind.Compare;
            if (test && commands.LastOrDefault(o => o.Kind is not (TransferKind.Mask or TransferKind.Compare))?.Kind != TransferKind.Read) continue;
            if (c.Kind == TransferKind.WriteBack && commands.LastOrDefault(o => o.Kind is TransferKind.Read or TransferKind.ReadBlock)?.Kind != TransferKind.Read) continue;
            commands.Add(c);
        }

        if (commands.Count == 0) return;
        ulong[] model = [0x5555_AAAA, 1, 0xFFFF_FFFF_FFFF_FFFF, 0x10];
        for (int r = 0; r < 4; r++)
        {
            if (r == 0) edu.Liveness.Write(~(uint)model[0]);
            else device.Bar(0).Write(Registers[r].Offset, model[r]);
        }

        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = kind,
            Delivery = InterruptDelivery.CallerThread,
            Immediate = Build(commands),
        });
        session.Trigger(0);
        ulong[]? values = session.Wait(TimeSpan.Zero, out Interrupt interrupt) ? interrupt.Values.ToArray() : null;

        ulong[]? expected = Run(commands, model, message: kind == InterruptKinds.Msi);
        Assert.Equal(expected, values);
        for (int r = 0; r < 4; r++) Assert.Equal(model[r], r == 0 ? edu.Liveness.Read() : device.Bar(0).Read<ulong>(Registers[r].Offset));
    }

    private static TransferProgram Build(List<Command> commands)
    {
        var builder = new TransferProgramBuilder();
        int width = 0;
        foreach (Command c in commands)
        {
            (uint offset, int own, _) = Registers[c.Register];
            ulong all = Ones(c.Kind is TransferKind.Mask or TransferKind.Compare ? width : own);
            if (c.Kind == TransferKind.Read) width = own;
            _ = c.Kind switch
            {
                TransferKind.Read => builder.Read(own, 0, offset),
                TransferKind.Write => builder.Write(own, 0, offset, c.First & all),
                TransferKind.Mask => builder.Mask(c.First & all),
                TransferKind.Compare => builder.Compare(c.First & all, c.Second & c.First & all),
                TransferKind.WriteBack => builder.WriteBack(own, 0, offset, c.First & all, c.Second & all),
                _ => builder.ReadBlock(8, 0, EduRegisters.Offsets.DmaSource, 3),
            };
        }

        return builder.Build();
    }

    /// <summary>The rules, word by word. Null when the interrupt is not ours.</summary>
    private static ulong[]? Run(List<Command> commands, ulong[] model, bool message)
    {
        ulong[][] read = new ulong[commands.Count][];
        for (int i = 0; i < read.Length; i++) read[i] = commands[i].Kind switch { TransferKind.Read => [0], TransferKind.ReadBlock => [0, 0, 0], _ => [] };
        int test = commands.FindIndex(c => c.Kind is TransferKind.Mask or TransferKind.Compare);
        List<int> order = test < 0
            ? [.. Enumerable.Range(0, commands.Count)]
            : [test - 1, test, .. Enumerable.Range(0, test - 1), .. Enumerable.Range(test + 1, commands.Count - test - 1)];
        foreach (int i in order)
        {
            Command c = commands[i];
            ulong all = Ones(Registers[c.Register].Width);
            int source = commands.FindLastIndex(i, o => o.Kind == TransferKind.Read);
            bool passed = true;
            switch (c.Kind)
            {
                case TransferKind.Read: read[i][0] = model[c.Register]; break;
                case TransferKind.ReadBlock: read[i] = [.. model[1..]]; break;
                case TransferKind.Write: Set(model, c.Register, c.First & all); break;
                case TransferKind.WriteBack: Set(model, c.Register, ((read[source][0] & c.First) ^ c.Second) & all); break;
                case TransferKind.Mask: passed = (read[source][0] & c.First & Ones(Registers[commands[source].Register].Width)) != 0; break;
                default: passed = ((read[source][0] ^ c.Second) & c.First & Ones(Registers[commands[source].Register].Width)) == 0; break;
            }

            if (passed || message) continue;
            if (i == test) return null;
            break;
        }

        return [.. read.SelectMany(v => v)];
    }

    private static void Set(ulong[] model, int register, ulong value) => model[register] = Registers[register].Inverts ? ~value & 0xFFFF_FFFF : value;

    private static ulong Ones(int width) => width == 8 ? ulong.MaxValue : (1UL << (8 * width)) - 1;
}
