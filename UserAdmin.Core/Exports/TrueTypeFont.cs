using System.Buffers.Binary;
using System.Text;

namespace UserAdmin.Core.Exports;

/// <summary>A TrueType font: what it measures, which glyph a character has, and a subset of it that keeps the glyphs' numbers.</summary>
internal sealed class TrueTypeFont
{
    private readonly byte[] data;
    private readonly Dictionary<string, (int Offset, int Length)> tables = [];
    private readonly Dictionary<int, ushort> glyphs = [];
    private readonly int metrics;

    public TrueTypeFont(byte[] data)
    {
        this.data = data;
        for (var i = 0; i < U16(4); i++)
            tables[Encoding.ASCII.GetString(data, 12 + 16 * i, 4)] = (I32(12 + 16 * i + 8), I32(12 + 16 * i + 12));
        UnitsPerEm = U16(tables["head"].Offset + 18);
        Ascent = (short)U16(tables["hhea"].Offset + 4);
        Descent = (short)U16(tables["hhea"].Offset + 6);
        metrics = U16(tables["hhea"].Offset + 34);
        var cmap = tables["cmap"].Offset;
        for (var i = 0; i < U16(cmap + 2); i++)
            if (cmap + I32(cmap + 4 + 8 * i + 4) is var table && U16(table) == 4)
                ReadSegments(table);
    }

    public int UnitsPerEm { get; }
    public int Ascent { get; }
    public int Descent { get; }

    /// <summary>0 when the font has none.</summary>
    public ushort Glyph(char c) => glyphs.GetValueOrDefault(c);

    /// <summary>In thousandths of the size.</summary>
    public int Width(ushort glyph) => U16(tables["hmtx"].Offset + 4 * Math.Min(glyph, metrics - 1)) * 1000 / UnitsPerEm;

    /// <summary>A font with these glyphs, and those they are made of.</summary>
    public byte[] Subset(IEnumerable<ushort> wanted)
    {
        var (glyf, loca) = (tables["glyf"].Offset, tables["loca"].Offset);
        var isLong = U16(tables["head"].Offset + 50) == 1;
        int At(int glyph) => isLong ? I32(loca + 4 * glyph) : 2 * U16(loca + 2 * glyph);

        var keep = WithParts(wanted, glyf, At);
        var count = U16(tables["maxp"].Offset + 4);
        using var outlines = new MemoryStream();
        var places = new byte[4 * (count + 1)];
        for (var glyph = 0; glyph < count; glyph++)
        {
            BinaryPrimitives.WriteInt32BigEndian(places.AsSpan(4 * glyph), (int)outlines.Length);
            if (!keep.Contains((ushort)glyph))
                continue;
            outlines.Write(data, glyf + At(glyph), At(glyph + 1) - At(glyph));
            Pad(outlines);
        }
        BinaryPrimitives.WriteInt32BigEndian(places.AsSpan(4 * count), (int)outlines.Length);

        var parts = new List<(string Tag, byte[] Bytes)>();
        foreach (var tag in (string[])["cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"])
            if (tables.TryGetValue(tag, out var table))
                parts.Add((tag, tag switch { "glyf" => outlines.ToArray(), "loca" => places, _ => data.AsSpan(table.Offset, table.Length).ToArray() }));
        // Places are long ones now.
        parts.First(part => part.Tag == "head").Bytes[51] = 1;
        return Assemble(parts);
    }

    // Format 4: the basic multilingual plane.
    private void ReadSegments(int table)
    {
        var count = U16(table + 6) / 2;
        for (var s = 0; s < count; s++)
        {
            int end = U16(table + 14 + 2 * s), start = U16(table + 16 + 2 * count + 2 * s), delta = U16(table + 16 + 4 * count + 2 * s), at = table + 16 + 6 * count + 2 * s, range = U16(at);
            for (var c = start; c <= end && c != 0xFFFF; c++)
            {
                var glyph = range == 0 ? c + delta : U16(at + range + 2 * (c - start)) is var found && found != 0 ? found + delta : 0;
                if ((glyph & 0xFFFF) != 0)
                    glyphs.TryAdd(c, (ushort)glyph);
            }
        }
    }

    private SortedSet<ushort> WithParts(IEnumerable<ushort> wanted, int glyf, Func<int, int> at)
    {
        var keep = new SortedSet<ushort>(wanted) { 0 };
        var queue = new Queue<ushort>(keep);
        while (queue.TryDequeue(out var glyph))
        {
            var outline = glyf + at(glyph);
            // Empty, or not made of others.
            if (at(glyph) == at(glyph + 1) || (short)U16(outline) >= 0)
                continue;
            for (var p = outline + 10; ;)
            {
                int flags = U16(p);
                if (keep.Add((ushort)U16(p + 2)))
                    queue.Enqueue((ushort)U16(p + 2));
                p += 4 + ((flags & 1) != 0 ? 4 : 2) + ((flags & 8) != 0 ? 2 : (flags & 0x40) != 0 ? 4 : (flags & 0x80) != 0 ? 8 : 0);
                if ((flags & 0x20) == 0)
                    break;
            }
        }
        return keep;
    }

    private static byte[] Assemble(List<(string Tag, byte[] Bytes)> parts)
    {
        using var font = new MemoryStream();
        void W16(int value) => font.Write([(byte)(value >> 8), (byte)value]);
        void W32(int value)
        {
            W16(value >> 16);
            W16(value);
        }
        W32(0x00010000);
        W16(parts.Count);
        W16(128);
        W16(3);
        W16(16 * parts.Count - 128);
        var offset = 12 + 16 * parts.Count;
        foreach (var (tag, bytes) in parts)
        {
            font.Write(Encoding.ASCII.GetBytes(tag));
            W32(0);
            W32(offset);
            W32(bytes.Length);
            offset += (bytes.Length + 3) & ~3;
        }
        foreach (var (_, bytes) in parts)
        {
            font.Write(bytes);
            Pad(font);
        }
        return font.ToArray();
    }

    private static void Pad(MemoryStream stream)
    {
        while (stream.Length % 4 != 0)
            stream.WriteByte(0);
    }

    private int U16(int offset) => BinaryPrimitives.ReadUInt16BigEndian(data.AsSpan(offset));
    private int I32(int offset) => BinaryPrimitives.ReadInt32BigEndian(data.AsSpan(offset));
}
