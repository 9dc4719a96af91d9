namespace RingThree.Simulation;

/// <summary>How a driver departs from a recording.</summary>
public enum DepartureKind
{
    /// <summary>It wrote another value than recorded, or enabled another number of vectors.</summary>
    DifferentValue,

    /// <summary>It did something that the recording does not have around here.</summary>
    NotRecorded,

    /// <summary>It left out something that was recorded, and went on.</summary>
    Missing,

    /// <summary>It did something later than what came after it on the recorded driver's thread.</summary>
    OutOfOrder,

    /// <summary>It closed the device before the recording did.</summary>
    EndedEarly,

    /// <summary>The recorded device wrote to memory that this driver has not mapped there.</summary>
    NoMemory,

    /// <summary>It goes on where the recording, which was cut off, has no more.</summary>
    RecordingCutOff,
}

/// <summary>One place where a driver departs from a recording.</summary>
/// <param name="Kind">How.</param>
/// <param name="Device">The device's address.</param>
/// <param name="Record">Where in the recording: the record's number, from 1.</param>
/// <param name="Expected">What was recorded there.</param>
/// <param name="Actual">What the driver did.</param>
/// <param name="Advice">What to do, as a sentence.</param>
public sealed record Departure(DepartureKind Kind, string Device, long Record, string Expected, string Actual, string Advice)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Device}, record {Record}: expected: {Expected}; the driver: {Actual}. {Advice}";
}

/// <summary>A driver departed from a recording, and the replay was told not to go on (<see cref="ReplayOptions.ThrowOnDeparture"/>).</summary>
/// <param name="departure">Where, and how.</param>
public sealed class DepartureException(Departure departure) : Exception(departure.ToString())
{
    /// <summary>Where, and how.</summary>
    public Departure Departure { get; } = departure;
}

/// <summary>How a recording is replayed.</summary>
public sealed record ReplayOptions
{
    /// <summary>The defaults: departures are collected, and the driver is followed.</summary>
    public static ReplayOptions Default { get; } = new();

    /// <summary>
    /// Whether a departure ends the access that makes it with a <see cref="DepartureException"/>. Those that are found while
    /// a thread waits or a device closes are collected alone.
    /// </summary>
    public bool ThrowOnDeparture { get; init; }

    /// <summary>How many records ahead an access is looked for, 1 or more: how far the driver's threads may run apart.</summary>
    public int LookAhead { get; init; } = 64;

    /// <summary>
    /// How long nothing may happen before what the driver left out is taken for missing, so that signals behind it can come.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);
}
