using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;

namespace UserAdmin.Tests.Exports;

/// <summary>Tables and files of tests.</summary>
public static partial class Exporting
{
    public static readonly DateTimeOffset At = new(2026, 11, 21, 13, 5, 7, TimeSpan.Zero);

    public static ExportOrder Order(ExportFormat format) => new(format, "Grace Green", At, TimeZoneInfo.FindSystemTimeZoneById("Europe/Zurich"));

    public static ExportTable Table(IReadOnlyList<ExportColumn> columns, params object?[][] rows) => new("People", columns, Batches(rows), [("Status", "Active"), ("Sorted by", "Name")]);

    public static async IAsyncEnumerable<IReadOnlyList<object?[]>> Batches(IEnumerable<object?[]> rows, int size = 2)
    {
        foreach (var batch in rows.Chunk(size))
        {
            await Task.Yield();
            yield return batch;
        }
    }

    public static async Task<byte[]> Write(ExportTable table, ExportFormat format, ExportOrder? order = null)
    {
        using var file = new MemoryStream();
        await ExportWriter.WriteAsync(table, order ?? Order(format), file, null, TestContext.Current.CancellationToken);
        return file.ToArray();
    }

    public static XDocument Part(byte[] workbook, string name)
    {
        using var zip = new ZipArchive(new MemoryStream(workbook));
        using var part = zip.GetEntry(name)!.Open();
        return XDocument.Load(part);
    }

    /// <summary>What a list gives to somebody, each row as one line.</summary>
    public static async Task<IReadOnlyList<string>> Rows(this ITestPortal portal, string list, object query, Actor actor)
    {
        await using var scope = portal.CreateScope();
        var opened = await portal.Open(scope, list, JsonSerializer.Serialize(query, query.GetType(), Json), actor);
        Assert.Null(opened.Problem);
        var lines = new List<string>();
        await foreach (var batch in opened.Value!.Rows)
            lines.AddRange(batch.Select(row => string.Join('|', row.Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture)))));
        return lines;
    }

    public static Task<Result<ExportTable>> Open(this ITestPortal portal, AsyncServiceScope scope, string list, string query, Actor actor) =>
        scope.ServiceProvider.GetRequiredService<ExportService>().OpenAsync(list, query, actor, TestContext.Current.CancellationToken);

    public static AsyncServiceScope Scope(this ITestPortal portal) => portal.CreateScope();

    public static Task<Export> Load(this ITestPortal portal, Guid id) => portal.Run((UserAdminDbContext db) => db.Exports.AsNoTracking().SingleAsync(export => export.Id == id));

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { IncludeFields = true, Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } };

    [GeneratedRegex("""name="__RequestVerificationToken" value="(?<token>[^"]+)""")]
    private static partial Regex Token { get; }

    extension(Browser browser)
    {
        /// <summary>Chooses a format in the menu of a list.</summary>
        public async Task<HttpResponseMessage> Export<TQuery>(string list, ExportFormat format, TQuery query)
        {
            var page = await (await browser.Get("/me/exports")).Text();
            return await browser.Post("/exports/new", ("__RequestVerificationToken", Token.Match(page).Groups["token"].Value), ("list", list), ("format", format.ToString()), ("query", ExportQuery.Write(query)));
        }
    }
}
