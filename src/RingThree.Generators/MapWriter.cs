namespace RingThree.Generators;

/// <summary>Writes a register map's generated part.</summary>
internal sealed class MapWriter
{
    private const string Library = CodeText.Library;
    private readonly CodeText _text;
    private readonly MapModel _map;

    private MapWriter(MapModel map)
    {
        _map = map;
        _text = new CodeText(map.Place, $"{Library}IRegisterMap<{map.Type.FullName}>");
    }

    public static string Write(MapModel map)
    {
        var writer = new MapWriter(map);
        writer.WriteFoundation();
        foreach (RegisterModel register in map.Registers) writer.WriteRegister(register);
        writer.WriteDescriptions();
        writer.WriteOffsets();
        return writer._text.End();
    }

    private void WriteFoundation()
    {
        _text.Line($"private readonly {Library}RegisterWindow _window;");
        _text.Line("");
        _text.Line($"private {_map.Type.Name}({Library}RegisterWindow window) => _window = window;");
        _text.Line("");
        _text.Line($"/// <summary>The block's size in bytes: 0x{_map.Size:x}.</summary>");
        _text.Line($"public static uint Size => 0x{_map.Size:x};");
        _text.Line("");
        _text.Line("/// <summary>Lays the map over a window.</summary>");
        _text.Line("/// <param name=\"window\">At least <see cref=\"Size\"/> bytes long.</param>");
        _text.Line("/// <exception cref=\"global::System.ArgumentNullException\">There is no window.</exception>");
        _text.Line("/// <exception cref=\"global::System.ArgumentException\">The window is shorter than the map.</exception>");
        _text.Open($"public static {_map.Type.FullName} Create({Library}RegisterWindow window)");
        _text.Line("global::System.ArgumentNullException.ThrowIfNull(window);");
        _text.Open("if (window.Length < Size)");
        _text.Line($"throw new global::System.ArgumentException($\"{{window.Region.Name}}: {_map.Type.Name.TrimStart('@')} takes 0x{_map.Size:x} bytes, the window at 0x{{window.Offset:x}} has 0x{{window.Length:x}}. Lay it over a longer window.\", nameof(window));");
        _text.Close();
        _text.Line("");
        _text.Line($"return new {_map.Type.FullName}(window);");
        _text.Close();
    }

    private void WriteRegister(RegisterModel register)
    {
        if (!register.IsWritten) return;
        _text.Line("");
        _text.Open($"{register.Modifiers} {register.Type} {register.Name}");
        _text.Line(CodeText.Inline);
        _text.Line($"get => {register.Value};");
        if (register.Setter.Length > 0) _text.Line(register.Setter);
        _text.Close();
    }

    /// <summary>An explicit implementation: a register may well be called Registers.</summary>
    private void WriteDescriptions()
    {
        _text.Line("");
        _text.Open($"static global::System.Collections.Generic.IReadOnlyList<{Library}RegisterDescription> {Library}IRegisterMap<{_map.Type.FullName}>.Registers =>", "[");
        foreach (RegisterModel register in _map.Registers)
        {
            string only = register.Direction is { } direction ? $" {{ Directions = {Library}RegisterDirections.{direction} }}" : "";
            if (register.Width > 0) _text.Line($"new(\"{register.Name.TrimStart('@')}\", 0x{register.Offset:x}, {register.Width}, {register.Count}, {register.Stride}){only},");
        }

        _text.Close("];");
    }

    private void WriteOffsets()
    {
        _text.Line("");
        _text.Line("/// <summary>");
        _text.Line("/// Where each register is, bytes from the block's start: for what names a register by its offset, such as an immediate transfer program.");
        _text.Line("/// </summary>");
        if (_map.Source is { } source) _text.Line($"/// <remarks>Source: {Identifiers.EscapeXml(source)}.</remarks>");
        _text.Open("public static class Offsets");
        for (int i = 0; i < _map.Registers.Count; i++)
        {
            RegisterModel register = _map.Registers[i];
            string from = register.Source is { } section ? $" ({Identifiers.EscapeXml(section)})" : "";
            if (i > 0) _text.Line("");
            _text.Line($"/// <summary>Where <see cref=\"{_map.Type.DocumentedName}.{register.Name}\"/> is, bytes from the block's start{from}.</summary>");
            _text.Line($"public const uint {register.Name} = 0x{register.Offset:x};");
        }

        _text.Close();
    }
}
