using RingThree.Interrupts;
using Xunit;

namespace RingThree.Tests;

/// <summary>A storm is a run of signals, each at once after its unmask, with the device still asserting.</summary>
public sealed class StormGuardTests
{
    private const int Limit = 20;

    // Well above what still counts as "at once".
    private static readonly TimeSpan NotAtOnce = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void A_line_that_nothing_quiets_is_found()
    {
        var guard = new StormGuard(Limit, hasStatus: true, TimeProvider.System);

        // A pause of this thread may break a run; a storm goes on until it is found.
        Assert.InRange(SignalsUntilStorm(guard, () => true, 100_000), Limit, 100_000);
    }

    [Fact]
    public void The_stated_number_is_not_undercut()
    {
        var guard = new StormGuard(Limit, hasStatus: true, TimeProvider.System);

        for (int i = 1; i < Limit; i++) Assert.False(Round(guard, () => true));
    }

    [Fact]
    public void A_device_that_asserts_no_more_is_no_storm()
    {
        var guard = new StormGuard(Limit, hasStatus: true, TimeProvider.System);

        Assert.Equal(-1, SignalsUntilStorm(guard, () => false, 50 * Limit));
    }

    [Fact]
    public void One_look_that_finds_the_line_quiet_starts_the_count_again()
    {
        var guard = new StormGuard(Limit, hasStatus: true, TimeProvider.System);
        for (int i = 1; i < Limit; i++) Round(guard, () => true);

        Assert.False(Round(guard, () => false));

        for (int i = 1; i < Limit; i++) Assert.False(Round(guard, () => true));
    }

    [Fact]
    public void A_signal_that_comes_later_starts_the_count_again()
    {
        var guard = new StormGuard(Limit, hasStatus: true, TimeProvider.System);
        for (int i = 1; i < Limit; i++) Round(guard, () => true);

        Thread.Sleep(NotAtOnce);

        for (int i = 1; i < Limit; i++) Assert.False(Round(guard, () => true));
    }

    [Fact]
    public void Unmasking_by_hand_starts_the_count_again()
    {
        var guard = new StormGuard(Limit, hasStatus: true, TimeProvider.System);
        for (int i = 1; i < Limit; i++) Round(guard, () => true);

        guard.Restart();

        for (int i = 1; i < Limit; i++) Assert.False(Round(guard, () => true));
    }

    [Fact]
    public void The_device_is_not_asked_while_the_run_is_short()
    {
        var guard = new StormGuard(Limit, hasStatus: true, TimeProvider.System);

        for (int i = 1; i < Limit / 2; i++) Round(guard, () => throw new InvalidOperationException("It was asked too early."));
    }

    [Fact]
    public void A_status_bit_that_is_never_seen_set_is_not_believed()
    {
        var guard = new StormGuard(limit: 2, hasStatus: true, TimeProvider.System);
        int signals = 0;

        while (!Round(guard, () => false, asserted: false)) Assert.True(++signals < 1_000_000, "The storm was not found.");

        Assert.True(signals >= 199);
    }

    [Fact]
    public void The_status_bit_is_looked_for_at_the_first_signals_only()
    {
        var guard = new StormGuard(Limit, hasStatus: true, TimeProvider.System);
        int looks = 0;
        for (int i = 0; i < 100; i++)
        {
            guard.Signalled(() =>
            {
                looks++;
                return false;
            });
        }

        Assert.Equal(StormGuard.Looks, looks);
    }

    [Fact]
    public void Without_a_status_bit_the_proof_is_longer_and_the_device_is_never_asked()
    {
        var guard = new StormGuard(limit: 2, hasStatus: false, TimeProvider.System);
        static bool Ask() => throw new InvalidOperationException("There is nothing to ask.");
        int signals = 0;
        do
        {
            guard.Signalled(Ask);
            Assert.True(++signals < 1_000_000, "The storm was not found.");
        }
        while (!guard.IsStorm(Ask));

        Assert.True(signals >= 200);
    }

    private static bool Round(StormGuard guard, Func<bool> stillAsserted, bool asserted = true)
    {
        guard.Signalled(() => asserted);
        return guard.IsStorm(stillAsserted);
    }

    private static int SignalsUntilStorm(StormGuard guard, Func<bool> stillAsserted, int most)
    {
        for (int signals = 1; signals <= most; signals++)
        {
            if (Round(guard, stillAsserted)) return signals;
        }

        return -1;
    }
}
