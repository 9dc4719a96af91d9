namespace RingThree.Linux;

/// <summary>What a check found.</summary>
public enum CheckState
{
    /// <summary>As it must be.</summary>
    Ok,

    /// <summary>Not as it must be.</summary>
    Failed,

    /// <summary>The system does not tell.</summary>
    Unknown,
}

/// <summary>One thing that must hold for a driver in user mode.</summary>
/// <param name="Name">What is checked.</param>
/// <param name="State">How it is.</param>
/// <param name="Found">What was found, for a person.</param>
/// <param name="Remedy">What mends it, a command where there is one; empty when it is as it must be.</param>
public sealed record CheckResult(string Name, CheckState State, string Found, string Remedy);
