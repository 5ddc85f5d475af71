using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.TwoFactor;

public enum FactorState { NotRequired, InGrace, Overdue }

/// <summary>
/// Whether and until when somebody has to have a second factor: by the policy, by a role, or by name. The one place that knows (M5); sessions
/// ask it for one person, lists in words a database understands. Time counts from when it is first required of a person, so from their activation at the earliest.
/// </summary>
public sealed class SecondFactorRule(SecondFactorPolicy policy, DateTimeOffset now)
{
    private static readonly DateTimeOffset Always = DateTimeOffset.UnixEpoch;

    private readonly DateTimeOffset lastStart = now.AddDays(-policy.GraceDays);
    private readonly bool ofEverybody = policy.IsRequired;
    private readonly bool ofEverybodyLongAgo = policy.IsRequired && (policy.RequiredAt ?? Always) <= now.AddDays(-policy.GraceDays);

    /// <summary>When somebody of whom it is required from this moment on has to have one.</summary>
    public DateTimeOffset DueFromNow => now.AddDays(policy.GraceDays);

    /// <summary>
    /// From then on the account only works with a second factor; null when none is required. <paramref name="byName"/> is what was set for this
    /// person, <paramref name="byRoleSince"/> the first start among their roles.
    /// </summary>
    public DateTimeOffset? DueAt(DateTimeOffset? activatedAt, DateTimeOffset? byName, DateTimeOffset? byRoleSince)
    {
        var since = Earlier(ofEverybody ? policy.RequiredAt ?? Always : null, byRoleSince);
        DateTimeOffset? byRule = since is not { } start ? null : (activatedAt > start ? activatedAt.Value : start).AddDays(policy.GraceDays);
        return Earlier(byName, byRule);
    }

    public FactorState StateOf(DateTimeOffset? dueAt) => dueAt is null ? FactorState.NotRequired : dueAt <= now ? FactorState.Overdue : FactorState.InGrace;

    /// <summary>Those in this state, whether they have a second factor or not.</summary>
    public IQueryable<User> In(FactorState state, IQueryable<User> users, UserAdminDbContext db) => state switch
    {
        FactorState.Overdue => users.Where(IsOverdue(db)),
        FactorState.NotRequired => users.Where(IsFree(db)),
        _ => users.Where(Not(IsFree(db))).Where(Not(IsOverdue(db))),
    };

    /// <summary>The first start among the roles of a person that require a second factor.</summary>
    public Expression<Func<User, DateTimeOffset?>> ByRoleSince(UserAdminDbContext db)
    {
        var held = db.RoleAssignments.InForce(now);
        return u => held.Where(a => a.UserId == u.Id).Join(db.Roles, a => a.RoleId, role => role.Id, (a, role) => role.SecondFactorRequiredAt).Min();
    }

    private Expression<Func<User, bool>> IsOverdue(UserAdminDbContext db)
    {
        var held = db.RoleAssignments.InForce(now);
        return u => u.SecondFactorDueAt <= now
            || (u.ActivatedAt <= lastStart && (ofEverybodyLongAgo
                || held.Any(a => a.UserId == u.Id && db.Roles.Any(role => role.Id == a.RoleId && role.SecondFactorRequiredAt <= lastStart))));
    }

    private Expression<Func<User, bool>> IsFree(UserAdminDbContext db)
    {
        var held = db.RoleAssignments.InForce(now);
        return u => !ofEverybody && u.SecondFactorDueAt == null
            && !held.Any(a => a.UserId == u.Id && db.Roles.Any(role => role.Id == a.RoleId && role.SecondFactorRequiredAt != null));
    }

    private static Expression<Func<User, bool>> Not(Expression<Func<User, bool>> rule) =>
        Expression.Lambda<Func<User, bool>>(Expression.Not(rule.Body), rule.Parameters);

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;
}
