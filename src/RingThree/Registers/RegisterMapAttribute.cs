namespace RingThree.Registers;

/// <summary>
/// Makes a struct a map of registers: the source generator gives it the properties' bodies, <see cref="IRegisterMap{TSelf}"/>
/// and a nested <c>Offsets</c> with one constant per register, and checks offsets, widths and overlaps while compiling.
/// </summary>
/// <remarks>The struct is <c>readonly partial</c>; each register is a partial property marked <see cref="RegisterAttribute"/>.</remarks>
/// <example>
/// <code>
/// [RegisterMap(Size = 0x100, Source = "QEMU docs/specs/edu.txt")]
/// public readonly partial struct EduRegisters
/// {
///     /// &lt;summary&gt;Which device and which revision this is.&lt;/summary&gt;
///     [Register(0x00)] public partial ReadOnlyRegister&lt;uint&gt; Identification { get; }
/// }
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Struct, Inherited = false)]
public sealed class RegisterMapAttribute : Attribute
{
    /// <summary>The block's size in bytes: no register may reach beyond it. Must be given, and be more than 0.</summary>
    public uint Size { get; set; }

    /// <summary>Where the registers are specified: the document and, where it has them, the section.</summary>
    public string? Source { get; set; }
}
