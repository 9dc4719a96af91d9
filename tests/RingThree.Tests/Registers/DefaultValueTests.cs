using System.Reflection;
using RingThree.Hosting;
using RingThree.Registers;
using RingThree.Samples.Edu;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>A default struct says what it is, and is never a bare null reference.</summary>
public sealed class DefaultValueTests
{
    public static TheoryData<Type> PublicStructs =>
        [.. new[] { typeof(IHost).Assembly, typeof(SimulatedHost).Assembly, typeof(EduRegisters).Assembly }.Distinct()
            .SelectMany(a => a.GetExportedTypes()).Where(t => t is { IsValueType: true, IsEnum: false, IsByRefLike: false, IsGenericTypeDefinition: false })
            .Concat([typeof(Register<uint>), typeof(ReadOnlyRegister<byte>), typeof(WriteOnlyRegister<ushort>), typeof(WriteOneToClearRegister<ulong>), typeof(RegisterArray<uint>)])];

    [Fact]
    public void A_map_that_was_laid_over_nothing_says_so()
    {
        EduRegisters map = default;

        AssertSaysSo(() => map.Identification.Read());
        AssertSaysSo(() => map.Status.Write(EduStatus.None));
        AssertSaysSo(() => map.Status.Modify(EduStatus.None, EduStatus.None));
    }

    [Fact]
    public void A_register_of_each_kind_that_belongs_to_nothing_says_so()
    {
        AssertSaysSo(() => default(Register<byte>).Read());
        AssertSaysSo(() => default(Register<ushort>).Write(1));
        AssertSaysSo(() => default(Register<uint>).Modify(1, 2));
        AssertSaysSo(() => default(ReadOnlyRegister<ulong>).Read());
        AssertSaysSo(() => default(WriteOnlyRegister<uint>).Write(1));
        AssertSaysSo(() => default(WriteOneToClearRegister<uint>).Read());
        AssertSaysSo(() => default(WriteOneToClearRegister<uint>).Clear(1));
        AssertSaysSo(() => default(WriteOneToClearRegister<uint>).ReadAndClear());
        AssertSaysSo(() => { _ = default(RegisterArray<uint>)[0]; });
        AssertSaysSo(() => { _ = default(ReadOnlyRegisterArray<uint>)[0]; });
        AssertSaysSo(() => { _ = default(WriteOnlyRegisterArray<byte>)[0]; });
        AssertSaysSo(() => { _ = default(WriteOneToClearRegisterArray<ulong>)[0]; });
        AssertSaysSo(() => new Register<uint>(null!, 4).Read());
        Assert.Equal(0, default(RegisterArray<uint>).Count);
    }

    [Theory]
    [MemberData(nameof(PublicStructs))]
    public void Nothing_that_a_default_struct_is_asked_is_a_null_reference(Type type)
    {
        object value = Activator.CreateInstance(type)!;
        foreach (MethodInfo method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
        {
            ParameterInfo[] parameters = method.GetParameters();
            if (parameters.Length > 0 && !Array.TrueForAll(parameters, p => p.ParameterType.IsValueType && !p.ParameterType.IsByRefLike)) continue;
            if (method.IsGenericMethodDefinition || method.ReturnType.IsByRefLike) continue;
            try
            {
                method.Invoke(value, [.. parameters.Select(p => Activator.CreateInstance(p.ParameterType))]);
            }
            catch (TargetInvocationException error)
            {
                Assert.IsNotType<NullReferenceException>(error.InnerException);
                Assert.False(string.IsNullOrEmpty(error.InnerException!.Message), $"{type}.{method.Name}");
            }
        }
    }

    private static void AssertSaysSo(Action use)
    {
        var error = Assert.Throws<InvalidOperationException>(use);
        Assert.Contains("belongs to no device", error.Message, StringComparison.Ordinal);
        Assert.Contains("As<", error.Message, StringComparison.Ordinal);
    }
}
