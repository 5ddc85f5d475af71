using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Data;

/// <summary>Brings the databases of all tenants to the current model, one process at a time.</summary>
public sealed partial class DatabaseMigrator(TenantDatabases databases, TenantDirectory tenants, TimeProvider clock, ILogger<DatabaseMigrator> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);
    private const int AtOnce = 4;

    /// <summary>The default tenant first. Another one that fails is reported and keeps nobody else out; gives back which did.</summary>
    /// <exception cref="TimeoutException">Another process has been migrating a SQLite file for longer than 45 seconds.</exception>
    public async Task<IReadOnlyList<Tenant>> MigrateAsync(CancellationToken cancel)
    {
        await MigrateAsync(tenants.Default, isNew: true, cancel);
        await tenants.RefreshAsync(cancel);
        await Parallel.ForEachAsync((await tenants.AllAsync(cancel)).Skip(1), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (tenant, stop) => await TryMigrateAsync(tenant, stop));
        return [.. (await tenants.AllAsync(cancel)).Where(tenant => tenants.IsBroken(tenant.Name))];
    }

    /// <summary>False when it failed; the tenant answers nothing until it succeeds.</summary>
    internal async Task<bool> TryMigrateAsync(Tenant tenant, CancellationToken cancel)
    {
        using var scope = logger.BeginTenant(tenant);
        try
        {
            await MigrateAsync(tenant, isNew: false, cancel);
            tenants.MarkBroken(tenant, false);
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Carrying on is safe: each tenant has a database of its own, and this one is kept shut.
            tenants.MarkBroken(tenant, true);
            LogFailed(failure, tenant.Name);
            return false;
        }
    }

    /// <summary>Only a new tenant's database may be empty: one that has lost its tables must not come back as an empty portal.</summary>
    internal async Task MigrateAsync(Tenant tenant, bool isNew, CancellationToken cancel)
    {
        await using var db = databases.OpenOnce(tenant, await FindSchemaOfOperatorsAsync(tenant, cancel));
        var known = db.Database.GetMigrations().ToList();
        // Of many tenants none needs anything at most starts, so they are looked at before they are locked.
        if (!isNew && await IsCurrentAsync(db, known, isNew, cancel))
            return;

        using var own = db is SqliteUserAdminDbContext ? await LockFileAsync(db, cancel) : null;
        if (own is not null)
            await RemoveOrphanedLockAsync(db, cancel);
        if ((tenant.IsHost || !isNew) && await IsCurrentAsync(db, known, isNew, cancel))
            return;
        LogMigrating(tenant.Name);
        await db.Database.MigrateAsync(cancel);
    }

    private static async Task<bool> IsCurrentAsync(UserAdminDbContext db, List<string> known, bool isNew, CancellationToken cancel)
    {
        var applied = (await db.Database.GetAppliedMigrationsAsync(cancel)).ToHashSet();
        return applied.Count > 0 || isNew ? known.TrueForAll(applied.Contains) : throw new InvalidOperationException("Its database is missing or empty.");
    }

    private async Task<string?> FindSchemaOfOperatorsAsync(Tenant tenant, CancellationToken cancel)
    {
        if (TenantDatabases.SchemaOf(tenant) is null)
            return null;
        await using var db = databases.OpenOnce(tenant);
        var schemas = await db.Database.SqlQuery<string>(
            $"""SELECT n.nspname::text AS "Value" FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm'""").ToListAsync(cancel);
        return schemas.FirstOrDefault() ?? "public";
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

    [LoggerMessage(Level = LogLevel.Information, Message = "Migrating the database of tenant {Tenant}")]
    private partial void LogMigrating(string tenant);

    [LoggerMessage(Level = LogLevel.Error, Message = "The database of tenant {Tenant} can't be used or migrated; it answers nothing until it can")]
    private partial void LogFailed(Exception failure, string tenant);
}
