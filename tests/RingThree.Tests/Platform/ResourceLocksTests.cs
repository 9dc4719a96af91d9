using RingThree.Hosting;
using RingThree.Sharing;
using Xunit;

namespace RingThree.Tests;

/// <summary>Who uses which resources, inside a process.</summary>
public sealed class ResourceLocksTests
{
    private readonly string _machine = Guid.NewGuid().ToString(); // the locks are the process's

    [Fact]
    public void An_exclusive_claim_keeps_others_out_until_it_is_given_back()
    {
        using (ResourceLocks.Acquire("one", Claim(0x1000, 0x1000, true)))
        {
            DeviceException error = Assert.Throws<DeviceException>(() => ResourceLocks.Acquire("two", Claim(0x1800, 0x10, false)));
            Assert.Equal(DeviceStatus.Busy, error.Status);
            Assert.Contains("one has memory 0x1000+0x1000 for itself", error.Message, StringComparison.Ordinal);
            ResourceLocks.Check("two", Claim(0x2000, 0x10, true), new ResourceClaim(_machine, ResourceKind.Port, 0x1000, 1, true));
            ResourceLocks.Check("two", new ResourceClaim(_machine + "b", ResourceKind.Memory, 0x1000, 1, true));
        }

        ResourceLocks.Acquire("two", Claim(0x1800, 0x10, true)).Dispose();
    }

    [Fact]
    public void Sharable_claims_lie_on_one_another_and_all_of_a_call_is_claimed_or_nothing()
    {
        using IDisposable first = ResourceLocks.Acquire("one", Claim(0, 16, false));
        using IDisposable second = ResourceLocks.Acquire("two", Claim(8, 16, false));
        using IDisposable third = ResourceLocks.Acquire("three", Claim(0x100, 16, true));
        Assert.Throws<DeviceException>(() => ResourceLocks.Acquire("four", Claim(0x200, 16, true), Claim(0x108, 1, false)));
        ResourceLocks.Acquire("five", Claim(0x200, 16, true)).Dispose();
    }

    [Fact]
    public void The_end_of_all_addresses_is_no_hole()
    {
        using IDisposable first = ResourceLocks.Acquire("one", Claim(0xFFFF_FFFF_FFFF_F000, 0x2000, true));
        Assert.Throws<DeviceException>(() => ResourceLocks.Check("two", Claim(0xFFFF_FFFF_FFFF_F800, 0x10, true)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ResourceLocks.Check("two", Claim(0, 0, true)));
    }

    private ResourceClaim Claim(ulong start, ulong length, bool exclusive) => new(_machine, ResourceKind.Memory, start, length, exclusive);
}
