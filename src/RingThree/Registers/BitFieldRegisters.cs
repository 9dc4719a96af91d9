using System.Runtime.CompilerServices;

namespace RingThree.Registers;

/// <summary>What a register has whose value is a struct of <see cref="BitFieldsAttribute">bit fields</see>.</summary>
public static class BitFieldRegisters
{
    /// <summary>Reads it, changes some fields, writes it back: <c>control.Update(c => c with { Enable = true })</c>. Two bus accesses; not atomic.</summary>
    /// <typeparam name="T">The struct of bit fields.</typeparam>
    /// <param name="register">The register.</param>
    /// <param name="change">
    /// Gives what is to be written. It gets what was read, but for fields that writing back would change: those cleared by ones and
    /// those only written are zero. Bits without a field are written as they were read, or as the struct says that they must be.
    /// </param>
    /// <returns>What was read, with every bit.</returns>
    /// <exception cref="InvalidOperationException">The register, or the map it was taken from, is a default value.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Update<T>(this Register<T> register, Func<T, T> change)
        where T : unmanaged, IBitFields<T>
    {
        ArgumentNullException.ThrowIfNull(change);
        T read = register.Read();
        register.Write(change(T.ForUpdate(read)));
        return read;
    }

    /// <summary>
    /// Reads it for a write that follows: <c>control.Write(control.ReadForUpdate() with { Enable = true })</c>. The two halves of
    /// <see cref="Update{T}(Register{T}, Func{T, T})"/>, for where every nanosecond counts.
    /// </summary>
    /// <typeparam name="T">The struct of bit fields.</typeparam>
    /// <param name="register">The register.</param>
    /// <returns>What was read, but for fields that writing back would change: see <see cref="IBitFields{TSelf}.ForUpdate"/>.</returns>
    /// <exception cref="InvalidOperationException">The register, or the map it was taken from, is a default value.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ReadForUpdate<T>(this Register<T> register)
        where T : unmanaged, IBitFields<T> => T.ForUpdate(register.Read());

    /// <summary>As <see cref="Update{T}(Register{T}, Func{T, T})"/>, for a change that needs something of the caller's and is to allocate nothing.</summary>
    /// <typeparam name="T">The struct of bit fields.</typeparam>
    /// <typeparam name="TState">What the change needs.</typeparam>
    /// <param name="register">The register.</param>
    /// <param name="state">Handed to <paramref name="change"/>.</param>
    /// <param name="change">Gives what is to be written.</param>
    /// <returns>What was read, with every bit.</returns>
    /// <exception cref="InvalidOperationException">The register, or the map it was taken from, is a default value.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Update<T, TState>(this Register<T> register, TState state, Func<T, TState, T> change)
        where T : unmanaged, IBitFields<T>
    {
        ArgumentNullException.ThrowIfNull(change);
        T read = register.Read();
        register.Write(change(T.ForUpdate(read), state));
        return read;
    }
}
