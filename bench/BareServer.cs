using System.Buffers;
using System.Data.Common;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace UserAdmin.Bench;

/// <summary>
/// The limit to compare with: Kestrel, hand-written SQL in prepared commands, hand-written JSON and HTML, and nothing else: no sign-in,
/// no permissions, no layout.
/// </summary>
internal static class BareServer
{
    public const string Name = "bare";

    private static readonly string[] Columns = ["id", "first_name", "last_name", "user_name", "email", "created_at", "last_sign_in_at", "two_factor_enabled"];

    /// <summary>Arguments: provider, connection string, then Kestrel's.</summary>
    public static async Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args[2..]);
        builder.Logging.ClearProviders();
        var database = new Database(Enum.Parse<Provider>(args[0]), 0, args[1], "");
        builder.Services.AddSingleton(database).AddSingleton<BareQueries>();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();

        var app = builder.Build();
        app.UseAntiforgery();
        app.MapGet("/ready", () => Results.Ok());
        app.MapGet("/list", async (HttpContext http, BareQueries queries, int rows, long offset) =>
        {
            var (page, total) = (await queries.PageAsync(rows, offset), await queries.CountAsync());
            await WriteJsonAsync(http, page, total);
        });
        app.MapGet("/search", async (HttpContext http, BareQueries queries, int rows, string text) =>
        {
            var (page, total) = (await queries.SearchAsync(rows, text), await queries.CountMatchesAsync(text));
            await WriteJsonAsync(http, page, total);
        });
        app.MapGet("/user/{id}", async (HttpContext http, BareQueries queries, string id) => await WriteJsonAsync(http, await queries.FindAsync(id), 1));
        app.MapPost("/patch/{id}", async (BareQueries queries, string id, string phone) => await queries.PatchAsync(id, phone)).DisableAntiforgery();
        app.MapPost("/note/{id}", async (BareQueries queries, string id) => await queries.NoteAsync(id)).DisableAntiforgery();
        app.MapGet("/html", async (HttpContext http, BareQueries queries, int rows, long offset) =>
        {
            var (page, total) = (await queries.PageAsync(rows, offset), await queries.CountAsync());
            await WriteHtmlAsync(http, page, total);
        });
        app.MapRazorComponents<BarePage>().AddInteractiveServerRenderMode();
        await app.RunAsync();
    }

    private static async Task WriteJsonAsync(HttpContext http, List<object?[]> rows, long total)
    {
        http.Response.ContentType = "application/json";
        using (var json = new Utf8JsonWriter((IBufferWriter<byte>)http.Response.BodyWriter))
        {
            json.WriteStartObject();
            json.WriteNumber("total", total);
            json.WriteStartArray("rows");
            foreach (var row in rows)
            {
                json.WriteStartObject();
                for (var i = 0; i < row.Length; i++)
                {
                    json.WritePropertyName(Columns[i]);
                    if (row[i] is long number)
                        json.WriteNumberValue(number);
                    else
                        json.WriteStringValue(row[i]?.ToString());
                }
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        await http.Response.BodyWriter.FlushAsync();
    }

    private static async Task WriteHtmlAsync(HttpContext http, List<object?[]> rows, long total)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        var html = new System.Text.StringBuilder("<!doctype html><title>Users</title><p>").Append(total).Append(" users<table>");
        foreach (var row in rows)
        {
            html.Append("<tr><td><a href=\"/user/").Append(row[0]).Append("\">").Append(Encode(row[1])).Append(' ').Append(Encode(row[2])).Append("</a>");
            for (var i = 3; i < row.Length; i++)
                html.Append("<td>").Append(Encode(row[i]));
        }
        await http.Response.WriteAsync(html.Append("</table>").ToString());

        static string Encode(object? value) => HtmlEncoder.Default.Encode(value?.ToString() ?? "");
    }
}

/// <summary>The statements of the bare server, each prepared once per connection.</summary>
internal sealed class BareQueries(Database database)
{
    private const string Page = "SELECT id, first_name, last_name, user_name, email, created_at, last_sign_in_at, two_factor_enabled FROM users";

    private readonly System.Collections.Concurrent.ConcurrentBag<(DbConnection Connection, Dictionary<string, DbCommand> Commands)> idle = [];

    public Task<List<object?[]>> PageAsync(int rows, long offset) =>
        ReadAsync($"{Page} WHERE deleted_at IS NULL ORDER BY sort_name, id LIMIT @p0 OFFSET @p1", rows, offset);

    public async Task<long> CountAsync() => (long)(await ReadAsync("SELECT count(*) FROM users WHERE deleted_at IS NULL"))[0][0]!;

    public Task<List<object?[]>> SearchAsync(int rows, string text) =>
        ReadAsync($"{Page} WHERE deleted_at IS NULL AND search_text LIKE @p1 ORDER BY sort_name, id LIMIT @p0", rows, $"%{text}%");

    public async Task<long> CountMatchesAsync(string text) =>
        (long)(await ReadAsync("SELECT count(*) FROM users WHERE deleted_at IS NULL AND search_text LIKE @p0", $"%{text}%"))[0][0]!;

    public Task<List<object?[]>> FindAsync(string id) =>
        ReadAsync($"{Page} WHERE id = @p0", Id(id));

    /// <summary>One transaction: the change and a row that tells of it.</summary>
    public Task PatchAsync(string id, string phone)
    {
        const string work = "UPDATE users SET phone_number = @p1 WHERE id = @p0; INSERT INTO bench_notes (id, user_id, at, note) VALUES (@p2, @p3, @p4, @p1)";
        return ReadAsync(database.Provider == Provider.Sqlite ? $"BEGIN IMMEDIATE; {work}; COMMIT" : work, Id(id), phone, $"{Guid.CreateVersion7()}", id, $"{DateTime.UtcNow:O}");
    }

    public Task NoteAsync(string id) => ReadAsync("INSERT INTO bench_notes (id, user_id, at, note) VALUES (@p0, @p1, @p2, 'seen')", $"{Guid.CreateVersion7()}", id, $"{DateTime.UtcNow:O}");

    private object Id(string id) => database.Provider == Provider.Sqlite ? id : Guid.Parse(id);

    private async Task<List<object?[]>> ReadAsync(string sql, params object[] values)
    {
        if (!idle.TryTake(out var taken))
            taken = (await database.OpenAsync(), []);
        if (!taken.Commands.TryGetValue(sql, out var command))
            taken.Commands[sql] = command = await PrepareAsync(taken.Connection, sql, values);

        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        var rows = new List<object?[]>();
        await using (var reader = await command.ExecuteReaderAsync())
            while (await reader.ReadAsync())
            {
                var row = new object?[reader.FieldCount];
                reader.GetValues(row!);
                rows.Add(row);
            }
        idle.Add(taken);
        return rows;
    }

    private static async Task<DbCommand> PrepareAsync(DbConnection connection, string sql, object[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 300;
        for (var i = 0; i < values.Length; i++)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"p{i}", values[i]);
            command.Parameters.Add(parameter);
        }
        await command.PrepareAsync();
        return command;
    }
}
