namespace RingThree.Registers;

/// <summary>The value of a register that has fields, as the source generator completes it: a struct marked <see cref="BitFieldsAttribute"/>.</summary>
/// <typeparam name="TSelf">The struct itself.</typeparam>
public interface IBitFields<TSelf>
    where TSelf : unmanaged, IBitFields<TSelf>
{
    /// <summary>
    /// What an update starts from: the bits that were read, with zeros where writing them back would do something
    /// (<see cref="BitAccess.WriteOneToClear"/>, <see cref="BitAccess.WriteOnly"/>) and reserved bits as they must be written.
    /// </summary>
    /// <param name="read">What was read.</param>
    static abstract TSelf ForUpdate(TSelf read);
}
