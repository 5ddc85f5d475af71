using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Backups;

/// <summary>
/// Puts a backup in the place of a SQLite database while no server runs on it. The database that was there is kept beside. At every moment there is either the old one or the new
/// one, whole, whatever kills the command.
/// </summary>
public sealed class Restore(TenantDirectory tenants, TenantDatabases databases, DatabaseMigrator migrator, IServiceScopeFactory scopes, TimeProvider clock)
{
    /// <summary>The name of the file that the old database is kept as, or what stands in the way.</summary>
    public async Task<Result<string>> RunAsync(Tenant tenant, string file, CancellationToken cancel)
    {
        if (tenant.Provider != DatabaseProvider.Sqlite)
            return Refused("This command is for SQLite. docs/operations.md says how backups of other databases are restored.");
        if (!File.Exists(file))
            return Refused($"There is no file {file}.");
        using var alone = ServingLock.TryKeepOut(tenants.Default);
        if (alone is null)
            return Refused("A server is running on this database. Stop it first.");
        if (BackupFile.FindProblem(file) is { } unsound)
            return Refused($"The backup is not sound: {unsound}");
        if (RefuseShape(tenant, file) is { } shape)
            return shape;

        var kept = PutInPlace(BackupService.FileOf(tenant), file, cancel);
        databases.Drop(tenant);
        await migrator.MigrateAsync(tenant, isNew: false, cancel);
        await RecordAsync(tenant, Path.GetFileName(file), cancel);
        return kept;
    }

    private Problem? RefuseShape(Tenant tenant, string file)
    {
        var seen = BackupFile.Migrations(file);
        using var db = databases.OpenOnce(tenant);
        return seen.Count == 0 ? Refused("This file is a database, but not one of this portal.")
            : seen.Except(db.Database.GetMigrations()).Any() ? Refused("The backup was made by a newer version of this program. Restore it with that version.")
            : null;
    }

    private string PutInPlace(string database, string file, CancellationToken cancel)
    {
        var kept = $"{database}.before-{clock.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        var coming = database + ".restoring";
        Directory.CreateDirectory(Path.GetDirectoryName(database)!);
        File.Copy(file, coming, overwrite: true);
        // Connections that only read can't turn the journal on.
        Ask(coming, "PRAGMA journal_mode=WAL");
        using (var written = new FileStream(coming, FileMode.Open, FileAccess.ReadWrite))
            written.Flush(flushToDisk: true);
        cancel.ThrowIfCancellationRequested();

        if (File.Exists(database))
        {
            FoldJournalIn(database);
            File.Copy(database, kept);
            if (File.Exists(database + "-wal"))
                File.Copy(database + "-wal", kept + "-wal");
        }
        // The journal of the old database would be played into the new one.
        File.Delete(database + "-wal");
        File.Delete(database + "-shm");
        File.Move(coming, database, overwrite: true);
        return kept;
    }

    private static void FoldJournalIn(string database)
    {
        try
        {
            Ask(database, "PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException)
        {
            // It is broken, which may be why it is replaced. It is kept with its journal as it is.
        }
    }

    private static void Ask(string file, string pragma)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = pragma;
        command.ExecuteNonQuery();
    }

    // What was ended, spent or run since the backup must not come to life again.
    private async Task RecordAsync(Tenant tenant, string file, CancellationToken cancel)
    {
        await using var scope = scopes.CreateFor(tenant);
        var db = scope.ServiceProvider.GetRequiredService<UserAdminDbContext>();
        var now = clock.GetUtcNow();
        await db.WriteAsync(async () =>
        {
            await db.Sessions.Where(s => s.EndedAt == null).ExecuteUpdateAsync(row => row.SetProperty(s => s.EndedAt, now).SetProperty(s => s.EndReason, "Restored from a backup"), cancel);
            await db.OneTimeTokens.ExecuteDeleteAsync(cancel);
            await db.PendingSignIns.ExecuteDeleteAsync(cancel);
            await db.JobRuns.Where(r => r.Outcome == JobOutcome.Running).ExecuteUpdateAsync(row => row.SetProperty(r => r.Outcome, JobOutcome.Interrupted).SetProperty(r => r.EndedAt, now), cancel);
            db.Record(AuditAction.DatabaseRestored, Actor.System, new(null, file), now);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    private static Problem Refused(string words) => new(ProblemKind.Invalid, "restore.refused", words);
}
