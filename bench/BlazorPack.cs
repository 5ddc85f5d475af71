using System.Buffers.Binary;
using System.Text;

namespace UserAdmin.Bench;

/// <summary>
/// The little of MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) that Blazor's hub messages use, each of them
/// preceded by its length as SignalR's binary protocols want it: seven bits a byte, lowest first.
/// </summary>
internal static class BlazorPack
{
    /// <summary>Null, bool, int, long, string and arrays of these; an empty array of strings stands for itself.</summary>
    public static byte[] Frame(params object?[] message)
    {
        using var body = new MemoryStream();
        Write(body, message);
        using var frame = new MemoryStream();
        for (var length = (int)body.Length; ; length >>= 7)
        {
            frame.WriteByte((byte)(length > 0x7f ? length & 0x7f | 0x80 : length));
            if (length <= 0x7f)
                break;
        }
        body.WriteTo(frame);
        return frame.ToArray();
    }

    /// <summary>Cuts the next whole message off the front, if there is one.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> bytes, out object?[] message)
    {
        message = [];
        var (length, at) = (0, 0);
        for (var shift = 0; ; shift += 7)
        {
            if (at == bytes.Length)
                return false;
            var next = bytes[at++];
            length |= (next & 0x7f) << shift;
            if (next <= 0x7f)
                break;
        }
        if (bytes.Length < at + length)
            return false;
        var body = bytes.Slice(at, length);
        bytes = bytes[(at + length)..];
        message = (object?[])Read(ref body)!;
        return true;
    }

    private static void Write(MemoryStream to, object? value)
    {
        switch (value)
        {
            case null: to.WriteByte(0xc0); break;
            case bool flag: to.WriteByte((byte)(flag ? 0xc3 : 0xc2)); break;
            case int number: Write(to, (long)number); break;
            case >= 0L and <= 0x7fL: to.WriteByte((byte)(long)value); break;
            case long number: to.WriteByte(0xd3); WriteBigEndian(to, number, 8); break;
            case string text:
                var bytes = Encoding.UTF8.GetBytes(text);
                to.WriteByte(0xdb);
                WriteBigEndian(to, bytes.Length, 4);
                to.Write(bytes);
                break;
            case object?[] array:
                to.WriteByte(0xdc);
                WriteBigEndian(to, array.Length, 2);
                foreach (var item in array)
                    Write(to, item);
                break;
            case Dictionary<string, string> { Count: 0 }: to.WriteByte(0x80); break;
            default: throw new NotSupportedException($"{value.GetType()} in a message");
        }
    }

    private static void WriteBigEndian(MemoryStream to, long value, int bytes)
    {
        for (var shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
            to.WriteByte((byte)(value >> shift));
    }

    private static object? Read(ref ReadOnlySpan<byte> from)
    {
        var code = from[0];
        from = from[1..];
        return code switch
        {
            <= 0x7f => (long)code,
            <= 0x8f => ReadMap(ref from, code & 0x0f),
            <= 0x9f => ReadArray(ref from, code & 0x0f),
            <= 0xbf => ReadText(ref from, code & 0x1f),
            0xc0 => null,
            0xc2 => false,
            0xc3 => true,
            0xc4 => Take(ref from, Take(ref from, 1)[0]).ToArray(),
            0xc5 => Take(ref from, BinaryPrimitives.ReadUInt16BigEndian(Take(ref from, 2))).ToArray(),
            0xc6 => Take(ref from, (int)BinaryPrimitives.ReadUInt32BigEndian(Take(ref from, 4))).ToArray(),
            0xca => (double)BinaryPrimitives.ReadSingleBigEndian(Take(ref from, 4)),
            0xcb => BinaryPrimitives.ReadDoubleBigEndian(Take(ref from, 8)),
            0xcc => (long)Take(ref from, 1)[0],
            0xcd => (long)BinaryPrimitives.ReadUInt16BigEndian(Take(ref from, 2)),
            0xce => (long)BinaryPrimitives.ReadUInt32BigEndian(Take(ref from, 4)),
            0xcf => (long)BinaryPrimitives.ReadUInt64BigEndian(Take(ref from, 8)),
            0xd0 => (long)(sbyte)Take(ref from, 1)[0],
            0xd1 => (long)BinaryPrimitives.ReadInt16BigEndian(Take(ref from, 2)),
            0xd2 => (long)BinaryPrimitives.ReadInt32BigEndian(Take(ref from, 4)),
            0xd3 => BinaryPrimitives.ReadInt64BigEndian(Take(ref from, 8)),
            0xd9 => ReadText(ref from, Take(ref from, 1)[0]),
            0xda => ReadText(ref from, BinaryPrimitives.ReadUInt16BigEndian(Take(ref from, 2))),
            0xdb => ReadText(ref from, (int)BinaryPrimitives.ReadUInt32BigEndian(Take(ref from, 4))),
            0xdc => ReadArray(ref from, BinaryPrimitives.ReadUInt16BigEndian(Take(ref from, 2))),
            0xdd => ReadArray(ref from, (int)BinaryPrimitives.ReadUInt32BigEndian(Take(ref from, 4))),
            0xde => ReadMap(ref from, BinaryPrimitives.ReadUInt16BigEndian(Take(ref from, 2))),
            >= 0xe0 => (long)(sbyte)code,
            _ => throw new NotSupportedException($"MessagePack code {code:x2}"),
        };
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> from, int count)
    {
        var taken = from[..count];
        from = from[count..];
        return taken;
    }

    private static string ReadText(ref ReadOnlySpan<byte> from, int bytes) => Encoding.UTF8.GetString(Take(ref from, bytes));

    private static object?[] ReadArray(ref ReadOnlySpan<byte> from, int count)
    {
        var items = new object?[count];
        for (var i = 0; i < count; i++)
            items[i] = Read(ref from);
        return items;
    }

    // Headers, which Blazor leaves empty.
    private static object? ReadMap(ref ReadOnlySpan<byte> from, int count)
    {
        for (var i = 0; i < 2 * count; i++)
            Read(ref from);
        return null;
    }
}
