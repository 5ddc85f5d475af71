using System.Data;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Audit.Verification;

/// <summary>Some seals, or some events under the seals before them.</summary>
internal sealed record LogPage(IReadOnlyList<AuditSeal> Seals, IReadOnlyList<AuditEvent> Events);

/// <summary>Reads a stream in its order, as it was at one moment, a few pages ahead of whoever judges them.</summary>
internal sealed class LogReader(UserAdminDbContext db)
{
    private const int SealsAtOnce = 500, EventsAtOnce = 2_500, Ahead = 4;

    /// <summary>A view of one moment: what is sealed meanwhile is not seen, and nobody has to wait.</summary>
    public static async Task<IAsyncDisposable> HoldAsync(UserAdminDbContext db, CancellationToken cancel)
    {
        if (db is not SqliteUserAdminDbContext)
            return await db.Database.BeginTransactionAsync(db is PostgresUserAdminDbContext ? IsolationLevel.RepeatableRead : IsolationLevel.ReadCommitted, cancel);
        await db.Database.OpenConnectionAsync(cancel);
        var view = ((SqliteConnection)db.Database.GetDbConnection()).BeginTransaction(deferred: true);
        await db.Database.UseTransactionAsync(view, cancel);
        return new SqliteView(db, view);
    }

    public async IAsyncEnumerable<LogPage> ReadAsync(AuditStream stream, [EnumeratorCancellation] CancellationToken cancel)
    {
        var pages = Channel.CreateBounded<LogPage>(new BoundedChannelOptions(Ahead) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reading = Task.Run(async () =>
        {
            try
            {
                await ReadAsync(stream, pages.Writer, stop.Token);
                pages.Writer.Complete();
            }
            catch (Exception failure)
            {
                // Handed to whoever reads the pages.
                pages.Writer.Complete(failure);
            }
        }, CancellationToken.None);
        try
        {
            await foreach (var page in pages.Reader.ReadAllAsync(cancel))
                yield return page;
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    // EF begins transactions of SQLite as a writer, and one that it did not begin it does not end either.
    private sealed class SqliteView(UserAdminDbContext db, SqliteTransaction view) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await db.Database.UseTransactionAsync(null);
            await view.DisposeAsync();
            await db.Database.CloseConnectionAsync();
        }
    }

    private async Task ReadAsync(AuditStream stream, ChannelWriter<LogPage> pages, CancellationToken cancel)
    {
        var (lastSeal, lastSeq) = (0L, long.MinValue);
        while (true)
        {
            var seals = await db.AuditSeals.AsNoTracking().Where(s => s.Stream == stream && s.SealId > lastSeal).OrderBy(s => s.SealId).Take(SealsAtOnce).ToListAsync(cancel);
            if (seals.Count > 0)
            {
                await pages.WriteAsync(new(seals, []), cancel);
                lastSeal = seals[^1].SealId;
            }
            // Behind the last seal nothing should have a number; a page of what has is enough to tell.
            var until = seals.Count > 0 ? seals[^1].FirstSeq + seals[^1].RowCount - 1 : long.MaxValue;
            while (true)
            {
                var after = lastSeq;
                var events = await AuditEvent.ReadAsync(db, rows => rows.Where(e => e.Stream == stream && e.Seq > after && e.Seq <= until).OrderBy(e => e.Seq).Take(EventsAtOnce), cancel);
                if (events.Count > 0)
                {
                    await pages.WriteAsync(new([], events), cancel);
                    lastSeq = events[^1].Seq!.Value;
                }
                if (events.Count < EventsAtOnce || seals.Count == 0)
                    break;
            }
            if (seals.Count == 0)
                return;
        }
    }
}
