using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Users;

/// <summary>What every act on somebody else asks first: a permission that reaches the person, and a person not above the actor (B11, E05).</summary>
public sealed class SecurityActs(UserAdminDbContext db, AccessEvaluator evaluator, TimeProvider clock)
{
    /// <summary>
    /// What acts on the security of somebody else ask: a recent sign-in and a reason besides (C11). Null when it may be done. Refusals for a missing
    /// permission or for the person's rank are recorded.
    /// </summary>
    public async Task<Problem?> RefuseAsync(Guid userId, Permission permission, string reason, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(permission))
            return await db.DenyAsync(actor, permission, userId, clock, cancel);
        if (actor.NeedsStepUpAt(clock.GetUtcNow()))
            return StepUp.Needed;
        if (UserLifecycle.RefuseReason(reason) is { } bad)
            return bad;
        if (await RefuseAsync(userId, permission, actor, cancel) is { } refused)
            return refused;
        return userId == actor.UserId ? UserProblems.Yourself : null;
    }

    /// <summary>Null when the actor may do this to the person, who may be themselves. Somebody out of sight is not found; deleted people are not asked about here.</summary>
    public async Task<Problem?> RefuseAsync(Guid userId, Permission permission, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(permission))
            return await db.DenyAsync(actor, permission, userId, clock, cancel);
        var people = db.Users.Where(u => u.Id == userId);
        if (!await people.VisibleTo(actor, db).AnyAsync(cancel))
            return UserProblems.NotFound;
        if (actor.Kind == ActorKind.System)
            return null;
        if (!await people.Within(actor, permission, db).AnyAsync(cancel))
            return await db.DenyAsync(actor, permission, userId, clock, cancel);
        return userId == actor.UserId || actor.Access.Covers(await evaluator.EvaluateAsync(userId, cancel)) ? null : await db.DenyAsync(actor, permission, userId, clock, cancel);
    }
}
