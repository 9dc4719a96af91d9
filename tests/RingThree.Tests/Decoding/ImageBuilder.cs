using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using RingThree.Pci.Decoding;

namespace RingThree.Tests;

/// <summary>Configuration space made by hand: registers at their offsets, capabilities linked in the order they are added.</summary>
internal sealed class ImageBuilder
{
    private readonly byte[] _bytes;
    private int _last;
    private int _lastExtended;

    internal ImageBuilder(int size, byte headerType = 0)
    {
        _bytes = new byte[size];
        _last = (headerType & 0x7F) == 2 ? 0x14 : 0x34;
        Put16(0x00, 0x8086).Put16(0x02, 0x1234);
        _bytes[0x0E] = headerType;
    }

    internal byte[] Bytes => _bytes;

    internal ImageBuilder Put8(int at, byte value)
    {
        _bytes[at] = value;
        return this;
    }

    internal ImageBuilder Put16(int at, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(at), value);
        return this;
    }

    internal ImageBuilder Put32(int at, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(at), value);
        return this;
    }

    /// <summary>A capability of the standard list.</summary>
    /// <param name="at">Where.</param>
    /// <param name="id">Its id.</param>
    /// <param name="content">In hexadecimal, from offset 2 on.</param>
    internal ImageBuilder Capability(int at, byte id, string content)
    {
        _bytes[0x06] |= 0x10;
        _bytes[_last == 0x34 || _last == 0x14 ? _last : _last + 1] = (byte)at;
        _bytes[at] = id;
        Convert.FromHexString(content.Replace(" ", "", StringComparison.Ordinal)).CopyTo(_bytes, at + 2);
        _last = at;
        return this;
    }

    /// <summary>A capability of the extended list.</summary>
    /// <param name="at">Where.</param>
    /// <param name="id">Its id.</param>
    /// <param name="words">32-bit registers from offset 4 on.</param>
    internal ImageBuilder Extended(int at, ushort id, params uint[] words)
    {
        if (_lastExtended != 0) Put32(_lastExtended, BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(_lastExtended)) | ((uint)at << 20));
        Put32(at, id | 0x1_0000u);
        for (int i = 0; i < words.Length; i++) Put32(at + 4 + (4 * i), words[i]);
        _lastExtended = at;
        return this;
    }

    internal PciFunctionDescription Decode() => PciDecoder.Decode(_bytes);

    /// <summary>The only capability.</summary>
    internal PciCapabilityDescription Only()
    {
        PciFunctionDescription function = Decode();
        Xunit.Assert.Empty(function.Problems);
        return function.Capabilities[^1];
    }

    /// <summary>As lspci -xxxx prints it.</summary>
    internal static string Dump(string address, ReadOnlySpan<byte> image)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{address} Class: made by hand\n");
        for (int at = 0; at < image.Length; at += 16)
        {
            text.Append(CultureInfo.InvariantCulture, $"{at:x2}:");
            foreach (byte value in image[at..Math.Min(at + 16, image.Length)]) text.Append(CultureInfo.InvariantCulture, $" {value:x2}");
            text.Append('\n');
        }

        return text.Append('\n').ToString();
    }
}
