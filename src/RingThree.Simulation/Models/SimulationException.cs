using RingThree.Diagnostics;

namespace RingThree.Simulation;

/// <summary>A driver asked a card model for something that the model does not describe. The model is to be completed, or the driver is wrong.</summary>
public sealed class SimulationException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">The card, the register, what was asked, and how to describe it.</param>
    public SimulationException(string message)
        : base(ForeignText.Shown(message))
    {
    }
}
