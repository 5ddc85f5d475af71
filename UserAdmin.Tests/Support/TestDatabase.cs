using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Support;

/// <summary>
/// A database of the current shape for one test: a SQLite file, or a database of the PostgreSQL that ./test started. Both are copies of one
/// that was migrated once.
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static readonly string? Server = Environment.GetEnvironmentVariable("TEST_POSTGRES");
    private static readonly Lazy<Task<string>> SqliteTemplate = new(MakeSqliteTemplateAsync);
    private static readonly Lazy<Task<string>> PostgresTemplate = new(MakePostgresTemplateAsync);

    private readonly string? folder;

    private TestDatabase(DatabaseProvider provider, string connectionString, string? folder) =>
        (Provider, ConnectionString, this.folder) = (provider, connectionString, folder);

    /// <summary>The databases that a test of the database layer runs on.</summary>
    public static TheoryData<DatabaseProvider> Each => [DatabaseProvider.Sqlite, DatabaseProvider.PostgreSql];

    public DatabaseProvider Provider { get; }

    public string ConnectionString { get; }

    public static async Task<TestDatabase> CreateAsync(DatabaseProvider provider, bool migrated = true)
    {
        if (provider == DatabaseProvider.Sqlite)
        {
            var folder = Directory.CreateTempSubdirectory("useradmin-test-").FullName;
            if (migrated)
                File.Copy(await SqliteTemplate.Value, Path.Combine(folder, "test.db"));
            return new(provider, $"Data Source={folder}/test.db", folder);
        }
        Assert.SkipWhen(Server is null, "There is no PostgreSQL (TEST_POSTGRES); ./test starts one.");
        var name = $"test_{Guid.NewGuid():N}";
        await OnServerAsync($"CREATE DATABASE {name}{(migrated ? $" TEMPLATE {await PostgresTemplate.Value}" : "")}");
        return new(provider, On(name), null);
    }

    public async ValueTask DisposeAsync()
    {
        if (folder is null)
        {
            await using var connection = new NpgsqlConnection(ConnectionString);
            NpgsqlConnection.ClearPool(connection);
            await OnServerAsync($"DROP DATABASE IF EXISTS {connection.Database} WITH (FORCE)");
            return;
        }
        using (var connection = new SqliteConnection(ConnectionString))
            SqliteConnection.ClearPool(connection);
        TestFolder.Delete(folder);
    }

    /// <summary>Takes the database away under whoever uses it.</summary>
    public async Task LoseAsync()
    {
        Assert.Equal(DatabaseProvider.PostgreSql, Provider);
        await using var connection = new NpgsqlConnection(ConnectionString);
        await OnServerAsync($"DROP DATABASE {connection.Database} WITH (FORCE)");
    }

    private static async Task<string> MakeSqliteTemplateAsync()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("useradmin-test-template-").FullName, "template.db");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => TestFolder.Delete(Path.GetDirectoryName(file)!);
        await MigrateAsync(DatabaseProvider.Sqlite, $"Data Source={file};Pooling=false");
        return file;
    }

    private static async Task<string> MakePostgresTemplateAsync()
    {
        // Several runs may use one server.
        var name = $"template_{Environment.ProcessId}";
        await OnServerAsync($"DROP DATABASE IF EXISTS {name}");
        await OnServerAsync($"CREATE DATABASE {name}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => OnServerAsync($"DROP DATABASE {name}").GetAwaiter().GetResult();
        await MigrateAsync(DatabaseProvider.PostgreSql, On(name) + ";Pooling=false");
        return name;
    }

    private static async Task MigrateAsync(DatabaseProvider provider, string connectionString)
    {
        await using var services = TestPortal.Build(provider, connectionString, new TestClock(), []);
        await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        services.GetRequiredService<IDataProtectionProvider>().CreateProtector("UserAdmin.Start").Protect("");
    }

    private static string On(string database) => $"{Server};Database={database};Maximum Pool Size=20";

    private static async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"{Server};Database=postgres");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
