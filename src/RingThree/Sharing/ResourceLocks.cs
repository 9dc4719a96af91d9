using System.Diagnostics.Tracing;
using RingThree.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Sharing;

/// <summary>What kind of resource is claimed.</summary>
public enum ResourceKind
{
    /// <summary>Physical memory.</summary>
    Memory,

    /// <summary>I/O ports.</summary>
    Port,

    /// <summary>An interrupt line, by its number.</summary>
    InterruptLine,
}

/// <summary>A resource that somebody wants to use.</summary>
/// <param name="Host">The machine it is of, by its host's name and number: addresses of two machines have nothing in common.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Its first address or number.</param>
/// <param name="Length">How many, 1 or more.</param>
/// <param name="IsExclusive">Whether nobody else may claim it from then on; whoever has it already, as sharable, keeps it.</param>
public readonly record struct ResourceClaim(string Host, ResourceKind Kind, ulong Start, ulong Length, bool IsExclusive)
{
    private UInt128 End => (UInt128)Start + Length;

    /// <summary>Whether something is in both.</summary>
    public bool Overlaps(ResourceClaim other) => Kind == other.Kind && Host == other.Host && Start < other.End && other.Start < End;

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        ResourceKind.Memory => $"memory 0x{Start:x}+0x{Length:x}",
        ResourceKind.Port => $"ports 0x{Start:x}+0x{Length:x}",
        _ => $"interrupt line {Start}",
    };
}

/// <summary>
/// Who uses which resources of the machine, inside this process. An exclusive claim keeps everybody else from the
/// resource until it is given back; sharable ones do not exclude one another.
/// </summary>
/// <remarks>Source: WinDriver manual 10.6.1. A claim says nothing to the kernel: it keeps this library's users apart.</remarks>
public static class ResourceLocks
{
    private static readonly Lock Gate = new();
    private static readonly List<(ResourceClaim Claim, string Owner)> Held = [];

    /// <summary>Claims all of some resources, or none of them.</summary>
    /// <param name="owner">Who claims, for messages: the device's address.</param>
    /// <param name="claims">What is claimed; claims of one call do not exclude one another.</param>
    /// <returns>Gives them back when it is disposed.</returns>
    /// <exception cref="DeviceException">One is claimed exclusively already (<see cref="DeviceStatus.Busy"/>).</exception>
    public static IDisposable Acquire(string owner, params IReadOnlyList<ResourceClaim> claims)
    {
        ArgumentNullException.ThrowIfNull(claims);
        ResourceClaim[] all = [.. claims];
        try
        {
            lock (Gate)
            {
                Check(owner, all);
                Held.AddRange(all.Select(c => (c, owner)));
            }
        }
        catch (DeviceException error)
        {
            RingThreeEvents.Log.ResourcesRefused(owner, Describe(all), error.Answer);
            throw;
        }

        Tell(owner, all, RingThreeEvents.Log.ResourcesClaimed);
        return new Claimed(owner, all);
    }

    /// <summary>Refuses as <see cref="Acquire"/> would, and claims nothing.</summary>
    /// <inheritdoc cref="Acquire"/>
    public static void Check(string owner, params IReadOnlyList<ResourceClaim> claims)
    {
        ArgumentNullException.ThrowIfNull(claims);
        lock (Gate)
        {
            foreach (ResourceClaim claim in claims)
            {
                if (claim.Length == 0) throw new ArgumentOutOfRangeException(nameof(claims), $"{owner}: a claim of no {claim.Kind} at 0x{claim.Start:x} was asked for; it can have a length of 1 or more.");
                foreach ((ResourceClaim held, string holder) in Held)
                {
                    if (held.IsExclusive && held.Overlaps(claim))
                        throw new DeviceException(DeviceStatus.Busy, owner, $"claiming {claim}", $"{holder} has {held} for itself", "Close it there first, or claim both as sharable.");
                }
            }
        }
    }

    private static void Tell(string owner, ResourceClaim[] claims, Action<string, string> told)
    {
        if (DebugMonitor.IsEnabled(EventLevel.Informational, MonitorSections.CardRegistration)) told(owner, Describe(claims));
    }

    private static string Describe(ResourceClaim[] claims) => string.Join(", ", claims.Select(c => c.IsExclusive ? $"{c} (exclusively)" : c.ToString()));

    private sealed class Claimed(string owner, ResourceClaim[] claims) : IDisposable
    {
        private int _given;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 1) != 0) return;
            lock (Gate)
            {
                foreach (ResourceClaim claim in claims) Held.Remove((claim, owner));
            }

            Tell(owner, claims, RingThreeEvents.Log.ResourcesReleased);
        }
    }
}
