using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RingThree.Generators;

/// <summary>Reads one type marked as a register map.</summary>
internal static class MapReader
{
    /// <summary>The names that the generated part declares, and what to call a register instead.</summary>
    private static readonly (string Name, string Instead)[] Reserved =
        [("Size", "SizeRegister"), ("Create", "CreateRegister"), ("Offsets", "OffsetsRegister"), ("_window", "_view")];

    /// <returns>The result; <see langword="null"/> where another part of the type is the one to read.</returns>
    public static MapResult? Read(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        var type = (INamedTypeSymbol)context.TargetSymbol;
        AttributeData attribute = context.Attributes[0];
        if (!PartialTypes.IsTheMark(context, RegisterTypes.MapAttribute)) return null;

        var diagnostics = new List<DiagnosticInfo>();
        bool canBeWritten = PartialTypes.Check(type, (TypeDeclarationSyntax)context.TargetNode, Rules.NotAStruct, diagnostics, cancellation);
        uint size = RegisterTypes.GetArgument<uint>(attribute, "Size");
        if (size == 0) diagnostics.Add(DiagnosticInfo.Create(Rules.NoSize, type.Locations[0], type.Name));
        canBeWritten &= PartialTypes.CheckNames(type, Reserved, diagnostics);
        RegisterModel[] registers = ReadRegisters(type, size, diagnostics, cancellation);

        MapModel? map = !canBeWritten ? null : new MapModel(
            PartialTypes.GetPlace(type),
            size,
            RegisterTypes.GetArgument<string>(attribute, "Source"),
            new EquatableArray<RegisterModel>(registers));
        return new MapResult(map, new EquatableArray<DiagnosticInfo>([.. diagnostics]));
    }

    private static RegisterModel[] ReadRegisters(INamedTypeSymbol type, uint size, List<DiagnosticInfo> diagnostics, CancellationToken cancellation)
    {
        var registers = new List<RegisterModel>();
        var names = new HashSet<string>();
        var extents = new List<RegisterExtent>();
        var reader = new RegisterReader(type.Name, size, diagnostics);
        foreach (IPropertySymbol property in type.GetMembers().OfType<IPropertySymbol>())
        {
            if (RegisterTypes.FindAttribute(property, RegisterTypes.RegisterAttribute) is not { } attribute) continue;
            registers.Add(reader.Read(property, attribute, out RegisterExtent? extent, cancellation));
            names.Add(property.Name);
            if (extent is not null) extents.Add(extent);
        }

        OverlapCheck.Run(type.Name, names, extents, diagnostics, cancellation);
        return [.. registers];
    }
}
