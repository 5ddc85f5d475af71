using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Dormancy;

/// <summary>Whom the rule about dormant accounts would warn, deactivate and delete now. The preview and the job ask the same.</summary>
internal sealed class DormancyQueries(UserAdminDbContext db, DormancyPolicy policy, DateTimeOffset now)
{
    /// <summary>Along the index of the last sign-in: active, not used for long, not warned yet.</summary>
    public IQueryable<User> ToWarn()
    {
        var before = now.AddDays(-policy.WarnAfterDays);
        return LeftAlone(db.Users.WithStatus(UserStatus.Active, now).Where(u => u.LastSignInAt <= before && (u.LastSignInAt > User.Never || u.ActivatedAt <= before)))
            .Where(u => u.Email != null && !db.DormantUsers.Any(d => d.UserId == u.Id)).OrderBy(u => u.LastSignInAt).ThenBy(u => u.Id);
    }

    /// <summary>Warned long enough ago, and still not used.</summary>
    public IQueryable<User> ToDeactivate()
    {
        var warnedBefore = now - policy.Warning;
        return LeftAlone(from dormant in db.DormantUsers.Where(d => d.Stage == DormancyStage.Warned && d.StageAt <= warnedBefore).OrderBy(d => d.StageAt)
                         join user in db.Users.WithStatus(UserStatus.Active, now) on dormant.UserId equals user.Id
                         where user.LastSignInAt <= dormant.StageAt
                         select user);
    }

    public IQueryable<User> ToDelete()
    {
        var deactivatedBefore = now - policy.Rest;
        return policy.DeleteAfterDays == 0 ? db.Users.Where(u => false)
            : LeftAlone(from dormant in db.DormantUsers.Where(d => d.Stage == DormancyStage.Deactivated && d.StageAt <= deactivatedBefore).OrderBy(d => d.StageAt)
                        join user in db.Users.WithStatus(UserStatus.Inactive, now) on dormant.UserId equals user.Id
                        select user);
    }

    /// <summary>Rows that no longer say anything: their owners signed in, were exempted, or somebody else decided about their accounts.</summary>
    public IQueryable<DormantUser> Over() => db.DormantUsers.Where(d => (d.Stage == DormancyStage.Warned && (!policy.IsOn
            || !db.Users.WithStatus(UserStatus.Active, now).Any(u => u.Id == d.UserId && u.LastSignInAt <= d.StageAt)))
        || (d.Stage == DormancyStage.Deactivated && !db.Users.WithStatus(UserStatus.Inactive, now).Any(u => u.Id == d.UserId))
        || (d.Stage == DormancyStage.Deleted && db.Users.Any(u => u.Id == d.UserId && u.DeletedAt == null))
        || db.DormancyExemptions.Any(e => e.UserId == d.UserId && (e.Until == null || e.Until > now)));

    private IQueryable<User> LeftAlone(IQueryable<User> users) => users.Where(u => !db.DormancyExemptions.Any(e => e.UserId == u.Id && (e.Until == null || e.Until > now))
        && !db.RoleAssignments.Any(a => a.UserId == u.Id && a.RoleId == SystemRoles.Owner.Id && a.OrganizationId == null && (a.EndsAt == null || a.EndsAt > now)));
}
