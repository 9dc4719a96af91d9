using System.Diagnostics.Tracing;
using System.Globalization;
using System.Reflection;

namespace RingThree.Diagnostics;

/// <summary>The words of events, from their declarations. For whoever shows them; the library itself never comes here.</summary>
internal static class EventText
{
    private static readonly Dictionary<string, string> Words = typeof(RingThreeEvents).GetMethods()
        .Select(m => (m.Name, m.GetCustomAttribute<EventAttribute>()?.Message))
        .Where(m => m.Message is not null)
        .ToDictionary(m => m.Name, m => m.Message!);

    internal static string Of(string name, IReadOnlyList<object?> payload)
    {
        if (Words.TryGetValue(name, out string? words))
        {
            try
            {
                string text = string.Format(CultureInfo.InvariantCulture, words, [.. payload]);
                return text.StartsWith(": ", StringComparison.Ordinal) ? text[2..] : text; // a message about no device
            }
            catch (FormatException)
            {
                // Another version of the library has written it, with fewer fields.
            }
        }

        return string.Join(' ', payload.Select(p => Convert.ToString(p, CultureInfo.InvariantCulture)).Prepend(name));
    }
}
