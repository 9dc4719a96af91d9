using RingThree.Platform;

namespace RingThree.Simulation;

/// <summary>
/// A push button at a general-purpose input: a line that is active while it is pressed. It has no register to enable,
/// acknowledge or ask; both transitions signal.
/// </summary>
public sealed class ButtonCard : SimulatedPlatformCard
{
    /// <summary>Makes one.</summary>
    /// <param name="input">The input it is wired to.</param>
    public ButtonCard(int input = 3)
        : base(new PlatformResources("button-card").Gpio(input, LineTrigger.BothEdges))
    {
    }

    /// <summary>Presses it.</summary>
    /// <param name="bounces">How often the contact opens and closes again before it rests, as real ones do.</param>
    public void Press(int bounces = 0) => Move(true, bounces);

    /// <summary>Lets it go.</summary>
    /// <param name="bounces">As for <see cref="Press"/>.</param>
    public void Release(int bounces = 0) => Move(false, bounces);

    private void Move(bool pressed, int bounces)
    {
        if (bounces < 0) throw new ArgumentOutOfRangeException(nameof(bounces), $"A button-card with {bounces} bounces was asked for; it can have 0 or more.");
        lock (ModelGate)
        {
            for (int i = 0; i < bounces; i++)
            {
                SetLine(pressed);
                SetLine(!pressed);
            }

            SetLine(pressed);
        }
    }
}
