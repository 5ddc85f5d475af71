using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Exports;

/// <summary>What somebody wants: which list, narrowed how, as what; the zone is an IANA name.</summary>
public sealed record ExportRequest(string List, ExportFormat Format, string Query, string TimeZone)
{
    /// <summary>A short list isn't sent at once either: whoever asks comes back for the file.</summary>
    public bool IsForLater { get; init; }
}

/// <summary>A list that is about to be written, or the file that is made of it in the background. Dispose of it when it is over: somebody has three turns at once.</summary>
public sealed record BegunExport(ExportTable? Table, ExportOrder? Order, Guid? BackgroundId) : IDisposable
{
    internal IDisposable? Turn { get; init; }

    public void Dispose() => Turn?.Dispose();
}

public sealed record ExportRow(
    Guid Id, string Title, ExportFormat Format, ExportState State, long Rows, long? ExpectedRows, long Bytes, string? Problem, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt,
    DateTimeOffset ExpiresAt, DateTimeOffset? DownloadedAt, bool IsOfReport);

/// <summary>
/// Takes lists out as files. Short ones are written while they are read; long ones are made by <see cref="ExportRunner"/> and wait for their maker. Whichever way, the list
/// decides which rows and columns its reader sees, and what was taken out is recorded with its filter and its number of rows (G07).
/// </summary>
public sealed class ExportService(
    UserAdminDbContext db, IEnumerable<IExportList> lists, CurrentTenant tenant, Policies policies, ExportTurns turns, ExportSignal signal, IOptions<ExportSettings> settings, TimeProvider clock)
{
    public const int MostAtOnce = 3;

    /// <summary>
    /// A short list is opened and given back to be written; a long one is put down for the background. Problems: not allowed, acting as somebody else, no such list
    /// for this actor, a query that can't be read, three files under way already, no font for a PDF.
    /// </summary>
    public async Task<Result<BegunExport>> BeginAsync(ExportRequest request, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        if (actor.UserId is null || !TimeZoneInfo.TryFindSystemTimeZoneById(request.TimeZone, out var zone))
            return ExportProblems.BadQuery;
        if (request.Format == ExportFormat.Pdf && !PdfFonts.Exist(settings.Value.PdfFont))
            return ExportProblems.NoFont;
        var opened = await OpenAsync(request.List, request.Query, actor, cancel);
        if (!opened.Succeeded)
            return opened.Problem;

        var policy = await policies.GetAsync<ExportPolicy>(cancel);
        var rows = request.Format == ExportFormat.Pdf ? Math.Min(opened.Value.ExpectedRows ?? 0, policy.PdfRows) : opened.Value.ExpectedRows ?? 0;
        if (rows <= policy.RowsAtOnce && !request.IsForLater)
            return turns.Take(tenant.Tenant, actor.UserId.Value) is not { } turn ? ExportProblems.TooMany
                : new BegunExport(opened.Value, new(request.Format, actor.Name, clock.GetUtcNow(), zone) { MostPdfRows = policy.PdfRows, Font = settings.Value.PdfFont }, null) { Turn = turn };

        var export = Make(request, opened.Value, actor.UserId.Value, policy, clock.GetUtcNow());
        var result = await db.WriteAsync(async () =>
        {
            // Whoever asks twice at the same moment is counted one after the other.
            await db.Users.Where(u => u.Id == actor.UserId).ExecuteUpdateAsync(row => row.SetProperty(u => u.UpdatedAt, u => u.UpdatedAt), cancel);
            if (await db.Exports.CountAsync(e => e.OwnerId == actor.UserId && e.ReportRunId == null && (e.State == ExportState.Waiting || e.State == ExportState.Running), cancel) >= MostAtOnce)
                return ExportProblems.TooMany;
            db.Exports.Add(export);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (!result.Succeeded)
            return result.Problem;
        signal.Ring();
        return new BegunExport(null, null, export.Id);
    }

    /// <summary>The list as this actor may take it out.</summary>
    internal async Task<Result<ExportTable>> OpenAsync(string name, string query, Actor actor, CancellationToken cancel, bool isSent = false)
    {
        if (lists.FirstOrDefault(list => list.Name == name) is not { } list)
            return ExportProblems.ListNotFound;
        if (!list.IsOnesOwn && !isSent)
        {
            if (!actor.CanSomewhere(Permission.ExportsCreate))
                return await db.DenyAsync(actor, Permission.ExportsCreate, null, clock, cancel);
            actor = actor with { Access = actor.Access.WhereHeld(Permission.ExportsCreate) };
        }
        return await list.OpenAsync(query, actor, cancel);
    }

    /// <summary>Writes a list that this actor began, and records that however it ends: whoever stops in the middle has what was sent until then.</summary>
    public async Task SendAsync(BegunExport begun, Stream output, Actor actor, CancellationToken cancel)
    {
        var (table, order) = (begun.Table!, begun.Order!);
        var rows = 0L;
        var reason = "Canceled";
        try
        {
            rows = await ExportWriter.WriteAsync(table, order, output, done =>
            {
                rows = done;
                return default;
            }, cancel);
            reason = null;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            reason = "Failed";
            throw;
        }
        finally
        {
            db.ChangeTracker.Clear();
            Record(table.Title, null, order.Format, rows, table.Facts, actor, reason);
            await db.SaveChangesAsync(CancellationToken.None);
            begun.Dispose();
        }
    }

    /// <summary>Stops what is under way or waits. Problems: not found, over already.</summary>
    public async Task<Result> CancelAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (await db.Exports.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id && e.OwnerId == actor.UserId, cancel) is not { } export)
            return ExportProblems.NotFound;
        return await EndAsync(export, ExportState.Canceled, export.Rows, 0, "Canceled", actor, null, cancel) ? Result.Ok : ExportProblems.NotUnderWay;
    }

    /// <summary>The actor's own files and what is under way, newest first. Nobody has more than some dozens: they expire.</summary>
    public async Task<IReadOnlyList<ExportRow>> ListAsync(Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return await db.Exports.AsNoTracking().Where(e => e.OwnerId == actor.UserId && e.ExpiresAt > now).OrderByDescending(e => e.CreatedAt).ThenByDescending(e => e.Id).Take(200)
            .Select(e => new ExportRow(e.Id, e.Title, e.Format, e.State, e.Rows, e.ExpectedRows, e.Bytes, e.Problem, e.CreatedAt, e.EndedAt, e.ExpiresAt, e.DownloadedAt, e.ReportRunId != null)).ToListAsync(cancel);
    }

    /// <summary>How many files of the actor are under way, and how many are ready that they have not fetched.</summary>
    public async Task<(int UnderWay, int Ready)> CountAsync(Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var states = await db.Exports.Where(e => e.OwnerId == actor.UserId && e.ExpiresAt > now && e.DownloadedAt == null && e.State <= ExportState.Done).Select(e => e.State).Take(200).ToListAsync(cancel);
        return (states.Count(state => state != ExportState.Done), states.Count(state => state == ExportState.Done));
    }

    /// <summary>
    /// Ends what is under way, once: whoever comes second changes nothing and records nothing. What is given up leaves no piece of a file behind.
    /// </summary>
    /// <param name="attempt">Which attempt of a server ends it; null when its owner does.</param>
    internal async Task<bool> EndAsync(Export export, ExportState state, long rows, long bytes, string? reason, Actor actor, int? attempt, CancellationToken cancel, IReadOnlyList<(string Name, string Value)>? facts = null)
    {
        var (now, ended) = (clock.GetUtcNow(), false);
        var expires = (await policies.GetAsync<ExportPolicy>(cancel)).EndOf(export, now);
        await db.WriteAsync(async () =>
        {
            ended = await db.Exports.Where(e => e.Id == export.Id && (e.State == ExportState.Waiting || e.State == ExportState.Running) && (attempt == null || e.Attempts == attempt)).ExecuteUpdateAsync(row => row
                .SetProperty(e => e.State, state).SetProperty(e => e.Rows, rows).SetProperty(e => e.Bytes, bytes).SetProperty(e => e.EndedAt, now).SetProperty(e => e.ExpiresAt, expires).SetProperty(e => e.HeldUntil, (DateTimeOffset?)null)
                .SetProperty(e => e.Problem, state == ExportState.Failed ? reason : null), cancel) == 1;
            if (!ended)
                return Result.Ok;
            if (state != ExportState.Done)
                await db.ExportChunks.Where(c => c.ExportId == export.Id).ExecuteDeleteAsync(cancel);
            Record(export.Title, export.Id, export.Format, rows, facts ?? [], actor, reason);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return ended;
    }

    private void Record(string title, Guid? id, ExportFormat format, long rows, IReadOnlyList<(string Name, string Value)> facts, Actor actor, string? reason) =>
        db.Record(AuditAction.ExportMade, actor, new(id, title), clock.GetUtcNow(),
            [new("Format", null, format.ToString()), new("Rows", null, rows.ToString(CultureInfo.InvariantCulture)), .. facts.Select(fact => new FieldChange(fact.Name, null, fact.Value))],
            reason, reason is null ? AuditOutcome.Success : AuditOutcome.Failure);

    private static Export Make(ExportRequest request, ExportTable table, Guid ownerId, ExportPolicy policy, DateTimeOffset now) => new()
    {
        OwnerId = ownerId,
        List = request.List,
        Title = Text.Shorten(table.Title, 200),
        Format = request.Format,
        Query = request.Query,
        TimeZone = request.TimeZone,
        ExpectedRows = table.ExpectedRows,
        CreatedAt = now,
        ExpiresAt = now.AddHours(policy.KeptHours),
    };
}
