using System.Buffers;
using System.Globalization;
using System.Text;

namespace UserAdmin.Core.Exports;

/// <summary>Rows of a sheet as XML. Text is always text: no cell is ever a formula (F03), and one that looks like it keeps its apostrophe when somebody edits it.</summary>
internal sealed class ExcelCells
{
    public const int LongestText = 32_767;

    private static readonly SearchValues<char> Marks = SearchValues.Create([.. "&<>", .. Enumerable.Range(0, 32).Select(code => (char)code)]);
    private static readonly DateTime Epoch = new(1899, 12, 30), FirstDay = new(1900, 3, 1);

    private readonly FileBuffer xml;
    private readonly LocalTime local;
    private readonly byte[][] columns;
    private readonly byte[] number = new byte[16];

    public ExcelCells(FileBuffer xml, LocalTime local, int count) =>
        (this.xml, this.local, columns) = (xml, local, [.. Enumerable.Range(0, count).Select(i => Encoding.ASCII.GetBytes($"<c r=\"{Letters(i)}"))]);

    public void Heading(IReadOnlyList<string> names)
    {
        xml.Write("<row r=\"1\">"u8);
        for (var i = 0; i < names.Count; i++)
            Text(columns[i], "1"u8, names[i], " s=\"4\""u8);
        xml.Write("</row>"u8);
    }

    public void Row(int row, object?[] values)
    {
        row.TryFormat(number, out var digits, provider: CultureInfo.InvariantCulture);
        ReadOnlySpan<byte> place = number.AsSpan(0, digits);
        xml.Write("<row r=\""u8);
        xml.Write(place);
        xml.Write("\">"u8);
        for (var i = 0; i < values.Length; i++)
            Cell(columns[i], place, values[i]);
        xml.Write("</row>"u8);
    }

    /// <summary>Text as XML has it, with what XML refuses written as _xHHHH_, which spreadsheets read back.</summary>
    public static void Escape(FileBuffer xml, ReadOnlySpan<char> text)
    {
        if (text.IndexOfAny(Marks) < 0 && text.IndexOf("_x") < 0 && text.IndexOfAny('\uFFFE', '\uFFFF') < 0)
        {
            xml.WriteText(text);
            return;
        }
        var plain = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var replacement = c switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '\t' or '\n' => null,
                '\0' => "",
                < ' ' or '\uFFFE' or '\uFFFF' => $"_x{(int)c:X4}_",
                '_' when IsEscape(text[i..]) => "_x005F_",
                _ => null,
            };
            if (replacement is null)
                continue;
            xml.WriteText(text[plain..i]);
            xml.WriteText(replacement);
            plain = i + 1;
        }
        xml.WriteText(text[plain..]);
    }

    public static string Letters(int column) => column < 26 ? $"{(char)('A' + column)}" : $"{Letters(column / 26 - 1)}{(char)('A' + column % 26)}";

    private void Cell(ReadOnlySpan<byte> column, ReadOnlySpan<byte> row, object? value)
    {
        switch (value)
        {
            case null or "": return;
            case string text: Text(column, row, text, IsLikeFormula(text) ? " s=\"3\""u8 : default); return;
            case long whole when whole is > -1_000_000_000_000_000 and < 1_000_000_000_000_000: Begin(column, row, "\"><v>"u8); xml.WriteNumber(whole); break;
            case int whole: Begin(column, row, "\"><v>"u8); xml.WriteNumber(whole); break;
            case double real when double.IsFinite(real): Begin(column, row, "\"><v>"u8); xml.WriteNumber(real); break;
            case bool flag: Begin(column, row, "\" t=\"b\"><v>"u8); xml.Write(flag ? "1"u8 : "0"u8); break;
            case DateTimeOffset instant when local.Of(instant) is var time && time >= FirstDay: Moment(column, row, time); return;
            case DateTimeOffset instant: Text(column, row, local.Of(instant).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), default); return;
            case DateTime time: Moment(column, row, time); return;
            case DateOnly date when date >= DateOnly.FromDateTime(FirstDay): Begin(column, row, "\" s=\"2\"><v>"u8); xml.WriteNumber(date.DayNumber - DateOnly.FromDateTime(Epoch).DayNumber); break;
            case DateOnly date: Text(column, row, date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), default); return;
            // A spreadsheet knows fifteen digits; a longer number would come out as another one.
            case var other: Text(column, row, Convert.ToString(other, CultureInfo.InvariantCulture) ?? "", default); return;
        }
        xml.Write("</v></c>"u8);
    }

    private void Begin(ReadOnlySpan<byte> column, ReadOnlySpan<byte> row, ReadOnlySpan<byte> rest)
    {
        xml.Write(column);
        xml.Write(row);
        xml.Write(rest);
    }

    // Days since 1899 and eleven decimals of the day, in whole numbers: exact to the second, and quicker than a real one.
    private void Moment(ReadOnlySpan<byte> column, ReadOnlySpan<byte> row, DateTime time)
    {
        Begin(column, row, "\" s=\"1\"><v>"u8);
        xml.WriteNumber((time - Epoch).Days);
        var fraction = (long)time.TimeOfDay.TotalSeconds * 100_000_000_000 / 86_400;
        var at = xml.GetSpan(12);
        at[0] = (byte)'.';
        for (var i = 11; i > 0; i--)
            (at[i], fraction) = ((byte)('0' + fraction % 10), fraction / 10);
        xml.Advance(12);
        xml.Write("</v></c>"u8);
    }

    private void Text(ReadOnlySpan<byte> column, ReadOnlySpan<byte> row, ReadOnlySpan<char> text, ReadOnlySpan<byte> style)
    {
        Begin(column, row, "\""u8);
        xml.Write(style);
        xml.Write(char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]) || text.Contains('\n') ? " t=\"inlineStr\"><is><t xml:space=\"preserve\">"u8 : " t=\"inlineStr\"><is><t>"u8);
        if (text.Length > LongestText)
        {
            Escape(xml, text[..(char.IsHighSurrogate(text[LongestText - 2]) ? LongestText - 2 : LongestText - 1)]);
            xml.Write("…"u8);
        }
        else
        {
            Escape(xml, text);
        }
        xml.Write("</t></is></c>"u8);
    }

    private static bool IsLikeFormula(string text) => text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or ' ' or '\u00A0' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20';

    private static bool IsEscape(ReadOnlySpan<char> text) =>
        text.Length >= 7 && text[1] == 'x' && text[6] == '_' && char.IsAsciiHexDigit(text[2]) && char.IsAsciiHexDigit(text[3]) && char.IsAsciiHexDigit(text[4]) && char.IsAsciiHexDigit(text[5]);
}
