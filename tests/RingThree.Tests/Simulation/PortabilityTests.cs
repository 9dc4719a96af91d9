using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The library and the simulated machine run on any system: they make no native call of their own and load nothing that does.</summary>
public sealed class PortabilityTests
{
    [Theory]
    [InlineData(typeof(PciDevice))]
    [InlineData(typeof(SimulatedHost))]
    public void There_is_no_native_call_and_nothing_of_linux(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        using var file = new PEReader(File.OpenRead(type.Assembly.Location));
        MetadataReader reader = file.GetMetadataReader();

        string[] native = [.. reader.MethodDefinitions.Select(reader.GetMethodDefinition)
            .Where(m => (m.Attributes & MethodAttributes.PinvokeImpl) != 0)
            .Select(m => $"{reader.GetString(m.GetImport().Name.IsNil ? m.Name : m.GetImport().Name)} of {reader.GetString(reader.GetModuleReference(m.GetImport().Module).Name)}")];
        string[] references = [.. reader.AssemblyReferences.Select(r => reader.GetString(reader.GetAssemblyReference(r).Name))];

        Assert.Empty(native);
        Assert.DoesNotContain(references, r => r is "RingThree.Interop" or "RingThree.Linux");
    }

    [Fact]
    public void The_check_finds_native_calls_where_there_are_some()
    {
        using var file = new PEReader(File.OpenRead(typeof(Interop.Libc).Assembly.Location));
        MetadataReader reader = file.GetMetadataReader();

        Assert.Contains(reader.MethodDefinitions.Select(reader.GetMethodDefinition), m => (m.Attributes & MethodAttributes.PinvokeImpl) != 0);
    }
}
