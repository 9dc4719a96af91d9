using RingThree.Dma;

namespace RingThree.Simulation;

/// <summary>Carries out what a fault rule says, in place of what would have happened.</summary>
internal static class Faulty
{
    internal static ulong Read(IFaultTarget target, FaultRule rule, int bar, ulong offset, int width)
    {
        ulong ones = LittleEndian.AllOnes(width);
        switch (rule.Action)
        {
            case FaultAction.Delay:
                target.Root.Clock.Pause(rule.Time);
                return target.ReadNow(bar, offset, width);
            case FaultAction.Repeat:
                for (int i = 1; i < rule.Count; i++) target.ReadNow(bar, offset, width);
                return target.ReadNow(bar, offset, width);
            case FaultAction.Alter:
                return rule.Change!(target.ReadNow(bar, offset, width)) & ones;
            case FaultAction.Fail:
                target.ReportError();
                return ones;
            case FaultAction.RemoveCard:
                target.Remove();
                return target.ReadNow(bar, offset, width);
            default:
                return ones;
        }
    }

    internal static void Write(IFaultTarget target, FaultRule rule, int bar, ulong offset, int width, ulong value)
    {
        switch (rule.Action)
        {
            case FaultAction.Delay:
                // A write is posted: the driver goes on, the card sees it later.
                target.Root.Clock.Schedule(rule.Time, () => Late(target, () => target.WriteNow(bar, offset, width, value)));
                break;
            case FaultAction.Repeat:
                for (int i = 0; i < rule.Count; i++) target.WriteNow(bar, offset, width, value);
                break;
            case FaultAction.Alter:
                target.WriteNow(bar, offset, width, rule.Change!(value) & LittleEndian.AllOnes(width));
                break;
            case FaultAction.Fail:
                target.ReportError();
                break;
            case FaultAction.RemoveCard:
                target.Remove();
                break;
        }
    }

    internal static bool Send(IFaultTarget target, FaultRule rule, int vector)
    {
        switch (rule.Action)
        {
            case FaultAction.Delay:
                target.Root.Clock.Schedule(rule.Time, () => Late(target, () => target.SendNow(vector, null)));
                return true;
            case FaultAction.Repeat:
                bool sent = false;
                for (int i = 0; i < rule.Count; i++) sent |= target.SendNow(vector, null);
                return sent;
            case FaultAction.Alter:
                return target.SendNow(vector, rule.Change);
            case FaultAction.Fail:
                target.ReportError();
                return false;
            case FaultAction.RemoveCard:
                target.Remove();
                return false;
            default:
                return false;
        }
    }

    internal static bool Dma(IFaultTarget target, FaultRule rule, Iova address, Span<byte> read, ReadOnlySpan<byte> write, bool isWrite)
    {
        switch (rule.Action)
        {
            case FaultAction.Delay:
                target.Root.Clock.Pause(rule.Time);
                return target.DmaNow(address, read, write, isWrite);
            case FaultAction.Repeat:
                for (int i = 1; i < rule.Count; i++) target.DmaNow(address, read, write, isWrite);
                return target.DmaNow(address, read, write, isWrite);
            case FaultAction.Alter when isWrite:
                byte[] altered = write.ToArray();
                Alter(altered, rule);
                return target.DmaNow(address, default, altered, isWrite);
            case FaultAction.Alter:
                bool done = target.DmaNow(address, read, write, isWrite);
                Alter(read, rule);
                return done;
            case FaultAction.Fail:
                target.Space?.Record(new Hosting.DmaFault(target.Name, address, isWrite, "a fault that was asked for"));
                read.Fill(0xFF);
                return false;
            case FaultAction.RemoveCard:
                target.Remove();
                read.Fill(0xFF);
                return false;
            default:
                read.Fill(0xFF);
                return true;
        }
    }

    private static void Alter(Span<byte> data, FaultRule rule)
    {
        foreach (ref byte value in data) value = (byte)rule.Change!(value);
    }

    /// <summary>What happens later, on nobody's call: a mistake of the model is kept for the next access.</summary>
    private static void Late(IFaultTarget target, Action work)
    {
        try
        {
            work();
        }
        catch (Exception error)
        {
            target.Model.Fail(error);
        }
    }
}
