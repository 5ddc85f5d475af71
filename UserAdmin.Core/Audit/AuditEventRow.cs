using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Audit;

/// <summary>
/// Whole events with the provider's own reader, for whoever reads millions. A value is asked for once and not first for being null: each question to SQLite costs as much as its answer.
/// </summary>
public sealed partial class AuditEvent
{
    internal static async Task<List<AuditEvent>> ReadAsync(UserAdminDbContext db, Func<IQueryable<AuditEvent>, IQueryable<AuditEvent>> query, CancellationToken cancel)
    {
        // In the order in which FromRow takes them.
        var columns = query(db.AuditEvents).Select(e => new
        {
            e.Id,
            e.UtcMicroseconds,
            Kind = (int)e.ActorKind,
            e.ActorId,
            e.ActorName,
            e.ImpersonatorId,
            e.ImpersonatorName,
            e.Action,
            Category = (int)e.Category,
            Outcome = (int)e.Outcome,
            e.TargetId,
            e.TargetName,
            e.Reason,
            e.Changes,
            e.Address,
            e.SessionId,
            e.CorrelationId,
            Stream = (int)e.Stream,
            e.ActorSalt,
            e.ActorCommitment,
            e.TargetSalt,
            e.TargetCommitment,
            e.Leaf,
            e.LeafMac,
            e.Seq,
            e.SealId,
            e.StubbedByEventId,
        });
        var events = new List<AuditEvent>();
        await db.Database.OpenConnectionAsync(cancel);
        try
        {
            await using var command = columns.CreateDbCommand();
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
                events.Add(FromRow(reader));
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
        return events;
    }

    private static AuditEvent FromRow(DbDataReader row) => new()
    {
        Id = IdIn(row, 0)!.Value,
        UtcMicroseconds = row.GetInt64(1),
        ActorKind = (ActorKind)row.GetInt32(2),
        ActorId = IdIn(row, 3),
        ActorName = row.GetString(4),
        ImpersonatorId = IdIn(row, 5),
        ImpersonatorName = row.GetValue(6) as string,
        Action = row.GetString(7),
        Category = (AuditCategory)row.GetInt32(8),
        Outcome = (AuditOutcome)row.GetInt32(9),
        TargetId = IdIn(row, 10),
        TargetName = row.GetValue(11) as string,
        Reason = row.GetValue(12) as string,
        Changes = row.GetValue(13) as string,
        Address = row.GetValue(14) as string,
        SessionId = IdIn(row, 15),
        CorrelationId = row.GetValue(16) as string,
        Stream = (Sealing.AuditStream)row.GetInt32(17),
        ActorSalt = row.GetValue(18) as byte[],
        ActorCommitment = row.GetValue(19) as byte[],
        TargetSalt = row.GetValue(20) as byte[],
        TargetCommitment = row.GetValue(21) as byte[],
        Leaf = row.GetValue(22) as byte[],
        LeafMac = row.GetValue(23) as byte[],
        Seq = row.GetValue(24) as long?,
        SealId = row.GetValue(25) as long?,
        StubbedByEventId = IdIn(row, 26),
    };

    // SQLite keeps identifiers as text.
    private static Guid? IdIn(DbDataReader row, int column) => row.GetValue(column) switch { Guid id => id, string text => Guid.Parse(text), _ => null };
}
