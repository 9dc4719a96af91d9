using RingThree.Dma;

namespace RingThree.Simulation;

/// <summary>Carries out what a fault rule says, in place of what would have happened.</summary>
internal static class Faulty
{
    internal static ulong Read(PciEndpoint function, FaultRule rule, int bar, ulong offset, int width)
    {
        ulong ones = ulong.MaxValue >> (64 - (8 * width));
        switch (rule.Action)
        {
            case FaultAction.Delay:
                function.Root.Clock.Pause(rule.Time);
                return function.ReadNow(bar, offset, width);
            case FaultAction.Repeat:
                for (int i = 1; i < rule.Count; i++) function.ReadNow(bar, offset, width);
                return function.ReadNow(bar, offset, width);
            case FaultAction.Alter:
                return rule.Change!(function.ReadNow(bar, offset, width)) & ones;
            case FaultAction.Fail:
                function.Root.Failed?.Invoke(function);
                return ones;
            case FaultAction.RemoveCard:
                function.Root.Removed?.Invoke(function);
                return function.ReadNow(bar, offset, width);
            default:
                return ones;
        }
    }

    internal static void Write(PciEndpoint function, FaultRule rule, int bar, ulong offset, int width, ulong value)
    {
        switch (rule.Action)
        {
            case FaultAction.Delay:
                // A write is posted: the driver goes on, the card sees it later.
                function.Root.Clock.Schedule(rule.Time, () => Late(function, () => function.WriteNow(bar, offset, width, value)));
                break;
            case FaultAction.Repeat:
                for (int i = 0; i < rule.Count; i++) function.WriteNow(bar, offset, width, value);
                break;
            case FaultAction.Alter:
                function.WriteNow(bar, offset, width, rule.Change!(value) & (ulong.MaxValue >> (64 - (8 * width))));
                break;
            case FaultAction.Fail:
                function.Root.Failed?.Invoke(function);
                break;
            case FaultAction.RemoveCard:
                function.Root.Removed?.Invoke(function);
                break;
        }
    }

    internal static bool Send(PciEndpoint function, FaultRule rule, int vector)
    {
        switch (rule.Action)
        {
            case FaultAction.Delay:
                function.Root.Clock.Schedule(rule.Time, () => Late(function, () => function.SendNow(vector, null)));
                return true;
            case FaultAction.Repeat:
                bool sent = false;
                for (int i = 0; i < rule.Count; i++) sent |= function.SendNow(vector, null);
                return sent;
            case FaultAction.Alter:
                return function.SendNow(vector, rule.Change);
            case FaultAction.Fail:
                function.Root.Failed?.Invoke(function);
                return false;
            case FaultAction.RemoveCard:
                function.Root.Removed?.Invoke(function);
                return false;
            default:
                return false;
        }
    }

    internal static bool Dma(PciEndpoint function, FaultRule rule, Iova address, Span<byte> read, ReadOnlySpan<byte> write, bool isWrite)
    {
        switch (rule.Action)
        {
            case FaultAction.Delay:
                function.Root.Clock.Pause(rule.Time);
                return function.DmaNow(address, read, write, isWrite);
            case FaultAction.Repeat:
                for (int i = 1; i < rule.Count; i++) function.DmaNow(address, read, write, isWrite);
                return function.DmaNow(address, read, write, isWrite);
            case FaultAction.Alter when isWrite:
                byte[] altered = write.ToArray();
                Alter(altered, rule);
                return function.DmaNow(address, default, altered, isWrite);
            case FaultAction.Alter:
                bool done = function.DmaNow(address, read, write, isWrite);
                Alter(read, rule);
                return done;
            case FaultAction.Fail:
                function.Space?.Record(new Hosting.DmaFault(function.Name, address, isWrite, "a fault that was asked for"));
                read.Fill(0xFF);
                return false;
            case FaultAction.RemoveCard:
                function.Root.Removed?.Invoke(function);
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
    private static void Late(PciEndpoint function, Action work)
    {
        try
        {
            work();
        }
        catch (Exception error)
        {
            function.ModelFailed(error);
        }
    }
}
