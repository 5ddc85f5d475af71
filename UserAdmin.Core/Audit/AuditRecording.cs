using Microsoft.EntityFrameworkCore.Infrastructure;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Audit;

/// <summary>Whom or what an event is about.</summary>
public sealed record AuditTarget(Guid? Id, string Name)
{
    public static implicit operator AuditTarget(User user) => new(user.Id, NameOf(user.FullName, user.UserName));

    public static string NameOf(string fullName, string? userName) => fullName.Length > 0 ? fullName : userName ?? "";
}

public static class AuditRecording
{
    extension(UserAdminDbContext db)
    {
        /// <summary>Adds the event to what the next save writes, so that it shares the change's transaction: neither without the other.</summary>
        public void Record(
            AuditAction action, Actor actor, AuditTarget? target, DateTimeOffset now,
            IReadOnlyList<FieldChange>? changes = null, string? reason = null, AuditOutcome outcome = AuditOutcome.Success) =>
            db.AuditEvents.Add(new AuditEvent
            {
                UtcMicroseconds = ToMicroseconds(now),
                ActorKind = actor.Kind,
                ActorId = actor.UserId,
                ActorName = actor.Name,
                ImpersonatorId = actor.Impersonator?.Id,
                ImpersonatorName = actor.Impersonator?.Name,
                Action = action.Code,
                Category = action.Category,
                Outcome = outcome,
                TargetId = target?.Id,
                TargetName = target?.Name,
                Reason = reason,
                Changes = FieldChange.ToJson(changes ?? []),
                Address = actor.Address,
                SessionId = actor.SessionId,
                CorrelationId = actor.CorrelationId,
            }.Stamp(db.GetService<MasterKey>().AuditKey));
    }

    public static long ToMicroseconds(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromMicroseconds(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
