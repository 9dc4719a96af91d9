using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using RingThree.Hosting;

namespace RingThree.Registers;

/// <summary>
/// A stretch of a region that registers are laid over. Checked once, when it is made; a register in it is then one load
/// or store where the region is mapped, and one call to the host where it is not.
/// </summary>
public sealed class RegisterWindow
{
    /// <summary>The first register's address in this process; 0 where the stretch is not mapped as a whole.</summary>
    private readonly nuint _base;

    /// <summary>The length where it is mapped, 0 where not: one comparison answers both questions.</summary>
    private readonly ulong _mapped;
    private readonly IRegionAccess? _access;
    private readonly string? _map;
    private readonly Func<IReadOnlyList<RegisterDescription>>? _registers;

    /// <param name="region">Where it lies.</param>
    /// <param name="offset">Its start there.</param>
    /// <param name="length">Its length.</param>
    /// <param name="map">The register map that is laid over it, for messages; <see langword="null"/> for registers laid by hand.</param>
    /// <param name="registers">What that map has.</param>
    internal RegisterWindow(DeviceRegion region, ulong offset, ulong length, string? map = null, Func<IReadOnlyList<RegisterDescription>>? registers = null)
    {
        Region = region;
        _map = map;
        _registers = registers;
        Offset = offset;
        Length = length;
        _base = region.FindMapped(offset, length);
        _mapped = _base != 0 ? length : 0;
        _access = region.Access;
    }

    /// <summary>The region it lies in.</summary>
    public DeviceRegion Region { get; }

    /// <summary>Its start in the region, bytes.</summary>
    public ulong Offset { get; }

    /// <summary>Its length, bytes.</summary>
    public ulong Length { get; }

    /// <summary>Whether registers in it are reached by plain loads and stores.</summary>
    public bool IsMapped => _base != 0;

    /// <summary>Reads a register of T's width.</summary>
    /// <remarks>
    /// The check is one comparison, and the only thing between a wrong offset and somebody else's memory: generated maps
    /// cannot get it wrong, but anyone may make a register by hand. Static, as a default register has no window.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Read<T>(RegisterWindow? window, uint offset)
        where T : unmanaged
    {
        if (window is null) ThrowNoWindow<T>();
        if (offset + (ulong)Unsafe.SizeOf<T>() > window._mapped || !Fits<T>(offset)) return window.ReadSlowly<T>(offset);
        T value = RegisterAccess.Load<T>(window._base + offset);
        GC.KeepAlive(window); // the window keeps the region, and the region its mapping, until after the load
        return value;
    }

    /// <inheritdoc cref="Read"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Write<T>(RegisterWindow? window, uint offset, T value)
        where T : unmanaged
    {
        if (window is null) ThrowNoWindow<T>();
        if (offset + (ulong)Unsafe.SizeOf<T>() > window._mapped || !Fits<T>(offset))
        {
            window.WriteSlowly(offset, value);
            return;
        }

        RegisterAccess.Store(window._base + offset, value);
        GC.KeepAlive(window);
    }

    /// <remarks>The compiler sees that it throws, and moves the call out of a register's way: do not mark it, or it will not look.</remarks>
    [DoesNotReturn]
    internal static void ThrowNoWindow<T>()
        where T : unmanaged => throw new InvalidOperationException(
            $"This register of {typeof(T).Name} belongs to no device: it, or the register map it was taken from, is a default value. Lay the map over a region first: device.Bar(0).As<TMap>().");

    /// <summary>For an index beyond a row of registers.</summary>
    internal ArgumentOutOfRangeException NoSuchRegister(uint offset, int index, int count)
    {
        string row = NameOf(offset) ?? $"the array of registers at 0x{Offset + offset:x}";
        string range = count > 0 ? $"has registers 0 to {count - 1}" : "has no registers";
        return Region.Failed(new ArgumentOutOfRangeException(nameof(index), $"{Region.Name}: index {index} was asked for; {row} {range}."));
    }

    /// <summary>Reads a register by a plain load, where that can be: the window is mapped, and the register lies in it, aligned. Throws nothing.</summary>
    /// <typeparam name="T">An integer of 1, 2, 4 or 8 bytes, or an enum over one.</typeparam>
    /// <param name="offset">Bytes from the window's start.</param>
    /// <param name="value">The value; what it was where this answers <see langword="false"/>.</param>
    /// <returns>Whether it was read. If not, the region's own Read does it, or says what is wrong.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadMapped<T>(ulong offset, ref T value)
        where T : unmanaged
    {
        if (offset > uint.MaxValue || offset + (ulong)Unsafe.SizeOf<T>() > _mapped || !Fits<T>((uint)offset)) return false;
        value = RegisterAccess.Load<T>(_base + (nuint)offset);
        GC.KeepAlive(this);
        return true;
    }

    /// <summary>Writes a register by a plain store, where that can be.</summary>
    /// <inheritdoc cref="TryReadMapped"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWriteMapped<T>(ulong offset, T value)
        where T : unmanaged
    {
        if (offset > uint.MaxValue || offset + (ulong)Unsafe.SizeOf<T>() > _mapped || !Fits<T>((uint)offset)) return false;
        RegisterAccess.Store(_base + (nuint)offset, value);
        GC.KeepAlive(this);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private T ReadSlowly<T>(uint offset)
        where T : unmanaged
    {
        if (_access is not { } access || offset + (ulong)Unsafe.SizeOf<T>() > Length || !Fits<T>(offset) || (Unsafe.SizeOf<T>() == 8 && Region.IsNarrow))
        {
            Check<T>(offset);
            return Region.ReadUnmapped<T>(Offset + offset);
        }

        return RegisterAccess.FromBits<T>(access.Read(Offset + offset, Unsafe.SizeOf<T>()));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteSlowly<T>(uint offset, T value)
        where T : unmanaged
    {
        Check<T>(offset);
        Region.WriteUnmapped(Offset + offset, value);
    }

    /// <summary>Whether T is one bus access and its place a multiple of its width. Nothing is left of it where the offset is a constant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Fits<T>(uint offset)
        where T : unmanaged => RegisterAccess.IsValue<T>() && (offset & (uint)(Unsafe.SizeOf<T>() - 1)) == 0;

    private void Check<T>(uint offset)
        where T : unmanaged
    {
        int width = Unsafe.SizeOf<T>();
        if (!RegisterAccess.IsValue<T>()) throw Region.Failed(RegisterAccess.NoValue<T>(Region.Name));
        if (offset + (ulong)width > Length)
        {
            throw Region.Failed(new ArgumentOutOfRangeException(nameof(offset),
                $"{Region.Name}: a register of {width} bytes at 0x{offset:x} does not fit into its window, which has 0x{Length:x} bytes (from 0x{Offset:x} of the region on)."));
        }

        if (!Fits<T>(offset)) throw Region.Failed(new ArgumentOutOfRangeException(nameof(offset), $"{Region.Name}: a register of {width} bytes is at 0x{offset:x} of its window, which is not a multiple of its width."));
        if (width == 8 && Region.IsNarrow) throw Region.TooWide(Offset + offset, NameOf(offset));
    }

    /// <summary>A register for a message: its name, where a map gives it one, and where it is.</summary>
    internal string Describe(uint offset)
    {
        string place = $"{Region.Description.Name} + 0x{Offset + offset:x}";
        RegisterDescription? register = _registers?.Invoke().FirstOrDefault(r => r.IndexOf(offset) >= 0);
        if (register is null) return place;
        string index = register.Count > 1 ? $"[{register.IndexOf(offset)}]" : "";
        return $"{_map}.{register.Name}{index} ({place})";
    }

    /// <summary>What the map calls the register at an offset.</summary>
    private string? NameOf(uint offset) =>
        _registers?.Invoke().FirstOrDefault(r => r.Offset == offset) is { } register ? $"{_map}.{register.Name}" : null;
}
