using System.Globalization;
using System.Text;

namespace RingThree.Samples.PciDiag;

/// <summary>Bytes, sixteen a line, with what they are as text.</summary>
internal static class HexDump
{
    private const int PerLine = 16;

    /// <summary>Prints them.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="first">The offset of the first one, for the left column.</param>
    internal static void Print(ReadOnlySpan<byte> bytes, ulong first)
    {
        for (int at = 0; at < bytes.Length; at += PerLine)
        {
            ReadOnlySpan<byte> line = bytes[at..Math.Min(at + PerLine, bytes.Length)];
            var hexadecimal = new StringBuilder();
            var text = new StringBuilder();
            foreach (byte value in line)
            {
                hexadecimal.Append(CultureInfo.InvariantCulture, $" {value:x2}");
                text.Append(value is >= 0x20 and < 0x7F ? (char)value : '.');
            }

            Console.WriteLine($"{first + (ulong)at:x8} {hexadecimal.ToString().PadRight(3 * PerLine)}  {text}");
        }
    }
}
