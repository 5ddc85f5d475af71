using System.Collections.Concurrent;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Options;
using Npgsql;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Data;

/// <summary>Hands out pooled contexts, one pool per tenant. Pools that nobody has used for a while are dropped, so that many tenants cost what the busy ones do.</summary>
public sealed class TenantDatabases(IOptions<DatabaseSettings> settings, IServiceProvider services, TimeProvider clock)
{
    private const int MostPools = 200;
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<Tenant, Pool> pools = new();

    internal int Pools => pools.Count;

    public UserAdminDbContext Open(Tenant tenant)
    {
        if (!pools.TryGetValue(tenant, out var pool))
        {
            DropIdle();
            pool = pools.GetOrAdd(tenant, t => new(FactoryFor(t)));
        }
        pool.UsedAt = clock.GetTimestamp();
        return pool.Open();
    }

    /// <summary>
    /// A context of its own, with a connection that closes with it, for looks at many tenants one after the other. For migrations the operators of the
    /// trigram index are in sight, too, which are in another schema.
    /// </summary>
    internal UserAdminDbContext OpenOnce(Tenant tenant, string? besideSchema = null) => FactoryFor(Unpooled(tenant, besideSchema), SchemaOf(tenant))();

    /// <summary>Forgets the tenant's pool and closes its idle connections.</summary>
    internal void Drop(Tenant tenant)
    {
        pools.TryRemove(tenant, out _);
        if (tenant.Provider == DatabaseProvider.Sqlite)
            using (var connection = new SqliteConnection(SqliteConnectionString(tenant)))
                SqliteConnection.ClearPool(connection);
        else if (tenant.Provider == DatabaseProvider.PostgreSql)
            using (var connection = new NpgsqlConnection(tenant.ConnectionString))
                NpgsqlConnection.ClearPool(connection);
        else
            using (var connection = new SqlConnection(tenant.ConnectionString))
                SqlConnection.ClearPool(connection);
    }

    /// <summary>The schema that is a tenant's whole world; null where it has a database to itself.</summary>
    internal static string? SchemaOf(Tenant tenant) =>
        tenant is { IsHost: false, Provider: DatabaseProvider.PostgreSql } ? new NpgsqlConnectionStringBuilder(tenant.ConnectionString).SearchPath : null;

    // Contexts that are in use go back to a pool nobody knows any more, and away with it.
    private void DropIdle()
    {
        foreach (var (tenant, _) in pools.Where(entry => clock.GetElapsedTime(entry.Value.UsedAt) > IdleLimit && !entry.Key.IsHost))
            pools.TryRemove(tenant, out _);
        foreach (var (tenant, _) in pools.Where(entry => !entry.Key.IsHost).OrderByDescending(entry => entry.Value.UsedAt).Skip(MostPools - 1))
            pools.TryRemove(tenant, out _);
    }

    // SQLite files are opened faster from the pool, and closing the last connection of one would write its journal back each time.
    private static Tenant Unpooled(Tenant tenant, string? besideSchema) => tenant.Provider switch
    {
        DatabaseProvider.Sqlite => tenant,
        DatabaseProvider.PostgreSql => tenant with
        {
            ConnectionString = new NpgsqlConnectionStringBuilder(tenant.ConnectionString)
            {
                Pooling = false,
                SearchPath = SchemaOf(tenant) is { } schema && besideSchema is not null ? $"{schema}, {besideSchema}" : new NpgsqlConnectionStringBuilder(tenant.ConnectionString).SearchPath,
            }.ConnectionString,
        },
        _ => tenant with { ConnectionString = new SqlConnectionStringBuilder(tenant.ConnectionString) { Pooling = false }.ConnectionString },
    };

    private Func<UserAdminDbContext> FactoryFor(Tenant tenant) => FactoryFor(tenant, SchemaOf(tenant));

    private Func<UserAdminDbContext> FactoryFor(Tenant tenant, string? schema) => tenant.Provider switch
    {
        DatabaseProvider.Sqlite => Factory<SqliteUserAdminDbContext>(options => options
            .UseSqlite(SqliteConnectionString(tenant), sqlite => sqlite.CommandTimeout(settings.Value.CommandTimeout).MaxBatchSize(settings.Value.MaxBatchSize))
            .AddInterceptors(Sqlite)),
        DatabaseProvider.PostgreSql => Factory<PostgresUserAdminDbContext>(options => options
            .UseNpgsql(tenant.ConnectionString, postgres => postgres.CommandTimeout(settings.Value.CommandTimeout).MaxBatchSize(settings.Value.MaxBatchSize)
                .MigrationsHistoryTable(HistoryRepository.DefaultTableName, schema))),
        _ => Factory<SqlServerUserAdminDbContext>(options => options
            .UseSqlServer(tenant.ConnectionString, server => server.CommandTimeout(settings.Value.CommandTimeout).MaxBatchSize(settings.Value.MaxBatchSize))),
    };

    private SqliteSettings Sqlite { get; } = new();

    private Func<UserAdminDbContext> Factory<TContext>(Action<DbContextOptionsBuilder> configure) where TContext : UserAdminDbContext
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
        // The files of the other tenants are made by whoever makes the tenant, not by looking for them.
        if (tenant.IsHost && connection.DataSource is { Length: > 0 } file && file != ":memory:" && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
            Directory.CreateDirectory(folder);
        return connection.ConnectionString;
    }

    private sealed class Pool(Func<UserAdminDbContext> open)
    {
        public long UsedAt { get; set; }

        public UserAdminDbContext Open() => open();
    }
}
