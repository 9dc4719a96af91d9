using System.Diagnostics;
using System.Globalization;
using RingThree.Devices;
using RingThree.Transfers;

namespace RingThree.Cli;

/// <summary>Transfer commands that make a device interrupt, run once or at a rate: <c>w32 bar0+0x60 1 @1kHz</c>.</summary>
internal sealed class Stimulus
{
    private readonly TransferProgram _program;
    private readonly double _rate; // a second; 0 for once

    private Stimulus(TransferProgram program, double rate)
    {
        _program = program;
        _rate = rate;
    }

    /// <exception cref="FormatException">It is not of that form.</exception>
    internal static Stimulus Parse(string text)
    {
        string[] parts = text.Split('@');
        if (parts.Length > 2) throw new FormatException($"'{text}' has more than one rate; it goes like: w32 bar0+0x60 1 @1kHz");
        return new Stimulus(TransferText.Parse(parts[0]), parts.Length == 2 ? Rate(parts[1].Trim()) : 0);
    }

    /// <summary>Runs until it is told to stop.</summary>
    /// <param name="device">The device.</param>
    /// <param name="before">Called before each run.</param>
    /// <param name="isOver">Whether to stop.</param>
    internal void Run(Device device, Action before, Func<bool> isOver)
    {
        PreparedProgram prepared = device.Prepare(_program);
        ulong[] values = new ulong[_program.ValueCount];
        long started = Stopwatch.GetTimestamp();
        for (long n = 0; !isOver() && !device.IsClosed; n++)
        {
            before();
            prepared.Run(values);
            if (_rate == 0) return;
            Wait(started + (long)((n + 1) / _rate * Stopwatch.Frequency), isOver);
        }
    }

    /// <summary>Sleeps while there is time for it, and looks at the clock for the rest: sleeps are coarse.</summary>
    private static void Wait(long until, Func<bool> isOver)
    {
        while (!isOver())
        {
            long left = until - Stopwatch.GetTimestamp();
            if (left <= 0) return;
            double milliseconds = 1000.0 * left / Stopwatch.Frequency;
            if (milliseconds > 2) Thread.Sleep((int)Math.Min(milliseconds - 1, 100));
            else Thread.Yield();
        }
    }

    private static double Rate(string text)
    {
        string number = text.ToUpperInvariant();
        double unit = 1;
        if (number.EndsWith("KHZ", StringComparison.Ordinal)) (number, unit) = (number[..^3], 1e3);
        else if (number.EndsWith("MHZ", StringComparison.Ordinal)) (number, unit) = (number[..^3], 1e6);
        else if (number.EndsWith("HZ", StringComparison.Ordinal)) number = number[..^2];
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double rate) && rate * unit is >= 0.01 and <= 1e6
            ? rate * unit
            : throw new FormatException($"'{text}' is no rate; rates go like 10Hz or 1kHz, from 0.01Hz to 1MHz.");
    }
}
