using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Tenants;

/// <summary>Where the databases of tenants are: beside the one of the default tenant, or wherever an operator says. The catalogue keeps it encrypted.</summary>
public sealed class TenantConnections(IOptions<DatabaseSettings> database, IDataProtectionProvider protection)
{
    private const string SchemaPrefix = "tenant_";

    public DatabaseProvider Provider => database.Value.Provider;

    private IDataProtector Protector => protection.CreateProtector("UserAdmin.Tenants");

    public string Protect(string connectionString) => Protector.Protect(connectionString);

    /// <exception cref="CryptographicException">It was encrypted with a key that is no longer there.</exception>
    public Tenant Open(TenantRecord record) => new(record.Name, Provider, Protector.Unprotect(record.ConnectionString));

    /// <summary>The place a new tenant gets: a SQLite file in a folder of its own, a PostgreSQL schema, a SQL Server database.</summary>
    public Tenant OwnOf(string name) => new(name, Provider, Provider switch
    {
        DatabaseProvider.Sqlite => InFolder(name),
        DatabaseProvider.PostgreSql => InSchema(SchemaOf(name)),
        _ => InDatabase(name),
    });

    /// <summary>Made by us in the place above, so removed by us, too.</summary>
    public bool IsOwn(Tenant tenant) => tenant == OwnOf(tenant.Name);

    // Names have no underscore, so no two tenants share a schema.
    public static string SchemaOf(string name) => SchemaPrefix + name.Replace('-', '_');

    private string InFolder(string name)
    {
        var connection = new SqliteConnectionStringBuilder(database.Value.ConnectionString);
        connection.DataSource = Path.Combine(Path.GetDirectoryName(connection.DataSource) ?? "", "tenants", name, $"{name}.db");
        return connection.ConnectionString;
    }

    // The schema alone: should it be gone, there is an error and never a look into the tables of the default tenant. Each tenant has connections of
    // its own, so unused ones are given back soon.
    private string InSchema(string schema) => new NpgsqlConnectionStringBuilder(database.Value.ConnectionString)
    {
        SearchPath = schema,
        MinPoolSize = 0,
        MaxPoolSize = 20,
        ConnectionIdleLifetime = 10,
        ConnectionPruningInterval = 5,
    }.ConnectionString;

    private string InDatabase(string name)
    {
        var connection = new SqlConnectionStringBuilder(database.Value.ConnectionString);
        connection.InitialCatalog = $"{connection.InitialCatalog}_{SchemaOf(name)}";
        return connection.ConnectionString;
    }
}
