using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Data;

/// <summary>Brings the databases of all tenants to the current model, one process at a time.</summary>
public sealed partial class DatabaseMigrator(TenantDatabases databases, TenantDirectory tenants, TimeProvider clock, ILogger<DatabaseMigrator> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    /// <exception cref="TimeoutException">Another process has been migrating a SQLite file for longer than 45 seconds.</exception>
    public async Task MigrateAsync(CancellationToken cancel)
    {
        foreach (var tenant in tenants.All)
        {
            await using var db = databases.Open(tenant);
            using var own = db is SqliteUserAdminDbContext ? await LockFileAsync(db, cancel) : null;
            if (own is not null)
                await RemoveOrphanedLockAsync(db, cancel);

            var pending = (await db.Database.GetPendingMigrationsAsync(cancel)).ToList();
            if (pending.Count == 0)
                continue;
            LogMigrating(tenant.Name, pending.Count);
            await db.Database.MigrateAsync(cancel);
        }
    }

    // The operating system gives the lock back when its holder dies, which EF's row in __EFMigrationsLock never does.
    private async Task<FileStream> LockFileAsync(UserAdminDbContext db, CancellationToken cancel)
    {
        var file = new SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource + ".migrating";
        var started = clock.GetTimestamp();
        while (true)
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(file))
            {
                if (clock.GetElapsedTime(started) > Patience)
                    throw new TimeoutException($"Another process is still migrating the database (it holds {file}). Start again when it has finished.");
                await Task.Delay(TimeSpan.FromMilliseconds(200), clock, cancel);
            }
    }

    // Whoever holds the lock file is the only one migrating, so a row found now was left behind by a killed start.
    private static async Task RemoveOrphanedLockAsync(UserAdminDbContext db, CancellationToken cancel)
    {
        var exists = await db.Database.SqlQuery<int>($"SELECT count(*) AS Value FROM sqlite_master WHERE name = '__EFMigrationsLock'").SingleAsync(cancel);
        if (exists > 0)
            await db.Database.ExecuteSqlAsync($"DELETE FROM __EFMigrationsLock", cancel);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Migrating the database of tenant {Tenant}: {Count} steps")]
    private partial void LogMigrating(string tenant, int count);
}
