using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace UserAdmin.Bench;

/// <summary>What the requests ask for: taken from the database, so that they find something.</summary>
internal sealed record Samples(
    long Users, IReadOnlyList<string> Ids, IReadOnlyList<string> Emails, string CommonWord, long CommonMatches,
    IReadOnlyList<string> Actors, IReadOnlyList<string> Targets, IReadOnlyList<string> Addresses, string BusiestActor, string BusiestAddress, long Events);

/// <summary>A seeded database. It is made once and kept in the data folder.</summary>
internal sealed class Database(Provider provider, int users, string connectionString, string folder)
{
    // What the product sets, see UserAdmin.Core/Data/SqliteSettings.cs.
    private const string Pragmas = "PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536; PRAGMA mmap_size=4294967296; PRAGMA temp_store=MEMORY;";

    public const int EventsPerUser = 10;
    public const string Email = "bench@useradmin.test";
    /// <summary>Signs in again and again, which ends the oldest of its sessions.</summary>
    public const string OtherEmail = "bench2@useradmin.test";

    public const string Password = "correct horse battery staple";

    public Provider Provider => provider;
    public int Users => users;
    public string ConnectionString => connectionString;
    public string Title => $"{provider}, {users:N0} users";
    public string FileName => $"{provider}-{users}".ToLowerInvariant();

    // What is in the database can be read and sealed with these alone, so they are kept beside it.
    private string KeyFolder => Path.Combine(folder, $"{FileName}.keys");

    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["UserAdmin__Keys__MasterKeyFile"] = Path.Combine(KeyFolder, "master.key"),
        ["UserAdmin__Audit__KeyFolder"] = Path.Combine(KeyFolder, "audit"),
        ["UserAdmin__Audit__CheckpointFile"] = Path.Combine(KeyFolder, "checkpoints.txt"),
        // A bench is one address, and its circuits are of few people.
        ["UserAdmin__Portal__PagesPerUser"] = "100000",
        ["UserAdmin__Portal__PagesPerAddress"] = "100000",
        ["UserAdmin__Database__Provider"] = provider.ToString(),
        ["UserAdmin__Database__ConnectionString"] = connectionString,
        ["USERADMIN_ADMIN_EMAIL"] = Email,
        ["USERADMIN_ADMIN_PASSWORD"] = Password,
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
    };

    public static async Task<Database> PrepareAsync(Provider provider, int users, string folder, PostgresCluster? cluster)
    {
        var name = $"useradmin_{users}";
        var database = new Database(provider, users, cluster?.ConnectionString(name) ?? $"Data Source={folder}/sqlite-{users}.db", folder);
        var done = Path.Combine(folder, $"{database.FileName}.seeded");
        if (File.Exists(done))
            return database;

        Report.Progress($"Seeding {database.Title}");
        if (cluster is not null)
            await RecreateAsync(cluster, name);
        else
            foreach (var file in Directory.GetFiles(folder, $"sqlite-{users}.db*"))
                File.Delete(file);

        var log = Path.Combine(folder, $"{database.FileName}.seed.log");
        await Server.RunAsync(log, [.. Portal.Program, "seed", "--users", $"{users}", "--events", $"{(long)users * EventsPerUser}"], database.Environment);

        // Autovacuum does this within minutes of a real import.
        if (provider == Provider.PostgreSql)
            await database.ExecuteAsync("VACUUM (ANALYZE)");
        File.WriteAllText(done, $"{DateTime.UtcNow:O}");
        return database;
    }

    /// <summary>One without anybody, made anew each time.</summary>
    public static async Task<Database> EmptyAsync(Provider provider, string folder, PostgresCluster? cluster)
    {
        const string name = "useradmin_tenants";
        if (cluster is not null)
            await RecreateAsync(cluster, name);
        else
        {
            foreach (var file in Directory.GetFiles(folder, $"{name}.db*"))
                File.Delete(file);
            if (Directory.Exists(Path.Combine(folder, "tenants")))
                Directory.Delete(Path.Combine(folder, "tenants"), recursive: true);
        }
        return new(provider, 0, cluster?.ConnectionString(name) ?? $"Data Source={folder}/{name}.db", folder);
    }

    public async Task AddOtherAsync(string folder)
    {
        var found = await ReadAsync($"SELECT count(*) FROM users WHERE email = '{OtherEmail}'");
        if (found[0][0] == "0")
            await Server.RunAsync(Path.Combine(folder, $"{FileName}.other.log"), [.. Portal.Program, "create-admin", "--email", OtherEmail], Environment);
    }

    public async Task<DbConnection> OpenAsync()
    {
        DbConnection connection = provider == Provider.Sqlite ? new SqliteConnection(connectionString) : new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        if (provider == Provider.Sqlite)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = Pragmas;
            await command.ExecuteNonQueryAsync();
        }
        return connection;
    }

    /// <summary>Scans the tables a few times: a matter of seconds at a million users.</summary>
    public async Task<Samples> SampleAsync()
    {
        var people = await ReadAsync("SELECT id, email, search_text FROM users WHERE deleted_at IS NULL ORDER BY random() LIMIT 1000");
        var word = people.Select(row => row[2].Split(' ')[0]).Where(first => first.Length >= 4).GroupBy(first => first).MaxBy(group => group.Count())!.Key;
        var count = await ReadAsync("SELECT (SELECT count(*) FROM users WHERE deleted_at IS NULL)", $"SELECT count(*) FROM users WHERE deleted_at IS NULL AND search_text LIKE '%{word}%'", "SELECT count(*) FROM audit_events");

        var active = await ReadAsync("SELECT actor_id, target_id, address FROM audit_events WHERE actor_id IS NOT NULL AND target_id IS NOT NULL AND address IS NOT NULL ORDER BY utc_microseconds DESC LIMIT 2000");
        var busiest = await ReadAsync(Busiest("actor_id"), Busiest("address"));
        return new(
            Number(count[0]), Column(people, 0).Take(200).ToList(), Column(people, 1).Take(200).ToList(), word, Number(count[1]),
            Column(active, 0), Column(active, 1), Column(active, 2), busiest[0][0], busiest[1][0], Number(count[2]));

        static string Busiest(string column) => $"SELECT {column} FROM audit_events WHERE {column} IS NOT NULL GROUP BY {column} ORDER BY count(*) DESC LIMIT 1";
        static List<string> Column(List<string[]> rows, int column) => [.. rows.Select(row => row[column]).Distinct().Take(200)];
        static long Number(string[] row) => long.Parse(row[0]);
    }

    public async Task<List<string[]>> ReadAsync(params string[] queries)
    {
        await using var connection = await OpenAsync();
        var rows = new List<string[]>();
        foreach (var query in queries)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = query;
            command.CommandTimeout = 600;
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(column => $"{reader.GetValue(column)}")]);
        }
        return rows;
    }

    public async Task ExecuteAsync(string statement)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.CommandTimeout = 3600;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task RecreateAsync(PostgresCluster cluster, string name)
    {
        var postgres = new Database(Provider.PostgreSql, 0, cluster.ConnectionString("postgres"), "");
        await postgres.ExecuteAsync($"DROP DATABASE IF EXISTS {name}");
        await postgres.ExecuteAsync($"CREATE DATABASE {name}");
    }
}
