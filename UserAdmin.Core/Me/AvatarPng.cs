using System.Buffers.Binary;
using System.IO.Compression;

namespace UserAdmin.Core.Me;

/// <summary>
/// Reads one kind of PNG and no other: 256 pixels square, eight bits of RGB or RGBA, not interlaced, as the browser's canvas writes it. Only
/// the pixels are taken over into a new file, so whatever else was in the upload (text, scripts, places, other formats) is gone (G01, G02).
/// </summary>
public static class AvatarPng
{
    public const int Side = 256;

    /// <summary>No picture of this kind has more bytes, even when nothing in it could be compressed.</summary>
    public const int MaximumBytes = 400_000;

    private static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];
    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(CrcOf)];

    /// <summary>A new file with the same pixels, or null when the upload is not exactly such a PNG.</summary>
    public static byte[]? Clean(ReadOnlyMemory<byte> upload)
    {
        if (upload.Length > MaximumBytes || !upload.Span.StartsWith(Signature))
            return null;
        return Open(upload) is var (packed, channels) && packed is not null && Pixels(packed, channels) is { } pixels ? Write(pixels, channels) : null;
    }

    // Checks every chunk and puts the packed pixels together. Nothing may follow the end: that is where other formats hide.
    private static (byte[]? Packed, int Channels) Open(ReadOnlyMemory<byte> file)
    {
        var rest = file.Span[Signature.Length..];
        var channels = 0;
        using var packed = new MemoryStream();
        for (var isFirst = true; rest.Length >= 12; isFirst = false)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - 12)
                return default;
            var kind = rest.Slice(4, 4);
            var data = rest.Slice(8, (int)length);
            if (Crc(rest.Slice(4, 4 + (int)length)) != BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]))
                return default;
            rest = rest[(12 + (int)length)..];

            if (isFirst != kind.SequenceEqual("IHDR"u8))
                return default;
            if (isFirst && (channels = Channels(data)) == 0)
                return default;
            if (kind.SequenceEqual("IDAT"u8))
                packed.Write(data);
            else if (kind.SequenceEqual("IEND"u8))
                return rest.IsEmpty && length == 0 ? (packed.ToArray(), channels) : default;
            else if (!isFirst && (kind[0] & 0x20) == 0)
                return default;
        }
        return default;
    }

    private static int Channels(ReadOnlySpan<byte> header) =>
        header.Length == 13 && BinaryPrimitives.ReadInt32BigEndian(header) == Side && BinaryPrimitives.ReadInt32BigEndian(header[4..]) == Side
            && header[8..].SequenceEqual((ReadOnlySpan<byte>)[8, header[9], 0, 0, 0])
            ? header[9] switch { 2 => 3, 6 => 4, _ => 0 }
            : 0;

    // Unpacks exactly as much as the picture has, and takes back what each row's filter did (PNG, 9.2).
    private static byte[]? Pixels(byte[] packed, int channels)
    {
        var stride = Side * channels;
        var rows = new byte[Side * (stride + 1)];
        try
        {
            using var unpacking = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
            if (unpacking.ReadAtLeast(rows, rows.Length, throwOnEndOfStream: false) < rows.Length || unpacking.ReadByte() != -1)
                return null;
        }
        catch (InvalidDataException)
        {
            return null;
        }

        var pixels = new byte[Side * stride];
        for (var y = 0; y < Side; y++)
        {
            var filter = rows[y * (stride + 1)];
            if (filter > 4)
                return null;
            for (var x = 0; x < stride; x++)
            {
                int left = x < channels ? 0 : pixels[y * stride + x - channels];
                int up = y == 0 ? 0 : pixels[(y - 1) * stride + x];
                int corner = x < channels || y == 0 ? 0 : pixels[(y - 1) * stride + x - channels];
                var guess = filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => Paeth(left, up, corner) };
                pixels[y * stride + x] = (byte)(rows[y * (stride + 1) + 1 + x] + guess);
            }
        }
        return pixels;
    }

    private static byte[] Write(byte[] pixels, int channels)
    {
        using var packed = new MemoryStream();
        using (var packing = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var (stride, row) = (Side * channels, new byte[Side * channels + 1]);
            for (var y = 0; y < Side; y++)
            {
                row[0] = 1;
                for (var x = 0; x < stride; x++)
                    row[x + 1] = (byte)(pixels[y * stride + x] - (x < channels ? 0 : pixels[y * stride + x - channels]));
                packing.Write(row);
            }
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Side);
        (header[8], header[9]) = (8, (byte)(channels == 3 ? 2 : 6));
        using var file = new MemoryStream();
        file.Write(Signature);
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "IDAT"u8, packed.ToArray());
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void Chunk(Stream file, ReadOnlySpan<byte> kind, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] checkedPart = [.. kind, .. data];
        file.Write(checkedPart);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(checkedPart));
        file.Write(number);
    }

    private static int Paeth(int left, int up, int corner)
    {
        var (toLeft, toUp, toCorner) = (Math.Abs(up - corner), Math.Abs(left - corner), Math.Abs(left + up - 2 * corner));
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
            crc = CrcTable[(crc ^ value) & 0xFF] ^ (crc >> 8);
        return ~crc;
    }

    private static uint CrcOf(int value)
    {
        var crc = (uint)value;
        for (var bit = 0; bit < 8; bit++)
            crc = (crc & 1) == 1 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        return crc;
    }
}
