using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace UserAdmin.Core.Common;

/// <summary>Fields for spreadsheets. Each is quoted, and nothing in it can become a formula (F03), also where a program takes another separator.</summary>
public static class Csv
{
    // What some program takes for the end of a field, what is doubled and what is left out: without these, only the beginning of a text can do harm.
    private static readonly SearchValues<char> Turns = SearchValues.Create(";,|\t\r\n\"\0");

    /// <summary>As UTF-8, in quotes. An apostrophe stands before what would begin a formula.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        if (text.Length > 0 && (Begins(text[0]) || text[0] is ' ' or '\u00A0' or '\t' or '\r' || text.IndexOfAny(Turns) >= 0))
            WriteInert(output, text);
        else
            Quote(output, text);
    }

    public static string Line(params IEnumerable<string?> fields)
    {
        var line = new ArrayBufferWriter<byte>();
        foreach (var (i, field) in fields.Index())
        {
            if (i > 0)
                line.Write(","u8);
            Write(line, field);
        }
        line.Write("\r\n"u8);
        return Encoding.UTF8.GetString(line.WrittenSpan);
    }

    private static void WriteInert(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        // Each character becomes two at most: a quote is doubled, a sign gets an apostrophe.
        var inert = ArrayPool<char>.Shared.Rent(text.Length * 2);
        var (length, atStart, afterSeparator) = (0, true, false);
        foreach (var c in text)
        {
            if (c == '\0')
                continue;
            if ((Begins(c) && (atStart || afterSeparator)) || (atStart && c is '\t' or '\r'))
                inert[length++] = '\'';
            if (c is not (' ' or '\u00A0'))
                (atStart, afterSeparator) = (false, Turns.Contains(c));
            if (c == '"')
                inert[length++] = '"';
            inert[length++] = c;
        }
        Quote(output, inert.AsSpan(0, length));
        ArrayPool<char>.Shared.Return(inert);
    }

    private static void Quote(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        var bytes = output.GetSpan(text.Length * 3 + 2);
        bytes[0] = (byte)'"';
        Utf8.FromUtf16(text, bytes[1..], out _, out var written);
        bytes[written + 1] = (byte)'"';
        output.Advance(written + 2);
    }

    // Signs that begin a formula, in their full-width forms, too.
    private static bool Begins(char c) => c is '=' or '+' or '-' or '@' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20';
}
