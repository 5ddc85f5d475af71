using System.Text;
using System.Text.Json;
using UserAdmin.Core.Audit;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Common;
using UserAdmin.Core.Me;
using UserAdmin.Web.FeatureFlags;
using UserAdmin.Web.Audit;
using UserAdmin.Web.Security;
using UserAdmin.Web.Shell;
using static UserAdmin.Core.Common.Words;

namespace UserAdmin.Web.Me;

/// <summary>What happened to one's own account as a file: for spreadsheets, and for programs.</summary>
internal static class ActivityEndpoints
{
    public static void MapActivity(this WebApplication app)
    {
        app.MapGet("/me/activity.csv", (HttpContext http, ActivityExport export, CurrentActor current, CancellationToken cancel) =>
            SendAsync(http, export, current, "csv", "text/csv; charset=utf-8", WriteCsvAsync, cancel)).RequireAuthorization().WithMetadata(new ClosedWhileActingAttribute(), new PartOfAttribute(Feature.ActivityExport));
        app.MapGet("/me/activity.json", (HttpContext http, ActivityExport export, CurrentActor current, CancellationToken cancel) =>
            SendAsync(http, export, current, "json", "application/json", WriteJsonAsync, cancel)).RequireAuthorization().WithMetadata(new ClosedWhileActingAttribute(), new PartOfAttribute(Feature.ActivityExport));
    }

    private static async Task<IResult> SendAsync(
        HttpContext http, ActivityExport export, CurrentActor current, string format, string type,
        Func<Stream, IAsyncEnumerable<AuditRow>, CancellationToken, Task> write, CancellationToken cancel)
    {
        if (await current.FindAsync(http, cancel) is not { } actor)
            return Results.NotFound();
        var viewer = Viewer.In(http.Request.Cookies["useradmin-time-zone"], Display.Of(http));
        var filter = AuditListState.Parse(new Uri($"http://portal{http.Request.Path}{http.Request.QueryString}")).ToFilter(viewer) with { ActorId = null, TargetId = null };
        return Results.Stream(stream => write(stream, export.ReadAsync(filter, format, actor, cancel), cancel), type, $"activity.{format}");
    }

    internal static async Task WriteCsvAsync(Stream stream, IAsyncEnumerable<AuditRow> rows, CancellationToken cancel)
    {
        // Excel takes a file for UTF-8 by its mark.
        await using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await text.WriteAsync(Csv.Line(T("Time (UTC)"), T("What happened"), T("Outcome"), T("Address"), T("Changes"), T("Reason"), T("Action")).AsMemory(), cancel);
        await foreach (var row in rows.WithCancellation(cancel))
            await text.WriteAsync(Csv.Line(Exact(row), AuditSentence.Of(row), T(row.Outcome.ToString()), row.Address,
                string.Join("; ", row.Changes.Select(change => $"{AuditSentence.NameOf(change.Field)}: {change.Before ?? "–"} → {change.After ?? "–"}")), row.Reason, row.Action).AsMemory(), cancel);
    }

    private static async Task WriteJsonAsync(Stream stream, IAsyncEnumerable<AuditRow> rows, CancellationToken cancel)
    {
        await JsonSerializer.SerializeAsync(stream, Described(rows, cancel), JsonSerializerOptions.Web, cancel);

        static async IAsyncEnumerable<object> Described(IAsyncEnumerable<AuditRow> rows, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
        {
            await foreach (var row in rows.WithCancellation(cancel))
                yield return new
                {
                    row.Id,
                    Time = row.At,
                    row.Action,
                    Sentence = AuditSentence.Of(row),
                    Outcome = row.Outcome.ToString(),
                    Actor = row.ActorName,
                    InTheirName = row.ImpersonatorName,
                    Target = row.TargetName,
                    row.Address,
                    row.Reason,
                    row.Changes,
                };
        }
    }

    private static string Exact(AuditRow row) => row.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
}
