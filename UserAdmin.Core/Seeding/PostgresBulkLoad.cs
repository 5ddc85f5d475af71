using Microsoft.EntityFrameworkCore;
using Npgsql;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Seeding;

/// <summary>Binary COPY; indexes are made afterwards.</summary>
internal sealed class PostgresBulkLoad(UserAdminDbContext db, SeedProgress progress) : BulkLoad(db, progress)
{
    public override async Task SetAsideAsync(int users, int events, CancellationToken cancel)
    {
        await RunAsync("SET LOCAL maintenance_work_mem = '256MB'", cancel);
        if (IsMuch(users, await CountAsync("users", cancel)))
            await DropIndexesAsync("users", cancel);
        if (IsMuch(users, await CountAsync("memberships", cancel)))
            await DropIndexesAsync("memberships", cancel);
        if (IsMuch(events, await CountAsync("audit_events", cancel)))
            await DropIndexesAsync("audit_events", cancel);
    }

    public override async Task InsertAsync<TEntity>(IEnumerable<TEntity> rows, CancellationToken cancel)
    {
        var columns = ColumnsOf<TEntity>();
        var names = string.Join(", ", columns.Select(column => column.Name));
        var connection = (NpgsqlConnection)Db.Database.GetDbConnection();
        await using var copy = await connection.BeginBinaryImportAsync($"COPY {TableOf<TEntity>()} ({names}) FROM STDIN (FORMAT BINARY)", cancel);
        copy.Timeout = Timeout.InfiniteTimeSpan;
        foreach (var row in rows)
        {
            copy.StartRow();
            foreach (var column in columns)
                if (column.Of(row) is { } value)
                    copy.Write(value);
                else
                    copy.WriteNull();
        }
        await copy.CompleteAsync(cancel);
    }

    public override Task AnalyzeAsync(CancellationToken cancel) => RunAsync("VACUUM (ANALYZE) users, sessions, audit_events, organizations, organization_paths, memberships, teams, team_members", cancel);

    private Task<long> CountAsync(string table, CancellationToken cancel) => NumberAsync($"SELECT count(*) AS \"Value\" FROM {table}", cancel);

    private Task DropIndexesAsync(string table, CancellationToken cancel) => DropAsync($"""
        SELECT format('DROP INDEX %I', indexname) AS "ToDrop", indexdef AS "ToMake" FROM pg_indexes
        WHERE schemaname = current_schema() AND tablename = '{table}' AND indexname NOT IN (SELECT conname FROM pg_constraint)
        """, cancel);
}
