using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Audit.Sealing;

/// <summary>The statements that number thousands of events at once, in the words of each database.</summary>
internal static class SealedRows
{
    /// <summary>Numbers the events in the order of the ids, from <paramref name="firstSeq"/>; gives back how many of them were still there and had no number.</summary>
    public static Task<int> NumberAsync(UserAdminDbContext db, IReadOnlyList<Guid> ids, long firstSeq, long sealId, CancellationToken cancel)
    {
        if (ids.Count == 0)
            return Task.FromResult(0);
        switch (db)
        {
            case SqliteUserAdminDbContext:
                var list = AsJson(ids.Select(id => id.ToString().ToUpperInvariant()));
                return db.Database.ExecuteSqlAsync($"""
                    UPDATE audit_events SET seq = {firstSeq} + n.key, seal_id = {sealId}
                    FROM json_each({list}) AS n WHERE audit_events.id = n.value AND audit_events.seq IS NULL
                    """, cancel);
            case PostgresUserAdminDbContext:
                var array = ids.ToArray();
                return db.Database.ExecuteSqlAsync($"""
                    UPDATE audit_events e SET seq = {firstSeq} - 1 + n.place, seal_id = {sealId}
                    FROM unnest({array}) WITH ORDINALITY AS n(id, place) WHERE e.id = n.id AND e.seq IS NULL
                    """, cancel);
            default:
                var text = AsJson(ids);
                return db.Database.ExecuteSqlAsync($"""
                    UPDATE e SET seq = {firstSeq} + CAST(n.[key] AS bigint), seal_id = {sealId}
                    FROM audit_events e JOIN OPENJSON({text}) n ON e.id = CAST(n.value AS uniqueidentifier) WHERE e.seq IS NULL
                    """, cancel);
        }
    }

    /// <summary>Adds to what is counted already. Whoever calls has the stream's head, so nobody else adds for the same actions.</summary>
    public static async Task CountAsync(UserAdminDbContext db, IReadOnlyList<AuditCount> counts, CancellationToken cancel)
    {
        if (counts.Count == 0)
            return;
        if (db is PostgresUserAdminDbContext)
        {
            var (slots, actions, outcomes, numbers) = (counts.Select(c => c.Slot).ToArray(), counts.Select(c => c.Action).ToArray(), counts.Select(c => (int)c.Outcome).ToArray(), counts.Select(c => c.Count).ToArray());
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO audit_counts (slot, action, outcome, count) SELECT * FROM unnest({slots}, {actions}, {outcomes}, {numbers})
                ON CONFLICT (slot, action, outcome) DO UPDATE SET count = audit_counts.count + excluded.count
                """, cancel);
            return;
        }
        var rows = JsonSerializer.Serialize(counts.Select(c => new { s = c.Slot, a = c.Action, o = (int)c.Outcome, n = c.Count }));
        if (db is SqliteUserAdminDbContext)
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO audit_counts (slot, action, outcome, count) SELECT value ->> 's', value ->> 'a', value ->> 'o', value ->> 'n' FROM json_each({rows}) WHERE true
                ON CONFLICT (slot, action, outcome) DO UPDATE SET count = count + excluded.count
                """, cancel);
        else
            await db.Database.ExecuteSqlAsync($"""
                MERGE audit_counts AS c USING (SELECT s, a, o, n FROM OPENJSON({rows}) WITH (s int, a nvarchar(60), o int, n int)) AS r ON c.slot = r.s AND c.action = r.a AND c.outcome = r.o
                WHEN MATCHED THEN UPDATE SET count = c.count + r.n
                WHEN NOT MATCHED THEN INSERT (slot, action, outcome, count) VALUES (r.s, r.a, r.o, r.n);
                """, cancel);
    }

    private static string AsJson<T>(IEnumerable<T> values) => JsonSerializer.Serialize(values);
}
