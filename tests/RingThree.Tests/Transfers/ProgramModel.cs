using FsCheck;
using FsCheck.Fluent;
using RingThree.Transfers;

namespace RingThree.Tests;

/// <summary>One command of a random program, before it is known whether it makes sense where it stands.</summary>
public sealed record ModelCommand(TransferKind Kind, int Width, int Bar, ulong Offset, int Count, bool SameAddress, ulong First, ulong Second)
{
    internal bool IsTest => Kind is TransferKind.Mask or TransferKind.Compare;

    /// <summary>Value n of a block.</summary>
    internal ulong Value(int n) => FakeMemory.Truncate(First + ((ulong)n * Second), Width);

    internal ulong Address(int n) => SameAddress ? Offset : Offset + (ulong)(n * Width);
}

/// <summary>What a program did.</summary>
internal enum ModelAnswer
{
    NotOurs,
    Ours,
    Gone,
}

/// <summary>
/// A transfer program run by the letter of its rules, as slowly as it takes: the first test decides, its read comes
/// first, later tests stop what follows them, and on messages no test does anything but ask whether the card is there.
/// </summary>
internal sealed class ProgramModel
{
    internal const int BarSize = 0x100;
    private readonly List<ModelCommand> _commands = [];

    /// <summary>Keeps the commands that make sense where they stand.</summary>
    internal ProgramModel(IEnumerable<ModelCommand> candidates)
    {
        foreach (ModelCommand command in candidates)
        {
            if (command.IsTest && ReadTestedAt(_commands.Count) is not { Kind: TransferKind.Read }) continue;
            if (command.Kind == TransferKind.WriteBack && LastReadBefore(_commands.Count) is not { Kind: TransferKind.Read }) continue;
            _commands.Add(command);
        }
    }

    internal bool IsEmpty => _commands.Count == 0;

    internal int ValueCount => Slot(_commands.Count);

    internal static Gen<ModelCommand[]> Commands() => Gen.Choose(1, 14).SelectMany(count => Gen.ArrayOf(Command(), count));

    /// <summary>The same program, by the product's builder.</summary>
    internal TransferProgram Build()
    {
        var builder = new TransferProgramBuilder();
        for (int i = 0; i < _commands.Count; i++)
        {
            ModelCommand c = _commands[i];
            ulong mask = c.IsTest ? FakeMemory.Truncate(c.First, ReadTestedAt(i)!.Width) : 0;
            _ = c.Kind switch
            {
                TransferKind.Read => builder.Read(c.Width, c.Bar, c.Offset),
                TransferKind.Write => builder.Write(c.Width, c.Bar, c.Offset, c.Value(0)),
                TransferKind.Mask => builder.Mask(mask),
                TransferKind.Compare => builder.Compare(mask, c.Second & mask),
                TransferKind.WriteBack => builder.WriteBack(c.Width, c.Bar, c.Offset, FakeMemory.Truncate(c.First, c.Width), FakeMemory.Truncate(c.Second, c.Width)),
                TransferKind.ReadBlock => builder.ReadBlock(c.Width, c.Bar, c.Offset, c.Count, c.SameAddress),
                _ => builder.WriteBlock(c.Width, c.Bar, c.Offset, [.. Enumerable.Range(0, c.Count).Select(c.Value)], c.SameAddress),
            };
        }

        return builder.Build();
    }

    /// <summary>Runs it on memories, by BAR.</summary>
    internal ModelAnswer Run(IReadOnlyDictionary<int, FakeMemory> bars, ulong[] values, bool message, bool present)
    {
        int first = _commands.FindIndex(c => c.IsTest);
        if (first < 0) return RunFrom(0, _commands.Count, bars, values, message, present) ?? ModelAnswer.Ours;

        int read = _commands.FindLastIndex(first, c => !c.IsTest);
        Execute(read, bars, values);
        switch (Test(first, values, present))
        {
            case null: return ModelAnswer.Gone;
            case false when !message: return ModelAnswer.NotOurs;
        }

        return RunFrom(0, read, bars, values, message, present) ?? RunFrom(first + 1, _commands.Count, bars, values, message, present) ?? ModelAnswer.Ours;
    }

    private static Gen<ModelCommand> Command() =>
        from kind in Gen.Frequency(
            (6, Gen.Constant(TransferKind.Read)), (3, Gen.Constant(TransferKind.Write)), (4, Gen.Constant(TransferKind.Mask)),
            (3, Gen.Constant(TransferKind.Compare)), (4, Gen.Constant(TransferKind.WriteBack)), (2, Gen.Constant(TransferKind.ReadBlock)),
            (2, Gen.Constant(TransferKind.WriteBlock)))
        from width in Gen.Elements(1, 2, 4, 8)
        from bar in Gen.Elements(0, 0, 2)
        from unit in Gen.Choose(0, (BarSize / 8) - 6)
        from within in Gen.Choose(0, 7)
        from count in Gen.Choose(1, 5)
        from same in Gen.Elements(true, false)
        from one in Properties.Bits()
        from two in Properties.Bits()
        select new ModelCommand(kind, width, bar, (ulong)((unit * 8) + (within / width * width)), count, same, one, two);

    /// <summary>Runs a stretch; an answer when it ended there.</summary>
    private ModelAnswer? RunFrom(int from, int to, IReadOnlyDictionary<int, FakeMemory> bars, ulong[] values, bool message, bool present)
    {
        for (int i = from; i < to; i++)
        {
            if (!_commands[i].IsTest)
            {
                Execute(i, bars, values);
                continue;
            }

            switch (Test(i, values, present))
            {
                case null: return ModelAnswer.Gone;
                case false when !message: return ModelAnswer.Ours;
            }
        }

        return null;
    }

    private void Execute(int index, IReadOnlyDictionary<int, FakeMemory> bars, ulong[] values)
    {
        ModelCommand c = _commands[index];
        FakeMemory memory = bars[c.Bar];
        switch (c.Kind)
        {
            case TransferKind.Read:
                values[Slot(index)] = memory.Read(c.Offset, c.Width);
                break;
            case TransferKind.Write:
                memory.Write(c.Offset, c.Width, c.Value(0));
                break;
            case TransferKind.WriteBack:
                int source = _commands.FindLastIndex(index, o => o.Kind == TransferKind.Read);
                memory.Write(c.Offset, c.Width, FakeMemory.Truncate((values[Slot(source)] & FakeMemory.Truncate(c.First, c.Width)) ^ c.Second, c.Width));
                break;
            case TransferKind.ReadBlock:
                for (int n = 0; n < c.Count; n++) values[Slot(index) + n] = memory.Read(c.Address(n), c.Width);
                break;
            default:
                for (int n = 0; n < c.Count; n++) memory.Write(c.Address(n), c.Width, c.Value(n));
                break;
        }
    }

    /// <summary>Whether a test succeeds; no answer when the card is gone.</summary>
    private bool? Test(int index, ulong[] values, bool present)
    {
        ModelCommand c = _commands[index];
        int read = _commands.FindLastIndex(index, o => !o.IsTest);
        ulong value = values[Slot(read)];
        if (value == FakeMemory.Truncate(ulong.MaxValue, _commands[read].Width) && !present) return null;
        ulong mask = FakeMemory.Truncate(c.First, _commands[read].Width);
        return c.Kind == TransferKind.Mask ? (value & mask) != 0 : (value & mask) == (c.Second & mask);
    }

    private ModelCommand? ReadTestedAt(int index) => _commands.Take(index).LastOrDefault(c => !c.IsTest);

    private ModelCommand? LastReadBefore(int index) => _commands.Take(index).LastOrDefault(c => c.Kind is TransferKind.Read or TransferKind.ReadBlock);

    /// <summary>Where a command's first value goes.</summary>
    private int Slot(int index) => _commands.Take(index).Sum(c => c.Kind switch { TransferKind.Read => 1, TransferKind.ReadBlock => c.Count, _ => 0 });
}
