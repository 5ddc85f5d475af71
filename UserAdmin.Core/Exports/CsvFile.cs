using System.Globalization;
using UserAdmin.Core.Common;
using static UserAdmin.Core.Common.Words;

namespace UserAdmin.Core.Exports;

/// <summary>RFC 4180 in UTF-8 with the mark that Excel asks for; text is quoted and inert (F03), numbers are bare.</summary>
internal sealed class CsvFile(ExportTable table, ExportOrder order) : TableFile(table, order)
{
    private readonly (string Yes, string No) words = (T("Yes"), T("No"));

    public override void Begin()
    {
        Output.Write("\uFEFF"u8);
        for (var i = 0; i < Table.Columns.Count; i++)
        {
            if (i > 0)
                Output.Write(","u8);
            var column = Table.Columns[i];
            Csv.Write(Output, column.Kind == CellKind.Instant ? $"{column.Name} ({Order.Zone.Id})" : column.Name);
        }
        Output.Write("\r\n"u8);
    }

    public override bool Write(object?[] row)
    {
        for (var i = 0; i < row.Length; i++)
        {
            if (i > 0)
                Output.Write(","u8);
            switch (row[i])
            {
                case null: break;
                case string text: Csv.Write(Output, text); break;
                case long number: Output.WriteNumber(number); break;
                case int number: Output.WriteNumber(number); break;
                case double number: Output.WriteNumber(number); break;
                case DateTimeOffset instant: Moment(Local.Of(instant)); break;
                case DateOnly date: Day(date.Year, date.Month, date.Day); break;
                case bool flag: Csv.Write(Output, flag ? words.Yes : words.No); break;
                case var other: Csv.Write(Output, Convert.ToString(other, CultureInfo.InvariantCulture)); break;
            }
        }
        Output.Write("\r\n"u8);
        return true;
    }

    public override void End(long rows) { }

    // yyyy-MM-dd HH:mm:ss by hand: the general formatter is most of what a row costs.
    private void Moment(DateTime time)
    {
        Day(time.Year, time.Month, time.Day);
        var at = Output.GetSpan(9);
        at[0] = (byte)' ';
        Two(at[1..], time.Hour);
        at[3] = at[6] = (byte)':';
        Two(at[4..], time.Minute);
        Two(at[7..], time.Second);
        Output.Advance(9);
    }

    private void Day(int year, int month, int day)
    {
        var at = Output.GetSpan(10);
        Two(at, year / 100);
        Two(at[2..], year % 100);
        at[4] = at[7] = (byte)'-';
        Two(at[5..], month);
        Two(at[8..], day);
        Output.Advance(10);
    }

    private static void Two(Span<byte> at, int number) => (at[0], at[1]) = ((byte)('0' + number / 10), (byte)('0' + number % 10));
}
