using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Seeding;

/// <summary>One prepared statement for all rows of a table; indexes and the search are made afterwards, by sorting.</summary>
internal sealed class SqliteBulkLoad(UserAdminDbContext db, SeedProgress progress) : BulkLoad(db, progress)
{
    private long lastUser, lastText;

    public override async Task OpenAsync(CancellationToken cancel)
    {
        await base.OpenAsync(cancel);
        await RunAsync("PRAGMA cache_size=-262144; PRAGMA temp_store=FILE; PRAGMA threads=2; PRAGMA analysis_limit=1000;", cancel);
    }

    public override async Task SetAsideAsync(int users, int events, CancellationToken cancel)
    {
        lastUser = await LastAsync("users", cancel);
        lastText = await LastAsync("user_search", cancel);
        await DropAsync("trigger", "users", cancel);
        await DropAsync("trigger", "user_search", cancel);
        if (IsMuch(users, lastUser))
            await DropAsync("index", "users", cancel);
        if (IsMuch(users, await LastAsync("memberships", cancel)))
            await DropAsync("index", "memberships", cancel);
        if (IsMuch(events, await LastAsync("audit_events", cancel)))
            await DropAsync("index", "audit_events", cancel);
    }

    public override async Task InsertAsync<TEntity>(IEnumerable<TEntity> rows, CancellationToken cancel)
    {
        var columns = ColumnsOf<TEntity>();
        var names = string.Join(", ", columns.Select(column => column.Name));
        await using var insert = Command($"INSERT INTO {TableOf<TEntity>()} ({names}) VALUES (@{names.Replace(", ", ", @", StringComparison.Ordinal)})");
        foreach (var column in columns)
            insert.Parameters.Add(new SqliteParameter { ParameterName = "@" + column.Name });

        foreach (var row in rows)
        {
            for (var i = 0; i < columns.Count; i++)
                insert.Parameters[i].Value = columns[i].Of(row) ?? DBNull.Value;
            insert.ExecuteNonQuery();
        }
    }

    // What the triggers would have done, in one go.
    public override async Task PutBackAsync(CancellationToken cancel)
    {
        await RunAsync($"INSERT INTO user_search (user_id, text) SELECT id, search_text FROM users WHERE rowid > {lastUser}", cancel);
        await RunAsync($"INSERT INTO user_search_index (rowid, text) SELECT rowid, text FROM user_search WHERE rowid > {lastText}", cancel);
        await base.PutBackAsync(cancel);
    }

    public override Task AnalyzeAsync(CancellationToken cancel) => RunAsync("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);", cancel);

    // A closed connection takes its pragmas with it; from the pool the next user would get them.
    public override async ValueTask DisposeAsync()
    {
        SqliteConnection.ClearPool((SqliteConnection)Db.Database.GetDbConnection());
        await base.DisposeAsync();
    }

    private Task<long> LastAsync(string table, CancellationToken cancel) => NumberAsync($"SELECT coalesce(max(rowid), 0) AS Value FROM {table}", cancel);

    private Task DropAsync(string type, string table, CancellationToken cancel) => DropAsync($"""
        SELECT 'DROP ' || type || ' "' || name || '"' AS ToDrop, sql AS ToMake FROM sqlite_master
        WHERE type = '{type}' AND tbl_name = '{table}' AND sql IS NOT NULL
        """, cancel);
}
