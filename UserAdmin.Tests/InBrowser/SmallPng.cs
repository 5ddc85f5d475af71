using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace UserAdmin.Tests.InBrowser;

/// <summary>Writes a picture as PNG of 256 colours: a third of what a browser writes, and no difference to see in pages of text.</summary>
internal static class SmallPng
{
    private const int Colours = 256;

    /// <param name="pixels">Red, green, blue and opacity of each pixel, row by row.</param>
    public static byte[] Encode(int width, int height, ReadOnlySpan<byte> pixels)
    {
        var colours = new int[width * height];
        for (var i = 0; i < colours.Length; i++)
            colours[i] = pixels[4 * i] << 16 | pixels[4 * i + 1] << 8 | pixels[4 * i + 2];
        var byUse = colours.CountBy(colour => colour).OrderByDescending(use => use.Value).Select(use => use.Key).ToList();
        var palette = byUse.Take(Colours).ToArray();
        var places = byUse.ToDictionary(colour => colour, colour => (byte)NearestIn(palette, colour));

        var rows = new byte[height * (1 + width)];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                rows[y * (1 + width) + 1 + x] = places[colours[y * width + x]];

        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 3);
        Write(png, "IHDR", header);
        Write(png, "PLTE", [.. palette.SelectMany(colour => new[] { (byte)(colour >> 16), (byte)(colour >> 8), (byte)colour })]);
        using var packed = new MemoryStream();
        using (var packer = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            packer.Write(rows);
        Write(png, "IDAT", packed.ToArray());
        Write(png, "IEND", []);
        return png.ToArray();
    }

    private static int NearestIn(int[] palette, int colour)
    {
        int Distance(int other) => Square((colour >> 16) - (other >> 16)) + Square((colour >> 8 & 255) - (other >> 8 & 255)) + Square((colour & 255) - (other & 255));
        return Enumerable.Range(0, palette.Length).MinBy(place => Distance(palette[place]));
    }

    private static int Square(int number) => number * number;

    private static void Write(Stream png, string kind, byte[] content)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(kind), .. content];
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.Write(number);
        png.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Checksum(body));
        png.Write(number);
    }

    // CRC-32 as PNG wants it.
    private static uint Checksum(byte[] bytes)
    {
        var sum = uint.MaxValue;
        foreach (var b in bytes)
        {
            sum ^= b;
            for (var bit = 0; bit < 8; bit++)
                sum = sum >> 1 ^ (sum & 1) * 0xEDB88320;
        }
        return ~sum;
    }
}
