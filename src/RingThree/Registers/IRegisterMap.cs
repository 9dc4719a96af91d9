namespace RingThree.Registers;

/// <summary>A register map as the source generator completes it: a struct marked <see cref="RegisterMapAttribute"/>.</summary>
/// <typeparam name="TSelf">The struct itself.</typeparam>
public interface IRegisterMap<TSelf>
    where TSelf : IRegisterMap<TSelf>
{
    /// <summary>The block's size in bytes; the window must be at least as long.</summary>
    static abstract uint Size { get; }

    /// <summary>The registers, in the order of their declaration.</summary>
    static abstract IReadOnlyList<RegisterDescription> Registers { get; }

    /// <summary>Lays the map over a window.</summary>
    static abstract TSelf Create(RegisterWindow window);
}
