using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace UserAdmin.Core.Exports;

/// <summary>An array of objects, one to a line, for programs: values typed, instants exact and in UTC.</summary>
internal sealed class JsonFile : TableFile
{
    // Unsafe within a page, which no file is: browsers are told to save it, and not to guess what it might be.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Utf8JsonWriter json;
    private readonly JsonEncodedText[] keys;

    public JsonFile(ExportTable table, ExportOrder order) : base(table, order)
    {
        json = new((IBufferWriter<byte>)Output, Options);
        keys = [.. table.Columns.Select(column => JsonEncodedText.Encode(column.Key, Options.Encoder))];
    }

    public override void Begin() => json.WriteStartArray();

    public override bool Write(object?[] row)
    {
        json.WriteStartObject();
        for (var i = 0; i < row.Length; i++)
            switch (row[i])
            {
                case null: json.WriteNull(keys[i]); break;
                case string text: json.WriteString(keys[i], text); break;
                case long number: json.WriteNumber(keys[i], number); break;
                case int number: json.WriteNumber(keys[i], number); break;
                case double number when double.IsFinite(number): json.WriteNumber(keys[i], number); break;
                case double: json.WriteNull(keys[i]); break;
                case DateTimeOffset instant: json.WriteString(keys[i], instant.UtcDateTime); break;
                case DateOnly date: json.WriteString(keys[i], date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)); break;
                case bool flag: json.WriteBoolean(keys[i], flag); break;
                case var other: json.WriteString(keys[i], Convert.ToString(other, CultureInfo.InvariantCulture)); break;
            }
        json.WriteEndObject();
        json.Flush();
        Output.Write("\n"u8);
        return true;
    }

    public override void End(long rows)
    {
        json.WriteEndArray();
        json.Flush();
    }

    public override void Dispose()
    {
        json.Dispose();
        base.Dispose();
    }
}
