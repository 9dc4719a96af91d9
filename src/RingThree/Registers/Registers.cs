using System.Runtime.CompilerServices;

namespace RingThree.Registers;

/// <summary>A register that is read and written.</summary>
/// <typeparam name="T">Its value: an integer of 1, 2, 4 or 8 bytes, or an enum over one. The size is the access width.</typeparam>
/// <param name="window">The block it belongs to.</param>
/// <param name="offset">Bytes from the block's start, a multiple of the width. One that lies outside the window throws when it is used.</param>
public readonly struct Register<T>(RegisterWindow window, uint offset)
    where T : unmanaged
{
    /// <summary>Reads it: one bus access.</summary>
    /// <returns>The value; all ones when the device does not answer.</returns>
    /// <exception cref="InvalidOperationException">The register, or the map it was taken from, is a default value: it belongs to no device.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Read() => RegisterWindow.Read<T>(window, offset);

    /// <summary>Writes it: one bus access, which may still be on its way (posted) when this returns.</summary>
    /// <exception cref="InvalidOperationException">The register, or the map it was taken from, is a default value: it belongs to no device.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(T value) => RegisterWindow.Write(window, offset, value);

    /// <summary>Reads it, clears some bits, sets others, writes it back. Two bus accesses; not atomic.</summary>
    /// <param name="clear">Bits to clear.</param>
    /// <param name="set">Bits to set; wins over <paramref name="clear"/>.</param>
    public void Modify(T clear, T set) =>
        Write(RegisterAccess.FromBits<T>((RegisterAccess.ToBits(Read()) & ~RegisterAccess.ToBits(clear)) | RegisterAccess.ToBits(set)));

    /// <summary>
    /// Reads it again and again until its value is what is waited for, by the device's clock (<see cref="Devices.Device.Time"/>): at once, after
    /// microseconds, then every millisecond. Blocks the calling thread; a handler should use <see cref="WaitUntilAsync"/>.
    /// </summary>
    /// <param name="condition">Whether this value is it. Called on the waiting thread after each read.</param>
    /// <param name="timeout">At most this long, 0 to 24 days; it is read once more when the time is up.</param>
    /// <returns>The value that met the condition.</returns>
    /// <exception cref="Hosting.DeviceException">
    /// Time is up (<see cref="Hosting.DeviceStatus.TimedOut"/>; the message has the register's name and its last value), or the device is
    /// gone (<see cref="Hosting.DeviceStatus.DeviceGone"/>): all ones of a card that is not there meet no condition.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The device has been closed.</exception>
    /// <exception cref="InvalidOperationException">The register, or the map it was taken from, is a default value.</exception>
    public T WaitUntil(Func<T, bool> condition, TimeSpan timeout) => RegisterPoll<T>.Start(window, offset, condition, timeout).Wait();

    /// <summary>As <see cref="WaitUntil"/>, without blocking a thread.</summary>
    /// <inheritdoc cref="WaitUntil"/>
    /// <param name="condition">Whether this value is it. Called after each read, on whichever thread made that.</param>
    /// <param name="timeout">At most this long, 0 to 24 days.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<T> WaitUntilAsync(Func<T, bool> condition, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        RegisterPoll<T>.Start(window, offset, condition, timeout).WaitAsync(cancellationToken);
}

/// <summary>A register that is only read.</summary>
/// <typeparam name="T">As for <see cref="Register{T}"/>.</typeparam>
/// <param name="window">The block it belongs to.</param>
/// <param name="offset">Bytes from the block's start, a multiple of the width. One that lies outside the window throws when it is used.</param>
public readonly struct ReadOnlyRegister<T>(RegisterWindow window, uint offset)
    where T : unmanaged
{
    /// <inheritdoc cref="Register{T}.Read"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Read() => RegisterWindow.Read<T>(window, offset);

    /// <inheritdoc cref="Register{T}.WaitUntil"/>
    public T WaitUntil(Func<T, bool> condition, TimeSpan timeout) => RegisterPoll<T>.Start(window, offset, condition, timeout).Wait();

    /// <inheritdoc cref="Register{T}.WaitUntilAsync"/>
    public Task<T> WaitUntilAsync(Func<T, bool> condition, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        RegisterPoll<T>.Start(window, offset, condition, timeout).WaitAsync(cancellationToken);
}

/// <summary>A register that is only written; what a read would give means nothing.</summary>
/// <typeparam name="T">As for <see cref="Register{T}"/>.</typeparam>
/// <param name="window">The block it belongs to.</param>
/// <param name="offset">Bytes from the block's start, a multiple of the width. One that lies outside the window throws when it is used.</param>
public readonly struct WriteOnlyRegister<T>(RegisterWindow window, uint offset)
    where T : unmanaged
{
    /// <inheritdoc cref="Register{T}.Write"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(T value) => RegisterWindow.Write(window, offset, value);
}

/// <summary>A register whose set bits are cleared by writing ones to them, such as an interrupt status.</summary>
/// <typeparam name="T">As for <see cref="Register{T}"/>.</typeparam>
/// <param name="window">The block it belongs to.</param>
/// <param name="offset">Bytes from the block's start, a multiple of the width. One that lies outside the window throws when it is used.</param>
public readonly struct WriteOneToClearRegister<T>(RegisterWindow window, uint offset)
    where T : unmanaged
{
    /// <inheritdoc cref="Register{T}.Read"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Read() => RegisterWindow.Read<T>(window, offset);

    /// <summary>Clears these bits and no others: one bus access.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Clear(T bits) => RegisterWindow.Write(window, offset, bits);

    /// <summary>Reads it and clears just what was set then; a bit set meanwhile stays. Two bus accesses.</summary>
    /// <returns>What was set.</returns>
    public T ReadAndClear()
    {
        T value = Read();
        Clear(value);
        return value;
    }

    /// <inheritdoc cref="Register{T}.WaitUntil"/>
    public T WaitUntil(Func<T, bool> condition, TimeSpan timeout) => RegisterPoll<T>.Start(window, offset, condition, timeout).Wait();

    /// <inheritdoc cref="Register{T}.WaitUntilAsync"/>
    public Task<T> WaitUntilAsync(Func<T, bool> condition, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        RegisterPoll<T>.Start(window, offset, condition, timeout).WaitAsync(cancellationToken);
}

/// <summary>A row of like registers, such as one per channel.</summary>
/// <typeparam name="T">As for <see cref="Register{T}"/>.</typeparam>
/// <param name="window">The block it belongs to.</param>
/// <param name="offset">Where the first one is, bytes from the block's start.</param>
/// <param name="count">How many there are.</param>
/// <param name="stride">Bytes from one to the next.</param>
public readonly struct RegisterArray<T>(RegisterWindow window, uint offset, int count, uint stride)
    where T : unmanaged
{
    /// <summary>How many there are.</summary>
    public int Count => count;

    /// <summary>One of them.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    /// <exception cref="InvalidOperationException">The array, or the map it was taken from, is a default value.</exception>
    public Register<T> this[int index] => new(window, RegisterRow.PlaceOf<T>(window, index, offset, count, stride));
}

/// <summary>A row of like registers that are only read, such as one per channel.</summary>
/// <typeparam name="T">As for <see cref="Register{T}"/>.</typeparam>
/// <param name="window">The block it belongs to.</param>
/// <param name="offset">Where the first one is, bytes from the block's start.</param>
/// <param name="count">How many there are.</param>
/// <param name="stride">Bytes from one to the next.</param>
public readonly struct ReadOnlyRegisterArray<T>(RegisterWindow window, uint offset, int count, uint stride)
    where T : unmanaged
{
    /// <summary>How many there are.</summary>
    public int Count => count;

    /// <summary>One of them.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    /// <exception cref="InvalidOperationException">The array, or the map it was taken from, is a default value.</exception>
    public ReadOnlyRegister<T> this[int index] => new(window, RegisterRow.PlaceOf<T>(window, index, offset, count, stride));
}

/// <summary>A row of like registers that are only written, such as one per channel.</summary>
/// <typeparam name="T">As for <see cref="Register{T}"/>.</typeparam>
/// <param name="window">The block it belongs to.</param>
/// <param name="offset">Where the first one is, bytes from the block's start.</param>
/// <param name="count">How many there are.</param>
/// <param name="stride">Bytes from one to the next.</param>
public readonly struct WriteOnlyRegisterArray<T>(RegisterWindow window, uint offset, int count, uint stride)
    where T : unmanaged
{
    /// <summary>How many there are.</summary>
    public int Count => count;

    /// <summary>One of them.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    /// <exception cref="InvalidOperationException">The array, or the map it was taken from, is a default value.</exception>
    public WriteOnlyRegister<T> this[int index] => new(window, RegisterRow.PlaceOf<T>(window, index, offset, count, stride));
}

/// <summary>A row of like registers whose set bits are cleared by writing ones to them, such as one per channel.</summary>
/// <typeparam name="T">As for <see cref="Register{T}"/>.</typeparam>
/// <param name="window">The block it belongs to.</param>
/// <param name="offset">Where the first one is, bytes from the block's start.</param>
/// <param name="count">How many there are.</param>
/// <param name="stride">Bytes from one to the next.</param>
public readonly struct WriteOneToClearRegisterArray<T>(RegisterWindow window, uint offset, int count, uint stride)
    where T : unmanaged
{
    /// <summary>How many there are.</summary>
    public int Count => count;

    /// <summary>One of them.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    /// <exception cref="InvalidOperationException">The array, or the map it was taken from, is a default value.</exception>
    public WriteOneToClearRegister<T> this[int index] => new(window, RegisterRow.PlaceOf<T>(window, index, offset, count, stride));
}

/// <summary>Where the registers of a row are.</summary>
internal static class RegisterRow
{
    internal static uint PlaceOf<T>(RegisterWindow? window, int index, uint offset, int count, uint stride)
        where T : unmanaged
    {
        if (window is null) RegisterWindow.ThrowNoWindow<T>();
        if (index < 0 || index >= count) throw window.NoSuchRegister(offset, index, count); // not one unsigned comparison: a negative count must not pass
        ulong place = offset + ((ulong)index * stride);
        return place <= uint.MaxValue ? (uint)place : uint.MaxValue; // the largest lies outside every window
    }
}
