using System.Globalization;
using System.Text.RegularExpressions;

namespace RingThree.Linux;

/// <summary>Steers a vector to processors through /proc/irq. Failing is an answer, not an error.</summary>
internal static partial class IrqAffinity
{
    internal static bool TrySet(string address, string kind, int vector, ReadOnlySpan<int> processors, out string answer)
    {
        if (processors.IsEmpty)
        {
            answer = "no processor was named";
            return false;
        }

        string? table = SysfsPci.ReadText("/proc/interrupts");
        string label = kind switch { "MSI-X" => $"vfio-msix[{vector}]({address})", "MSI" => $"vfio-msi[{vector}]({address})", _ => $"vfio-intx({address})" };
        if (table?.Split('\n').FirstOrDefault(l => l.Contains(label, StringComparison.Ordinal)) is not { } line || !Number().IsMatch(line))
        {
            answer = $"/proc/interrupts has no line for {label}";
            return false;
        }

        string path = $"/proc/irq/{Number().Match(line).Groups[1].Value}/smp_affinity_list";
        string list = string.Join(',', processors.ToArray().Select(p => p.ToString(CultureInfo.InvariantCulture)));
        try
        {
            File.WriteAllText(path, list);
            answer = "";
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            answer = $"writing '{list}' to {path}: {error.Message}";
            return false;
        }
    }

    [GeneratedRegex(@"^\s*(\d+):")]
    private static partial Regex Number();
}
