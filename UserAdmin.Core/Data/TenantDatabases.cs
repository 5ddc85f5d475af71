using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Data;

/// <summary>Hands out pooled contexts, one pool per tenant.</summary>
public sealed class TenantDatabases(IOptions<DatabaseSettings> settings, IServiceProvider services)
{
    private readonly ConcurrentDictionary<Tenant, Func<UserAdminDbContext>> pools = new();

    public UserAdminDbContext Open(Tenant tenant) => pools.GetOrAdd(tenant, PoolFor)();

    private Func<UserAdminDbContext> PoolFor(Tenant tenant) => tenant.Provider switch
    {
        DatabaseProvider.Sqlite => Pool<SqliteUserAdminDbContext>(options => options
            .UseSqlite(SqliteConnectionString(tenant), sqlite => sqlite.CommandTimeout(settings.Value.CommandTimeout).MaxBatchSize(settings.Value.MaxBatchSize))
            .AddInterceptors(new SqliteSettings())),
        DatabaseProvider.PostgreSql => Pool<PostgresUserAdminDbContext>(options => options
            .UseNpgsql(tenant.ConnectionString, postgres => postgres.CommandTimeout(settings.Value.CommandTimeout).MaxBatchSize(settings.Value.MaxBatchSize))),
        _ => Pool<SqlServerUserAdminDbContext>(options => options
            .UseSqlServer(tenant.ConnectionString, server => server.CommandTimeout(settings.Value.CommandTimeout).MaxBatchSize(settings.Value.MaxBatchSize))),
    };

    private Func<UserAdminDbContext> Pool<TContext>(Action<DbContextOptionsBuilder> configure) where TContext : UserAdminDbContext
    {
        // Counting up to a bound limits rows without an order, on purpose.
        var options = new DbContextOptionsBuilder<TContext>().UseApplicationServiceProvider(services)
            .ConfigureWarnings(warnings => warnings.Ignore(CoreEventId.RowLimitingOperationWithoutOrderByWarning));
        configure(options);
        return new PooledDbContextFactory<TContext>(options.Options).CreateDbContext;
    }

    // The busy time-out of Microsoft.Data.Sqlite is the command time-out; a writer of another process is waited for that long.
    private static string SqliteConnectionString(Tenant tenant)
    {
        var connection = new SqliteConnectionStringBuilder(tenant.ConnectionString);
        if (connection.DataSource is { Length: > 0 } file && file != ":memory:" && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
            Directory.CreateDirectory(folder);
        return connection.ConnectionString;
    }
}
