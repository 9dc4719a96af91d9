namespace RingThree.Tests;

/// <summary>Functions whose lists are sound and whose registers hold anything.</summary>
internal static class RandomFunctions
{
    /// <summary>Standard capabilities with the bytes they take, and extended ones.</summary>
    private static readonly (byte Id, int Length)[] Standard = [(0x01, 8), (0x03, 8), (0x05, 24), (0x08, 28), (0x09, 16), (0x0A, 4), (0x0D, 8), (0x10, 0x3C), (0x11, 12), (0x12, 8), (0x13, 6)];

    private static readonly (ushort Id, int Length)[] Extended =
    [
        (0x01, 0x48), (0x03, 12), (0x0B, 0x20), (0x0D, 8), (0x0E, 8), (0x0F, 8), (0x10, 0x40), (0x13, 16), (0x15, 0x34), (0x18, 8), (0x1B, 8), (0x1D, 0x30), (0x1E, 16), (0x1F, 12), (0x25, 12),
        (0x05, 0x30), (0x12, 0x30), (0x2E, 24),
    ];

    internal static byte[] Make(Random random)
    {
        int[] types = [0, 1, 4, 5, 6, 7, 9, 10];
        int port = types[random.Next(types.Length)];
        bool bridge = port is 4 or 5 or 6 or 7;
        var builder = new ImageBuilder(4096, (byte)(bridge ? 1 : 0));
        byte[] image = builder.Bytes;
        builder.Put16(0x02, (ushort)random.Next(0x10000)).Put16(0x04, (ushort)random.Next(0x800));
        image[0x06] = (byte)(random.Next(16) << 4);
        image[0x07] = (byte)random.Next(256);
        image[0x09] = 0;
        image[0x0A] = (byte)(bridge ? 0x04 : 0);
        image[0x0B] = (byte)(bridge ? 0x06 : 0x02);
        image[0x0C] = 16;
        image[0x3C] = 11;
        image[0x3D] = (byte)random.Next(5);
        Bars(image, bridge ? 2 : 6, random);
        if (bridge)
        {
            random.NextBytes(image.AsSpan(0x18, 0x18));
            image[0x1D] = (byte)((image[0x1D] & 0xF0) | (image[0x1C] &= 0xF1) & 1); // both ends say the same of the width
            foreach (int window in (int[])[0x20, 0x24])
            {
                image[window] &= window == 0x24 ? (byte)0xF1 : (byte)0xF0;
                image[window + 2] = (byte)((image[window + 2] & 0xF0) | (image[window] & 1));
            }
        }

        int at = 0x40;
        foreach ((byte id, int length) in Shuffled(Standard, random))
        {
            if (at + length > 0x100) continue;
            byte[] content = new byte[length - 2];
            random.NextBytes(content);
            if (id == 0x09) content[0] = (byte)length;
            if (id == 0x10)
            {
                content[0] = (byte)((port << 4) | 2);
                content[1] &= 0x3F;
            }

            if (id == 0x08) content[1] &= 0x3F; // a slave's or a host's block

            if (id == 0x05)
            {
                content[1] &= 0xF9; // no extended data, which lspci 3.9 does not know
                content[2] &= 0xFC; // reserved bits of the address, which lspci prints
            }

            builder.Capability(at, id, Convert.ToHexString(content));
            at += (length + 3) & ~3;
        }

        // lspci shows the extended list of those with a PCI Express capability only, and so do we.
        at = 0x100;
        foreach ((ushort id, int length) in Shuffled(Extended, random))
        {
            uint[] words = new uint[(length / 4) - 1];
            for (int i = 0; i < words.Length; i++) words[i] = (uint)random.NextInt64(1L << 32);
            if (id == 0x05) words[0] = (words[0] & 0xFFFF_00FF) | 0x0200; // two links
            if (id == 0x0B) words[0] = (words[0] & 0xF_FFFF) | ((uint)length << 20);
            builder.Extended(at, id, words);
            at += length;
        }

        return image;
    }

    private static void Bars(byte[] image, int count, Random random)
    {
        for (int i = 0; i < count; i++)
        {
            uint address = (uint)random.NextInt64(1, 1L << 32) & 0xFFFF_F000;
            uint register = random.Next(5) switch
            {
                0 => 0,
                1 => (address & 0xFFFF) | 1,
                2 => address | (random.Next(2) == 0 ? 8u : 0),
                _ when i + 1 < count => address | 4 | (random.Next(2) == 0 ? 8u : 0),
                _ => address,
            };
            BitConverter.TryWriteBytes(image.AsSpan(0x10 + (4 * i)), register);
            if ((register & 7) != 4) continue;
            i++;
            BitConverter.TryWriteBytes(image.AsSpan(0x10 + (4 * i)), random.Next(2) == 0 ? 0 : random.Next(1, 0x1000));
        }
    }

    private static T[] Shuffled<T>(T[] values, Random random)
    {
        T[] copy = [.. values];
        random.Shuffle(copy);
        return copy;
    }
}
