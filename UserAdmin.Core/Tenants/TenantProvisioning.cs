using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Core.Tenants;

/// <summary>Makes the databases of tenants, and removes them.</summary>
public sealed class TenantProvisioning(TenantDatabases databases, TenantDirectory tenants, TenantConnections connections, DatabaseMigrator migrator, AuditKeyFiles keyFiles, IServiceScopeFactory scopes)
{
    /// <summary>Makes the database, its tables and the first owner, who gets a mail; gives back their link when no mail leaves this portal. Problem: the database is in use.</summary>
    public async Task<Result<string>> MakeAsync(Tenant tenant, TenantForm form, string host, CancellationToken cancel)
    {
        if (!connections.IsOwn(tenant) && await HasTablesAsync(tenant, cancel))
            return TenantProblems.DatabaseInUse;
        if (connections.IsOwn(tenant))
            await MakePlaceAsync(tenant, cancel);
        await migrator.MigrateAsync(tenant, isNew: true, cancel);

        await using var scope = scopes.CreateFor(tenant, host);
        return await scope.ServiceProvider.GetRequiredService<FirstAdministrator>().ExpectAsync(
            new() { FirstName = form.OwnerFirstName, LastName = form.OwnerLastName, UserName = form.OwnerEmail, Email = form.OwnerEmail }, cancel);
    }

    /// <summary>Removes what was made here, at whatever point the making stopped. A database that an operator named stays.</summary>
    public async Task RemoveAsync(Tenant tenant, CancellationToken cancel)
    {
        databases.Drop(tenant);
        if (!connections.IsOwn(tenant))
            return;
        keyFiles.Forget(tenant.Name);
        switch (tenant.Provider)
        {
            case DatabaseProvider.Sqlite:
                if (FolderOf(tenant) is { } folder && Directory.Exists(folder))
                    Directory.Delete(folder, recursive: true);
                break;
            case DatabaseProvider.PostgreSql:
                await OnHostAsync($"DROP SCHEMA IF EXISTS \"{TenantConnections.SchemaOf(tenant.Name)}\" CASCADE", cancel);
                break;
            default:
                await using (var db = databases.OpenOnce(tenant))
                    await db.Database.EnsureDeletedAsync(cancel);
                break;
        }
    }

    /// <summary>How much room the database takes, in bytes; null when it can't be told.</summary>
    public static async Task<long?> SizeAsync(Tenant tenant, UserAdminDbContext db, CancellationToken cancel) => tenant.Provider switch
    {
        DatabaseProvider.Sqlite => new DirectoryInfo(FolderOf(tenant)) is { Exists: true } folder ? folder.EnumerateFiles().Sum(file => file.Length) : null,
        DatabaseProvider.PostgreSql => await db.Database.SqlQuery<long>($"""
            SELECT coalesce(sum(pg_catalog.pg_total_relation_size(c.oid)), 0)::bigint AS "Value" FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = current_schema()
            """).SingleAsync(cancel),
        _ => await db.Database.SqlQuery<long>($"SELECT CAST(sum(CAST(size AS bigint)) * 8192 AS bigint) AS Value FROM sys.database_files").SingleAsync(cancel),
    };

    private async Task MakePlaceAsync(Tenant tenant, CancellationToken cancel)
    {
        // SQL Server's database is made by the migration.
        if (tenant.Provider == DatabaseProvider.Sqlite)
            Directory.CreateDirectory(FolderOf(tenant));
        else if (tenant.Provider == DatabaseProvider.PostgreSql)
            await OnHostAsync($"CREATE SCHEMA IF NOT EXISTS \"{TenantConnections.SchemaOf(tenant.Name)}\"", cancel);
    }

    private async Task<bool> HasTablesAsync(Tenant tenant, CancellationToken cancel)
    {
        await using var db = databases.OpenOnce(tenant);
        return (await db.Database.GetAppliedMigrationsAsync(cancel)).Any();
    }

    // Names are letters, digits and underscores, so nothing in them needs escaping.
    private async Task OnHostAsync(string sql, CancellationToken cancel)
    {
        await using var db = databases.Open(tenants.Default);
        await db.Database.ExecuteSqlRawAsync(sql, cancel);
    }

    private static string FolderOf(Tenant tenant) => Path.GetDirectoryName(Path.GetFullPath(new SqliteConnectionStringBuilder(tenant.ConnectionString).DataSource))!;
}
