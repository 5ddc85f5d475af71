using System.Globalization;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;

namespace UserAdmin.Core.Exports;

public sealed record ExportFile(Guid Id, string Name, string ContentType, long Bytes);

/// <summary>The files that were made in the background: each belongs to its maker alone, and goes when its time is over (G08).</summary>
public sealed class ExportFiles(UserAdminDbContext db, ExportService exports, TimeProvider clock)
{
    /// <summary>
    /// A finished file of the actor's own; that it was fetched is recorded. Not found: somebody else's, not finished, over, or of a list that the actor may not see any more.
    /// </summary>
    public async Task<Result<ExportFile>> OpenAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        var now = clock.GetUtcNow();
        var own = db.Exports.Where(e => e.Id == id && e.OwnerId == actor.UserId && e.State == ExportState.Done && e.ExpiresAt > now);
        if (await own.AsNoTracking().SingleOrDefaultAsync(cancel) is not { } export
            || !(await exports.OpenAsync(export.List, export.Query, actor, cancel, isSent: export.ReportRunId is not null)).Succeeded)
            return ExportProblems.NotFound;
        await db.WriteAsync(async () =>
        {
            await own.ExecuteUpdateAsync(row => row.SetProperty(e => e.DownloadedAt, now), cancel);
            db.Record(AuditAction.ExportDownloaded, actor, new(export.Id, export.Title), now,
                [new("Format", null, export.Format.ToString()), new("Rows", null, export.Rows.ToString(CultureInfo.InvariantCulture))]);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return new ExportFile(export.Id, NameOf(export.Title, export.Format, export.CreatedAt), ExportWriter.ContentTypeOf(export.Format), export.Bytes);
    }

    /// <summary>Sends a file that was opened, piece by piece.</summary>
    public async Task SendAsync(ExportFile file, Stream output, CancellationToken cancel)
    {
        for (var number = 0; ; number++)
        {
            var at = number;
            if (await db.ExportChunks.Where(c => c.ExportId == file.Id && c.Number == at).Select(c => c.Content).SingleOrDefaultAsync(cancel) is not { } content)
                return;
            await output.WriteAsync(content, cancel);
        }
    }

    /// <summary>Removes a file, or the entry of one that was given up. Problems: not found, still under way.</summary>
    public async Task<Result> RemoveAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return await db.WriteAsync(async () =>
        {
            if (await db.Exports.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id && e.OwnerId == actor.UserId, cancel) is not { } export)
                return ExportProblems.NotFound;
            if (export.State is ExportState.Waiting or ExportState.Running)
                return ExportProblems.UnderWay;
            await db.Exports.Where(e => e.Id == id && e.State >= ExportState.Done).ExecuteDeleteAsync(cancel);
            if (export.State == ExportState.Done)
                db.Record(AuditAction.ExportRemoved, actor, new(export.Id, export.Title), now);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    /// <summary>Removes the files whose time is over, and what nobody made in that time. Pieces go with their file.</summary>
    public async Task RemoveExpiredAsync(JobLog log, CancellationToken cancel)
    {
        var (now, removed, pieces) = (clock.GetUtcNow(), 0, 0);
        var over = await db.Exports.Where(e => e.ExpiresAt <= now && (e.State != ExportState.Running || e.HeldUntil == null || e.HeldUntil <= now)).OrderBy(e => e.ExpiresAt).Select(e => e.Id).ToListAsync(cancel);
        foreach (var id in over)
        {
            // A few pieces at a time, so that nobody waits for the removal of a large file.
            while (await db.ExportChunks.Where(c => c.ExportId == id).OrderBy(c => c.Number).Select(c => c.Number).Take(50).ToListAsync(cancel) is { Count: > 0 } numbers)
                pieces += await db.ExportChunks.Where(c => c.ExportId == id && numbers.Contains(c.Number)).ExecuteDeleteAsync(cancel);
            removed += await db.Exports.Where(e => e.Id == id && e.ExpiresAt <= now).ExecuteDeleteAsync(cancel);
        }
        log.Conclude(removed == 0 ? "No file was due." : string.Create(CultureInfo.InvariantCulture, $"Removed {removed} {(removed == 1 ? "file" : "files")} ({pieces} MB)."));
    }

    public static string NameOf(string title, ExportFormat format, DateTimeOffset at) =>
        $"{string.Join('-', string.Concat(title.Select(c => char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries))}-{at.UtcDateTime.ToString("yyyy-MM-dd-HHmm", CultureInfo.InvariantCulture)}.{ExportWriter.ExtensionOf(format)}";
}
