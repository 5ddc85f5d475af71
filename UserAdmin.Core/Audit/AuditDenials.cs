using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Audit;

public static class AuditDenials
{
    extension(UserAdminDbContext db)
    {
        /// <summary>Records that the actor tried something they may not do, and gives back the problem to return.</summary>
        public async Task<Problem> DenyAsync(Actor actor, Permission permission, Guid? targetId, TimeProvider clock, CancellationToken cancel)
        {
            db.Record(AuditAction.AccessDenied, actor, new(targetId, permission.ToString()), clock.GetUtcNow(), outcome: AuditOutcome.Denied);
            await db.SaveChangesAsync(cancel);
            return UserProblems.NotAllowed;
        }

        /// <summary>Closes what belongs to the person alone (their security, their consent) to whoever acts as them and to access tokens, and records that; null for everybody else.</summary>
        public async Task<Problem?> RefuseActingAsync(Actor actor, TimeProvider clock, CancellationToken cancel)
        {
            if (actor.Impersonator is null && !actor.IsToken)
                return null;
            var refused = actor.IsToken ? StepUp.NotWithToken : StepUp.NotWhileActing;
            db.Record(AuditAction.AccessDenied, actor, new(actor.UserId, actor.Name), clock.GetUtcNow(), reason: refused.Message, outcome: AuditOutcome.Denied);
            await db.SaveChangesAsync(cancel);
            return refused;
        }
    }
}

/// <summary>Records that somebody was kept from a page.</summary>
public sealed class Refusals(UserAdminDbContext db, TimeProvider clock)
{
    public async Task<Result> RecordAsync(string path, Actor actor, CancellationToken cancel)
    {
        db.Record(AuditAction.AccessDenied, actor, new(null, Text.Shorten(path, 200)), clock.GetUtcNow(), outcome: AuditOutcome.Denied);
        await db.SaveChangesAsync(cancel);
        return Result.Ok;
    }
}
